package schema

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// reader compiles one file.
type reader struct {
	*checker
	doc     *document
	plan    *Plan
	names   map[string]named // vars, secrets and captured names: one namespace
	objects map[Pos]string   // captures of an object that has an id, by where their names stand: what was captured
	ids     map[string]Pos
	outputs map[*Step]*expr.Type // what each step yields
	base    *expr.Scope          // vars, secrets, matrix
	current *Step                // whose values are being read; nil: no step's
	struck  []*yaml.Node         // steps that the simulated world is to know by their ids
}

// named says what a name is and where it was made.
type named struct {
	what string // "a var", "captured"
	at   Pos
}

// pair is one key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

func pairs(n *yaml.Node) []pair {
	ps := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		ps = append(ps, pair{n.Content[i], n.Content[i+1]})
	}
	return ps
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Style == 0 }

func (r *reader) at(n *yaml.Node) Pos { return r.doc.pos(n) }

func (r *reader) decoder(sc *expr.Scope) *decoder {
	return &decoder{reader: r, sc: sc, nested: map[string]*expr.Type{}}
}

// problem reports a problem of which a scalar or a key is the cause.
func (r *reader) problem(n *yaml.Node, code, hint, format string, args ...any) {
	p := Problem{Pos: r.at(n), Code: code, Text: fmt.Sprintf(format, args...), Hint: hint}
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		p.Len = utf8.RuneCountInString(n.Value)
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			p.Len += 2
		}
	}
	if plain, found := visible(n.Value); n.Kind == yaml.ScalarNode && found != 0 && !strings.HasPrefix(code, "expr") {
		p.Hint = fmt.Sprintf("it has %s: write %s", runeName(found), plain)
	}
	r.report(p)
}

func (r *reader) fault(n *yaml.Node, bad *fault) { r.problem(n, bad.code, bad.hint, "%s", bad.text) }

func (r *reader) wrongKind(n *yaml.Node, want string) {
	if reported(n) {
		return
	}
	have := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}[n.Kind]
	if isNull(n) {
		r.report(Problem{Pos: r.at(n), Code: "empty-value", Text: fmt.Sprintf("there is no value here; %s is wanted", want)})
		return
	}
	r.problem(n, "wrong-kind", "", "this is %s; %s is wanted", have, want)
}

// unknownKey reports a key that means nothing here. Without a hint the nearest known key is suggested. page is where
// `callflow docs` tells of the known ones.
func (r *reader) unknownKey(key *yaml.Node, known []string, hint, page string) {
	if reported(key) || r.full() {
		return
	}
	if name, rest, joined := strings.Cut(key.Value, ":"); joined && containsWord(known, name) {
		hint = fmt.Sprintf("a space belongs behind the colon: %s: %s", name, rest)
	}
	if hint == "" {
		hint = guessHint(guesses(key.Value, known))
	}
	r.unknown(key, hint, known, page)
}

// unknown reports a key with what is there instead: beside a hint only where that is short.
func (r *reader) unknown(key *yaml.Node, hint string, known []string, page string) {
	there := keysThere(known, page)
	switch {
	case hint == "":
		r.problem(key, "unknown-key", "", "unknown key %q; %s", key.Value, there)
		return
	case len(known) > fewWords:
	case strings.HasSuffix(hint, "?"):
		hint += " " + upperFirst(there)
	default:
		hint += "; " + there
	}
	r.problem(key, "unknown-key", hint, "unknown key %q", key.Value)
}

// mapping returns the keys of n that table has, and reports the others.
func (r *reader) mapping(n *yaml.Node, what string, known []string) map[string]pair {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.wrongKind(n, what)
		return nil
	}
	found := make(map[string]pair, len(n.Content)/2)
	for _, p := range pairs(n) {
		ok := false
		for _, k := range known {
			ok = ok || k == p.key.Value
		}
		if !ok {
			r.unknownKey(p.key, known, guessHint(guesses(p.key.Value, lacking(n, known))), "")
			if _, ok := mend(n, p.key, known); !ok {
				continue
			}
		}
		found[p.key.Value] = p
	}
	return found
}

// text reads a literal string.
func (r *reader) text(n *yaml.Node) string {
	v, _ := r.literal(n, reflect.TypeFor[string](), nil)
	s, _ := v.(string)
	return s
}

