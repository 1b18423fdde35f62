package schema

import (
	"fmt"
	"reflect"
	"regexp"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// wrongIDs reports parameters that name a call by an operation's id, or the other way round. The service would say 404,
// which some verbs expect. An await says so itself.
func (w *flowWalk) wrongIDs(s *Step, c *course) {
	if s.Params == nil || s.Params.node == nil || s.Verb.Params == nil || len(awaited(s)) > 0 {
		return
	}
	idsIn(s.Verb.Params, s.Params.node, func(call bool, n *yaml.Node) { w.holdID(s, c, call, n) })
}

// idsIn finds the values in parameters that are to be the id of a call, or of an operation.
func idsIn(t reflect.Type, n *yaml.Node, found func(call bool, n *yaml.Node)) {
	n = resolve(n)
	if n == nil || t == exprPointer || t == reflect.TypeFor[*Step]() {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		idsIn(t.Elem(), n, found)
	case reflect.Slice:
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				idsIn(t.Elem(), item, found)
			}
		}
	case reflect.Struct:
		for _, f := range structureOf(t).fields {
			value := childNode(n, f.name)
			if f.short && len(n.Content) == 0 {
				value = n
			}
			if !f.call && !f.operation {
				idsIn(f.typ, value, found)
			} else if value = resolve(value); value != nil && value.Value != "" {
				found(f.call, value)
			}
		}
	}
}

// holdID holds what a value names against what is wanted there.
func (w *flowWalk) holdID(s *Step, c *course, call bool, n *yaml.Node) {
	p := Problem{Pos: Pos{File: s.Pos.File, Line: n.Line, Col: n.Column}, Len: len(n.Value), Code: "wrong-id", Severity: SeverityError}
	switch t := c.named(n.Value); {
	case call && t.kind == "operation":
		p.Text, p.Hint = fmt.Sprintf("a call's id is wanted, and this is the id of an operation, from %s", stepName(t.step)), "capture call.id for that"
	case !call && t.kind == "call":
		p.Text, p.Hint = fmt.Sprintf("an operation's id is wanted, and this is the id of a call, from %s", stepName(t.step)), "capture operation.id for that"
	default:
		return
	}
	w.problems = append(w.problems, p)
}

var wholeReference = regexp.MustCompile(`^\$\{\{\s*(.*?)\s*\}\}$`)

// callOf is the call that a step's parameters name.
func (c *course) callOf(s *Step) (thing, bool) {
	if s.Verb.Params == nil {
		return thing{}, false
	}
	return c.param(s, structureOf(s.Verb.Params).calls)
}

// operationOf is the operation that a step's parameters name.
func (c *course) operationOf(s *Step) (thing, bool) {
	if s.Verb.Params == nil {
		return thing{}, false
	}
	return c.param(s, structureOf(s.Verb.Params).operations)
}

// param returns what the first of those parameters names that is given.
func (c *course) param(s *Step, fields []*field) (thing, bool) {
	if s.Params == nil || s.Params.node == nil {
		return thing{}, false
	}
	n := resolve(s.Params.node)
	for _, f := range fields {
		value := resolve(childNode(n, f.name))
		if f.short && len(n.Content) == 0 {
			value = n
		}
		if value == nil || value.Value == "" {
			continue
		}
		return c.named(value.Value), true
	}
	return thing{}, false
}

// named is what a parameter's text names: ${{ name }}, or an id as it is.
func (c *course) named(text string) thing {
	if m := wholeReference.FindStringSubmatch(text); m != nil {
		return c.at(m[1])
	}
	if id, ok := expr.CanonicalID(text); ok {
		text = string(id[:])
	}
	return thing{key: "value " + text}
}

// at is what a path in an expression stands for.
func (c *course) at(path string) thing {
	if t, ok := c.known[path]; ok {
		return t
	}
	return thing{key: "value of " + path}
}
