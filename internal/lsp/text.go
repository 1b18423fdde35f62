package lsp

import (
	"strings"
	"unicode/utf8"

	"callflow/schema"
)

// text is one file as the client has it, with its lines. The protocol knows three line breaks, \n, \r\n and \r; YAML 1.1
// knows more, which stand in no scenario that is right.
type text struct {
	all    string
	starts []int // the bytes at which lines begin
}

func newText(all string) *text {
	t := &text{all: all, starts: []int{0}}
	for i := 0; i < len(all); i++ {
		if all[i] == '\n' || all[i] == '\r' && !strings.HasPrefix(all[i+1:], "\n") {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// line is a line without its break; lines count from 0.
func (t *text) line(n int) string {
	if n < 0 || n >= len(t.starts) {
		return ""
	}
	end := len(t.all)
	if n+1 < len(t.starts) {
		end = t.starts[n+1]
	}
	return strings.TrimRight(t.all[t.starts[n]:end], "\r\n")
}

// offset is the byte at a position; one behind a line's end is at its end.
func (t *text) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.starts) {
		return len(t.all)
	}
	line, at := t.line(p.Line), 0
	for units := 0; at < len(line) && units < p.Character; {
		r, size := utf8.DecodeRuneInString(line[at:])
		if units += width(r); units > p.Character {
			break // between the halves of a character
		}
		at += size
	}
	return t.starts[p.Line] + at
}

// column is a position's place in its line, counted in runes from 1.
func (t *text) column(p position) int {
	line := t.line(p.Line)
	units, col := 0, 1
	for _, r := range line {
		if units += width(r); units > p.Character {
			break
		}
		col++
	}
	return col
}

// position turns a line and a column in runes, both from 1, into a position.
func (t *text) position(line, col int) position {
	if line > len(t.starts) {
		line, col = len(t.starts), 1<<30
	}
	p := position{Line: max(line-1, 0)}
	for _, r := range t.line(p.Line) {
		if col--; col < 1 {
			break
		}
		p.Character += width(r)
	}
	return p
}

func (t *text) span(line, col, length int) span {
	return span{t.position(line, col), t.position(line, col+length)}
}

func (t *text) at(p schema.Pos, length int) span { return t.span(p.Line, p.Col, length) }

// width is how many UTF-16 units a character has.
func width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// change writes a text over a part of this one.
func (t *text) change(over *span, with string) *text {
	if over == nil {
		return newText(with)
	}
	from, to := t.offset(over.Start), t.offset(over.End)
	if to < from {
		from, to = to, from
	}
	return newText(t.all[:from] + with + t.all[to:])
}
