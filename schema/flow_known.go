package schema

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// What is known before the run, held against what uses it: a var, the rows of the matrix, and what an include is given. Each
// use is evaluated as the run would do it, so that what fails there fails here, at the place of the value.

// use is a value that expressions decide, of a step or of the section simulate.
type use struct {
	node  *yaml.Node
	pos   Pos
	names []string // the top-level names that it mentions
	build func(names map[string]any) (reflect.Value, error)
}

// used notes that expressions decide a value.
func (d *decoder) used(n *yaml.Node, pieces []piece, m maker) maker {
	if d.current == nil {
		return m
	}
	u := use{node: n, pos: d.at(n), build: m.build}
	for _, p := range pieces {
		if p.expr != nil {
			if !p.expr.Quick() {
				return m
			}
			u.names = append(u.names, p.expr.Names()...)
		}
	}
	d.current.uses = append(d.current.uses, u)
	return m
}

// spot is where a value is written.
type spot struct {
	Pos
	length int
}

func (r *reader) spotOf(n *yaml.Node) spot { return spotIn(r.doc.name, resolve(n)) }

func spotIn(file string, n *yaml.Node) spot {
	return spot{Pos{File: file, Line: max(n.Line, 1), Col: max(n.Column, 1)}, utf8.RuneCountInString(n.Value)}
}

// constant is a value that is known before the run by a name: one, or one for each row of the matrix.
type constant struct {
	what   string // "the var desk"
	values []any
	at     []spot // of the values; none: they are in several places
	given  bool   // by `with`
	items  bool   // what forEach goes through, not rows
}

// text is one of the values as text, as it would be sent; "" is none.
func (c constant) text(i int) string {
	text, bad := textFor(c.values[min(i, len(c.values)-1)])
	if bad != "" {
		return ""
	}
	return text
}

