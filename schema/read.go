package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The bounds of one file. They keep every later walk small, whatever the bytes are.
const (
	maxFileBytes = 1 << 20
	maxNodes     = 10_000 // after aliases
	maxNesting   = 60
	maxProblems  = 200
	maxPieces    = 200    // ${{ }} in one value
	maxExprs     = 10_000 // in all files
	maxRest      = 500    // runes of a line that a problem about its rest looks at
)

// document is one file read: its root node and its source lines.
type document struct {
	name  string
	lines []string
	src   *source
	root  *yaml.Node // nil when the file holds no mapping to go on with
}

func (d *document) pos(n *yaml.Node) Pos {
	return Pos{File: d.name, Line: max(n.Line, 1), Col: max(n.Column, 1)}
}

func (d *document) posMap(n *yaml.Node) posMap { return posMapOver(d.name, d.src, n) }

// readDocument turns bytes into nodes. Everything about the file that the language does not allow is reported here, so
// that later walks meet only plain mappings with distinct string keys, lists and scalars.
func readDocument(name string, text []byte, report func(Problem)) *document {
	d := &document{name: name}
	start := Pos{File: name, Line: 1, Col: 1}
	if len(text) > maxFileBytes {
		// Whoever read it may have stopped reading here, so its true size is not known.
		report(Problem{Pos: start, Code: "too-large", Text: fmt.Sprintf("the file has more than 1 MB (%d bytes)", maxFileBytes)})
		return d
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d.lines = splitLines(string(text))
	d.src = &source{lines: d.lines}
	if !d.readable(text, report) {
		return d
	}
	if !d.parse(text, report) {
		return d
	}
	in := inspector{doc: d, report: report, sizes: map[*yaml.Node]int{}}
	if size := in.size(d.root, 0); size > maxNodes {
		report(Problem{Pos: start, Code: "too-large", Text: in.tooMany()})
		in.broken = true
	}
	if !in.broken {
		in.walk(d.root)
	}
	if in.broken {
		d.root = nil
	}
	return d
}

// readable looks at the bytes alone.
func (d *document) readable(text []byte, report func(Problem)) bool {
	if len(bytes.TrimSpace(text)) == 0 {
		report(Problem{Pos: Pos{File: d.name, Line: 1, Col: 1}, Code: "empty-file", Text: "the file is empty"})
		return false
	}
	if name := otherEncoding(text); name != "" {
		report(Problem{Pos: Pos{File: d.name, Line: 1, Col: 1}, Code: "not-utf8", Text: "the file is " + name + "; save it as UTF-8"})
		return false
	}
	for i, line := range d.lines {
		col := 1
		for at := 0; at < len(line); col++ {
			r, size := utf8.DecodeRuneInString(line[at:])
			switch {
			case r == utf8.RuneError && size == 1:
				report(Problem{Pos: Pos{File: d.name, Line: i + 1, Col: col}, Code: "not-utf8", Text: fmt.Sprintf("byte 0x%02x is not UTF-8; save the file as UTF-8", line[at])})
				return false
			case r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff:
				report(Problem{Pos: Pos{File: d.name, Line: i + 1, Col: col}, Code: "bad-character", Text: fmt.Sprintf("the control character U+%04X cannot stand in a scenario", r),
					Hint: fmt.Sprintf(`write it as an escape in double quotes: "\u%04x"`, r)})
				return false
			}
			at += size
		}
	}
	return true
}

// otherEncoding names the encoding of text that was saved in one of two or four bytes a character: by its byte order mark,
// or by the NULs that such text has beside every ASCII character.
func otherEncoding(text []byte) string {
	start := text[:min(len(text), 4)]
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(start, []byte{0, 0, 0xfe, 0xff}):
		return "UTF-32"
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return "UTF-16"
	case len(start) == 4 && start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0,
		len(start) == 4 && start[0] == 0 && start[1] != 0 && start[2] == 0 && start[3] != 0:
		return "UTF-16"
	}
	return ""
}

// parse fills root. yaml.v3 reports some broken input by panics of its own; they become problems too.
func (d *document) parse(text []byte, report func(Problem)) bool {
	root, second, err := decodeYAML(text)
	switch {
	case err != nil:
		report(explainSyntax(d, text, err))
		return false
	case second != nil:
		report(Problem{Pos: d.pos(second), Code: "several-documents", Text: "a second document begins here; a file holds one scenario", Hint: "put it into a file of its own"})
		return false
	case root == nil || len(root.Content) == 0 || root.Content[0].Tag == "!!null" && root.Content[0].Value == "":
		report(Problem{Pos: Pos{File: d.name, Line: 1, Col: 1}, Code: "empty-file", Text: "the file has only comments"})
		return false
	}
	d.root = root.Content[0]
	return true
}

// decodeYAML returns the first document, and the second if there is one.
func decodeYAML(text []byte) (first, second *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	first, second = new(yaml.Node), new(yaml.Node)
	if err := dec.Decode(first); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	if err := dec.Decode(second); err != nil {
		if errors.Is(err, io.EOF) {
			return first, nil, nil
		}
		return nil, nil, err
	}
	return first, second, nil
}

