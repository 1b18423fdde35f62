package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"callflow/schema/problem"
)

func (c *compiler) identifier(at *Node, n *ast.IdentifierNode) *Node {
	if n.Value == "steps" {
		return c.refuse(at, "expr-name", "", "steps needs the id of a step: steps.<id>; %s", c.stepsKnown())
	}
	c.noteName(at, n.Value, n.Value, MentionName)
	sym := c.sc.Find(n.Value)
	if plain := otherLiterals[strings.ToLower(n.Value)]; plain != "" && sym == nil {
		return c.refuse(at, "expr-name", "write "+plain, "there is no name %s", n.Value)
	}
	if sym == nil {
		return c.unknownName(at, n.Value)
	}
	c.names[n.Value] = true
	c.sc.Use(n.Value)
	c.sc.Take(n.Value, c.at(c.offset+at.From))
	c.guarded(at, n.Value, n.Value, sym)
	at.Op, at.Path = "name", n.Value
	at.Type = c.arrived(at, n.Value, n.Value, sym.Type)
	name := n.Value
	at.eval = func(ev *evaluation) any { return ev.names[name] }
	return at
}

// otherLiterals are words for values that have another one here.
var otherLiterals = map[string]string{"null": "nil", "none": "nil", "undefined": "nil", "nul": "nil", "nil": "nil", "true": "true", "false": "false", "yes": "true", "no": "false", "on": "true", "off": "false"}

func (c *compiler) unknownName(at *Node, name string) *Node {
	if c.sc.unsure() {
		c.names[name] = true
		at.Op, at.Path = "name", name
		at.eval = func(ev *evaluation) any { return ev.names[name] }
		return at
	}
	if p, ok := c.sc.FindElsewhere(name); ok {
		return c.refuse(at, "expr-name", "", "%q is %s, at %s:%d; it is not known here", name, only(p.Where), p.At.File, p.At.Line)
	}
	if name == "env" {
		return c.refuse(at, "expr-name", "", "env is known in vars and secrets only; give the value a name there")
	}
	if c.sc.Find("steps."+name) != nil {
		return c.refuse(at, "expr-name", "write steps."+name, "unknown name %q", name)
	}
	known := c.sc.Known("")
	if event := c.sc.globals.Event; event != nil && TypeOf(event).Field(name) != nil {
		return c.refuse(at, "expr-name", "", "%q is not known here: the step yields none, and events are looked at in match, failOn and never only", name)
	}
	if _, ok := functions[name]; ok {
		return c.refuse(at, "expr-name", "", "%s is a function: write %s(…)", name, name)
	}
	if c.beside != nil {
		if word := problem.Nearest(name, c.beside.Enum); word != "" {
			return c.refuse(at, "expr-name", fmt.Sprintf("write %q", word), "unknown name %q; a text stands in quotes", name)
		}
		var fitting []string
		for _, k := range known {
			if sym := c.sc.Find(k); sym != nil && sym.Type != nil && sym.Type.Comparable(c.beside) {
				fitting = append(fitting, k)
			}
		}
		if near := problem.Nearest(name, fitting); near != "" {
			return c.refuse(at, "expr-name", "", "unknown name %q; did you mean %q?", name, near)
		}
	}
	switch name {
	case "vars", "secrets", "variables", "inputs", "captured":
		return c.refuse(at, "expr-name", "write the name alone, without "+name+".", "there is no %s here: vars, secrets and captured names stand alone", name)
	case "resourceData", "notification", "payload":
		return c.refuse(at, "expr-name", "write call, operation or participants, as call.state", "unknown name %q; what a notification is about has names of its own", name)
	}
	if near := problem.Nearest(name, known); near != "" {
		return c.refuse(at, "expr-name", "", "unknown name %q; did you mean %q?", name, near)
	}
	for _, first := range append([]string{"resultInfo", "response", "call"}, known...) {
		if sym := c.sc.Find(first); sym != nil && sym.Type != nil && sym.Type.Kind == KindObject && sym.Type.Field(name) != nil {
			hint := "write " + first + "." + name
			if inner := sym.Type.Field(name).Type; inner.Kind == KindObject && inner.pathTo("user") != "" {
				hint += "; somebody's id is " + first + "." + name + "." + inner.pathTo("user") + ".id"
			}
			return c.refuse(at, "expr-name", hint, "unknown name %q", name)
		}
	}
	for _, k := range known {
		if sym := c.sc.Find(k); sym != nil && sym.Type != nil && sym.Type.Kind == KindList && sym.Type.Element().Kind == KindObject && sym.Type.Element().Field(name) != nil {
			hint := fmt.Sprintf("write any(%s, .%s …)", k, name)
			if inner := sym.Type.Element().Field(name).Type; inner.Kind == KindObject && inner.pathTo("user") != "" {
				hint = fmt.Sprintf("write any(%s, .%s.%s.id == …)", k, name, inner.pathTo("user"))
			}
			return c.refuse(at, "expr-name", hint, "unknown name %q: each of %s has it", name, k)
		}
	}
	return c.refuse(at, "expr-name", "", "unknown name %q; known here: %s", name, problem.Listed(known, "and"))
}

