package format

import (
	"strings"
	"unicode/utf8"
)

// render writes documents down.
func render(docs []document) string {
	p := &printer{}
	for _, d := range docs {
		if d.divider != "" {
			p.line(0, d.divider, nil)
		}
		p.notes(0, d.head, p.Len() == 0 || d.divider != "")
		if d.root != nil {
			d.root.arrange()
			if d.root.flow && (d.root.open || !d.root.fits(0)) {
				d.root.unfold()
			}
			if d.root.entries != nil && (!d.root.flow || d.root.open) {
				if d.root.props != "" {
					p.line(0, d.root.props, nil)
				}
				p.block(d.root, 0, "")
			} else {
				p.leaf(0, 0, "", d.root)
			}
		}
		p.notes(0, trimEnd(d.foot), false)
	}
	return p.String()
}

// trimEnd leaves out the blank lines at the end.
func trimEnd(notes []note) []note {
	for len(notes) > 0 && notes[len(notes)-1].blank() {
		notes = notes[:len(notes)-1]
	}
	return notes
}

type printer struct {
	strings.Builder
	blank bool // the last line is a blank one
}

// line writes a line with the comment beside it, as far behind its beginning as it was.
func (p *printer) line(indent int, text string, beside *note) {
	text = strings.TrimRight(text, " ")
	p.WriteString(strings.Repeat(" ", indent))
	p.WriteString(text)
	if beside != nil {
		used := utf8.RuneCountInString(text)
		p.WriteString(strings.Repeat(" ", max(1, beside.column-beside.indent-used)))
		p.WriteString(beside.text)
	}
	p.WriteByte('\n')
	p.blank = false
}

// notes writes comments and blank lines, of which never two come together; first says that no blank one may come first.
func (p *printer) notes(indent int, notes []note, first bool) {
	for _, n := range notes {
		switch {
		case !n.blank():
			p.line(indent, n.text, nil)
			first = false
		case !first && !p.blank:
			p.WriteByte('\n')
			p.blank = true
		}
	}
}

// block writes the entries of v; lead stands before the first of them in its line, dashes of the lists around it.
func (p *printer) block(v *value, indent int, lead string) {
	outer := indent - len(lead)
	for i, e := range v.entries {
		at, prefix := indent, ""
		if i == 0 {
			// What stands above the first entry stands above its dashes.
			at, prefix = outer, lead
		}
		if !(i == 0 && lead != "" && len(e.above) == 0) {
			p.notes(at, e.above, i == 0)
		}
		if v.kind == sequence {
			p.item(e, at, prefix)
		} else {
			p.pair(e, at, prefix)
		}
	}
	p.notes(indent, v.below, false)
}

// pair writes a key with its value; the line begins at indent with prefix.
func (p *printer) pair(e *entry, indent int, prefix string) {
	v := e.value
	start := prefix + e.key + ":"
	p.choose(v, indent+utf8.RuneCountInString(start)+1)
	if len(v.entries) > 0 && (!v.flow || v.open) {
		if v.props != "" {
			start += " " + v.props
		}
		p.line(indent, start, p.heads(e, indent))
		p.block(v, indent+len(prefix)+2, "")
		return
	}
	if v.next && (e.head != nil || len(v.raw) > 1 || utf8.RuneCountInString(v.raw[0])+indent+len(start) >= Width) {
		p.line(indent, start, e.head)
		p.leaf(indent+len(prefix)+2, indent+len(prefix), "", v)
		return
	}
	if e.head != nil && v.beside == nil {
		v.beside, e.head = e.head, nil
	}
	p.leaf(indent, indent+len(prefix), start, v)
}

// heads is the comment for the line of a key whose value stands in the lines below: of two the other has a line of its own.
func (p *printer) heads(e *entry, indent int) *note {
	v := e.value
	if e.head == nil {
		e.head, v.beside = v.beside, nil
	}
	if v.beside != nil {
		p.line(indent, v.beside.text, nil)
	}
	return e.head
}

// item writes an item; the line begins at indent with prefix, the dashes of lists around this one.
func (p *printer) item(e *entry, indent int, prefix string) {
	v := e.value
	start := prefix + "-"
	p.choose(v, indent+len(start)+1)
	if len(v.entries) > 0 && (!v.flow || v.open) {
		beside := p.heads(e, indent)
		if v.props != "" {
			p.line(indent, start+" "+v.props, beside)
			p.block(v, indent+len(start)+1, "")
			return
		}
		if beside != nil {
			p.line(indent, beside.text, nil)
		}
		if prefix == "" {
			p.notes(indent, v.entries[0].above, true)
			v.entries[0].above = nil
		}
		p.block(v, indent+len(start)+1, start+" ")
		return
	}
	if e.head != nil {
		p.line(indent, e.head.text, nil)
	}
	p.leaf(indent, indent+len(prefix), start, v)
}

// choose opens a flow that does not fit behind column, and what looks better in lines with it.
func (p *printer) choose(v *value, column int) {
	if !v.flow || len(v.entries) == 0 {
		return
	}
	if v.open || !v.fits(column) {
		v.unfold()
		if v.kind != sequence {
			return
		}
		for _, e := range v.entries {
			// The items of an open list do not hide one value behind a brace.
			if in := e.value; in.flow && in.kind == mapping && len(in.entries) == 1 && in.entries[0].value.flow {
				in.unfold()
			}
		}
	}
}

func (v *value) fits(column int) bool {
	return column+utf8.RuneCountInString(v.inline()) <= Width
}

// leaf writes a value without entries behind start, its further lines indented as YAML wants it below around.
func (p *printer) leaf(indent, around int, start string, v *value) {
	head := start
	if v.props != "" && v.kind != mapping && v.kind != sequence && v.kind != empty && !(v.kind == scalar && len(v.raw) == 1) {
		head = strings.TrimLeft(head+" "+v.props, " ")
	}
	if v.lone() {
		p.line(indent, strings.TrimLeft(head+" "+v.inline(), " "), v.beside)
		return
	}
	p.line(indent, strings.TrimLeft(head+" "+v.raw[0], " "), nil)
	inner := around + 2
	if v.kind == literal && v.indented > 0 {
		inner = around + v.indented
	}
	rest := v.raw[1:]
	for i, line := range rest {
		if line == "" {
			p.WriteByte('\n')
			continue
		}
		if v.kind == scalar && i == len(rest)-1 {
			p.line(inner, line, v.beside)
			continue
		}
		p.WriteString(strings.Repeat(" ", inner) + line + "\n")
	}
	p.blank = len(rest) > 0 && rest[len(rest)-1] == ""
}
