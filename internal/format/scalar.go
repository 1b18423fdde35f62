package format

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// scalar reads the source of a scalar: its lines, without the spaces around each, of which YAML takes no notice.
func (p *parser) scalar(n *yaml.Node, v *value, at place) {
	v.kind, v.text = scalar, n.Value
	var end int
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		p.literal(v, at)
		return
	case n.Style&yaml.DoubleQuotedStyle != 0:
		end = p.quoted('"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		end = p.quoted('\'')
	case n.Value == "":
		v.kind = empty
		return
	default:
		end = p.plain(n.Value)
	}
	for i, line := range strings.Split(p.text[p.at:end], "\n") {
		if i > 0 {
			line = strings.TrimLeft(line, " \t")
		}
		v.raw = append(v.raw, line)
	}
	for i := range v.raw[:len(v.raw)-1] {
		if trimmed := strings.TrimRight(v.raw[i], " \t"); !strings.HasSuffix(trimmed, `\`) {
			v.raw[i] = trimmed
		}
	}
	p.at = end
}

// quoted is where a quoted scalar ends, behind its quote.
func (p *parser) quoted(quote byte) int {
	if p.peek() != quote {
		p.lost()
	}
	for i := p.at + 1; i < len(p.text); i++ {
		switch {
		case p.text[i] == '\\' && quote == '"':
			i++
		case p.text[i] != quote:
		case quote == '\'' && i+1 < len(p.text) && p.text[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	p.lost()
	return 0
}

// plain is where a plain scalar ends. Its value tells: the source has the same text, but for breaks of lines.
func (p *parser) plain(text string) int {
	at := p.at
	for i := 0; i < len(text); {
		spaces := at
		for spaces < len(p.text) && (p.text[spaces] == ' ' || p.text[spaces] == '\t') {
			spaces++
		}
		switch {
		case (text[i] == ' ' || text[i] == '\n') && spaces < len(p.text) && p.text[spaces] == '\n':
			for at < len(p.text) && strings.IndexByte(" \t\n", p.text[at]) >= 0 {
				at++
			}
			for folded := text[i]; i < len(text) && text[i] == folded; i++ {
				if folded == ' ' {
					i++
					break
				}
			}
		case at < len(p.text) && p.text[at] == text[i]:
			at++
			i++
		default:
			p.lost()
		}
	}
	return at
}

// literal reads a block of text behind | or >: its header, and its lines without their indentation.
func (p *parser) literal(v *value, at place) {
	v.kind = literal
	end := strings.IndexByte(p.text[p.at:]+"\n", '\n')
	header := p.text[p.at : p.at+end]
	v.raw = []string{strings.TrimRight(header, " \t")}
	p.at = min(p.at+end+1, len(p.text))

	marks, _, _ := strings.Cut(header, "#")
	keep := strings.Contains(marks, "+")
	if digit := strings.IndexAny(marks, "123456789"); digit >= 0 {
		v.indented = int(marks[digit] - '0')
	}
	indent := 0
	if v.indented > 0 {
		indent = max(at.indent, 0) + v.indented
	}
	last := 0 // lines up to the last one with text
	from := p.at
	for from < len(p.text) {
		line, _, _ := strings.Cut(p.text[from:], "\n")
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if spaces < len(line) {
			if indent == 0 && spaces > at.indent {
				indent = max(spaces, 1)
				if at.indent < 0 {
					indent = spaces
				}
			}
			if spaces < indent || spaces <= at.indent {
				break
			}
			v.raw = append(v.raw, line[indent:])
		} else {
			v.raw = append(v.raw, strings.Repeat(" ", max(0, len(line)-max(indent, spaces))))
			if indent > 0 && spaces > indent {
				v.raw[len(v.raw)-1] = line[indent:]
			}
		}
		from = min(from+len(line)+1, len(p.text))
		if spaces < len(line) || keep || len(v.raw[len(v.raw)-1]) > 0 {
			last, p.at = len(v.raw)-1, from
		}
	}
	v.raw = v.raw[:last+1]
	if p.at == len(p.text) && last > 0 && !strings.HasSuffix(p.text, "\n") {
		// The block ends without the line break that the file will end with.
		marks, comment, _ := strings.Cut(v.raw[0], " ")
		v.raw[0] = strings.TrimRight(strings.TrimRight(marks, "+-")+"- "+comment, " ")
	}
	// What follows begins in a line of its own, also for the gap behind it.
	if p.at > 0 && p.text[p.at-1] == '\n' {
		p.at--
	}
}
