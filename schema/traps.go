package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxSearchBytes is up to which size the line of a syntax error is searched for by reading the file again.
const maxSearchBytes = 100_000

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?((?s).*)$`)

// explainSyntax makes a problem of a yaml.v3 error. Its line is often that of the surrounding mapping, so the real line is
// searched for: it is the last one of the shortest beginning of the file that fails in the same way. On it, the usual
// traps of YAML with expressions are recognised.
func explainSyntax(d *document, text []byte, err error) Problem {
	line, what := splitYAMLError(err)
	if exact := failingLine(d, text, what); exact > 0 {
		line = exact
	}
	line = min(max(line, 1), len(d.lines))
	p := Problem{Pos: Pos{File: d.name, Line: line, Col: 1}, Code: "yaml-syntax", Text: "not YAML: " + what}
	if strings.Contains(what, "exceeded max depth") {
		p.Code, p.Text = "too-large", fmt.Sprintf("values are nested deeper than %d", maxNesting)
		return p
	}
	if plain, first := plainLines(d.lines); first >= 0 {
		if _, good := brokenLine(plain); good {
			s, _ := lookalike(d.lines[first])
			p.Line, p.Col, p.Len, p.Text, p.Hint = first+1, s.col, s.len, s.text, s.hint
			return p
		}
	}
	if at, t, ok := findSlip(d.lines, line); ok {
		p.Line, p.Col, p.Len, p.Text, p.Hint = at, t.col, t.len, t.text, t.hint
		return p
	}
	// A flow collection that fails may have gone wrong a line before: the next line only shows it.
	for _, at := range []int{line, line - 1} {
		if at < 1 {
			continue
		}
		if s, ok := lookalike(d.lines[at-1]); ok {
			p.Line, p.Col, p.Len, p.Text, p.Hint = at, s.col, s.len, s.text, s.hint
			return p
		}
		if t, ok := findTrap(d.lines[at-1]); ok {
			p.Line, p.Col, p.Len, p.Text, p.Hint = at, t.col, t.len, t.text, t.hint
			return p
		}
	}
	if t, ok := wrongIndent(d.lines, line); ok {
		p.Col, p.Len, p.Text, p.Hint = t.col, t.len, t.text, t.hint
		return p
	}
	written := d.lines[line-1]
	p.Col = 1 + utf8.RuneCountInString(written) - utf8.RuneCountInString(strings.TrimLeft(written, " \t"))
	p.Len = utf8.RuneCountInString(strings.TrimSpace(written))
	switch {
	case strings.Contains(what, "unexpected end of stream"):
		p.Text = "not YAML: a quoted text that begins here is never closed"
	case strings.Contains(what, "did not find expected key"), strings.Contains(what, "expected '-' indicator"):
		p.Text = "not YAML: this line does not fit what stands around it"
		p.Hint = "check its indentation against the lines above, and quotes that end too early"
	case strings.Contains(what, "mapping values are not allowed"):
		p.Text = "not YAML: a key cannot begin in this line"
		p.Hint = "check its indentation against the lines above; a value with a colon and a space in it must be quoted"
	case strings.Contains(what, "could not find expected ':'"):
		p.Text = "not YAML: a key without a colon"
	}
	return p
}

func splitYAMLError(err error) (line int, what string) {
	what = err.Error()
	if m := yamlError.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = m[2]
	}
	return line, what
}

// failingLine is 0 when it cannot be told.
func failingLine(d *document, text []byte, what string) int {
	if len(text) > maxSearchBytes {
		return 0
	}
	fails := func(lines int) bool {
		_, _, err := decodeYAML([]byte(strings.Join(d.lines[:lines], "\n") + "\n"))
		if err == nil {
			return false
		}
		_, got := splitYAMLError(err)
		return got == what
	}
	low, high := 0, len(d.lines) // fails(high), not fails(low)
	if !fails(high) {
		return 0
	}
	for high-low > 1 {
		if mid := (low + high) / 2; fails(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// trap is a known way in which YAML and what was meant part company.
type trap struct {
	col, len   int
	text, hint string
}

var (
	entryStart   = regexp.MustCompile(`^\s*(?:- +)*(?:[\w.@-]+:\s+|)`)
	quotedStart  = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*([^\s#].*)$`)
	tabAfterDash = regexp.MustCompile(`^ *(?:- +)*-\t`)
	bareBraces   = regexp.MustCompile(`(^|[^$])(\{\{[^{}]*\}\})`)
	dollar       = regexp.MustCompile(`\$\{\{[^}]*\}\}?`)
)

