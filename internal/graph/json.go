package graph

import (
	"bytes"
	"encoding/json"
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

// compactJSON checks that body is one JSON value in UTF-8 and returns it without white space. Bytes that are not UTF-8
// are read as Windows-1252 where the Content-Type says so, as the service did in 2018, else replaced; odd says what was
// done.
func compactJSON(contentType string, body []byte) (text, odd string, err error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		if strings.Contains(strings.ToLower(contentType), "windows-1252") {
			body = fromWindows1252(body)
		} else {
			body, odd = bytes.ToValidUTF8(body, []byte("\ufffd")), "not UTF-8: unreadable bytes were replaced"
		}
	}
	var b bytes.Buffer
	b.Grow(len(body))
	if err := json.Compact(&b, body); err != nil {
		return "", odd, err
	}
	return b.String(), odd, nil
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

// reader makes Go values of JSON text that compactJSON returned: map[string]any, []any, string, bool, int for integral
// numbers that fit, else float64, and nil. It is several times faster than encoding/json, because the text is known to
// be valid and strings share its memory, and every notification passes here.
type reader struct {
	text  string
	pos   int
	depth int
	limit string // which bound was exceeded, "" if none; what is beyond it is skipped
}

// readJSON reads a whole compact text. limit says which bound it exceeds.
func readJSON(text string) (value any, limit string) {
	r := reader{text: text}
	value = r.value()
	return value, r.limit
}

func (r *reader) value() any {
	switch r.text[r.pos] {
	case '{':
		return r.object()
	case '[':
		return r.list()
	case '"':
		return r.string()
	case 't':
		r.pos += len("true")
		return true
	case 'f':
		r.pos += len("false")
		return false
	case 'n':
		r.pos += len("null")
		return nil
	}
	return r.number()
}

// deeper reports whether one more level may be read; if not it steps over it.
func (r *reader) deeper() bool {
	if r.depth++; r.depth <= maxDepth {
		return true
	}
	r.limit = "nested deeper than " + strconv.Itoa(maxDepth) + " levels"
	r.skip()
	return false
}

func (r *reader) object() any {
	defer func() { r.depth-- }()
	if !r.deeper() {
		return nil
	}
	r.pos++ // {
	o := make(map[string]any, 8)
	for r.text[r.pos] != '}' {
		if r.text[r.pos] == ',' {
			r.pos++
		}
		name := r.string()
		r.pos++ // :
		v := r.value()
		if len(o) < maxList {
			o[name] = v
		} else {
			r.limit = "an object of more than " + strconv.Itoa(maxList) + " members"
		}
	}
	r.pos++
	return o
}

func (r *reader) list() any {
	defer func() { r.depth-- }()
	if !r.deeper() {
		return nil
	}
	r.pos++ // [
	l := []any{}
	for r.text[r.pos] != ']' {
		if r.text[r.pos] == ',' {
			r.pos++
		}
		v := r.value()
		if len(l) < maxList {
			l = append(l, v)
		} else {
			r.limit = "a list of more than " + strconv.Itoa(maxList) + " elements"
		}
	}
	r.pos++
	return l
}

// skip steps over an object or list without recursion.
func (r *reader) skip() {
	for open := 0; ; {
		switch r.text[r.pos] {
		case '{', '[':
			open++
		case '}', ']':
			open--
		case '"':
			r.pos = r.closing()
		}
		r.pos++
		if open == 0 {
			return
		}
	}
}

// closing returns the position of the quote that ends the string at pos.
func (r *reader) closing() int {
	for i := r.pos + 1; ; i++ {
		switch r.text[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
}

func (r *reader) string() string {
	start, end := r.pos, r.closing()
	r.pos = end + 1
	inner := r.text[start+1 : end]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal([]byte(r.text[start:end+1]), &s) != nil {
		return inner // cannot be: the text is valid JSON
	}
	return s
}

func (r *reader) number() any {
	start := r.pos
	for r.pos < len(r.text) {
		if c := r.text[r.pos]; c == ',' || c == '}' || c == ']' {
			break
		}
		r.pos++
	}
	return number(r.text[start:r.pos])
}

// number reads a JSON number: an int when it is integral and fits, else a float64; one too large for that stays text.
func number(text string) any {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return int(i)
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
