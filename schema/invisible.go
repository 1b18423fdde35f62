package schema

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"callflow/schema/expr"
	"callflow/schema/problem"
)

// Characters that look like others, or like nothing: what is pasted from a chat, a word processor or a web page brings them
// along. In a text they are part of it; where YAML has its spaces, dashes, colons and quotes they are a slip.

// lookalikes are characters for a list's dash and a key's colon.
const lookalikes = "–—−‐‑•·●＊："

var (
	unseenRunes = "\u00a0\u00ad\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u2064\u3000\ufeff"
	// What stands before a value: spaces, dashes, a key and its colon.
	structural = regexp.MustCompile(`^([ ` + unseenRunes + `]*)((?:[-–—−‐‑•·●＊][ ` + unseenRunes + `]+|[–—−‐‑•·●＊])*)` +
		`((?:[“”„"‘’'][\w.@$` + unseenRunes + `]+[“”"‘’']|[\w.@$][\w.@$` + unseenRunes + `]*)?)([:：]?)([ ` + unseenRunes + `]*)`)
	wideInBraces = regexp.MustCompile(`^[^"']*([｛｝［］，：])`)
)

// plainLine is a line with the characters of YAML where others look like them; at is the first of those, in bytes, or -1.
func plainLine(line string) (plain string, at int) {
	m := structural.FindStringSubmatchIndex(line)
	part := func(i int) string { return line[m[2*i]:m[2*i+1]] }
	if part(1) == line || !strings.ContainsAny(line, lookalikes) && strings.IndexFunc(line, strange) < 0 {
		return line, -1
	}
	var b strings.Builder
	spaces := func(text string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case zeroWidth(r):
				return -1
			case expr.OddRune(r):
				return ' '
			}
			return r
		}, text)
	}
	b.WriteString(spaces(part(1)))
	for _, r := range spaces(part(2)) {
		if r == ' ' {
			b.WriteByte(' ')
			continue
		}
		b.WriteByte('-')
	}
	if dash := part(2); dash != "" && !strings.HasSuffix(b.String(), " ") {
		b.WriteByte(' ')
	}
	rest := line[m[1]:]
	if part(4) == "" {
		rest = part(3) + part(5) + rest
	} else {
		b.WriteString(strings.TrimFunc(strings.Map(func(r rune) rune {
			if expr.OddRune(r) {
				return -1
			}
			return r
		}, part(3)), func(r rune) bool { return expr.CurlyQuotes[r] != "" }))
		b.WriteByte(':')
		if after := spaces(part(5)); after != "" || rest != "" {
			b.WriteString(" " + strings.TrimPrefix(after, " "))
		}
	}
	if rest != "" && wideInBraces.MatchString(rest) {
		rest = strings.NewReplacer("｛", "{", "｝", "}", "［", "[", "］", "]", "， ", ", ", "，", ", ", "： ", ": ", "：", ": ").Replace(rest)
	}
	b.WriteString(rest)
	plain = b.String()
	if strings.ReplaceAll(plain, " ", "") == strings.ReplaceAll(line, " ", "") {
		return line, -1
	}
	at = 0
	for at < len(line) && at < len(plain) && line[at] == plain[at] {
		at++
	}
	for at > 0 && !utf8.RuneStart(line[min(at, len(line)-1)]) {
		at--
	}
	return plain, at
}

func strange(r rune) bool {
	return expr.OddRune(r) || expr.CurlyQuotes[r] != "" || strings.ContainsRune("｛｝［］，", r)
}

func zeroWidth(r rune) bool {
	return r == 0xad || r == 0x180e || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2064 || r == 0xfeff
}

// runeName says what a character is that is taken for another one.
func runeName(r rune) string {
	name := map[rune]string{0xa0: "a no-break space", 0xad: "a soft hyphen", 0x200b: "a zero-width space", 0x3000: "a wide space", 0xfeff: "a byte order mark", '：': "a wide colon", '，': "a wide comma"}[r]
	switch {
	case name != "":
	case zeroWidth(r):
		name = "a character that is not seen"
	case expr.OddRune(r):
		name = "an unusual space"
	case expr.CurlyQuotes[r] != "":
		name = "a typographic quote " + string(r)
	default:
		name = "the character " + string(r)
	}
	return fmt.Sprintf("%s (U+%04X)", name, r)
}

// lookalike explains the first such character of a line.
func lookalike(line string) (s slip, ok bool) {
	plain, at := plainLine(line)
	if at < 0 {
		return slip{}, false
	}
	r, _ := utf8.DecodeRuneInString(line[at:])
	col := utf8.RuneCountInString(line[:at]) + 1
	hint := "write " + problem.Shorten(strings.TrimLeft(plain, " "), expr.MaxShown)
	if strings.TrimLeftFunc(line[:at], unicode.IsSpace) == "" && expr.OddRune(r) && !zeroWidth(r) {
		hint = "indent with plain spaces"
	}
	return slip{trap{col, 1, "not YAML: " + runeName(r) + " stands here", hint}, plain}, true
}

// plainLines are the lines of a file with the characters of YAML where others look like them; first (from 0) is the first
// that has another, or -1.
func plainLines(lines []string) (plain []string, first int) {
	plain, first = make([]string, len(lines)), -1
	for i, line := range lines {
		var at int
		if plain[i], at = plainLine(line); at >= 0 && first < 0 {
			first = i
		}
	}
	return plain, first
}

// visible is a value without such characters at its ends, and the first of them.
func visible(text string) (plain string, found rune) {
	plain = strings.TrimFunc(strings.Map(func(r rune) rune {
		switch {
		case !expr.OddRune(r):
			return r
		case found == 0:
			found = r
		}
		if zeroWidth(r) {
			return -1
		}
		return ' '
	}, text), func(r rune) bool {
		if expr.CurlyQuotes[r] != "" && found == 0 {
			found = r
		}
		return r == ' ' || expr.CurlyQuotes[r] != ""
	})
	return plain, found
}

// lookalikeKey says that a key is not as it looks: it begins or ends with typographic quotes, or has characters in it that
// are not seen.
func lookalikeKey(key string) bool {
	_, found := visible(key)
	return found != 0 || strings.Contains(key, "：")
}
