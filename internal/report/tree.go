package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"callflow/schema"
)

// tree lays out an expression with the value of each of its parts:
//
//	call.id == p2pCall && call.state == "terminated"  → false
//	├─ call.id == p2pCall  → true
//	│  ├─ call.id  → "57dab8b1-…"
//	│  └─ p2pCall  → "57dab8b1-…"
//	└─ call.state == "terminated"  → false
//	   └─ call.state  → "established"
func (s Style) tree(e *schema.Explanation, indent string) []string {
	if e == nil {
		return nil
	}
	out := []string{indent + s.node(e, s.Width-width(indent))}
	return append(out, s.children(e.Parts, indent)...)
}

func (s Style) children(parts []schema.Explanation, indent string) []string {
	var out []string
	for i := range parts {
		fork, below := s.mark("├─ ", "|- "), s.mark("│  ", "|  ")
		if i == len(parts)-1 {
			fork, below = s.mark("└─ ", "`- "), "   "
		}
		lead := indent + fork
		out = append(out, lead+s.node(&parts[i], s.Width-width(lead)))
		out = append(out, s.children(parts[i].Parts, indent+below)...)
	}
	return out
}

// node is one part and its value, the text giving way to the value when both do not fit.
func (s Style) node(e *schema.Explanation, room int) string {
	value, how := s.value(e)
	arrow := s.mark("  → ", "  -> ")
	text := clean(strings.Join(strings.Fields(e.Text), " "))
	value = s.cut(value, max(room/2, room-width(text)-width(arrow)))
	text = s.cut(text, max(room-width(value)-width(arrow), 10))
	return text + s.paint(faint, arrow) + s.paint(how, value)
}

func (s Style) value(e *schema.Explanation) (text, how string) {
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
