package lsp

import (
	"strings"
	"unicode/utf8"

	"callflow/schema"
)

// text is one file as the client has it, with the protocol's lines: they end at \n, \r\n or \r.
type text struct {
	all    string
	starts []int // the bytes at which lines begin
	breaks []int // the lines in which YAML ends a line and the protocol does not, once for each time
}

func newText(all string) *text {
	t := &text{all: all, starts: []int{0}}
	for i := 0; i < len(all); i++ {
		if all[i] == '\n' || all[i] == '\r' && !strings.HasPrefix(all[i+1:], "\n") {
			t.starts = append(t.starts, i+1)
		}
	}
	if strings.ContainsFunc(all, yamlBreak) {
		for i := range t.starts {
			for _, r := range t.line(i) {
				if yamlBreak(r) {
					t.breaks = append(t.breaks, i)
				}
			}
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

// place is where a position is in the file as package schema counts: lines from 1, columns in runes from 1. YAML ends a line
// at three more characters than the protocol, and leaves out a byte order mark.
func (t *text) place(p position) (line, col int) {
	line, col = p.Line+1+t.breaksBefore(p.Line), 1
	if p.Line == 0 {
		col -= t.mark()
	}
	units := 0
	for _, r := range t.line(p.Line) {
		if units += width(r); units > p.Character {
			break
		}
		if col++; yamlBreak(r) {
			line, col = line+1, 1
		}
	}
	return line, max(col, 1)
}

// position is the opposite of place.
func (t *text) position(line, col int) position {
	p := position{}
	for p.Line+1 < len(t.starts) && p.Line+2+t.breaksBefore(p.Line+1) <= line {
		p.Line++
	}
	skip := line - p.Line - 1 - t.breaksBefore(p.Line)
	if p.Line == 0 {
		col += t.mark()
	}
	for _, r := range t.line(p.Line) {
		if skip > 0 {
			if yamlBreak(r) {
				skip--
			}
		} else if col--; col < 1 {
			break
		}
		p.Character += width(r)
	}
	return p
}

// breaksBefore counts the line breaks above a line that only YAML knows.
func (t *text) breaksBefore(line int) (n int) {
	for n < len(t.breaks) && t.breaks[n] < line {
		n++
	}
	return n
}

// mark is the width of a byte order mark.
func (t *text) mark() int {
	if strings.HasPrefix(t.all, "\ufeff") {
		return 1
	}
	return 0
}

func yamlBreak(r rune) bool { return r == '\u0085' || r == '\u2028' || r == '\u2029' }

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
