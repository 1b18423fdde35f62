package format

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema"
)

// document is one of a file's, with the line that divides it from the one before.
type document struct {
	divider string // "---" or "...", with its comment
	head    []note // comments before everything else
	root    *value // nil for one without a value
	foot    []note
	seen    []string // every comment, as the source has them
}

// readAll cuts the source at the lines that YAML divides documents by, and reads each.
func readAll(source string, form *schema.Form) []document {
	var docs []document
	lines := strings.SplitAfter(source, "\n")
	start, divider, first := 0, "", 0
	for i := 0; i <= len(lines); i++ {
		if i < len(lines) && !divides(lines[i]) {
			if strings.HasPrefix(lines[i], "%") && strings.TrimSpace(strings.Join(lines[start:i], "")) == "" {
				panic(&refusal{i + 1, "yaml-tag", "a line that begins with % is a YAML directive"})
			}
			continue
		}
		if text := strings.Join(lines[start:i], ""); i > 0 || divider != "" {
			if divider != "" || strings.TrimSpace(text) != "" {
				docs = append(docs, readOne(text, divider, first, form))
			}
		}
		if i < len(lines) {
			divider = strings.TrimRight(lines[i], " \t\n")
			if rest := strings.TrimLeft(divider[3:], " \t"); rest != "" && rest[0] != '#' {
				panic(&refusal{i + 1, "several-documents", "a value begins beside " + divider[:3]})
			}
			start, first = i+1, i+1
		}
	}
	return docs
}

// divides says whether a line divides documents.
func divides(line string) bool {
	if !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "...") {
		return false
	}
	return len(line) == 3 || strings.ContainsRune(" \t\n", rune(line[3]))
}

// readOne reads a document that begins in line first, from 0.
func readOne(text, divider string, first int, form *schema.Form) (d document) {
	d.divider = divider
	p := &parser{text: text, first: first, seen: map[int]string{}}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		panic(&refusal{first + 1, "yaml-syntax", err.Error()})
	}
	p.gap()
	defer func() {
		for _, at := range slices.Sorted(maps.Keys(p.seen)) {
			d.seen = append(d.seen, p.seen[at])
		}
	}()
	if len(root.Content) == 0 || p.at == len(text) {
		d.foot = p.pending
		return d
	}
	d.head = p.pending
	p.pending = nil
	d.root = p.value(root.Content[0], place{indent: -1, form: form})
	p.gap()
	if p.at < len(text) {
		p.lost()
	}
	if !p.aliased {
		d.root.loosen()
	}
	d.foot = p.pending
	return d
}

// parser reads the source of one document along its nodes.
type parser struct {
	text    string
	first   int
	at      int    // the reader's place
	pending []note // comments and blank lines that belong to nothing yet
	depth   int
	aliased bool           // an alias was met
	seen    map[int]string // comments by their places
}

// place is where a value may stand.
type place struct {
	indent int  // the column of the innermost block collection around it; -1 for none
	flow   bool // inside braces or brackets
	form   *schema.Form
}

// lost ends the reading: the source does not go on as the nodes say.
func (p *parser) lost() {
	if p.peek() == '!' {
		panic(p.refuse("yaml-tag", "a value begins with a YAML tag"))
	}
	panic(p.refuse("internal", "the formatter cannot follow what stands here"))
}

func (p *parser) refuse(code, text string) *refusal {
	return &refusal{p.first + 1 + strings.Count(p.text[:p.at], "\n"), code, text}
}

// peek is the byte at the place, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// lineStart is where the place's line begins.
func (p *parser) lineStart() int { return strings.LastIndexByte(p.text[:p.at], '\n') + 1 }

func (p *parser) column() int { return utf8.RuneCountInString(p.text[p.lineStart():p.at]) }

// gap goes to the next character that is neither space nor comment, and keeps what it passes in pending. It says whether
// it went to another line.
func (p *parser) gap() (newline bool) {
	breaks := 0
	if p.at == 0 {
		breaks = 1
	}
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ' || c == '\t':
			p.at++
		case c == '\n':
			p.at++
			if breaks++; breaks == 2 {
				p.pending = append(p.pending, note{})
			}
			newline = true
		case c == '#':
			n := p.comment()
			n.own = breaks > 0
			p.pending = append(p.pending, n)
			breaks = 0
		default:
			return newline
		}
	}
	return newline
}

// comment reads the comment that begins at the place.
func (p *parser) comment() note {
	line := p.text[p.lineStart():]
	n := note{column: p.column(), indent: len(line) - len(strings.TrimLeft(line, " "))}
	end := p.at + strings.IndexByte(p.text[p.at:]+"\n", '\n')
	n.text = strings.TrimRight(p.text[p.at:end], " \t")
	p.seen[p.at] = n.text
	p.at = end
	return n
}

