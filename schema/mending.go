package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxMendings is how many changes of a file that is not YAML are tried to find the line that is to blame.
const maxMendings = 12

var (
	tightColon = regexp.MustCompile(`^(\s*(?:- +)*)([A-Za-z]\w*):([^\s:/].*)$`)
	noColon    = regexp.MustCompile(`^(\s*(?:- +)*)([A-Za-z]\w*) +(\$\{\{.*|[^\s:]+)$`)
	tightDash  = regexp.MustCompile(`^( *)-([A-Za-z]\w*:(?:\s.*)?)$`)
)

// slip is a slip of one character, and the line without it.
type slip struct {
	trap
	mended string
}

// findSlip finds the line at or above at (from 1) whose slip makes the whole file fail: without it the file is YAML. So a
// quote is blamed where it opens, however far below it the reader stumbles.
func findSlip(lines []string, at int) (line int, t trap, ok bool) {
	size := 0
	for _, l := range lines {
		size += len(l) + 1
	}
	if size > maxSearchBytes {
		return 0, trap{}, false
	}
	try := slices.Clone(lines)
	for i, tries := at-1, 0; i >= 0 && tries < maxMendings; i-- {
		for _, s := range slipsOf(lines[i]) {
			tries++
			try[i] = s.mended
			if _, good := brokenLine(try); good {
				return i + 1, s.trap, true
			}
			try[i] = lines[i]
		}
	}
	return 0, trap{}, false
}

// slipsOf are the slips that a line may have, the likeliest first.
func slipsOf(line string) (slips []slip) {
	add := func(col int, mended, text, hint string) {
		bare := strings.TrimRight(line, " \t")
		s := slip{trap{col, max(1, utf8.RuneCountInString(bare)-col+1), "not YAML: " + text, hint}, mended}
		slips = append(slips, s)
	}
	if s, ok := lookalike(line); ok {
		slips = append(slips, s)
	}
	if m := tightDash.FindStringSubmatch(line); m != nil {
		add(len(m[1])+1, m[1]+"- "+m[2], "a space is missing behind the dash", "write - "+m[2])
	}
	if m := tightColon.FindStringSubmatch(line); m != nil {
		add(len(m[1])+1, m[1]+m[2]+": "+m[3], "a space is missing behind the colon", fmt.Sprintf("write %s: %s", m[2], m[3]))
	}
	if m := noColon.FindStringSubmatch(line); m != nil {
		add(len(m[1])+1, m[1]+m[2]+": "+m[3], fmt.Sprintf("a colon is missing behind %q", m[2]), fmt.Sprintf("write %s: %s", m[2], m[3]))
	}
	if closed := closedLine(line); closed != line {
		text, hint := "", "write "+strings.TrimLeft(closed, " -")
		switch opener := closed[len(line)]; opener {
		default:
			text = "a quoted text that begins here is never closed"
			if len(closed) > len(line)+1 {
				hint = fmt.Sprintf("a %c is missing", opener) // it belongs before the brackets that the text has swallowed
			}
		case ']':
			text = "a [ in this line is never closed"
		case '}':
			text = "a { in this line is never closed"
		}
		start := openedAt(line, closed[len(line)])
		add(utf8.RuneCountInString(line[:start])+1, closed, text, hint)
	}
	return slips
}

// openedAt is the byte at which stands what the closing character would close.
func openedAt(line string, closing byte) int {
	opening := map[byte]byte{']': '[', '}': '{'}[closing]
	if opening == 0 {
		return strings.LastIndexByte(line, closing)
	}
	for i := len(line) - 1; i >= 0; i-- {
		if line[i] == opening && brackets(line[i:]) > 0 {
			return i
		}
	}
	return len(line) - len(strings.TrimLeft(line, " "))
}
