package format

import (
	"strings"

	"callflow/schema"
)

// kind is how a value is written.
type kind int

const (
	empty    kind = iota // nothing: null
	scalar               // plain or quoted text, or an alias
	literal              // | or >, with its lines
	mapping              // keys, in lines of their own or in { }
	sequence             // items, likewise
)

// value is one value as the source has it.
type value struct {
	kind  kind
	form  *schema.Form
	props string // anchor and tag
	raw   []string

	entries []*entry
	below   []note // comments behind the last entry
	flow    bool   // in braces or brackets
	pair    bool   // a mapping of one key in brackets, without braces
	spread  bool   // a flow over several lines
	open    bool   // a flow that is written as lines

	indented int   // of a literal: the digit of its header, or 0
	next     bool  // it begins in a line below its key
	beside   *note // the comment at the end of its last line
	text     string
	fixed    bool // entries keep their order: anchors and aliases look at it
}

// entry is a key with its value, or an item.
type entry struct {
	above  []note
	key    string // as written; "" for an item
	name   string // what the key says
	colon  bool
	head   *note // the comment behind key and colon, before a value in the lines below
	value  *value
	before bool // a blank line stood before it
	after  bool // and behind it
}

// note is a comment, or a blank line if it has no text.
type note struct {
	text   string
	column int  // in its line, from 0
	indent int  // of its line
	own    bool // it has a line of its own
}

func (n note) blank() bool { return n.text == "" }

// lone says that the value can be written in one line with what stands before it.
func (v *value) lone() bool {
	switch v.kind {
	case mapping, sequence:
		if v.open || !v.flow {
			return false
		}
		for _, e := range v.entries {
			if !e.value.lone() {
				return false
			}
		}
		return true
	case scalar:
		return len(v.raw) == 1
	}
	return v.kind == empty
}

// commented says that a comment stands inside.
func (v *value) commented() bool {
	for _, n := range v.below {
		if !n.blank() {
			return true
		}
	}
	for _, e := range v.entries {
		if e.head != nil || e.value.beside != nil || e.value.commented() {
			return true
		}
		for _, n := range e.above {
			if !n.blank() {
				return true
			}
		}
	}
	return false
}

// inline is the value in one line.
func (v *value) inline() string {
	var b strings.Builder
	b.WriteString(v.props)
	space := func() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
	}
	switch v.kind {
	case empty:
	case scalar:
		space()
		b.WriteString(v.raw[0])
	case mapping, sequence:
		space()
		parts := make([]string, len(v.entries))
		for i, e := range v.entries {
			parts[i] = e.inline()
		}
		all := strings.Join(parts, ", ")
		switch {
		case v.kind == sequence:
			all = "[" + all + "]"
		case !v.pair:
			all = "{" + all + "}"
		}
		b.WriteString(all)
	}
	return b.String()
}

func (e *entry) inline() string {
	text := e.value.inline()
	switch {
	case e.key == "":
		return text
	case text == "" && !e.colon:
		return e.key
	case text == "":
		return e.key + ": " // "a:," would be another word
	}
	return e.key + ": " + text
}