// trailing takes the comment that stands behind a value in its line.
func (p *parser) trailing() *note {
	at := p.at
	for p.peek() == ' ' || p.peek() == '\t' {
		p.at++
	}
	if p.peek() != '#' || p.at == at {
		p.at = at
		return nil
	}
	n := p.comment()
	return &n
}

// value reads the value of a node. Notes before it are the caller's to place.
func (p *parser) value(n *yaml.Node, at place) *value {
	if p.depth++; p.depth > 200 {
		panic(p.refuse("too-large", "values are nested too deep"))
	}
	defer func() { p.depth-- }()
	v := &value{form: at.form}
	p.properties(n, v)
	switch {
	case n.Kind == yaml.AliasNode:
		v.kind, v.fixed, p.aliased = scalar, true, true
		v.raw = []string{p.word('*')}
	case n.Kind == yaml.ScalarNode:
		p.scalar(n, v, at)
	case n.Kind == yaml.MappingNode && p.peek() == '{' && n.Style&yaml.FlowStyle != 0:
		p.flow(n, v, at, '}')
	case n.Kind == yaml.SequenceNode && p.peek() == '[' && n.Style&yaml.FlowStyle != 0:
		p.flow(n, v, at, ']')
	case n.Kind == yaml.MappingNode && at.flow:
		v.kind, v.flow, v.pair = mapping, true, true
		p.pair(n.Content[0], n.Content[1], &entry{}, v, at)
	case n.Kind == yaml.MappingNode:
		p.mapping(n, v, at)
	case n.Kind == yaml.SequenceNode && !at.flow:
		p.sequence(n, v, at)
	default:
		p.lost()
	}
	v.fixed = v.fixed || n.Anchor != ""
	if v.beside == nil && !at.flow && (v.kind == scalar || v.flow) {
		v.beside = p.trailing()
	}
	return v
}

// properties reads an anchor and a tag.
func (p *parser) properties(n *yaml.Node, v *value) {
	anchor, tag := n.Anchor != "" && n.Kind != yaml.AliasNode, n.Style&yaml.TaggedStyle != 0
	var words []string
	for anchor && p.peek() == '&' || tag && p.peek() == '!' {
		if p.peek() == '&' {
			anchor = false
			words = append(words, p.word('&'))
		} else {
			tag = false
			start := p.at
			for p.at < len(p.text) && !strings.ContainsRune(" \t\n", rune(p.peek())) {
				p.at++
			}
			words = append(words, p.text[start:p.at])
		}
		p.gap()
	}
	v.props = strings.Join(words, " ")
}