// only turns "captured later" into "captured only later".
func only(where string) string {
	if rest, ok := strings.CutPrefix(where, "captured "); ok && !strings.HasPrefix(rest, "only") {
		return "captured only " + rest
	}
	return where
}

// arrived reports a part that need not have come, path being how it was reached. Once told apart it is like any object.
func (c *compiler) arrived(at *Node, part, path string, t *Type) *Type {
	if t.part == "" {
		return t
	}
	if c.lenient == 0 && !slices.Contains(c.there, t.part) && !slices.Contains(c.there, path) && !c.sc.arrived(t.part, path) {
		matched := strings.TrimSuffix(path, part) + "matched"
		c.problem(at.From, at.To, "expr-guard", fmt.Sprintf("write %s.… ?? …, or use it where %s == %q holds", path, matched, part),
			"%s may be missing: only one part of any comes", path)
	}
	told := *t
	told.part = ""
	return &told
}

func (c *compiler) stepsKnown() string {
	ids := c.sc.Known("steps.")
	if len(ids) == 0 {
		return "no step before this one has an id"
	}
	return "known here: " + problem.Listed(ids, "and")
}

// step compiles steps.<id>.
func (c *compiler) step(at *Node, id string) *Node {
	key := "steps." + id
	own := *at
	own.From = own.To - utf8.RuneCountInString(id)
	c.noteName(&own, id, key, MentionStep)
	sym := c.sc.Find(key)
	if sym == nil && c.sc.unsure() {
		c.names["steps"] = true
		at.Op, at.Path = "name", key
		at.eval = func(ev *evaluation) any { return fieldOf(ev.names["steps"], id) }
		return at
	}
	if sym == nil {
		ids := c.sc.Known("steps.")
		if p, ok := c.sc.FindElsewhere(key); ok {
			return c.refuse(at, "expr-name", "", "step %q %s, at %s:%d; its outputs are not known here", id, p.Where, p.At.File, p.At.Line)
		}
		if near := problem.Nearest(id, ids); near != "" {
			return c.refuse(at, "expr-name", "", "no step before this one has the id %q; did you mean %q?", id, near)
		}
		return c.refuse(at, "expr-name", "", "no step before this one has the id %q; %s", id, c.stepsKnown())
	}
	c.names["steps"] = true
	c.sc.Use(key)
	c.guarded(at, key, key, sym)
	at.Op, at.Type, at.Path = "name", sym.Type, key
	at.eval = func(ev *evaluation) any { return fieldOf(ev.names["steps"], id) }
	return at
}

func (c *compiler) pointer(at *Node, n *ast.PointerNode) *Node {
	d := len(c.elems) - 1
	if d < 0 {
		return c.refuse(at, "expr-syntax", "", "# stands for the element inside any(list, …) and the like only")
	}
	slot := min(d, maxEach-1)
	switch n.Name {
	case "":
		at.Op, at.Type, at.Path = "name", c.elems[d], "#"
		at.eval = func(ev *evaluation) any { return ev.item[slot] }
	case "index":
		at.Op, at.Type = "name", Int
		at.To += len(n.Name)
		at.eval = func(ev *evaluation) any { return ev.index[slot] }
	default:
		return c.refuse(at, "expr-syntax", "", "#%s is not known; there are # and #index", n.Name)
	}
	return at
}
