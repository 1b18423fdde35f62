package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/problem"
)

// A comment silences warnings of one line: # callflow: ignore CODE[, CODE] [- reason], at the end of that line or alone on
// the line above. Errors forbid a run and cannot be silenced, but for those of a code that is a warning elsewhere.

// ignoring is such a comment.
type ignoring struct {
	codes    []ignoredCode
	from, to int // the lines that it is about: one, unless a value goes over several
}

type ignoredCode struct {
	name string
	at   Pos
	used bool
}

var (
	ignoreComment = regexp.MustCompile(`(?:^|[ \t])(#[ \t]*callflow:[ \t]*ignore\b)(.*)$`)
	ignoreReason  = regexp.MustCompile(`(?:^|\s)[-–—]+(?:\s.*)?$`) // a code has no hyphen at its ends
	ignoreWord    = regexp.MustCompile(`[^\s,]+`)
)

// silence drops the problems that comments silence: warnings, and errors that are so only because they are certain.
func (c *checker) silence() {
	if c.comments == nil {
		c.comments = map[string][]*ignoring{}
		for _, name := range slices.Sorted(maps.Keys(c.files)) {
			if found := c.files[name].ignorings(); found != nil {
				c.comments[name] = found
			}
		}
	}
	if len(c.comments) > 0 {
		c.problems = slices.DeleteFunc(c.problems, func(p Problem) bool {
			return (p.Severity == SeverityWarning || severityOf(p.Code) == SeverityWarning) && silenced(c.comments[p.File], p)
		})
	}
}

// idleComments reports those that silence nothing.
func (c *checker) idleComments() {
	failed := c.problems.Failed()
	for _, name := range slices.Sorted(maps.Keys(c.comments)) {
		for _, i := range c.comments[name] {
			for _, code := range i.codes {
				c.unusedIgnore(code, failed || name != c.src.Name)
			}
		}
	}
}

func silenced(comments []*ignoring, p Problem) (yes bool) {
	for _, i := range comments {
		for k := range i.codes {
			if i.codes[k].name == p.Code && i.from <= p.Line && p.Line <= i.to {
				i.codes[k].used, yes = true, true
			}
		}
	}
	return yes
}

// unusedIgnore reports a code that a comment names for nothing. Where there are errors, or in an included file, which others
// may include in other circumstances, a warning that is not there now may come.
func (c *checker) unusedIgnore(code ignoredCode, unsure bool) {
	p := Problem{Pos: code.at, Len: max(utf8.RuneCountInString(code.name), 1), Code: "unused-ignore"}
	known, ok := FindProblemCode(code.name)
	switch {
	case code.name == "":
		p.Text, p.Hint = "this comment names no code to ignore", "write # callflow: ignore CODE - reason"
	case !ok:
		var warnings []string
		for _, w := range ProblemCodes {
			if w.Severity == SeverityWarning {
				warnings = append(warnings, w.Code)
			}
		}
		p.Text, p.Hint = fmt.Sprintf("there is no problem with the code %q; those that can be silenced are %s", code.name, problem.Listed(warnings, "and")), problem.DidYouMean(code.name, warnings)
	case known.Severity == SeverityError:
		p.Text = fmt.Sprintf("%s is an error, which cannot be silenced: it forbids a run", code.name)
	case code.used || unsure || code.name == "include-idle": // which is there only when another file includes this one
		return
	default:
		p.Text, p.Hint = fmt.Sprintf("there is no %s to ignore here", code.name), "take the comment out, or put it at the end of the line that it is for, or alone above that"
	}
	c.report(p)
}

// ignorings finds the comments in a file.
func (d *document) ignorings() (found []*ignoring) {
	if d.root == nil {
		return nil
	}
	var long []span
	for n, line := range d.lines {
		if !strings.Contains(line, "callflow:") {
			continue
		}
		m := ignoreComment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		if long == nil {
			long = d.longScalars(d.root, []span{})
		}
		col := utf8.RuneCountInString(line[:m[2]])
		if slices.ContainsFunc(long, func(s span) bool { return s.holds(n+1, col+1) }) {
			continue
		}
		about := n
		if strings.TrimSpace(line[:m[2]]) == "" {
			about = d.nextLine(n)
		}
		i := &ignoring{from: about + 1, to: about + 1}
		for _, s := range long {
			if s.from.Line <= about+1 && about+1 <= s.to.Line {
				i.from, i.to = min(i.from, s.from.Line), max(i.to, s.to.Line)
			}
		}
		rest := line[m[4]:m[5]]
		if reason := ignoreReason.FindStringIndex(rest); reason != nil {
			rest = rest[:reason[0]]
		}
		for _, w := range ignoreWord.FindAllStringIndex(rest, -1) {
			at := Pos{File: d.name, Line: n + 1, Col: 1 + utf8.RuneCountInString(line[:m[4]+w[0]])}
			i.codes = append(i.codes, ignoredCode{name: rest[w[0]:w[1]], at: at})
		}
		if i.codes == nil {
			i.codes = []ignoredCode{{at: Pos{File: d.name, Line: n + 1, Col: col + 1}}}
		}
		found = append(found, i)
	}
	return found
}

// nextLine is the line below a comment that says something, counted from 0.
func (d *document) nextLine(comment int) int {
	for n := comment + 1; n < len(d.lines); n++ {
		if text := strings.TrimSpace(d.lines[n]); text != "" && !strings.HasPrefix(text, "#") {
			return n
		}
	}
	return comment
}

// span is where a scalar stands, from its first character to behind its last one.
type span struct {
	from, to Pos
	block    bool
	plain    bool
}

// holds says whether a # there belongs to the scalar. No comment can stand in one: a plain scalar ends before it, and beside
// the | of a block it is none of the block's text.
func (s span) holds(line, col int) bool {
	switch {
	case s.plain:
		return false
	case s.block:
		return line > s.from.Line && line <= s.to.Line
	}
	return (line > s.from.Line || line == s.from.Line && col > s.from.Col) && (line < s.to.Line || line == s.to.Line && col < s.to.Col)
}

// longScalars are the scalars that are quoted, or go over several lines.
func (d *document) longScalars(n *yaml.Node, before []span) []span {
	if n.Kind == yaml.ScalarNode {
		quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
		block := n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
		text := strings.TrimRight(n.Value, "\n")
		if !quoted && !block && !strings.Contains(n.Value, " ") {
			return before
		}
		s := span{from: d.pos(n), block: block, plain: !quoted && !block}
		if s.to = d.posMap(n)(utf8.RuneCountInString(text)); quoted || block || s.to.Line > s.from.Line {
			before = append(before, s)
		}
		return before
	}
	for _, c := range n.Content {
		before = d.longScalars(c, before)
	}
	return before
}
