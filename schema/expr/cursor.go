package expr

import (
	"strings"

	"github.com/expr-lang/expr/parser"

	"callflow/schema/problem"
)

// Cursor is what an expression sees at the place where somebody is writing.
type Cursor struct {
	Kind   CursorKind
	Scope  *Scope
	Base   *Type // of what stands before the dot
	Elem   *Type // of the list whose predicate this is; nil: it is in none
	Beside *Type // of the other side of a comparison; nil: there is none
}

// CursorKind is what is being written.
type CursorKind int

// The kinds of places.
const (
	CursorName     CursorKind = iota // a name begins here
	CursorMember                     // behind a dot
	CursorStep                       // behind steps.
	CursorText                       // inside of quotes
	CursorOperator                   // behind a whole value
)

// lookAt compiles as much of an expression as makes sense up to the cursor, when the whole cannot be read.
func (c *compiler) lookAt() {
	w := c.sc.watch
	at := strings.Index(c.text, w.Mark)
	before := c.text[:at]
	for _, text := range []string{c.text, before + w.Mark} {
		if c.tryText(closed(text)) {
			return
		}
	}
	word := strings.LastIndexFunc(before, func(r rune) bool { return !NameRune(r) }) + 1
	if c.tryText(closed(strings.TrimRight(before[:word], " \t\n"))) {
		w.Cursor = &Cursor{Kind: CursorOperator, Scope: c.sc}
		return
	}
	// The nearest beginning from which the rest can be read.
	for i := len(before); i > 0; i-- {
		if strings.ContainsRune("&|([{,?:!=<>", rune(before[i-1])) && c.tryText(closed(before[i:]+w.Mark)) {
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
	c.report = func(problem.Problem) {}
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

// NameRune says whether names hold such a rune.
func NameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
