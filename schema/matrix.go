package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

const maxRows = 1000

// axis is one key of a matrix with its values.
type axis struct {
	name   string
	values []any
	at     []spot
}

// matrixRow is one row before it has a name, and where it is from.
type matrixRow struct {
	values map[string]any
	at     Pos
	cells  map[string]spot
}

// matrix makes the rows: those of its file times the axes in row-major order, less exclude, and then include's rows.
func (r *reader) matrix(n *yaml.Node) {
	n = resolve(n)
	r.base.Declare("matrix", expr.Any, nil, r.at(n)) // until the rows have been read
	before := len(r.problems)
	if n.Kind == yaml.ScalarNode && !isNull(n) && !reported(n) {
		if rows, columns, ok := r.rowsOf(n); ok {
			r.rows(n, rows, columns, labelled(columns), nil)
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		r.wrongKind(n, "a mapping of axes to lists of values, or the name of a file with rows,")
		return
	}
	var axes []axis
	include, exclude := (*yaml.Node)(nil), (*yaml.Node)(nil)
	var labels []string
	rows, names := []matrixRow{}, []string{}
	for _, p := range pairs(n) {
		value := resolve(p.value)
		r.mendRows(n, p.key, value)
		switch {
		case p.key.Value == "include":
			include = value
		case p.key.Value == "exclude":
			exclude = value
		case p.key.Value == "file" && value.Kind == yaml.ScalarNode && !isNull(value):
			var ok bool
			if rows, names, ok = r.rowsOf(value); !ok {
				return
			}
			labels = labelled(names)
		default:
			if a, ok := r.axis(p); ok {
				axes = append(axes, a)
			}
		}
	}
	if errorsSince(r.problems, before) {
		if len(axes) == 0 {
			return // that there are no rows follows from it
		}
		defer r.base.Declare("matrix", expr.Any, nil, r.at(n)) // an axis is missing
	}
	if len(axes) > 0 {
		if len(names) == 0 {
			rows = []matrixRow{{at: r.at(n)}}
		}
		for _, a := range axes {
			if containsWord(names, a.name) {
				r.report(Problem{Pos: r.at(n), Code: "matrix", Text: fmt.Sprintf("%s is a column of the file and an axis too", a.name)})
				return
			}
			names, labels = append(names, a.name), append(labels, a.name)
		}
		rows = product(rows, axes)
	}
	if rows == nil {
		r.tooManyRows(n)
		return
	}
	if exclude != nil {
		rows = r.exclude(exclude, rows, names)
	}
	var extras []string
	if include != nil {
		rows, names, extras = r.addRows(include, rows, names)
	}
	if labels == nil {
		labels = names
	}
	r.rows(n, rows, names, labels, extras)
}

// mendRows reports a misspelt include or exclude, and lets it be read as what was meant. A list of mappings tells it from an axis.
func (r *reader) mendRows(n, key, value *yaml.Node) {
	words := []string{"include", "exclude"}
	if containsWord(words, key.Value) || value.Kind != yaml.SequenceNode || len(value.Content) == 0 || resolve(value.Content[0]).Kind != yaml.MappingNode {
		return
	}
	if right := misspelt(key.Value, lacking(n, words)); right != "" {
		r.unknownKey(key, words, guessHint([]string{right}), "")
		key.Value = right
	}
}

func (r *reader) axis(p pair) (axis, bool) {
	if !identifier.MatchString(p.key.Value) {
		r.fault(p.key, faultf("bad-name", "use letters, digits and _, a letter first", "%q is not a name that expressions can spell", p.key.Value))
		return axis{}, false
	}
	list := resolve(p.value)
	if list.Kind != yaml.SequenceNode {
		r.wrongKind(list, "a list of values")
		return axis{}, false
	}
	if len(list.Content) == 0 {
		r.report(Problem{Pos: r.at(list), Code: "matrix", Text: fmt.Sprintf("the axis %s has no values, so there is nothing to run", p.key.Value)})
		return axis{}, false
	}
	a := axis{name: p.key.Value}
	for _, c := range list.Content {
		a.values, a.at = append(a.values, r.fixed(c)), append(a.at, r.spotOf(c))
	}
	return a, true
}

// fixed reads a value that cannot depend on expressions.
func (r *reader) fixed(n *yaml.Node) any {
	d := r.decoder(r.base)
	d.literal = "the rows of a matrix are known before the run"
	return d.untyped(n).static.Interface()
}

// labelled are the columns of a file that a row is called by: its column name, if there is one, says it all.
func labelled(columns []string) []string {
	if containsWord(columns, "name") {
		return []string{"name"}
	}
	return slices.Clone(columns)
}

// product combines rows with the axes; nil: that would be too many.
func product(rows []matrixRow, axes []axis) []matrixRow {
	for _, a := range axes {
		if len(rows)*len(a.values) > maxRows {
			return nil
		}
		var next []matrixRow
		for _, row := range rows {
			for i, v := range a.values {
				more, cells := make(map[string]any, len(row.values)+1), make(map[string]spot, len(row.cells)+1)
				maps.Copy(more, row.values)
				maps.Copy(cells, row.cells)
				more[a.name], cells[a.name] = v, a.at[i]
				next = append(next, matrixRow{more, row.at, cells})
			}
		}
		rows = next
	}
	return rows
}

// rowNodes reads the rows under include or exclude.
func (r *reader) rowNodes(n *yaml.Node, what string) (nodes []*yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		r.wrongKind(n, "a list of rows to "+what)
		return nil
	}
	for _, c := range n.Content {
		if c = resolve(c); c.Kind != yaml.MappingNode {
			r.wrongKind(c, "a mapping of axes to values")
			continue
		}
		nodes = append(nodes, c)
	}
	return nodes
}

