package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// level is a column at which lines above a given one stand: items of a list, or the keys of a mapping.
type level struct {
	indent int
	line   int
	list   bool
	key    string
	filled bool   // a value stands behind the key, so that nothing can stand below it
	alone  string // the key before it in the same mapping, when that has nothing below it
}

var blockKey = regexp.MustCompile(`^([\w.@$-]+|"[^"]*"|'[^']*'):(?:\s+(.*))?$`)

// wrongIndent explains a line of a file that is not YAML because the line begins in the wrong column.
func wrongIndent(lines []string, at int) (t trap, ok bool) {
	line := lines[at-1]
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	item := text == "-" || strings.HasPrefix(text, "- ")
	if !item && !blockKey.MatchString(text) {
		return trap{}, false
	}
	levels := levelsAbove(lines[:at-1])
	if len(levels) == 0 {
		return trap{}, false
	}
	t = trap{col: indent + 1, len: len([]rune(strings.TrimRight(text, " "))), text: "not YAML: ", hint: "begin it " + columns(levels, text)}
	top := levels[len(levels)-1]
	same := slices.IndexFunc(levels, func(l level) bool { return l.indent == indent })
	list := -1
	for i, l := range levels {
		if l.list && l.indent < indent {
			list = i
		}
	}
	switch {
	case item && indent >= top.indent && top.filled && list >= 0:
		t.text += fmt.Sprintf("this list item stands deeper than the list of line %d", levels[list].line)
	case indent > top.indent && top.filled:
		t.text += fmt.Sprintf("this line stands below %q in line %d, which has a value already", top.key, top.line)
		if top.alone != "" {
			t.hint = fmt.Sprintf("if %q in line %d belongs to %q, indent it as deep as this line; else %s", top.key, top.line, top.alone, t.hint)
		}
	case indent < top.indent && same < 0:
		t.text += "this line begins in a column in which no line above it does"
	case same >= 0 && levels[same].list && !item:
		t.text += fmt.Sprintf("this line stands where the list of line %d has its dashes, and is no item of it", levels[same].line)
		if same+1 < len(levels) {
			t.hint = fmt.Sprintf("to make it part of the item begin it in column %d, like %q", levels[same+1].indent+1, levels[same+1].key)
		}
	case same >= 0 && !levels[same].list && item:
		t.text += fmt.Sprintf("a list item stands where %q in line %d is a key", levels[same].key, levels[same].line)
	default:
		return trap{}, false
	}
	return t, true
}

// columns says where a key, or an item of a list, could begin: the nearest places first. A key of a step goes only beside
// keys of a step, one of a scenario only to the left.
func columns(levels []level, text string) string {
	item := text == "-" || strings.HasPrefix(text, "- ")
	key := ""
	if m := blockKey.FindStringSubmatch(text); m != nil {
		key = m[1]
	}
	ofStep, ofScenario := containsWord(stepKeyNames, key), containsWord(scenarioKeyNames, key)
	var words []string
	for i := len(levels) - 1; i >= 0 && len(words) < 3; i-- {
		what := levels[i].key
		if levels[i].list {
			what = "the dash"
		}
		inStep := i > 0 && levels[i-1].list
		if levels[i].list != item || !item && (ofStep || ofScenario) && !(ofStep && inStep || ofScenario && i == 0) {
			continue
		}
		words = append(words, fmt.Sprintf("in column %d, like %s in line %d", levels[i].indent+1, what, levels[i].line))
	}
	if words == nil {
		return "like the lines above"
	}
	return strings.Join(words, "; or ")
}

// levelsAbove reads where the mappings and lists stand that are open at the end of these lines, the outermost first. Texts
// in blocks, and what goes on over several lines, are passed over.
func levelsAbove(lines []string) (levels []level) {
	block, open := -1, 0
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		text = text[:min(len(text), 4*maxRest)]
		switch {
		case text == "" || text[0] == '#', block >= 0 && indent > block:
			continue
		case open > 0:
			open += brackets(text)
			continue
		}
		block = -1
		levels = slices.DeleteFunc(levels, func(l level) bool { return l.indent > indent })
		for text == "-" || strings.HasPrefix(text, "- ") {
			levels = put(levels, level{indent: indent, line: i + 1, list: true})
			rest := strings.TrimLeft(text[1:], " ")
			indent += len(text) - len(rest)
			text = rest
		}
		m := blockKey.FindStringSubmatch(withoutComment(text))
		if m == nil {
			continue
		}
		levels = put(levels, level{indent: indent, line: i + 1, key: m[1], filled: m[2] != "" && m[2][0] != '&'})
		if m[2] != "" && (m[2][0] == '|' || m[2][0] == '>') {
			block = indent
		}
		open = brackets(m[2])
	}
	return levels
}

// put adds a level, in place of what stood in its column.
func put(levels []level, l level) []level {
	if n := len(levels); n > 0 && levels[n-1].indent == l.indent {
		if before := levels[n-1]; !before.list && !before.filled && before.line == l.line-1 {
			l.alone = before.key
		}
		levels = levels[:n-1]
	}
	return append(levels, l)
}

// brackets counts those that a text leaves open, outside of quotes.
func brackets(text string) (open int) {
	if text == "" || text[0] != '[' && text[0] != '{' {
		return 0
	}
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '{':
			open++
		case c == ']' || c == '}':
			open--
		}
	}
	return max(open, 0)
}