// texts are all values that are texts.
func (c constant) texts() (texts []string) {
	for _, v := range c.values {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// blame puts a problem to where a constant's value is written, and says what step wants it to be otherwise.
func (w *whoWalk) blame(p *Problem, c constant, i int, s *Step, line int) {
	if len(c.at) > 0 {
		at := c.at[min(i, len(c.at)-1)]
		p.Pos, p.Len = at.Pos, at.length
		p.Text += fmt.Sprintf(", as %s in %s wants", s.Verb.Name, w.line(p.Pos, s, line))
	}
}

// line names a line of a step as it is seen from elsewhere.
func (w *whoWalk) line(from Pos, s *Step, line int) string {
	if from.File == s.Pos.File {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("%s:%d", s.Pos.File, line)
}

// constantsOf are the vars and matrix values that the file says.
func constantsOf(p *Plan) map[string]constant {
	known := map[string]constant{}
	for _, v := range slices.Concat(p.Shared.Vars, p.Vars) {
		what, at := "the var "+v.Name, []spot{spotIn(v.Pos.File, resolve(v.Value.node))}
		value := v.Value.make.static.Interface()
		switch m := wholeReference.FindStringSubmatch(resolve(v.Value.node).Value); {
		case v.Value.Constant() && value != nil:
			known[v.Name] = constant{what: what, values: []any{value}, at: at}
		case m != nil && known[m[1]].values != nil:
			known[v.Name] = constant{what: what, values: known[m[1]].values, at: at}
		default:
			delete(known, v.Name) // it stands before a shared one
		}
	}
	if len(p.Rows) == 0 {
		return known
	}
	for _, axis := range slices.Sorted(maps.Keys(p.Rows[0].Values)) {
		column := constant{what: "the matrix's " + axis}
		for _, row := range p.Rows {
			column.values = append(column.values, row.Values[axis])
			if at, ok := row.at[axis]; ok {
				column.at = append(column.at, at)
			}
		}
		if len(column.at) != len(column.values) {
			column.at = nil
		}
		known["matrix."+axis] = column
	}
	return known
}

// alive says that a row of the matrix gets to where the walk is, as far as ifs show it. Of how many rows there are values: with
// one, any row will do.
func (w *whoWalk) alive(i, of int) bool {
	if w.live == nil {
		return true
	}
	if of == 1 {
		return slices.Contains(w.live, true)
	}
	return w.live[i]
}

// under has the rows count alone for which an if holds, until done. What is known only in the run may be true; but where it
// hangs on the row as well, nothing is said of any.
func (w *whoWalk) under(cond *expr.Expr) (done func()) {
	outer := w.live
	done = func() { w.live = outer }
	if cond == nil {
		return done
	}
	names := cond.Names()
	rows, known := w.rowsOf(names)
	known = known && cond.Quick()
	if !known && rows == 1 {
		return done
	}
	w.live = make([]bool, max(rows, len(outer), 1))
	for i := range w.live {
		if known && (outer == nil || outer[min(i, len(outer)-1)]) {
			holds, err := cond.Test(w.namesAt(i, names))
			w.live[i] = holds && err == nil
		}
	}
	return done
}

// rowsOf says for how many rows these names have values, and whether all of them do.
func (w *whoWalk) rowsOf(names []string) (rows int, known bool) {
	rows, known = 1, true
	for _, name := range names {
		c, ok := w.constants[name]
		switch {
		case name == "matrix" && len(w.rows) > 0 && w.rows[0].Values != nil: // without values it could not be read
			rows = max(rows, len(w.rows))
		case !ok || c.items:
			known = false
		default:
			rows = max(rows, len(c.values))
		}
	}
	return rows, known
}

// namesAt are the values of names for one row.
func (w *whoWalk) namesAt(i int, names []string) map[string]any {
	values := make(map[string]any, len(names))
	for _, name := range names {
		if name == "matrix" {
			values[name] = w.rows[min(i, len(w.rows)-1)].Values
		} else if c := w.constants[name]; c.values != nil {
			values[name] = c.values[min(i, len(c.values)-1)]
		}
	}
	return values
}

// fitting evaluates what a step takes from expressions, as far as it is known before the run.
func (w *whoWalk) fitting(s *Step) {
	for _, u := range s.uses {
		rows, known := w.rowsOf(u.names)
		if !known || w.told[u.node] {
			continue
		}
		for i := range rows {
			if !w.alive(i, rows) {
				continue
			}
			if _, err := u.build(w.namesAt(i, u.names)); err != nil {
				w.misfit(s, u, i, err)
			}
		}
	}
}

var column = regexp.MustCompile(`\bmatrix\.(\w+)`)

// misfit reports a value that does not fit where it is used: at the value, if it is one alone.
func (w *whoWalk) misfit(s *Step, u use, row int, err error) {
	var at *expr.EvalError
	var bad *fault
	p := Problem{Pos: u.pos, Len: utf8.RuneCountInString(u.node.Value), Code: "value-type"}
	if errors.As(err, &at) {
		err = at.Err
	}
	if errors.As(err, &bad) {
		p.Code, p.Hint = bad.code, bad.hint
	}
	var from []string
	for _, name := range u.names {
		if name != "matrix" {
			from = append(from, name)
		}
	}
	for _, m := range column.FindAllStringSubmatch(u.node.Value, -1) {
		if !slices.Contains(from, m[0]) {
			from = append(from, m[0])
		}
	}
	p.Text = err.Error()
	c := constant{}
	if len(from) == 1 {
		c = w.constants[from[0]]
	}
	switch {
	case len(c.at) > 0:
		at := c.at[min(row, len(c.at)-1)]
		p.Pos, p.Len = at.Pos, at.length
		if w.blamed[p.Pos] {
			return
		}
		w.blamed[p.Pos] = true
		p.Text = fmt.Sprintf("%s does not fit %s in %s: %s", c.what, s.Verb.Name, w.line(p.Pos, s, u.pos.Line), p.Text)
	case len(w.rows) > 1 && slices.Contains(u.names, "matrix"):
		p.Text = fmt.Sprintf("in the row [%s], %s", w.rows[row].Name, p.Text)
	}
	w.report(p)
}

// included walks the file that a step includes, with what it is given.
func (w *whoWalk) included(s *Step) {
	if w.visits += len(s.Include.Steps); w.visits > maxNodes {
		return
	}
	inner := *w
	inner.constants, inner.persons = constantsOf(s.Include), map[string]string{}
	for key, whose := range w.persons {
		if !strings.HasPrefix(key, "name ") {
			inner.persons[key] = whose
		}
	}
	var with *yaml.Node
	if params := resolve(s.Params.node); params.Kind == yaml.MappingNode {
		with = resolve(childNode(params, "with"))
	}
	if with != nil && with.Kind == yaml.MappingNode {
		for _, p := range pairs(with) {
			w.give(&inner, s, p.key.Value, resolve(p.value))
		}
	}
	inner.block(s.Include.Steps)
	inner.block(s.Include.Finally)
	inner.mistaken(s.Include)
	w.visits = inner.visits
}

// give has a name of an included file stand for what `with` says.
func (w *whoWalk) give(inner *whoWalk, s *Step, name string, n *yaml.Node) {
	delete(inner.constants, name)
	c := constant{what: "the var " + name + " of " + s.Include.File, at: []spot{spotIn(s.Pos.File, n)}, given: true}
	reference := ""
	if m := wholeReference.FindStringSubmatch(n.Value); m != nil {
		reference = m[1]
		if whose := w.persons["name "+reference]; whose != "" {
			inner.persons["name "+name] = whose
		}
	}
	switch {
	case w.constants[reference].values != nil && strings.HasPrefix(reference, "matrix."):
		c = w.constants[reference]
	case w.constants[reference].values != nil:
		c.values = w.constants[reference].values
	case decided(n):
		for _, u := range s.uses {
			if rows, known := w.rowsOf(u.names); u.node == n && known {
				for i := range rows {
					v, err := u.build(w.namesAt(i, u.names))
					if err != nil || !v.IsValid() {
						return
					}
					c.values = append(c.values, v.Interface())
				}
			}
		}
	default:
		c.values = []any{literalOf(n)}
	}
	if c.values != nil && !slices.Contains(c.values, nil) {
		inner.constants[name] = c
	}
}

// literalOf is an untyped value in which no expression stands.
func literalOf(n *yaml.Node) any {
	n = resolve(n)
	switch {
	case n.Kind == yaml.MappingNode:
		object := map[string]any{}
		for _, p := range pairs(n) {
			object[p.key.Value] = literalOf(p.value)
		}
		return object
	case n.Kind == yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, literalOf(c))
		}
		return list
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return n.Value
	}
	return typedLiteral(n.Value)
}
