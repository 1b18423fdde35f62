package schema

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/problem"
)

// rowsOf reads the rows of a matrix from a file beside the scenario: CSV with the names of the columns in its first row, or
// a YAML list of mappings. It returns the columns in the order of the file; ok says that the rows can be used.
func (r *reader) rowsOf(n *yaml.Node) (rows []matrixRow, columns []string, ok bool) {
	file := r.text(n)
	if file == "" {
		if n.Value == "" {
			r.problem(n, "empty-value", "", "the name of the file with the rows is empty")
		}
		return nil, nil, false
	}
	kind := strings.ToLower(path.Ext(file))
	if !slices.Contains([]string{".csv", ".yaml", ".yml"}, kind) {
		r.problem(n, "matrix", "", "%q cannot hold rows: only files that end in .csv, .yaml or .yml do", file)
		return nil, nil, false
	}
	name, text, ok := r.beside(n, file, "matrix")
	if !ok {
		return nil, nil, false
	}
	t := &rowFile{reader: r, name: name}
	before := len(r.problems)
	if kind == ".csv" {
		t.readCSV(text)
	} else {
		t.readYAML(text)
	}
	return t.rows, t.columns, !errorsSince(r.problems, before)
}

// rowFile is a file of rows.
type rowFile struct {
	*reader
	name    string
	columns []string
	rows    []matrixRow
	quoted  func(line, col int) bool // of CSV: whether a cell that begins there is in quotes
}

func (t *rowFile) wrong(line, col, length int, code, hint, format string, args ...any) {
	t.report(Problem{Pos: Pos{File: t.name, Line: line, Col: col}, Len: length, Code: code, Hint: hint, Text: fmt.Sprintf(format, args...)})
}

// readCSV reads every cell as the text that it is, so that telephone numbers and ids stay whole.
func (t *rowFile) readCSV(text []byte) {
	doc := &document{name: t.name}
	t.files[t.name] = doc
	plain := strings.TrimPrefix(string(text), "\ufeff")
	if !strings.Contains(plain, "\n") {
		plain = strings.ReplaceAll(plain, "\r", "\n")
	}
	if len(text) > maxFileBytes {
		t.wrong(1, 1, 0, "too-large", "", "the file has more than 1 MB (%d bytes)", maxFileBytes)
		return
	}
	doc.lines = strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n")
	doc.src = &source{lines: doc.lines}
	if !doc.readable([]byte(plain), func(p Problem) { p.Hint = ""; t.report(p) }) {
		return
	}
	in := csv.NewReader(strings.NewReader(plain))
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true
	in.Comma = separator(doc.lines)
	t.quoted = func(line, col int) bool {
		text := doc.lines[line-1]
		return col <= len(text) && text[col-1] == '"'
	}
	header := true
	for {
		cells, err := in.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &bad):
			t.unreadable(bad, doc)
			return
		case header:
			t.header(in, cells, doc)
			header = false
		case t.full() || len(t.rows) > maxRows:
			return
		default:
			t.record(in, cells, doc)
		}
	}
}

// separator is what stands between the names of the columns, which cannot contain it: spreadsheets write semicolons where
// the comma is the decimal point.
func separator(lines []string) rune {
	for _, line := range lines {
		if i := strings.IndexAny(line, ",;\t"); i >= 0 {
			return rune(line[i])
		}
		if strings.TrimSpace(line) != "" {
			break
		}
	}
	return ','
}

func (t *rowFile) unreadable(bad *csv.ParseError, doc *document) {
	line, col := bad.Line, bad.Column
	hint := `a cell with " in it is written in quotes, and each quote in it twice: "say ""hello"""`
	if line > len(doc.lines) || errors.Is(bad.Err, csv.ErrQuote) && line != bad.StartLine {
		line, col = bad.StartLine, 1 // a quote that nobody closes is noticed at the end of the file
	}
	text := "a quote stands in the middle of a cell"
	if errors.Is(bad.Err, csv.ErrQuote) {
		text = "the quotes of a cell in this row do not close, or something stands behind them"
	}
	t.wrong(line, runeColumn(doc.lines[line-1], col), 1, "matrix", hint, "%s", text)
}

