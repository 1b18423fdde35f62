// Package problem is what every part of the language says of a file: a place in it, what is wrong there, and which word was
// most likely meant. It imports nothing of ours, so that whoever shows problems need not know who found them.
package problem

import (
	"fmt"
	"strings"
)

// Pos is a place in a source file. Line and Col count from 1, Col in runes; File is the name the reader was given.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Severity tells a problem that forbids a run from one that is only worth a look.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is one thing wrong with a scenario, found before anything was sent.
type Problem struct {
	Pos
	Len      int      `json:"len,omitempty"` // runes to underline; 0: one
	Code     string   `json:"code"`          // a word such as unknown-key, expr-type, await-stale
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`              // what is wrong, the value seen, and what would be right
	Hint     string   `json:"hint,omitempty"`    // what to write instead, when there is one answer
	Source   string   `json:"source,omitempty"`  // the source line, for the caret
	Skipped  int      `json:"skipped,omitempty"` // runes of a long line before Source
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s [%s]", p.Pos, p.Text, p.Code) }

// Problems is every problem found in one reading, in the order of file, line and column.
type Problems []Problem

// Failed says whether any of them forbids a run.
func (ps Problems) Failed() bool {
	for _, p := range ps {
		if p.Severity == SeverityError {
			return true
		}
	}
	return false
}

// Error has each problem on a line, with its hint: for whom there is no other place to show one.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
		if p.Hint != "" {
			lines[i] += "; " + p.Hint
		}
	}
	return strings.Join(lines, "\n")
}