// findTrap looks at one line of a file that is not YAML.
func findTrap(line string) (trap, bool) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if at := strings.IndexByte(indent, '\t'); at >= 0 {
		return trap{at + 1, 1, "not YAML: a tab cannot indent", "use spaces"}, true
	}
	if at := tabAfterDash.FindStringIndex(line); at != nil {
		return trap{at[1], 1, "not YAML: a tab cannot indent what stands behind a dash", "use a space"}, true
	}
	start := entryStart.FindString(line)
	value := withoutComment(line[len(start):])
	col := utf8.RuneCountInString(start) + 1
	make := func(text, hint string) (trap, bool) {
		return trap{col, utf8.RuneCountInString(value), "not YAML: " + text, hint}, true
	}
	key := strings.TrimLeft(start, " -")
	if value == "" {
		return trap{}, false
	}
	if value[0] == '{' || value[0] == '[' {
		return flowTrap(line, value, col)
	}
	switch {
	case value[0] == '!':
		return make("a value that begins with ! is a YAML tag", "for a negation write: "+key+"not "+strings.TrimLeft(value[1:], " "))
	case value[0] == ':':
		return make("a key is missing before the colon", "")
	case value[0] == '@' || value[0] == '`' || value[0] == '%':
		return make(fmt.Sprintf("a value cannot begin with %c", value[0]), "quote it: "+key+quoteWhole(value))
	case value[0] == '*' || value[0] == '&':
		return make(fmt.Sprintf("a value that begins with %c is a YAML alias or anchor", value[0]), "if it is text, quote it: "+key+quoteWhole(value))
	case quotedStart.MatchString(value) && !strings.HasPrefix(quotedStart.FindStringSubmatch(value)[2], ":"):
		return make("a value that begins with a quote ends at the closing one", "quote the whole value: "+key+quoteWhole(value))
	case value[0] != '"' && value[0] != '\'' && value[0] != '|' && value[0] != '>' && strings.Contains(value, ": "):
		return make("a colon and a space inside a value begin another mapping", "quote the whole value: "+key+quoteWhole(value))
	}
	return trap{}, false
}

// withoutComment cuts a comment off that no quote contains.
func withoutComment(value string) string {
	for at := 0; ; {
		i := strings.Index(value[at:], " #")
		if i < 0 {
			break
		}
		at += i
		if !oddQuotes(value[:at]) {
			value = value[:at]
			break
		}
		at++
	}
	return strings.TrimRight(value, " \t")
}

// flowTrap looks at a value in [ ] or { }.
func flowTrap(line, value string, col int) (trap, bool) {
	if _, _, err := decodeYAML([]byte(value)); err == nil {
		return trap{}, false // nothing is wrong with it
	}
	at := func(part, text, hint string) (trap, bool) {
		i := strings.Index(line, part)
		return trap{utf8.RuneCountInString(line[:i]) + 1, utf8.RuneCountInString(part), "not YAML: " + text, hint}, true
	}
	if m := bareBraces.FindStringSubmatch(value); m != nil {
		return at(m[2], "{{ }} is a YAML mapping, not an expression", "write $"+m[2])
	}
	if m := dollar.FindString(value); m != "" {
		i := strings.Index(value, m)
		if i == 0 || value[i-1] != '"' && value[i-1] != '\'' {
			whole := strings.TrimRight(m, "}") + "}}"
			return at(m, "inside { } and [ ] a brace or a comma ends a plain value", `quote it: "`+whole+`"`)
		}
	}
	return trap{col, utf8.RuneCountInString(value), "not YAML: inside { } and [ ] commas, colons, brackets and question marks end a plain value",
		"quote the values in it, or write it in block style, one key a line"}, true
}
