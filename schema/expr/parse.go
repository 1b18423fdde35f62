package expr

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"

	"callflow/schema/problem"
)

// maxExprBytes bounds an expression's text.
const maxExprBytes = 4096

// Compile checks text in sc and compiles it. The text begins at a rune of something larger, such as a scalar of a file;
// at says where each rune of that stands. want nil: any type. It returns nil after reporting what forbids its use.
func Compile(text string, offset int, at func(offset int) problem.Pos, sc *Scope, want *Type, report func(problem.Problem)) *Expr {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	offset += utf8.RuneCountInString(text[:len(text)-len(trimmed)])
	text = strings.TrimRight(trimmed, " \t\r\n")

	c := &compiler{text: text, offset: offset, at: at, sc: sc, report: report, names: map[string]bool{}}
	tree := c.parse()
	if tree == nil {
		if sc.watch.Marked(text) {
			c.lookAt()
		}
		return nil
	}
	whole := c.node
	if want == Bool {
		whole = c.condition
	}
	root := whole(tree)
	root.says = says(tree, root)
	if !c.failed {
		c.wanted(root, want)
	}
	if c.failed {
		return nil
	}
	return &Expr{text: text, pos: at(offset), offset: offset, at: at, root: root, names: c.names}
}

// compiler turns one parsed expression into nodes, and reports all that is wrong with it.
type compiler struct {
	text   string
	offset int
	at     func(offset int) problem.Pos
	sc     *Scope
	report func(problem.Problem)
	failed bool
	names  map[string]bool

	elems   []*Type  // of the lists whose predicates are around
	there   []string // the proofs that hold; see guard
	beside  *Type    // what a name is compared with
	lenient int      // > 0: names may be absent, as left of ??
}