// splitLines cuts text where YAML ends a line, so that line numbers agree with yaml.v3's.
func splitLines(text string) []string {
	var lines []string
	for start := 0; ; {
		end, next := len(text), -1
		for i := start; i < len(text) && next < 0; i++ {
			switch {
			case text[i] == '\n':
				end, next = i, i+1
			case text[i] == '\r' && strings.HasPrefix(text[i:], "\r\n"):
				end, next = i, i+2
			case text[i] == '\r':
				end, next = i, i+1
			case strings.HasPrefix(text[i:], "\u0085"):
				end, next = i, i+2
			case strings.HasPrefix(text[i:], "\u2028"), strings.HasPrefix(text[i:], "\u2029"):
				end, next = i, i+3
			}
		}
		lines = append(lines, text[start:end])
		if next < 0 || next >= len(text) {
			return lines
		}
		start = next
	}
}

// inspector walks every node of a file once and refuses what the language leaves out of YAML.
type inspector struct {
	doc    *document
	report func(Problem)
	sizes  map[*yaml.Node]int // nodes below, aliases written out; -1 while being counted
	broken bool               // going on would only confuse, or never end
}

// size counts nodes as if aliases were written out, without writing them out.
func (in *inspector) size(n *yaml.Node, depth int) int {
	if depth > maxNesting {
		if !in.broken {
			in.report(Problem{Pos: in.doc.pos(n), Code: "too-large", Text: fmt.Sprintf("values are nested deeper than %d", maxNesting)})
		}
		in.broken = true
		return 1
	}
	if s, ok := in.sizes[n]; ok {
		if s < 0 {
			in.report(Problem{Pos: in.doc.pos(n), Code: "alias-loop", Text: fmt.Sprintf("the anchor %q contains an alias of itself", n.Anchor)})
			in.broken = true
			return 1
		}
		return s
	}
	in.sizes[n] = -1
	total := 1
	if n.Kind == yaml.AliasNode {
		total = in.size(n.Alias, depth+1)
	}
	for _, c := range n.Content {
		// Saturate: a bomb's size does not fit into an int.
		total = min(total+in.size(c, depth+1), maxNodes+1)
		if in.broken {
			break
		}
	}
	in.sizes[n] = total
	return total
}

// tooMany says that a file has too many values, and whether its aliases make them so many.
func (in *inspector) tooMany() string {
	for n := range in.sizes {
		if n.Kind == yaml.AliasNode {
			return fmt.Sprintf("the file has more than %d values once its aliases are written out", maxNodes)
		}
	}
	return fmt.Sprintf("the file has more than %d values: each key, each text and each step counts", maxNodes)
}

func (in *inspector) walk(n *yaml.Node) {
	if !in.checkTag(n) {
		// The text behind a tag is not what was meant: an empty scalar says less than a wrong one.
		n.Kind, n.Tag, n.Value, n.Content, n.Style = yaml.ScalarNode, taggedAway, "", nil, 0
		return
	}
	in.skipAnchor(n)
	switch n.Kind {
	case yaml.ScalarNode:
		in.checkCut(n)
	case yaml.MappingNode:
		if in.checkBraces(n) {
			return
		}
		in.checkKeys(n)
	}
	for _, c := range n.Content {
		in.walk(c)
	}
}

// taggedAway marks a node about which a problem was already reported; later walks say nothing more of it.
const taggedAway = "!reported"

func reported(n *yaml.Node) bool { return n.Tag == taggedAway }

// checkTag refuses explicit tags. yaml.v3 drops a lone "!" without a trace, so the source is looked at as well.
func (in *inspector) checkTag(n *yaml.Node) bool {
	lone := n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && in.runeAt(n.Line, n.Column) == '!'
	if n.Style&yaml.TaggedStyle == 0 && !lone {
		return true
	}
	p := Problem{Pos: in.doc.pos(n), Code: "yaml-tag", Text: "a value that begins with ! is a YAML tag, and tags mean nothing here"}
	if written := in.restOfLine(n); strings.HasPrefix(written, "!") {
		p.Len = utf8.RuneCountInString(written)
		if !strings.HasPrefix(written, "!!") {
			p.Hint = fmt.Sprintf("for a negation write: not %s", strings.TrimSpace(written[1:]))
		}
	}
	in.report(p)
	return false
}

// skipAnchor moves a scalar's position behind its anchor ("&here text"), to where its text begins.
func (in *inspector) skipAnchor(n *yaml.Node) {
	if n.Anchor == "" || n.Kind != yaml.ScalarNode {
		return
	}
	line := in.doc.src.runes(n.Line - 1)
	at := n.Column - 1 + 1 + utf8.RuneCountInString(n.Anchor)
	if n.Column < 1 || at > len(line) || line[n.Column-1] != '&' {
		return
	}
	for at < len(line) && line[at] == ' ' {
		at++
	}
	if at < len(line) {
		n.Column = at + 1
	}
}

