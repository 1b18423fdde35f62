// Package format lays out scenario files: callflow fmt.
//
// It works over the source text. yaml.v3 says what the values are and where they begin; everything between them (comments,
// blank lines) and the text of every scalar is taken from the source as it stands there. parse.go makes a tree of it, in which
// nothing is lost; order.go puts keys into the order of the language's reference and decides what is opened from { } and [ ]
// into lines of its own; print.go writes the tree down. In the end the result is read again: a file of which it says anything
// else than the source, or lacks a comment, is left as it is.
package format

import (
	"bytes"
	"fmt"
	"strings"

	"callflow/schema"
)

// Width is how long a line may become before a mapping or list in braces or brackets is opened into lines of its own.
const Width = 120

// Source lays out the text of a file. Form says what its keys mean: that of a scenario, or of settings; without one no key
// changes its place. A file that is no YAML is returned as it is, with its problem; so is one that cannot be laid out without
// changing what it says, with a warning.
func Source(name string, text []byte, form *schema.Form) ([]byte, schema.Problems) {
	if problems := schema.Syntax(name, text); problems.Failed() {
		return text, problems
	}
	out, err := layOut(text, form)
	if err != nil {
		return text, schema.Problems{{Pos: schema.Pos{File: name, Line: max(err.line, 1), Col: 1}, Code: err.code,
			Severity: schema.SeverityWarning, Text: err.text + "; fmt leaves the file as it is"}}
	}
	return out, nil
}

// refusal is why a file is left as it is.
type refusal struct {
	line int
	code string // of package schema
	text string
}

// layOut keeps the end of lines that the first line has.
func layOut(text []byte, form *schema.Form) (out []byte, err *refusal) {
	defer func() {
		// The formatter's own faults must cost nobody a file.
		if r := recover(); r != nil {
			if known, ok := r.(*refusal); ok {
				err = known
			} else {
				err = &refusal{1, "internal", fmt.Sprintf("the formatter itself failed: %v", r)}
			}
		}
	}()
	source := string(bytes.TrimPrefix(text, []byte("\ufeff")))
	end := "\n"
	if first := strings.IndexAny(source, "\r\n"); first >= 0 && strings.HasPrefix(source[first:], "\r\n") {
		end = "\r\n"
	}
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	if at := strings.IndexAny(source, "\u0085\u2028\u2029"); at >= 0 {
		return nil, &refusal{1 + strings.Count(source[:at], "\n"), "bad-character", "YAML ends a line at the character U+" + fmt.Sprintf("%04X", []rune(source[at:])[0])}
	}
	laid := render(readAll(source, form))
	if err := same(source, laid, form); err != nil {
		return nil, err
	}
	return []byte(strings.ReplaceAll(laid, "\n", end)), nil
}