// literal reads a scalar that may hold no expression.
func (r *reader) literal(n *yaml.Node, t reflect.Type, f *field) (any, bool) {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{") && !reported(n) {
		r.problem(n, "not-literal", "", "this must be known before the run; ${{ }} cannot stand here")
		return nil, false
	}
	d := r.decoder(r.base)
	d.literal = "this must be known before the run"
	m := d.value(n, t, f)
	if !m.given {
		return nil, false
	}
	return m.static.Interface(), true
}

// words reads a list of literal words, or one of them.
func (r *reader) words(n *yaml.Node, f *field) []string {
	n = resolve(n)
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	var words []string
	for _, item := range items {
		if v, ok := r.literal(item, reflect.TypeFor[string](), f); ok {
			words = append(words, v.(string))
		}
	}
	return words
}

// declareName makes name one of the file's names, unless it cannot be one.
func (r *reader) declareName(key *yaml.Node, what string) bool {
	if reported(key) {
		return false
	}
	if bad := checkName(key.Value); bad != nil {
		r.fault(key, bad)
		return false
	}
	if v, shared := r.src.Shared.find(key.Value); shared != "" && what != "a var" && what != "a secret" {
		r.problem(key, "duplicate-name", "choose another name: a name keeps its value", "the name %q is already %s of the project, in %s:%d", key.Value, shared, v.Pos.File, v.Pos.Line)
		return false
	}
	if first, twice := r.names[key.Value]; twice {
		r.problem(key, "duplicate-name", "choose another name: a name keeps its value", "the name %q is already %s in line %d", key.Value, first.what, first.at.Line)
		return false
	}
	r.names[key.Value] = named{what, r.at(key)}
	r.trace.declared(UseName, key, what, r.at(key))
	return true
}

// pieces cuts a scalar at its ${{ }}. It returns nil pieces for text without any, and not ok after reporting a problem.
func (d *decoder) pieces(n *yaml.Node) (ps []piece, ok bool) {
	text := n.Value
	if m := bracesInText.FindStringSubmatchIndex(text); m != nil {
		braces := text[m[2]:m[3]]
		at := d.doc.posMap(n)(utf8.RuneCountInString(text[:m[2]]))
		d.report(Problem{Pos: at, Len: utf8.RuneCountInString(braces), Code: "bare-braces", Text: braces + " is plain text, not an expression", Hint: "write $" + braces})
		return nil, false
	}
	if !strings.Contains(text, "${{") {
		return nil, true
	}
	if strings.Count(text, "${{") > maxPieces {
		d.report(Problem{Pos: d.at(n), Code: "too-large", Text: fmt.Sprintf("there are more than %d expressions in this value", maxPieces)})
		return nil, false
	}
	if d.literal != "" {
		d.problem(n, "not-literal", "", "%s; ${{ }} cannot stand here", d.literal)
		return nil, false
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && strings.HasPrefix(text, "${{") && strings.HasSuffix(text, "}}\n") {
		text = strings.TrimRight(text, "\n") // the end of a block says nothing about the value
	}
	at := d.doc.posMap(n)
	ok = true
	for from := 0; from < len(text); {
		open := strings.Index(text[from:], "${{")
		if open < 0 {
			ps = append(ps, piece{text: text[from:]})
			break
		}
		if open > 0 {
			ps = append(ps, piece{text: text[from : from+open]})
		}
		open += from
		end := exprEnd(text, open+3)
		if end < 0 {
			d.report(Problem{Pos: at(utf8.RuneCountInString(text[:open])), Len: 3, Code: "unclosed-expression", Text: "no }} closes this ${{"})
			if d.trace.watched().Marked(text[open:]) {
				d.compile(text[open+3:], utf8.RuneCountInString(text[:open+3]), at, d.sc, nil)
			}
			return nil, false
		}
		inside := text[open+3 : end]
		trimmed := strings.TrimLeft(inside, " \t\n")
		start := utf8.RuneCountInString(text[:open+3+len(inside)-len(trimmed)])
		x := d.compile(strings.TrimRight(trimmed, " \t\n"), start, at, d.sc, nil)
		if x == nil {
			ok = false
		}
		ps = append(ps, piece{expr: x})
		from = end + 2
	}
	return ps, ok
}

// exprEnd finds the }} that ends an expression, past strings and the braces of objects.
func exprEnd(text string, from int) int {
	depth := 0
	var quote byte
	for i := from; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && i+1 < len(text) && text[i+1] == '}':
			return i
		}
	}
	return -1
}

