package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of what is read. What exceeds them is kept raw only.
const (
	maxBody  = 1 << 20 // bytes of a notification
	maxList  = 2000    // elements of a list, members of an object
	maxDepth = 64      // objects and lists inside each other
)

// parsed is a JSON text and its value.
type parsed struct {
	text  string // compact
	value any
	limit string // which bound it exceeds, "" if none; what is beyond is not in value
	odd   string // what had to be done to its bytes
}

// parseJSON reads one JSON value; an error says where it is no JSON. Bytes that are not UTF-8 are read as Windows-1252
// where the Content-Type says so, as the service did in 2018, else replaced.
func parseJSON(contentType string, body []byte) (parsed, error) {
	text, odd := decodeText(contentType, body)
	r := reader{text: text}
	p := parsed{odd: odd}
	p.value = r.value()
	if r.end(); r.err != nil {
		return p, r.err
	}
	p.limit, p.text = r.limit, r.compact(0, len(text))
	return p, nil
}

// decodeText makes UTF-8 of a body.
func decodeText(contentType string, body []byte) (text, odd string) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if utf8.Valid(body) {
		return string(body), ""
	}
	if strings.Contains(strings.ToLower(contentType), "windows-1252") {
		return string(fromWindows1252(body)), ""
	}
	return strings.ToValidUTF8(string(body), "\ufffd"), "not UTF-8: unreadable bytes were replaced"
}

// windows1252 is what the bytes 0x80 to 0x9f mean there; the others are as in Latin-1.
var windows1252 = [32]rune{
	'€', '\ufffd', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\ufffd', 'Ž', '\ufffd',
	'\ufffd', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\ufffd', 'ž', 'Ÿ',
}

func fromWindows1252(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(body)/8)
	for _, c := range body {
		if c >= 0x80 && c < 0xa0 {
			out = utf8.AppendRune(out, windows1252[c-0x80])
		} else {
			out = utf8.AppendRune(out, rune(c))
		}
	}
	return out
}

// reader makes Go values of JSON text: map[string]any, []any, string, bool, int for integral numbers that fit, else
// float64, and nil. It accepts what encoding/json accepts (a fuzz test compares them) and is several times faster,
// because strings share the text's memory and the text is walked once; every notification passes here. Strings keep the
// whole text alive, as the event's Raw does anyway.
type reader struct {
	text   string
	body   []byte // the same in bytes, where the text was not changed
	pos    int
	depth  int
	spaced bool   // there is white space outside strings
	limit  string // which bound was exceeded
	err    error  // the first fault; reading goes to the end of the text at once
}

// fail keeps the first fault and ends the reading.
func (r *reader) fail(expected string) {
	if r.err == nil {
		if r.pos >= len(r.text) {
			r.err = fmt.Errorf("it ends where %s should be", expected)
		} else {
			c, _ := utf8.DecodeRuneInString(r.text[r.pos:])
			r.err = fmt.Errorf("%q at byte %d where %s should be", c, r.pos, expected)
		}
	}
	r.pos = len(r.text)
}

// peek steps over white space and returns the next byte, 0 at the end.
func (r *reader) peek() byte {
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		r.spaced = true
		r.pos++
	}
	return 0
}

// end checks that nothing but white space is left.
func (r *reader) end() {
	if r.peek(); r.pos < len(r.text) {
		r.fail("the end")
	}
}