func (r *reader) exclude(n *yaml.Node, rows []matrixRow, names []string) []matrixRow {
	for _, entry := range r.rowNodes(n, "exclude") {
		before := len(rows)
		known := true
		kept := rows[:0:0]
		for _, row := range rows {
			matches := true
			for _, p := range pairs(entry) {
				if !containsWord(names, p.key.Value) {
					known = false
				}
				matches = matches && expr.Equal(row.values[p.key.Value], r.fixed(p.value))
			}
			if !matches {
				kept = append(kept, row)
			}
		}
		rows = kept
		if !known {
			for _, p := range pairs(entry) {
				if !containsWord(names, p.key.Value) {
					r.unknownKey(p.key, names, "", "")
				}
			}
		} else if len(kept) == before {
			r.report(Problem{Pos: r.at(entry), Code: "matrix", Text: "no row agrees with this, so nothing is excluded"})
		}
	}
	return rows
}

// addRows reads include as GitHub's matrix does: an entry adds its other keys to every row that agrees with the axes it
// names, and is a row of its own when none agrees. Without axes the first entry's keys are the axes.
func (r *reader) addRows(n *yaml.Node, rows []matrixRow, axes []string) (more []matrixRow, names, extras []string) {
	for _, entry := range r.rowNodes(n, "include") {
		if len(axes) == 0 {
			for _, p := range pairs(entry) {
				axes = append(axes, p.key.Value)
			}
		}
		row, other, done := map[string]any{}, map[string]any{}, false
		cells := map[string]spot{}
		for _, p := range pairs(entry) {
			cells[p.key.Value] = r.spotOf(p.value)
			switch key := p.key.Value; {
			case containsWord(axes, key):
				row[key] = r.fixed(p.value)
			case !identifier.MatchString(key):
				r.fault(p.key, faultf("bad-name", "use letters, digits and _, a letter first", "%q is not a name that expressions can spell", key))
				done = true
			default:
				other[key] = r.fixed(p.value)
				if !containsWord(extras, key) {
					extras = append(extras, key)
				}
			}
		}
		for _, known := range rows {
			if len(other) > 0 && agrees(known.values, row) {
				done = true
				maps.Copy(known.values, other)
				for name := range other {
					known.cells[name] = cells[name]
				}
			}
		}
		if done {
			continue
		}
		for _, p := range pairs(entry) { // an axis misspelt
			if name := misspelt(p.key.Value, lacking(entry, axes)); name != "" && !containsWord(axes, p.key.Value) {
				r.unknownKey(p.key, axes, guessHint([]string{name}), "")
				row[name], cells[name] = other[p.key.Value], cells[p.key.Value]
				delete(other, p.key.Value)
				extras = slices.DeleteFunc(extras, func(x string) bool { return x == p.key.Value })
				p.key.Value = name
			}
		}
		for _, name := range axes {
			if childNode(entry, name) == nil {
				r.report(Problem{Pos: r.at(entry), Code: "matrix", Text: fmt.Sprintf("no row agrees with this, and as a row of its own it gives no value for the axis %s", name)})
			}
		}
		maps.Copy(row, other)
		rows = append(rows, matrixRow{row, r.at(entry), cells})
	}
	return rows, axes, extras
}

