package schema

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"
)

// wrongIDs reports parameters that name a call by an operation's id, or the other way round. The service would say 404,
// which some verbs expect. An await says so itself.
func (w *flowWalk) wrongIDs(s *Step, c *course) {
	if s.Params == nil || s.Params.node == nil || s.Verb.Params == nil || len(awaited(s)) > 0 {
		return
	}
	w.idsIn(s, c, s.Verb.Params, s.Params.node)
}

func (w *flowWalk) idsIn(s *Step, c *course, t reflect.Type, n *yaml.Node) {
	n = resolve(n)
	if n == nil || t == exprPointer || t == reflect.TypeFor[*Step]() {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		w.idsIn(s, c, t.Elem(), n)
	case reflect.Slice:
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				w.idsIn(s, c, t.Elem(), item)
			}
		}
	case reflect.Struct:
		for _, f := range structureOf(t).fields {
			value := childNode(n, f.name)
			if f.short && len(n.Content) == 0 {
				value = n
			}
			if !f.call && !f.operation {
				w.idsIn(s, c, f.typ, value)
			} else if value = resolve(value); value != nil && value.Value != "" {
				w.holdID(s, c, f.call, value)
			}
		}
	}
}

// holdID holds what a value names against what is wanted there.
func (w *flowWalk) holdID(s *Step, c *course, call bool, n *yaml.Node) {
	p := Problem{Pos: Pos{s.Pos.File, n.Line, n.Column}, Len: len(n.Value), Code: "wrong-id", Severity: SeverityError}
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