func (r *reader) value() any {
	switch c := r.peek(); {
	case c == '{':
		return r.object()
	case c == '[':
		return r.list()
	case c == '"':
		return r.string()
	case c == 't':
		r.literal("true")
		return true
	case c == 'f':
		r.literal("false")
		return false
	case c == 'n':
		r.literal("null")
		return nil
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	r.fail("a value")
	return nil
}

func (r *reader) literal(word string) {
	if !strings.HasPrefix(r.text[r.pos:], word) {
		r.fail(word)
		return
	}
	r.pos += len(word)
}

// more steps into or on in a list or object: it reports whether another element stands at pos.
func (r *reader) more(closing byte, first bool) bool {
	switch c := r.peek(); {
	case c == closing:
		r.pos++
		return false
	case first && r.pos < len(r.text):
		return true
	case c == ',':
		r.pos++
		if r.peek() == closing {
			r.fail("another element")
			return false
		}
		return r.err == nil
	}
	r.fail("a comma or " + string(closing))
	return false
}

func (r *reader) object() map[string]any {
	r.pos++ // {
	r.depth++
	o := make(map[string]any, 8)
	r.eachMember(func(name string) {
		if v := r.value(); r.keeps(len(o), "an object", "members") {
			o[name] = v
		}
	})
	r.depth--
	return o
}

// eachMember calls f with pos at each member's value, which f reads.
func (r *reader) eachMember(f func(name string)) {
	for first := true; r.more('}', first); first = false {
		if r.peek() != '"' {
			r.fail("a name in quotes")
			return
		}
		name := r.string()
		if r.peek() != ':' {
			r.fail("a colon")
			return
		}
		r.pos++
		if r.tooDeep() {
			return
		}
		f(name)
	}
}

func (r *reader) list() []any {
	r.pos++ // [
	r.depth++
	l := []any{}
	for first := true; r.more(']', first); first = false {
		if r.tooDeep() {
			break
		}
		if v := r.value(); r.keeps(len(l), "a list", "elements") {
			l = append(l, v)
		}
	}
	r.depth--
	return l
}

// keeps says whether an object or list that holds n already takes one more; what is beyond a bound is read and left out.
func (r *reader) keeps(n int, what, of string) bool {
	switch {
	case r.depth > maxDepth:
		r.limit = "more than " + strconv.Itoa(maxDepth) + " objects and lists inside each other"
	case n >= maxList:
		r.limit = what + " of more than " + strconv.Itoa(maxList) + " " + of
	default:
		return true
	}
	return false
}

// tooDeep ends the reading where encoding/json does, so that no text can exhaust the stack.
func (r *reader) tooDeep() bool {
	if r.depth <= 10000 {
		return false
	}
	r.fail("an end of the nesting")
	return true
}

// string reads the string at pos, which holds its opening quote.
func (r *reader) string() string {
	start := r.pos
	for i, escaped := start+1, false; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.pos = i + 1
			if !escaped {
				return r.text[start+1 : i]
			}
			return r.unquote(r.text[start:r.pos])
		case c == '\\':
			escaped = true
			i++ // what follows is checked by unquote
		case c < ' ':
			r.pos = i
			r.fail("no control character")
			return ""
		}
	}
	r.pos = len(r.text)
	r.fail("a closing quote")
	return ""
}

func (r *reader) unquote(quoted string) string {
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		r.pos -= len(quoted)
		r.fail("a string with valid escapes")
	}
	return s
}

// number reads a JSON number: an int when it is integral and fits, else a float64; one too large for that stays text.
func (r *reader) number() any {
	start := r.pos
	if r.text[r.pos] == '-' {
		r.pos++
	}
	integral := true
	if r.pos < len(r.text) && r.text[r.pos] == '0' {
		r.pos++
	} else if !r.digits() {
		return nil
	}
	if r.pos < len(r.text) && r.text[r.pos] == '.' {
		r.pos++
		if integral = false; !r.digits() {
			return nil
		}
	}
	if r.pos < len(r.text) && (r.text[r.pos] == 'e' || r.text[r.pos] == 'E') {
		r.pos++
		if r.pos < len(r.text) && (r.text[r.pos] == '+' || r.text[r.pos] == '-') {
			r.pos++
		}
		if integral = false; !r.digits() {
			return nil
		}
	}
	text := r.text[start:r.pos]
	if integral {
		if i, err := strconv.Atoi(text); err == nil {
			return i
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if i := int(f); float64(i) == f && f < 1<<53 && f > -1<<53 {
		return i
	}
	return f
}

// digits reads at least one.
func (r *reader) digits() bool {
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
		r.pos++
	}
	if r.pos == start {
		r.fail("a digit")
		return false
	}
	return true
}

// compact returns the valid text from start to end without white space outside strings.
func (r *reader) compact(start, end int) string {
	text := r.text[start:end]
	if !r.spaced {
		return text
	}
	b := make([]byte, 0, len(text))
	inside := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inside && c == '\\':
			b = append(b, c)
			i++
			c = text[i]
		case c == '"':
			inside = !inside
		case !inside && c <= ' ':
			continue
		}
		b = append(b, c)
	}
	return string(b)
}