// agrees says whether row has every value of part.
func agrees(row, part map[string]any) bool {
	for key, v := range part {
		if !expr.Equal(row[key], v) {
			return false
		}
	}
	return true
}

// rows names the rows by the labels among their axes, and tells expressions of the axes and of what include added to them.
func (r *reader) rows(n *yaml.Node, rows []matrixRow, names, labels, extras []string) {
	if len(rows) == 0 {
		r.report(Problem{Pos: r.at(n), Code: "matrix", Text: "the matrix has no rows, so there is nothing to run"})
		return
	}
	if len(rows) > maxRows {
		r.tooManyRows(n)
		return
	}
	types := &expr.Type{Kind: expr.KindObject, Fields: []expr.Field{}}
	for _, name := range extras {
		for _, row := range rows {
			if _, ok := row.values[name]; !ok {
				r.report(Problem{Pos: row.at, Code: "matrix", Text: fmt.Sprintf("the row [%s] has no value for %s, which include gives to others", rowName(row.values, names), name)})
				break
			}
		}
	}
	for _, name := range slices.Concat(names, extras) {
		t := expr.Nil
		for _, row := range rows {
			t = t.Merge(expr.TypeOfValue(row.values[name]))
		}
		if t.Kind == expr.KindNil {
			t = expr.Any
		}
		types.Fields = append(types.Fields, expr.Field{Name: name, Type: t})
	}
	r.base.Declare("matrix", types, nil, r.at(keyNode(resolve(r.doc.root), "matrix")))
	r.traceAxes(n, types)
	r.plan.Rows = nil
	seen := map[string]bool{}
	for _, row := range rows {
		name := rowName(row.values, labels)
		if seen[name] {
			r.report(Problem{Pos: row.at, Code: "matrix", Text: fmt.Sprintf("the row [%s] is there twice", name)})
		}
		seen[name] = true
		r.plan.Rows = append(r.plan.Rows, Row{Name: name, Values: row.values, at: row.cells})
	}
}

func (r *reader) tooManyRows(n *yaml.Node) {
	r.report(Problem{Pos: r.at(n), Code: "matrix", Text: fmt.Sprintf("the matrix has more than %d rows", maxRows)})
}

// rowName is "k=v, …" over the axes.
func rowName(row map[string]any, axes []string) string {
	parts := make([]string, len(axes))
	for i, axis := range axes {
		parts[i] = axis + "=" + rowWord(row[axis])
	}
	return strings.Join(parts, ", ")
}

// rowWord is a value as a row's name shows it; an object goes by its name where it has one.
func rowWord(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if name, ok := v["name"].(string); ok {
			return name
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
