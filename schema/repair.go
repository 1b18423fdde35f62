package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A file that is being written is read anew so often, and as many bytes of it, to make YAML of it.
const (
	maxRepairs     = 24
	maxRepairBytes = 3 << 20
)

var yamlErrorLine = regexp.MustCompile(`line (\d+)`)

// repair makes YAML of the lines of a half-written file: it closes what a line leaves open, gives a lone word its colon, and
// empties lines that fit nowhere. Every character that stays keeps its line and column. The line keep (from 0) is changed
// only at its end.
func repair(lines []string, keep int) (mended []string, ok bool) {
	lines = append([]string(nil), lines...)
	size := 1
	for _, line := range lines {
		size += len(line)
	}
	most := min(maxRepairs, maxRepairBytes/size)
	at, ok := brokenLine(lines)
	for tries := 0; !ok && tries < most; tries++ {
		best, bestAt := []string(nil), -1
		for _, try := range mendings(lines, at, keep) {
			reached, good := brokenLine(try)
			if good {
				return try, true
			}
			if reached > bestAt {
				best, bestAt = try, reached
			}
			if tries++; tries >= most {
				break
			}
		}
		if best == nil || bestAt <= at && tries > most/2 {
			break
		}
		lines, at = best, bestAt
	}
	if ok {
		return lines, true
	}
	// What goes on after the damage is given up.
	for end := min(at+1, len(lines)); end > 0 && end > at-3; end-- {
		if end <= keep {
			break
		}
		if _, good := brokenLine(lines[:end]); good {
			return lines[:end], true
		}
	}
	return nil, false
}

// mendings are the changes to try, the likeliest first. The line at which YAML's reader stopped may be one where what is open
// began, or any later one; so lines that leave something open are tried as well.
func mendings(lines []string, at, keep int) (tries [][]string) {
	change := func(i int, line string) {
		if i >= 0 && i < len(lines) && lines[i] != line {
			try := append([]string(nil), lines...)
			try[i] = line
			tries = append(tries, try)
		}
	}
	var near []int
	for _, i := range []int{keep, at, at + 1, at - 1, opening(lines, at), opening(lines, keep), opening(lines, len(lines))} {
		if i >= 0 && i < len(lines) && !slices.Contains(near, i) {
			near = append(near, i)
		}
	}
	for _, i := range near {
		change(i, closedLine(lines[i]))
		if word := strings.TrimSpace(strings.TrimLeft(lines[i], " -")); word != "" && !strings.ContainsAny(word, ": ") {
			change(i, strings.TrimRight(lines[i], " ")+":")
		}
	}
	for _, i := range near {
		if i != keep {
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
