package format

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// loosen forgets that anchors fix the order of keys: nothing looks at them.
func (v *value) loosen() {
	v.fixed = false
	for _, e := range v.entries {
		e.value.loosen()
	}
}

// arrange puts the keys of v and of everything in it into order, and decides what is opened for its own sake.
func (v *value) arrange() {
	for _, e := range v.entries {
		e.value.arrange()
	}
	v.open = v.mustOpen()
	if v.kind == mapping && !v.pair {
		v.sort()
	}
}

// sort puts keys into the order of the reference. A blank line between two that were not neighbours is kept if either had
// one on that side.
func (v *value) sort() {
	names := make([]string, len(v.entries))
	for i, e := range v.entries {
		names[i] = e.name
		e.before = len(e.above) > 0 && e.above[0].blank()
		if i > 0 {
			v.entries[i-1].after = e.before
		}
	}
	order := v.form.Order(names)
	if order == nil || v.fixed {
		return
	}
	sorted := make([]*entry, len(order))
	for i, at := range order {
		e := v.entries[at]
		sorted[i] = e
		if i == 0 || at == order[i-1]+1 {
			continue
		}
		if sorted[i-1].after && !e.before {
			e.above = append([]note{{}}, e.above...)
		}
	}
	v.entries = sorted
}

// mustOpen says that a flow cannot stay in one line, or should not: a comment stands in it, the author spread it over
// several lines, or an expression in it has quotes only because of the braces around it. A list of plain values that was
// broken where the line ended is put together again.
func (v *value) mustOpen() bool {
	if !v.flow || len(v.entries) == 0 {
		return false
	}
	if v.commented() {
		return true
	}
	simple := v.kind == sequence
	for _, e := range v.entries {
		if e.value.open || !e.value.lone() || e.value.cramped() {
			return true
		}
		simple = simple && e.value.kind == scalar
	}
	return v.spread && !simple
}

// cramped says of an expression that it is quoted, and need not be where no braces are around it.
func (v *value) cramped() bool {
	return v.form.Expression() && v.freed() != ""
}

// freed is a quoted text without its quotes, if only braces or brackets around it ask for them: it has braces, brackets or
// commas, and means the same without quotes in a line of its own. Else it is empty.
func (v *value) freed() string {
	if v.kind != scalar || len(v.raw) != 1 || v.props != "" || v.raw[0][0] != '"' && v.raw[0][0] != '\'' ||
		!strings.ContainsAny(v.text, "[]{},") || strings.Contains(v.text, "\n") {
		return ""
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte("k: "+v.text+"\n"), &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return ""
	}
	root := doc.Content[0]
	if n := root.Content[1]; len(root.Content) != 2 || n.Kind != yaml.ScalarNode || n.Style != 0 || n.Tag != "!!str" || n.Value != v.text ||
		n.LineComment != "" || n.HeadComment != "" || n.FootComment != "" || root.Content[0].LineComment != "" {
		return ""
	}
	return v.text
}

// unfold opens a flow: what is in it stands in lines of its own now, and needs no quotes for the braces' sake.
func (v *value) unfold() {
	v.open = true
	for _, e := range v.entries {
		if text := e.value.freed(); text != "" {
			e.value.raw[0] = text
		}
		if e.value.beside != nil {
			e.value.beside.column = 0 // it is another line now
		}
	}
}