// word reads an anchor or an alias.
func (p *parser) word(mark byte) string {
	if p.peek() != mark {
		p.lost()
	}
	start := p.at
	p.at++
	for p.at < len(p.text) && !strings.ContainsRune(" \t\n,[]{}", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[start:p.at]
}

// mapping reads a mapping in lines of its own.
func (p *parser) mapping(n *yaml.Node, v *value, at place) {
	v.kind = mapping
	column := p.column()
	for i := 0; i+1 < len(n.Content); i += 2 {
		e := &entry{}
		if i > 0 {
			p.gap()
			e.above = p.take()
		}
		p.pair(n.Content[i], n.Content[i+1], e, v, place{indent: column, form: at.form})
	}
	p.tail(v, column, at.indent)
}

// sequence reads a list in lines of its own.
func (p *parser) sequence(n *yaml.Node, v *value, at place) {
	v.kind = sequence
	column := p.column()
	item := at.form.Item()
	for i, c := range n.Content {
		e := &entry{}
		if i > 0 {
			p.gap()
			e.above = p.take()
		}
		if p.peek() != '-' || p.column() != column {
			p.lost()
		}
		p.at++
		p.under(c, e, place{indent: column, form: item})
		v.add(e)
	}
	p.tail(v, column, at.indent)
}

// take hands over what is pending.
func (p *parser) take() []note {
	notes := p.pending
	p.pending = nil
	return notes
}

// tail gives a block what stands behind its last entry, as far as it is indented like the block.
func (p *parser) tail(v *value, column, around int) {
	p.gap()
	if column == around { // a list below its key, without indentation: that is the key's column too
		column++
	}
	n := 0
	for i, c := range p.pending {
		if !c.blank() {
			if c.column < column {
				break
			}
			n = i + 1
		}
	}
	v.below = p.pending[:n:n]
	p.pending = p.pending[n:]
}

// add appends an entry, and whatever fixes it fixes the order of all.
func (v *value) add(e *entry) {
	v.entries = append(v.entries, e)
	v.fixed = v.fixed || e.value.fixed
}

// pair reads a key and its value.
func (p *parser) pair(key, val *yaml.Node, e *entry, v *value, at place) {
	switch {
	case p.peek() == '?' && p.at+1 < len(p.text) && strings.IndexByte(" \t\n", p.text[p.at+1]) >= 0:
		panic(p.refuse("bad-key", "a key is written with a question mark"))
	case key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0:
		panic(p.refuse("bad-key", "a key is no plain word"))
	}
	k := &value{}
	p.scalar(key, k, place{flow: true, indent: at.indent})
	if k.kind != scalar || len(k.raw) != 1 {
		panic(p.refuse("bad-key", "a key is no plain word"))
	}
	e.key, e.name = k.raw[0], key.Value
	for p.peek() == ' ' || p.peek() == '\t' {
		p.at++
	}
	inner := place{indent: at.indent, flow: at.flow, form: at.form.Key(e.name)}
	if at.flow {
		outer := p.take()
		p.gap()
		if p.peek() != ':' {
			p.pending = append(outer, p.pending...)
			e.value = &value{}
			v.add(e)
			return
		}
		p.pending = append(outer, p.pending...)
	}
	if p.peek() != ':' {
		p.lost()
	}
	p.at++
	e.colon = true
	p.under(val, e, inner)
	v.add(e)
}

// under reads the value behind a colon or a dash.
func (p *parser) under(n *yaml.Node, e *entry, at place) {
	kept := p.take()
	from := p.at
	newline := p.gap()
	blank := n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == "" && n.Tag == "!!null"
	if blank {
		p.at, p.pending = from, nil
		e.value = &value{}
		if !at.flow {
			e.value.beside = p.trailing()
		}
		p.pending = append(kept, p.pending...)
		return
	}
	lead := p.take()
	p.pending = kept
	v := p.valueAfter(n, e, at, lead)
	v.next = newline && v.kind == scalar
	e.value = v
}

// valueAfter reads a value before which the notes of lead stand.
func (p *parser) valueAfter(n *yaml.Node, e *entry, at place, lead []note) *value {
	kept := p.take()
	v := &value{}
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		// Notes may also stand between an anchor and what it is of.
		p.pending = lead
		p.properties(n, v)
		lead = p.take()
	}
	p.pending = kept
	plain := *n
	if n.Kind != yaml.AliasNode {
		plain.Anchor = ""
	}
	plain.Style &^= yaml.TaggedStyle
	props := v.props
	v = p.value(&plain, at)
	v.props = props
	v.fixed = v.fixed || n.Anchor != ""
	if len(lead) > 0 && !lead[0].blank() && !lead[0].own {
		e.head, lead = &lead[0], lead[1:]
	}
	switch {
	case len(v.entries) > 0 && e.key == "" && !v.flow && e.head == nil && v.kind == mapping && props == "":
		e.above = append(e.above, lead...) // "- # about this one"
	case len(v.entries) > 0:
		v.entries[0].above = append(lead, v.entries[0].above...)
	default:
		e.above = append(e.above, lead...)
	}
	return v
}

// flow reads what stands in braces or brackets.
func (p *parser) flow(n *yaml.Node, v *value, at place, end byte) {
	v.flow = true
	v.kind = mapping
	if end == ']' {
		v.kind = sequence
	}
	kept := p.take()
	start := p.at
	p.at++
	item := at.form.Item()
	step := 1
	if v.kind == mapping {
		step = 2
	}
	for i := 0; i+step <= len(n.Content); i += step {
		p.gap()
		e := &entry{above: p.besidePrevious(v)}
		if v.kind == mapping {
			p.pair(n.Content[i], n.Content[i+1], e, v, place{indent: at.indent, flow: true, form: at.form})
		} else {
			e.value = p.valueAfter(n.Content[i], e, place{indent: at.indent, flow: true, form: item}, nil)
			v.add(e)
		}
		p.gap()
		e.value.beside = p.firstBeside(e.value.beside)
		if p.peek() == ',' {
			p.at++
		}
	}
	p.gap()
	v.below = trimEnd(p.besidePrevious(v))
	if p.peek() != end {
		p.lost()
	}
	p.at++
	v.spread = strings.Contains(p.text[start:p.at], "\n")
	p.pending = kept
	if len(v.entries) == 0 && v.commented() {
		panic(p.refuse("internal", "a comment stands between braces or brackets that hold nothing"))
	}
}

// besidePrevious takes what is pending; the first of it may stand beside the entry before.
func (p *parser) besidePrevious(v *value) []note {
	if len(v.entries) > 0 {
		last := v.entries[len(v.entries)-1].value
		last.beside = p.firstBeside(last.beside)
	}
	notes := p.take()
	for i := range notes {
		notes[i].own = true
	}
	return notes
}

// firstBeside takes the first pending comment if it stands in the line of the value before and that has none.
func (p *parser) firstBeside(has *note) *note {
	if has != nil || len(p.pending) == 0 || p.pending[0].blank() || p.pending[0].own {
		return has
	}
	n := p.pending[0]
	p.pending = p.pending[1:]
	return &n
}