// compile compiles one expression; a bare one stands at offset 0 of its scalar.
func (d *decoder) compile(text string, offset int, at posMap, sc *expr.Scope, want *expr.Type) *expr.Expr {
	if text == "" {
		d.report(Problem{Pos: at(offset), Code: "empty-value", Text: "there is no expression here"})
		return nil
	}
	if d.exprs++; d.exprs == maxExprs+1 {
		d.report(Problem{Pos: at(offset), Code: "too-large", Text: fmt.Sprintf("there are more than %d expressions", maxExprs)})
	}
	if d.exprs > maxExprs || d.full() {
		return nil
	}
	return expr.Compile(text, offset, at, sc, want, d.report)
}

// expression compiles a field that holds a bare expression.
func (d *decoder) expression(n *yaml.Node, f *field) *expr.Expr {
	want := expr.Bool
	if f != nil && f.want == "any" {
		want = nil
	}
	scopeTag := ""
	if f != nil {
		scopeTag = f.scope
	}
	x := d.bare(n, d.scopeFor(scopeTag), want)
	if x != nil && scopeTag == "" && f != nil && f.typ == reflect.TypeFor[[]*expr.Expr]() {
		outer := d.sc // what the first of a list says holds for the others
		d.sc = outer.Child()
		d.sc.Prove(x)
		if d.step != nil && d.step.verb.Name == "expect" {
			d.step.holds = append(d.step.holds, x.Proofs()...)
		}
	}
	return x
}

func (d *decoder) bare(n *yaml.Node, sc *expr.Scope, want *expr.Type) *expr.Expr {
	n = resolve(n)
	switch {
	case reported(n):
		return nil
	case n.Kind == yaml.MappingNode:
		d.problem(n, "wrong-kind", "put the whole expression in quotes: a colon or a brace makes a mapping of it", "this is a mapping; an expression is wanted")
		return nil
	case n.Kind == yaml.SequenceNode:
		d.problem(n, "wrong-kind", inOne(n, sc), "this is a list; one expression is wanted")
		return nil
	case n.Kind != yaml.ScalarNode || isNull(n):
		d.wrongKind(n, "an expression")
		return nil
	}
	text := strings.TrimRight(n.Value, " \t\n")
	inner := strings.TrimSpace(text)
	if strings.HasPrefix(inner, "${{") && strings.HasSuffix(inner, "}}") {
		d.problem(n, "wrapped-expression", "write it bare: "+strings.TrimSpace(inner[3:len(inner)-2]), "this field is an expression already; ${{ }} belongs into other values")
		return nil
	}
	return d.compile(text, 0, d.doc.posMap(n), sc, want)
}

// inOne is a hint for a list in place of an expression: of HTTP statuses, or of expressions.
func inOne(list *yaml.Node, sc *expr.Scope) string {
	var items []string
	statuses := sc.Find("response") != nil
	for _, item := range list.Content {
		statuses = statuses && wholeForm.MatchString(item.Value)
		items = append(items, item.Value)
	}
	switch {
	case len(items) == 0:
		return ""
	case statuses && len(items) == 1:
		return "write response.status == " + items[0]
	case statuses:
		return "write response.status in [" + strings.Join(items, ", ") + "]"
	case len(items) == 1:
		return "leave out the brackets, or the dash"
	}
	return "join them in one with or, or with and"
}

// scopeFor is what an expression with that scope tag may name.
func (d *decoder) scopeFor(tag string) *expr.Scope {
	nested, isStep := strings.CutPrefix(tag, "step:")
	switch {
	case tag == "event":
		return d.sc.WithFields(expr.TypeOf(d.voc.Event))
	case tag == "outputs" && d.step != nil:
		return d.sc.WithFields(d.step.yields())
	case tag == "retry" && d.step != nil:
		return d.sc.WithFields(d.step.attempted())
	case isStep && d.nested[nested] == nil:
		return d.sc.WithFields(expr.Any) // a step that could not be read
	case isStep:
		return d.sc.WithFields(d.nested[nested])
	}
	return d.sc
}
