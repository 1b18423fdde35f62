package schema

import (
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// posMap translates a rune offset in a scalar's decoded value to its place in the file.
type posMap func(offset int) Pos

// newPosMap makes the map for a scalar node; lines are the file's source lines. Exact for plain, quoted and literal block
// scalars; for folded ones the line is exact.
//
// It reads the scalar again from the source as YAML 1.2 says (sections 7.3 and 8.1), noting where each rune came from.
// That costs a little and is done only when a place is asked for.
func newPosMap(file string, lines []string, n *yaml.Node) posMap {
	return posMapOver(file, &source{lines: lines}, n)
}

// source is a file's lines, with the last one that was looked at cut into runes: a file may be one long line of thousands
// of expressions.
type source struct {
	lines []string
	last  atomic.Pointer[runeLine]
}

type runeLine struct {
	number int
	runes  []rune
}

// runes is a line without its end; lines count from 0.
func (s *source) runes(line int) []rune {
	if line < 0 || line >= len(s.lines) {
		return nil
	}
	if last := s.last.Load(); last != nil && last.number == line {
		return last.runes
	}
	made := &runeLine{line, []rune(strings.TrimRight(s.lines[line], "\r\n"))}
	s.last.Store(made)
	return made.runes
}

// posMapOver is newPosMap for a file of which many places are asked for.
func posMapOver(file string, src *source, n *yaml.Node) posMap {
	return func(offset int) Pos {
		s := &scalar{source: src, line: n.Line - 1, value: n.Value, want: max(offset, 0)}
		s.col = n.Column - 1
		s.read(n.Style)
		line, col := s.place()
		return Pos{File: file, Line: line + 1, Col: col + 1}
	}
}

// scalar is a reading of one scalar up to the wanted rune of its value. Lines and columns count from 0.
type scalar struct {
	*source
	line, col int // the reader's place
	value     string
	want      int

	rest      string // of value, from the rune read next
	at        int    // how many runes of value were read
	lastLine  int    // where the last of them stood, and how wide it was
	lastCol   int
	lastWidth int
	found     bool
}

// place is where the wanted rune stands; past the last one it is behind it.
func (s *scalar) place() (line, col int) {
	line, col = s.lastLine, s.lastCol
	if !s.found {
		col += s.lastWidth
	}
	line = max(0, min(line, len(s.lines)-1))
	if line < len(s.lines) {
		col = max(0, min(col, len(s.runes(line))))
	}
	return line, col
}

// take notes that the next rune of the value came from a place; false ends the reading: it is the wanted one, or the
// value goes on otherwise, and what was read so far has to do.
func (s *scalar) take(r rune, line, col, width int) bool {
	next, size := utf8.DecodeRuneInString(s.rest)
	if size == 0 || next != r {
		return false
	}
	s.rest = s.rest[size:]
	s.lastLine, s.lastCol, s.lastWidth = line, col, width
	if s.at == s.want {
		s.found = true
		return false
	}
	s.at++
	return true
}

func (s *scalar) read(style yaml.Style) {
	s.rest = s.value
	s.skipProperties()
	s.lastLine, s.lastCol = s.line, s.col
	switch {
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		s.block(style&yaml.FoldedStyle != 0)
	case style&yaml.DoubleQuotedStyle != 0:
		s.col++
		s.flow('"')
	case style&yaml.SingleQuotedStyle != 0:
		s.col++
		s.flow('\'')
	default:
		s.flow(0)
	}
}

// skipProperties steps over an anchor and a tag: yaml.v3 says that the scalar begins at them.
func (s *scalar) skipProperties() {
	for {
		text := s.runes(s.line)
		for s.col < len(text) && (text[s.col] == ' ' || text[s.col] == '\t') {
			s.col++
		}
		switch {
		case s.col >= len(text) || text[s.col] == '#' && s.col > 0:
			if s.line+1 >= len(s.lines) {
				return
			}
			s.line, s.col = s.line+1, 0
		case text[s.col] == '&':
			s.col++
			for s.col < len(text) && (text[s.col] == '-' || text[s.col] == '_' || unicode.IsLetter(text[s.col]) || unicode.IsDigit(text[s.col])) {
				s.col++
			}
		case text[s.col] == '!':
			for s.col < len(text) && text[s.col] != ' ' && text[s.col] != '\t' {
				s.col++
			}
		default:
			return
		}
	}
}

// flow reads a plain (quote 0) or quoted scalar, over as many lines as it has.
func (s *scalar) flow(quote rune) {
	s.lastLine, s.lastCol = s.line, s.col
	for {
		text := s.runes(s.line)
		end := len(text) // of what counts: spaces before a line's end do not
		for end > s.col && (text[end-1] == ' ' || text[end-1] == '\t') {
			end--
		}
		escaped := false
		for s.col < len(text) {
			r, width := text[s.col], 1
			switch {
			case r == quote && quote == '\'' && s.col+1 < len(text) && text[s.col+1] == '\'':
				width = 2
			case r == quote && quote != 0:
				return
			case r == '\\' && quote == '"':
				if s.col+1 >= len(text) {
					escaped = true
					s.col++
					continue
				}
				r, width = unescape(text[s.col:])
				end = max(end, s.col+width)
			case s.col >= end && !s.moreOnLine(text, quote):
				s.col = len(text)
				continue
			}
			if !s.take(r, s.line, s.col, width) {
				return
			}
			s.col += width
		}
		if !s.foldLine(escaped) {
			return
		}
	}
}

// moreOnLine says that spaces at the place are inside a quoted scalar that ends on this line.
func (s *scalar) moreOnLine(text []rune, quote rune) bool {
	if quote == 0 {
		return false
	}
	for _, r := range text[s.col:] {
		if r == quote {
			return true
		}
	}
	return false
}

// foldLine goes to the next line with text: one line break is a space, each empty line after it a line break.
func (s *scalar) foldLine(escaped bool) bool {
	from, col := s.line, s.col
	empty := 0
	for {
		s.line++
		if s.line >= len(s.lines) {
			return false
		}
		text := s.runes(s.line)
		s.col = 0
		for s.col < len(text) && (text[s.col] == ' ' || text[s.col] == '\t') {
			s.col++
		}
		if s.col < len(text) {
			break
		}
		empty++
	}
	if empty == 0 {
		return escaped || s.take(' ', from, col, 1)
	}
	for i := range empty {
		if !s.take('\n', from+i, col, 1) {
			return false
		}
		col = 0
	}
	return true
}

// block reads a literal or folded block scalar.
func (s *scalar) block(folded bool) {
	indent := s.indent(folded)
	s.lastLine, s.lastCol, s.lastWidth = s.line+1, indent, 0
	for line := s.line + 1; line < len(s.lines); line++ {
		text := s.runes(line)
		if folded {
			// The breaks between lines with text are spaces, or left out before empty lines; which, the value tells.
			s.fold(line, indent)
		}
		for col := indent; col < len(text); col++ {
			if !s.take(text[col], line, col, 1) {
				return
			}
		}
		if !folded && !s.take('\n', line, len(text), 0) {
			return
		}
	}
}

// indent is how many spaces stand before each line. In a literal scalar every line of the value has its own line, so it is
// the difference of any two; in a folded one it is that of the first line with text, less what the value keeps of it.
func (s *scalar) indent(folded bool) int {
	line := s.line + 1
	for _, value := range strings.Split(s.value, "\n") {
		for folded && line < len(s.lines) && strings.TrimSpace(s.lines[line]) == "" {
			line++
		}
		if value != "" && folded {
			return max(0, leadingSpaces(string(s.runes(line)))-leadingSpaces(value))
		}
		if value != "" {
			return max(0, len(s.runes(line))-utf8.RuneCountInString(value))
		}
		line++
	}
	return 0
}

// fold takes the break that comes before a line of a folded scalar.
func (s *scalar) fold(line, indent int) {
	if line == s.line+1 || s.found {
		return
	}
	before := s.runes(line - 1)
	next, _ := utf8.DecodeRuneInString(s.rest)
	if next == '\n' {
		s.take('\n', line-1, len(before), 0)
	} else if next == ' ' && len(before) > indent {
		s.take(' ', line-1, len(before), 0)
	}
}

func leadingSpaces(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// unescape reads one escape of a double-quoted scalar (YAML 1.2, 5.7): its rune, and how many runes it takes.
func unescape(text []rune) (r rune, width int) {
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
	if digits == 0 {
		if plain, ok := escapes[text[1]]; ok {
			return plain, 2
		}
		return text[1], 2
	}
	for _, d := range text[2:min(2+digits, len(text))] {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		}
		r = r<<4 | d
	}
	return r, min(2+digits, len(text))
}

var escapes = map[rune]rune{
	'0': 0, 'a': '\a', 'b': '\b', 't': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': 0x1b, '\t': '\t',
	'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}
