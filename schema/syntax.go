package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// Syntax says why a file is no YAML that callflow reads, whatever it is about. It may hold several documents.
func Syntax(name string, text []byte) Problems {
	c := &checker{src: Source{Name: name, Text: text}, seen: map[Problem]bool{}, files: map[string]*document{}}
	d := &document{name: name}
	c.files[name] = d
	if len(text) > maxFileBytes {
		c.report(Problem{Pos: Pos{File: name, Line: 1, Col: 1}, Code: "too-large", Text: fmt.Sprintf("the file has more than 1 MB (%d bytes)", maxFileBytes)})
		return c.sorted()
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d.lines = splitLines(string(text))
	d.src = &source{lines: d.lines}
	if !d.readable(text, c.report) {
		return c.sorted()
	}
	roots, err := decodeAll(text)
	if err != nil {
		c.report(explainSyntax(d, text, err))
		return c.sorted()
	}
	in := inspector{doc: d, report: c.report, sizes: map[*yaml.Node]int{}}
	for _, root := range roots {
		if in.size(root, 0) > maxNodes && !in.broken {
			c.report(Problem{Pos: Pos{File: name, Line: 1, Col: 1}, Code: "too-large", Text: in.tooMany()})
		}
	}
	return c.sorted()
}

// decodeAll returns the documents of a file.
func decodeAll(text []byte) (roots []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		root := new(yaml.Node)
		if err := dec.Decode(root); errors.Is(err, io.EOF) {
			return roots, nil
		} else if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
}
