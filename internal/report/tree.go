package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/schema/expr"
)

// tree lays out an expression with the value of each of its parts:
//
//	call.id == p2pCall && call.state == "terminated"  → false
//	├─ call.id == p2pCall  → true
//	│  ├─ call.id  → "57dab8b1-…"
//	│  └─ p2pCall  → "57dab8b1-…"
//	└─ call.state == "terminated"  → false
//	   └─ call.state  → "established"
//
// An object of which a part is taken is left out when that part is there.
func (s Style) tree(e *expr.Explanation, indent string) []string {
	if e == nil {
		return nil
	}
	return append(s.node(e, indent, indent+s.below(e)), s.children(e, indent)...)
}

func (s Style) children(e *expr.Explanation, indent string) []string {
	var out []string
	parts := taken(e)
	for i := range parts {
		fork, below := s.mark("├─ ", "|- "), s.mark("│  ", "|  ")
		if i == len(parts)-1 {
			fork, below = s.mark("└─ ", "`- "), "   "
		}
		out = append(out, s.node(&parts[i], indent+fork, indent+below+s.below(&parts[i]))...)
		out = append(out, s.children(&parts[i], indent+below)...)
	}
	return out
}

// below is what stands under a part, before the rest of its value.
func (s Style) below(e *expr.Explanation) string {
	if len(taken(e)) > 0 {
		return s.mark("│  ", "|  ")
	}
	return "   "
}

// taken are the parts of e. An object that e takes something out of says nothing more, unless that was not in it.
func taken(e *expr.Explanation) []expr.Explanation {
	var parts []expr.Explanation
	for i := range e.Parts {
		p := &e.Parts[i]
		if !e.Absent && isObject(p.Value) && strings.HasPrefix(e.Text, p.Text) && strings.HasPrefix(strings.TrimLeft(e.Text[len(p.Text):], "?"), ".") {
			parts = append(parts, taken(p)...)
			continue
		}
		parts = append(parts, *p)
	}
	return parts
}

// node is one part and its value. The text gives way to the value when both do not fit, as its own parts tell the rest of
// it; a value for which there is no room goes on in rows of its own.
func (s Style) node(e *expr.Explanation, lead, below string) []string {
	room := s.Width - width(lead)
	arrow := s.mark("  → ", "  -> ")
	text := clean(strings.Join(strings.Fields(e.Text), " "))
	if isObject(e.Value) && e.Error == "" && !e.Absent {
		return append([]string{lead + s.cut(text, room-15) + s.paint(faint, arrow+"an object:")}, s.fields(e.Value, below)...)
	}
	value, how := s.value(e)
	if e.Note != "" {
		value += " (" + clean(e.Note) + ")"
	}
	if least := min(width(text), 20); width(value) > room-width(arrow)-least {
		out := []string{lead + s.cut(text, room-width(arrow)) + s.paint(faint, strings.TrimRight(arrow, " "))}
		for _, row := range s.Hard(value, s.Width-width(below)) {
			out = append(out, below+s.paint(how, row))
		}
		return out
	}
	text = s.cut(text, room-width(value)-width(arrow))
	return []string{lead + text + s.paint(faint, arrow) + s.paint(how, value)}
}

// mostFields bounds what is shown of an object.
const mostFields = 8

// fields lays out an object, a field a line.
func (s Style) fields(v any, indent string) (out []string) {
	object := v.(map[string]any)
	names := slices.Sorted(maps.Keys(object))
	for i, name := range names {
		if i == mostFields {
			return append(out, indent+s.paint(faint, "and "+plural(len(names)-mostFields, "field")+" more: "+
				clean(strings.Join(names[mostFields:], ", "))))
		}
		lead := indent + s.paint(faint, clean(name)+": ")
		out = append(out, lead+s.cut(valueText(object[name]), max(s.Width-width(plain(lead)), 20)))
	}
	return out
}

func isObject(v any) bool {
	object, ok := v.(map[string]any)
	return ok && len(object) > 0
}

func (s Style) value(e *expr.Explanation) (text, how string) {
	switch {
	case e.Error != "":
		return "error: " + clean(e.Error), bad
	case e.Absent:
		return "absent", warn
	}
	switch v := e.Value.(type) {
	case bool:
		if v {
			return "true", good
		}
		return "false", bad
	case nil:
		return "nil", warn
	case expr.Brief:
		return clean(string(v)), bold
	}
	return valueText(e.Value), bold
}

// valueText is a value as JSON, on one line.
func valueText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return clean(fmt.Sprint(v))
	}
	return clean(strings.TrimSpace(b.String()))
}

// Tree lays out an expression with the value of each of its parts.
func (s Style) Tree(e *expr.Explanation) []string { return s.tree(e, "") }

// Value is a value as JSON, on one line that is safe to print.
func Value(v any) string { return valueText(v) }
