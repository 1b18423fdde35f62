package schema

import (
	"strings"

	"github.com/expr-lang/expr/parser"
)

// cursor is what an expression sees at the place where somebody is writing.
type cursor struct {
	kind   cursorKind
	sc     *scope
	base   *Type // of what stands before the dot
	elem   *Type // of the list whose predicate this is
	beside *Type // of the other side of a comparison
}

type cursorKind int

const (
	cursorName     cursorKind = iota // a name begins here
	cursorMember                     // behind a dot
	cursorStep                       // behind steps.
	cursorText                       // inside of quotes
	cursorOperator                   // behind a whole value
)

// lookAt compiles as much of an expression as makes sense up to the cursor, when the whole cannot be read.
func (c *compiler) lookAt() {
	t := c.sc.trace
	at := strings.Index(c.text, t.mark)
	before := c.text[:at]
	for _, text := range []string{c.text, before + t.mark} {
		if c.tryText(closed(text)) {
			return
		}
	}
	word := strings.LastIndexFunc(before, func(r rune) bool { return !wordRune(r) }) + 1
	if c.tryText(closed(strings.TrimRight(before[:word], " \t\n"))) {
		t.cursor = &cursor{kind: cursorOperator, sc: c.sc}
		return
	}
	// The nearest beginning from which the rest can be read.
	for i := len(before); i > 0; i-- {
		if strings.ContainsRune("&|([{,?:!=<>", rune(before[i-1])) && c.tryText(closed(before[i:]+t.mark)) {
			return
		}
	}
}

// tryText compiles a text that stands for the expression; what it reports says nothing to the author.
func (c *compiler) tryText(text string) bool {
	tree, err := parser.Parse(text)
	if err != nil {
		return false
	}
	report := c.report
	c.report = func(Problem) {}
	c.node(tree.Node)
	c.report = report
	return true
}

// closed closes the quotes and brackets that an expression leaves open.
func closed(text string) string {
	var open []byte
	var quote byte
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case quote != 0 && ch == '\\' && quote != '`':
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'' || ch == '`':
			quote = ch
		case ch == '(' || ch == '[' || ch == '{':
			open = append(open, map[byte]byte{'(': ')', '[': ']', '{': '}'}[ch])
		case (ch == ')' || ch == ']' || ch == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if quote != 0 {
		text += string(quote)
	}
	for i := len(open) - 1; i >= 0; i-- {
		text += string(open[i])
	}
	return text
}

func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
