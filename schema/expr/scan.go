package expr

import (
	"slices"
	"strings"
	"unicode"
)

// lexeme is a word of an expression, right or wrong. Unlike the parser's tokens there are some for every text.
type lexeme struct {
	kind     lexemeKind
	text     string
	from, to int // runes
}

type lexemeKind int

const (
	lexSign   lexemeKind = iota
	lexWord              // a name or an operator that is a word
	lexDigits            // a number, or what begins with a digit
	lexQuoted
	lexOpen    // a text in quotes that does not end
	lexCurly   // a text in typographic quotes
	lexPattern // /…/ with what stands behind it
)

// signs are the operators of more than one character, of this language and of others; the longest of those that begin alike
// comes first.
var signs = []string{"===", "!==", "==", "!=", "<=", ">=", "=>", "->", "=~", "!~", "~=", "<>", "&&", "||", "??", "?.", "..", "::", ":=", "**"}

// CurlyQuotes open a text, and what closes it.
var CurlyQuotes = map[rune]string{'“': "”“\"", '”': "”\"", '„': "“”\"", '‘': "’‘'", '’': "’'", '‚': "‘’'", '«': "»", '»': "«"}

// scan cuts an expression into words.
func scan(text string) (words []lexeme) {
	rs := []rune(text)
	until := func(from int, ok func(r rune) bool) int {
		for from < len(rs) && ok(rs[from]) {
			from++
		}
		return from
	}
	for i := 0; i < len(rs); {
		l, rest := lexeme{from: i, to: i + 1}, string(rs[i:min(len(rs), i+3)])
		switch r := rs[i]; {
		case unicode.IsSpace(r):
			i++
			continue
		case strings.HasPrefix(rest, "//"):
			return words
		case r == '"' || r == '\'' || r == '`':
			l.kind, l.to = quotedFrom(rs, i)
		case CurlyQuotes[r] != "":
			l.kind = lexCurly
			if l.to = until(i+1, func(x rune) bool { return !strings.ContainsRune(CurlyQuotes[r], x) }) + 1; l.to > len(rs) {
				l.kind, l.to = lexOpen, len(rs)
			}
		case unicode.IsLetter(r) || r == '_':
			l.kind, l.to = lexWord, until(i, func(x rune) bool { return unicode.IsLetter(x) || unicode.IsDigit(x) || x == '_' })
		case unicode.IsDigit(r):
			l.kind, l.to = lexDigits, until(i, func(x rune) bool { return unicode.IsLetter(x) || unicode.IsDigit(x) })
		case r == '/' && !endsOperand(words, len(words)-1):
			if end := slices.Index(rs[i+1:], '/'); end >= 0 {
				l.kind, l.to = lexPattern, until(i+1+end+1, unicode.IsLetter)
			}
		default:
			if n := slices.IndexFunc(signs, func(s string) bool { return strings.HasPrefix(rest, s) }); n >= 0 {
				l.to = i + len(signs[n])
			}
		}
		l.text = string(rs[l.from:l.to])
		words = append(words, l)
		i = l.to
	}
	return words
}

// quotedFrom is where the text ends whose quote stands at from.
func quotedFrom(rs []rune, from int) (lexemeKind, int) {
	for i := from + 1; i < len(rs); i++ {
		switch {
		case rs[i] == rs[from]:
			return lexQuoted, i + 1
		case rs[i] == '\\' && rs[from] != '`':
			i++
		}
	}
	return lexOpen, len(rs)
}

// operators are those that are words.
var operators = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches"}

// endsOperand says that a value ends with the word i.
func endsOperand(words []lexeme, i int) bool {
	if i < 0 {
		return false
	}
	switch l := words[i]; l.kind {
	case lexSign:
		return l.text == ")" || l.text == "]" || l.text == "}" || l.text == "#"
	case lexWord:
		return !slices.Contains(operators, l.text) || i > 0 && words[i-1].text == "."
	}
	return true
}

// operandBefore is the first word of the value that ends with the word end: a name with its fields, a call, a text.
func operandBefore(words []lexeme, end int) int {
	for i := end; endsOperand(words, i); i-- {
		if open := openedBy(words, i); open >= 0 {
			if i = open; endsOperand(words, i-1) && words[i-1].to == words[i].from && words[i-1].kind != lexDigits {
				continue // a call, an element
			}
		}
		if i > 0 && (words[i-1].text == "." || words[i-1].text == "?.") {
			if i--; endsOperand(words, i-1) {
				continue
			}
		}
		return max(i, 0)
	}
	return end + 1
}

// operandAfter is the word behind the value that begins with the word start.
func operandAfter(words []lexeme, start int) int {
	i := start
	for i < len(words) && slices.Contains([]string{"-", "!", "not", ".", "#"}, words[i].text) {
		i++
	}
	if i < len(words) {
		i = max(closedBy(words, i), i) + 1
	}
	for i < len(words) {
		switch text := words[i].text; {
		case (text == "." || text == "?.") && i+1 < len(words):
			i += 2
		case (text == "(" || text == "[") && words[i-1].to == words[i].from:
			end := closedBy(words, i)
			if end < 0 {
				return len(words)
			}
			i = end + 1
		default:
			return i
		}
	}
	return min(i, len(words))
}

// closedBy is the word that closes the bracket i; -1 when it is none, or is never closed.
func closedBy(words []lexeme, i int) int {
	if !strings.Contains("([{", words[i].text) {
		return -1
	}
	for depth := 0; i < len(words); i++ {
		switch {
		case words[i].kind != lexSign:
		case strings.Contains("([{", words[i].text):
			depth++
		case strings.Contains(")]}", words[i].text):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// openedBy is the bracket that the word i closes, or -1.
func openedBy(words []lexeme, i int) int {
	if i < 0 || !strings.Contains(")]}", words[i].text) {
		return -1
	}
	for depth := 0; i >= 0; i-- {
		switch {
		case words[i].kind != lexSign:
		case strings.Contains(")]}", words[i].text):
			depth++
		case strings.Contains("([{", words[i].text):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// OddRune says that a character is not seen, or looks like a space and is none: what is pasted from web pages and chats brings
// them along.
func OddRune(r rune) bool {
	switch {
	case r == 0xa0, r == 0xad, r == 0x1680, r == 0x180e, r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x2064, r == 0x3000, r == 0xfeff:
		return true
	}
	return false
}
