// Package schema is the language: it reads scenario files and says everything that is wrong with them, with line and
// column, before anything is sent. Of ours it imports only what is below it: expr and problem.
//
// A file goes through it like this: read.go turns bytes into yaml nodes and refuses what the language leaves out of YAML;
// frame.go walks the keys of a scenario and step.go those of a step; decode.go compiles a verb's parameters by the tags of
// their Go type into templates; expressions (package expr) are checked against the names that hold at each place; include.go
// does the same for included files; flow.go looks at the whole plan, and ignore.go drops the warnings that a comment silences.
// codes.go lists every kind of problem, and problems/ has a page for each. The same tables and tags yield the JSON Schema
// (jsonschema.go) and the reference (reference.go).
package schema

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

func newChecker(src Source, voc *Vocabulary) *checker {
	return &checker{voc: voc, src: src, seen: map[Problem]bool{}, files: map[string]*document{}, included: map[string]*includedFile{},
		uses: map[string]map[string]bool{}, named: map[string]map[string]named{}}
}

func (c *checker) check() (plan *Plan, ps Problems) {
	src, voc := c.src, c.voc
	defer func() {
		// A fault of ours must not take a service down that only wanted to know whether a file is right.
		if r := recover(); r != nil {
			c.report(Problem{Pos: Pos{File: src.Name, Line: 1, Col: 1}, Code: "internal", Text: fmt.Sprintf("the checker itself failed: %v", r), Hint: "please report it with the file; " + firstFrame(debug.Stack())})
			plan, ps = nil, c.sorted()
		}
	}()
	plan = c.file(src.Name, src.Text)
	if plan != nil && c.trace.whole() {
		uses := func(file, name string) bool { return c.uses[file][name] }
		for _, p := range flow(plan, voc, !c.broken, uses) {
			c.report(p)
		}
	}
	c.silence()
	if plan != nil && c.trace.whole() && !c.full() {
		failed := c.problems.Failed()
		c.who(plan)
		if !failed {
			c.unused()
		}
		c.silence()
	}
	c.idleComments()
	ps = c.sorted()
	if ps.Failed() {
		plan = nil
	}
	return plan, ps
}

// checker gathers what all files of one check share.
type checker struct {
	voc       *Vocabulary
	src       Source
	problems  Problems
	seen      map[Problem]bool
	files     map[string]*document
	included  map[string]*includedFile
	chain     []string                    // the files being read, outermost first
	people    map[string]*yaml.Node       // of the simulated world, from the outermost file
	trace     *trace                      // for an editor; nil: nobody asks
	uses      map[string]map[string]bool  // by file: the names that its expressions mention
	named     map[string]map[string]named // by file: its names
	concealed []string                    // secrets that stand in the files
	broken    bool                        // a step is missing from the plan: what only the whole plan can show would mislead
	comments  map[string][]*ignoring      // by file: those that silence
	exprs     int
	steps     int // in all plans, those of included files each time
}

// report takes a problem once: a value behind an alias is walked at each place that uses it.
func (c *checker) report(p Problem) {
	if p.Severity == "" {
		p.Severity = severityOf(p.Code)
	}
	p.Text, p.Hint = problem.Shorten(p.Text, maxProblemText), problem.Shorten(p.Hint, maxProblemText)
	if p.Line < 1 || p.Col < 1 {
		p.Line, p.Col = max(p.Line, 1), max(p.Col, 1)
	}
	if c.seen[p] || len(c.problems) > maxProblems {
		return
	}
	c.seen[p] = true
	if len(c.problems) == maxProblems {
		p = Problem{Pos: p.Pos, Severity: SeverityError, Code: "too-many", Text: fmt.Sprintf("there are more than %d problems; the rest is not shown", maxProblems)}
	}
	c.problems = append(c.problems, p)
}

// full says that no more problems will be shown, so that looking for them is idle.
func (c *checker) full() bool { return len(c.problems) > maxProblems && c.trace.whole() }

// sorted returns the problems in the order of file, line and column, each with its source line.
func (c *checker) sorted() Problems {
	for i := range c.problems {
		c.mask(&c.problems[i])
	}
	rank := func(file string) int {
		if file == c.src.Name {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a.File), rank(b.File)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	c.problems = oncePerCause(c.problems)
	return c.problems
}

// oncePerCause leaves of names that may be absent the first use in a file, which is mended as the others are: it says where
// they stand.
func oncePerCause(ps Problems) Problems {
	type cause struct{ file, text, hint string }
	first, more := map[cause]int{}, map[int][]string{}
	kept := ps[:0]
	for _, p := range ps {
		key := cause{p.File, p.Text, p.Hint}
		if at, again := first[key]; again && p.Code == "expr-guard" {
			if p.Line != kept[at].Line {
				more[at] = append(more[at], strconv.Itoa(p.Line))
			}
			continue
		} else if p.Code == "expr-guard" {
			first[key] = len(kept)
		}
		kept = append(kept, p)
	}
	for at, lines := range more {
		lines = slices.Compact(lines)
		places := fmt.Sprintf("at %d more places: lines ", len(lines))
		if len(lines) == 1 {
			places = "at one more place: line "
		}
		kept[at].Text += "; and " + places + strings.Join(shortList(lines), ", ")
	}
	return kept
}

// shortList leaves out the end of a long list.
func shortList(words []string) []string {
	const most = 8
	if len(words) <= most {
		return words
	}
	return append(words[:most:most], "…")
}

// What is shown of a file is kept printable: it may be one line of a megabyte, with a key of a thousand letters.
const (
	maxProblemText = 1000 // runes of a problem's text
	maxSource      = 400  // runes of a source line
)

func (c *checker) file(name string, text []byte) *Plan {
	c.chain = append(c.chain, name)
	defer func() { c.chain = c.chain[:len(c.chain)-1] }()
	doc := readDocument(name, text, c.report)
	c.files[name] = doc
	if doc.root == nil {
		c.broken = true
		return nil
	}
	r := &reader{checker: c, doc: doc, names: map[string]named{}, ids: map[string]Pos{}, outputs: map[*Step]*expr.Type{}}
	r.plan = &Plan{File: name, Text: text, Leak: "hangUp"}
	r.scenario()
	c.uses[name] = r.base.Used()
	c.named[name] = r.names
	return r.plan
}

// firstFrame is the place in this package where a panic began.
func firstFrame(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") && i+3 < len(lines) {
			return strings.TrimSpace(lines[i+3][strings.LastIndexByte(lines[i+3], '/')+1:])
		}
	}
	return ""
}