// checkCut finds a plain value that ends at " #" in the middle of a quoted string or of ${{ }}.
func (in *inspector) checkCut(n *yaml.Node) {
	if n.Style != 0 || !(oddQuotes(n.Value) || strings.Count(n.Value, "${{") > strings.Count(n.Value, "}}")) {
		return
	}
	rest := in.restOfLine(n)
	after, ok := strings.CutPrefix(rest, n.Value)
	if !ok || !strings.HasPrefix(strings.TrimLeft(after, " \t"), "#") {
		return
	}
	cut := strings.TrimRight(rest[:len(n.Value)], " ")
	at := in.doc.pos(n)
	at.Col += utf8.RuneCountInString(rest) - utf8.RuneCountInString(strings.TrimLeft(after, " \t"))
	in.report(Problem{Pos: at, Code: "cut-by-comment", Text: fmt.Sprintf("a comment begins at this #, so the value is only %q", cut),
		Hint: "quote the whole value: " + quoteWhole(rest)})
	n.Kind, n.Tag, n.Value = yaml.ScalarNode, taggedAway, ""
}

// checkBraces finds {{ x }}, which YAML reads as a mapping in a mapping.
func (in *inspector) checkBraces(n *yaml.Node) bool {
	if n.Style&yaml.FlowStyle == 0 || len(n.Content) == 0 || n.Content[0].Kind != yaml.MappingNode {
		return false
	}
	p := Problem{Pos: in.doc.pos(n), Len: 2, Code: "bare-braces", Text: "{{ }} is a YAML mapping, not an expression", Hint: "write ${{ … }}"}
	if rest := in.restOfLine(n); strings.HasPrefix(rest, "{{") {
		if end := strings.Index(rest, "}}"); end > 0 {
			p.Len = utf8.RuneCountInString(rest[:end+2])
			p.Hint = "write $" + rest[:end+2]
		}
	}
	in.report(p)
	n.Kind, n.Tag, n.Value, n.Content, n.Style = yaml.ScalarNode, taggedAway, "", nil, 0
	return true
}

func (in *inspector) checkKeys(n *yaml.Node) {
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	kept := n.Content[:0:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := Problem{Pos: in.doc.pos(key), Len: utf8.RuneCountInString(key.Value)}
		target := key
		if key.Kind == yaml.AliasNode {
			target = key.Alias
		}
		first, twice := seen[key.Value]
		switch {
		case target.Kind != yaml.ScalarNode || key.Kind == yaml.AliasNode:
			at.Code, at.Len, at.Text = "bad-key", 1, "a key is a plain word, not a list, a mapping or an alias"
		case key.Value == "<<" && key.Tag == "!!merge":
			at.Code, at.Text = "merge-key", "merge keys (<<) are not part of YAML 1.2 and are not read"
			at.Hint = "write the keys out, alias a whole value (*name), or put shared steps into a file and include it"
		case lookalikeKey(key.Value) && in.lookalike(key):
			continue
		case key.Value == "":
			at.Code, at.Len, at.Text = "bad-key", 1, "a key is missing before the colon"
		case twice:
			at.Code, at.Text = "duplicate-key", fmt.Sprintf("the key %q is already there in line %d", key.Value, first.Line)
		default:
			seen[key.Value] = key
			kept = append(kept, key, value)
			continue
		}
		in.report(at)
		in.walk(value)
	}
	n.Content = kept
}

// lookalike reports the character that keeps a key from being what it looks like. Where it belongs is not known, so what
// else is wrong is not told.
func (in *inspector) lookalike(key *yaml.Node) bool {
	s, ok := lookalike(string(in.doc.src.runes(key.Line - 1)))
	if ok {
		in.report(Problem{Pos: Pos{File: in.doc.name, Line: key.Line, Col: s.col}, Len: s.len, Code: "bad-character", Text: strings.TrimPrefix(s.text, "not YAML: "), Hint: s.hint})
		in.broken = true
	}
	return ok
}

func (in *inspector) runeAt(line, col int) rune {
	rs := in.doc.src.runes(line - 1)
	if col < 1 || col > len(rs) {
		return 0
	}
	return rs[col-1]
}

// restOfLine is what stands in the file from the node's first character to the end of its line.
func (in *inspector) restOfLine(n *yaml.Node) string {
	rs := in.doc.src.runes(n.Line - 1)
	if n.Column < 1 || n.Column > len(rs) {
		return ""
	}
	rs = rs[n.Column-1:]
	return strings.TrimRight(string(rs[:min(len(rs), maxRest)]), " \t")
}

// oddQuotes says whether a string literal is still open at the end of an expression.
func oddQuotes(text string) bool {
	var open byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case open != 0 && c == '\\':
			i++
		case open == c:
			open = 0
		case open == 0 && (c == '"' || c == '\'' || c == '`'):
			open = c
		}
	}
	return open != 0
}

// quoteWhole wraps text in the quotes that need the least change.
func quoteWhole(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
