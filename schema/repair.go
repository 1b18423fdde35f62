package schema

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A file that is being written is read anew so often to make YAML of it, and so many bytes in all.
const (
	maxRepairs     = 24
	maxRepairBytes = 2 << 20
)

var (
	yamlErrorLine = regexp.MustCompile(`line (\d+)`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '([^']*)'`)
)

// repair makes YAML of the lines of a half-written file: it closes what a line leaves open, gives a lone word its colon, and
// empties lines that fit nowhere. Every character that stays keeps its line and column. The line keep (from 0) is changed
// only at its end.
func repair(lines []string, keep int) (mended []string, ok bool) {
	size := 0
	for _, line := range lines {
		size += len(line) + 1
	}
	m := &mender{keep: keep, left: min(maxRepairs*size, maxRepairBytes)}
	lines = slices.Clone(lines)
	for m.left > 0 {
		at, ok := m.brokenLine(lines)
		if ok {
			return lines, true
		}
		// The line at which YAML's reader stopped may be the one where what is open began, or any later one.
		for _, try := range m.mendings(lines, keep, at, at+1, at-1, opening(lines, at), opening(lines, keep), opening(lines, len(lines))) {
			if _, ok := m.brokenLine(try); ok {
				return try, true
			}
		}
		if lines, ok = m.mendFirst(lines); !ok {
			break
		}
	}
	return nil, false
}

// mender counts what it reads.
type mender struct {
	keep, left int
}

// brokenLine says whether lines are YAML, and if not, in which line (from 0) the reader says that it stopped.
func (m *mender) brokenLine(lines []string) (at int, ok bool) {
	for _, line := range lines {
		m.left -= len(line) + 1
	}
	if m.left < 0 {
		return 0, false
	}
	return brokenLine(lines)
}

// mendFirst mends the first line that breaks what is above it; what comes below may be broken still.
func (m *mender) mendFirst(lines []string) (mended []string, ok bool) {
	first := sort.Search(len(lines), func(n int) bool {
		_, good := m.brokenLine(lines[:n+1])
		return !good
	})
	if first == len(lines) {
		return nil, false
	}
	for _, try := range m.mendings(lines, first, first-1) {
		if _, good := m.brokenLine(try[:first+1]); good {
			return try, true
		}
	}
	return nil, false
}

// mendings are the changes of lines to try, the likeliest first.
func (m *mender) mendings(lines []string, near ...int) (tries [][]string) {
	change := func(i int, line string) {
		if lines[i] != line {
			try := slices.Clone(lines)
			try[i] = line
			tries = append(tries, try)
		}
	}
	var at []int
	for _, i := range near {
		if i >= 0 && i < len(lines) && !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	for _, i := range at {
		change(i, closedLine(lines[i]))
		if word := strings.TrimSpace(strings.TrimLeft(lines[i], " -")); word != "" && !strings.ContainsAny(word, ": ") {
			change(i, strings.TrimRight(lines[i], " ")+":")
		}
	}
	for _, i := range at {
		if i != m.keep {
			change(i, "")
		}
	}
	return tries
}

// opening is the nearest line above at that leaves a quote or a bracket open.
func opening(lines []string, at int) int {
	for i := min(at, len(lines)) - 1; i >= 0; i-- {
		if closedLine(lines[i]) != lines[i] {
			return i
		}
	}
	return -1
}

// brokenLine says whether lines are YAML, and if not, in which line (from 0) the reader stopped.
func brokenLine(lines []string) (at int, ok bool) {
	text := strings.Join(lines, "\n")
	_, _, err := decodeYAML([]byte(text))
	if err == nil {
		return 0, true
	}
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil {
		at, _ = strconv.Atoi(m[1])
	}
	if m := unknownAnchor.FindStringSubmatch(err.Error()); m != nil {
		at = 1 + slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "*"+m[1]) })
	}
	return max(0, min(at, len(lines))-1), false
}

// closedLine closes the quotes and brackets of a line in which a value begins with one.
func closedLine(line string) string {
	var open []byte
	var quote byte
	begins := true // a value may begin here
	for i := 0; i < len(line); i++ {
		switch ch := line[i]; {
		case quote == '"' && ch == '\\':
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == ' ' || ch == '\t':
			if i > 0 && line[i-1] == ':' || i > 0 && line[i-1] == '-' && strings.TrimLeft(line[:i], " -") == "" {
				begins = true
			}
			continue
		case ch == '#' && (i == 0 || line[i-1] == ' '):
			i = len(line)
			continue
		case begins && (ch == '"' || ch == '\''):
			quote = ch
		case (begins || len(open) > 0) && (ch == '[' || ch == '{'):
			open = append(open, map[byte]byte{'[': ']', '{': '}'}[ch])
			begins = true
			continue
		case (ch == ']' || ch == '}') && len(open) > 0:
			open = open[:len(open)-1]
		case ch == ',' && len(open) > 0:
			begins = true
			continue
		}
		begins = false
	}
	if quote != 0 {
		line += string(quote)
	}
	for i := len(open) - 1; i >= 0; i-- {
		line += string(open[i])
	}
	return line
}