// runeColumn turns a column in bytes into one in runes; both count from 1.
func runeColumn(line string, col int) int {
	return utf8.RuneCountInString(line[:max(0, min(col-1, len(line)))]) + 1
}

// cell is one value of a record with its place.
func (t *rowFile) cell(in *csv.Reader, cells []string, i int, doc *document) (text string, line, col int) {
	line, at := in.FieldPos(i)
	col = runeColumn(doc.lines[line-1], at)
	if t.quoted(line, at) {
		return cells[i], line, col
	}
	return strings.TrimSpace(cells[i]), line, col
}

func (t *rowFile) header(in *csv.Reader, cells []string, doc *document) {
	for i := range cells {
		name, line, col := t.cell(in, cells, i, doc)
		length := utf8.RuneCountInString(name)
		switch {
		case name == "":
			t.wrong(line, col, 0, "matrix", "", "column %d has no name: the first row has the names of the columns", i+1)
		case !identifier.MatchString(name):
			t.wrong(line, col, length, "bad-name", "use letters, digits and _, a letter first; the first row has the names of the columns", "%q is not a name that expressions can spell", name)
		case containsWord(t.columns, name):
			t.wrong(line, col, length, "matrix", "", "there is a column %q already", name)
		}
		t.columns = append(t.columns, name)
	}
}

func (t *rowFile) record(in *csv.Reader, cells []string, doc *document) {
	line, _ := in.FieldPos(0)
	if have, want := len(cells), len(t.columns); have != want {
		t.wrong(line, 1, 0, "matrix", "a cell with a separator in it is written in quotes", "this row has %s, the first row has %d", counted(have, "cell"), want)
		return
	}
	row := matrixRow{values: map[string]any{}, at: Pos{File: t.name, Line: line, Col: 1}, cells: map[string]spot{}}
	for i, column := range t.columns {
		text, line, col := t.cell(in, cells, i, doc)
		if strings.Contains(text, "${{") {
			t.wrong(line, col, utf8.RuneCountInString(text), "not-literal", "", "the rows of a matrix are known before the run; ${{ }} cannot stand here")
		}
		row.values[column], row.cells[column] = text, spot{Pos{File: t.name, Line: line, Col: col}, utf8.RuneCountInString(text)}
	}
	t.rows = append(t.rows, row)
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// readYAML reads rows whose values are typed as they are in a scenario.
func (t *rowFile) readYAML(text []byte) {
	doc := readDocument(t.name, text, t.report)
	t.files[t.name] = doc
	if doc.root == nil {
		return
	}
	in := *t.reader
	in.doc = doc
	list := resolve(doc.root)
	if list.Kind != yaml.SequenceNode {
		in.wrongKind(list, "a list of rows, each a mapping of names to values,")
		return
	}
	for i, c := range list.Content {
		if len(t.rows) > maxRows {
			return
		}
		c = resolve(c)
		if c.Kind != yaml.MappingNode {
			in.wrongKind(c, "a mapping of names to values")
			continue
		}
		row := matrixRow{values: map[string]any{}, at: in.at(c), cells: map[string]spot{}}
		for _, p := range pairs(c) {
			name := p.key.Value
			switch {
			case !identifier.MatchString(name):
				in.fault(p.key, faultf("bad-name", "use letters, digits and _, a letter first", "%q is not a name that expressions can spell", name))
			case i == 0:
				t.columns = append(t.columns, name)
			case !containsWord(t.columns, name):
				in.problem(p.key, "matrix", problem.DidYouMean(name, t.columns), "the first row has no %q; all rows have the same keys", name)
			}
			row.values[name], row.cells[name] = in.fixed(p.value), in.spotOf(p.value)
		}
		for _, name := range t.columns {
			if _, there := row.values[name]; !there {
				in.report(Problem{Pos: row.at, Code: "matrix", Text: fmt.Sprintf("this row has no value for %s, which the first one has", name)})
			}
		}
		t.rows = append(t.rows, row)
	}
}
