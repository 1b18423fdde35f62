package simulator

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"
)

// encode writes a body as encoding/json would without escaping for HTML: members sorted by name. Bodies are objects of our
// own making, so no reflection is needed, and most of the service's time went there. What encoding/json alone knows it does.
func encode(v any) []byte {
	return appendJSON(make([]byte, 0, 1<<10), v) // few are longer
}

func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case obj:
		if v == nil {
			return append(b, "null"...)
		}
		return appendObject(b, v)
	case []obj:
		return appendList(b, v, appendObject)
	case []any:
		return appendList(b, v, appendJSON)
	case []string:
		return appendList(b, v, appendText)
	case errorBody:
		b = appendText(append(b, `{"error":{"code":`...), v.Error.Code)
		b = appendText(append(b, `,"message":`...), v.Error.Message)
		return append(appendObject(append(b, `,"innerError":`...), v.Error.Inner), "}}"...)
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(errors.New("simulator: a body of its own does not encode: " + err.Error()))
	}
	return append(b, text...)
}

func appendObject(b []byte, o obj) []byte {
	if o == nil {
		return append(b, "null"...)
	}
	var few [32]string // most objects have fewer, and then no memory is taken
	names := few[:0]
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		b = appendJSON(b, o[name])
	}
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, x)
	}
	return append(b, ']')
}

// appendText writes a string; what is not UTF-8 becomes U+FFFD. U+2028 and U+2029 are escaped, as encoding/json does.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				b = append(append(b, s[from:i]...), `\ufffd`...)
				from = i + n
			case r == '\u2028' || r == '\u2029':
				b = append(append(b, s[from:i]...), `\u202`...)
				b = append(b, hex[r&0xf])
				from = i + n
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&0xf])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}