// problem reports an error about the runes from..to.
func (c *compiler) problem(from, to int, code, hint, format string, args ...any) {
	c.failed = true
	pos, length := c.at(c.offset+from), to-from
	if end := c.at(c.offset + to); end.Line != pos.Line {
		length = 1
	} else if end.Col > pos.Col {
		length = end.Col - pos.Col
	}
	c.report(problem.Problem{Pos: pos, Len: max(length, 1), Code: code, Severity: problem.SeverityError, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// parse returns the syntax tree, or nil after reporting why there is none.
func (c *compiler) parse() ast.Node {
	runes := utf8.RuneCountInString(c.text)
	switch {
	case c.text == "":
		c.problem(0, 0, "expr-syntax", "", "the expression is empty")
		return nil
	case len(c.text) > maxExprBytes:
		c.problem(0, 0, "expr-size", "split it, or name parts of it with set", "the expression has %d bytes; at most %d are allowed", len(c.text), maxExprBytes)
		return nil
	case !utf8.ValidString(c.text):
		c.problem(0, runes, "expr-syntax", "", "the expression is not UTF-8 text")
		return nil
	}
	tree, err := parser.Parse(c.text)
	if err == nil && !strings.ContainsAny(c.text, ";$") && !strings.Contains(c.text, "let") {
		return tree.Node
	}
	tokens, bad := lexer.Lex(file.NewSource(c.text))
	if bad != nil {
		err = bad
	}
	if err == nil && !c.misused(tokens) {
		return tree.Node
	}
	if c.failed || c.foreign().explain() || c.misused(tokens) {
		return nil
	}
	var ferr *file.Error
	if !errors.As(err, &ferr) {
		c.problem(0, runes, "expr-syntax", "", "%v", err)
		return nil
	}
	c.syntax(ferr, tokens, runes)
	return nil
}

// misused finds what is often written and is no part of the language, in better words than the parser's.
func (c *compiler) misused(tokens []lexer.Token) bool {
	for i, t := range tokens {
		next := lexer.Token{}
		if i+1 < len(tokens) {
			next = tokens[i+1]
		}
		adjoins := next.From == t.To && next.Kind != lexer.EOF
		say := func(length int, hint, format string, args ...any) bool {
			c.problem(t.From, t.From+length, "expr-syntax", hint, format, args...)
			return true
		}
		switch {
		case t.Kind == lexer.Bracket && t.Value == "{" && adjoins && next.Value == "{":
			return say(2, "leave out the braces", "{{ }} does not belong into an expression")
		case t.Kind == lexer.Identifier && t.Value == "$" && adjoins && next.Value == "{":
			return say(1, "leave out ${{ and }}", "${{ }} does not belong here: the whole text is an expression already")
		case t.Kind == lexer.Identifier && strings.HasPrefix(t.Value, "$"):
			if c.foreign().explain() {
				return true
			}
			return say(len(t.Value), "", "names do not begin with $: %s", t.Value)
		case t.Kind != lexer.Operator:
			continue
		}
		switch t.Value {
		case "==", "!=", "!":
			if adjoins && (next.Value == "=" || next.Value == "==") {
				plain := strings.TrimRight(t.Value, "=") + "="
				if t.Value == "==" {
					plain = "=="
				}
				return say(len(t.Value)+len(next.Value), "write "+plain, "there is no operator %s%s", t.Value, next.Value)
			}
		case "=", "=&", "=*":
			if adjoins && (next.Value == ">" || next.Value == "<") {
				return say(2, "write "+next.Value+"=", "there is no operator =%s", next.Value)
			}
			return say(1, "write == to compare", "a single = does not compare")
		case "&", "&=", "&*":
			return say(1, "write && or and", "there is no operator &")
		case "|":
			if next.Kind != lexer.Identifier {
				return say(1, "write || or or", "there is no operator |")
			}
		case "<":
			if adjoins && next.Value == ">" {
				return say(2, "write !=", "there is no operator <>")
			}
		case "let":
			return say(3, "name the value in a step with set", "let is not allowed in expressions")
		case ";":
			return say(1, "", "an expression is one value; ; is not allowed")
		}
	}
	return false
}

// operatorWords are what people write where an operator is wanted.
var operatorWords = map[string]string{
	"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "is": "==", "eq": "==", "equals": "==", "ne": "!=", "lt": "<", "gt": ">",
	"contain": "contains", "includes": "contains", "has": "contains", "match": "matches", "starts": "startsWith", "ends": "endsWith",
}

// syntax reports what the parser or the lexer refused.
func (c *compiler) syntax(err *file.Error, tokens []lexer.Token, runes int) {
	from, to := err.From, max(err.To, err.From+1)
	text := []rune(c.text)
	snip := func(from, to int) string { return string(text[min(from, runes):min(max(to, from), runes)]) }
	at := snip(from, to)
	last := ""
	for _, t := range tokens {
		if t.Kind != lexer.EOF {
			last = snip(t.From, t.To)
		}
	}
	message := err.Message
	switch {
	case strings.HasPrefix(message, "unrecognized character"):
		hint := ""
		if strings.ContainsAny(at, "“”„‘’«»") {
			hint = `use plain quotes: "…" or '…'`
		} else if at == "~" {
			hint = "write matches for a regular expression, ! for a negation"
		}
		c.problem(from, to, "expr-syntax", hint, "%q is not part of the language", at)
	case strings.HasPrefix(message, "literal not terminated"):
		c.problem(from, to, "expr-syntax", "close the quote on the same line", "a text in quotes does not end")
	case strings.HasPrefix(message, "invalid char escape"), strings.Contains(message, "unable to unescape"):
		c.problem(from, to, "expr-syntax", `write \\ for a backslash, or put the text between back quotes`, "an unknown escape in a text")
	case strings.Contains(message, "unexpected token EOF"), strings.HasPrefix(message, "unexpected end"):
		switch open := unclosed(tokens); {
		case open != nil && len(open) < 4 && endsOperand(scan(c.text), len(scan(c.text))-1):
			brackets := ""
			for i := len(open) - 1; i >= 0; i-- {
				brackets += map[string]string{"(": ")", "[": "]", "{": "}"}[open[i].Value]
			}
			inner := open[len(open)-1]
			c.problem(inner.From, inner.To, "expr-syntax", "write "+problem.Shorten(c.text, MaxShown)+brackets, "the %s that stands here is never closed", inner.Value)
		case open != nil:
			c.problem(runes, runes, "expr-syntax", "if it goes on with #, YAML took the rest for a comment: put the expression in quotes", "the expression ends before %s is closed", open[len(open)-1].Value)
		case last == "":
			c.problem(0, runes, "expr-syntax", "", "the expression is empty")
		default:
			c.problem(runes, runes, "expr-syntax", "if it goes on with #, YAML took the rest for a comment: put the expression in quotes", "the expression ends after %q, where a value is missing", last)
		}
	case strings.HasPrefix(message, "unexpected token"):
		if word, ok := operatorWords[at]; ok {
			c.problem(from, to, "expr-syntax", "write "+word, "there is no operator %s", at)
			return
		}
		switch at {
		case "contains", "startsWith", "endsWith", "matches", "in":
			c.problem(from, to, "expr-syntax", "write text "+at+" part", "%s stands between two values", at)
			return
		}
		hint := ""
		if near := problem.Nearest(at, []string{"contains", "startsWith", "endsWith", "matches"}); near != "" {
			hint = "did you mean " + near + "?"
		} else if strings.HasPrefix(at, "#") || at == "." {
			hint = "# and a leading . stand for the element, inside any(list, …) and the like only"
		}
		c.problem(from, to, "expr-syntax", hint, "%q does not fit here", at)
	case strings.HasPrefix(message, "invalid ") && strings.Contains(message, "value out of range"):
		c.problem(from, to, "expr-syntax", "", "the number is too large")
	case strings.Contains(message, "cannot be mixed"):
		c.problem(from, to, "expr-syntax", "put (… ?? …) in parentheses", "?? beside %s needs parentheses", at)
	default:
		c.problem(from, to, "expr-syntax", "", "%s", message)
	}
}

// unclosed returns the brackets that are open at the end, the outermost first.
func unclosed(tokens []lexer.Token) (open []lexer.Token) {
	for _, t := range tokens {
		if t.Kind != lexer.Bracket {
			continue
		}
		switch t.Value {
		case "(", "[", "{":
			open = append(open, t)
		default:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	return open
}
