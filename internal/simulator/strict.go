package simulator

import (
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// maxNesting is how deep a body's objects and lists may stand in each other: OData's own limit.
const maxNesting = 100

// foreign says why a body cannot be JSON by its headers, "" if it can. A body without a Content-Type is read as JSON
// (ours: clients forget it).
func foreign(contentType, encoding string) string {
	if encoding != "" && !strings.EqualFold(encoding, "identity") {
		return fmt.Sprintf("Content-Encoding is %q; send the body as it is", clip(encoding))
	}
	if contentType == "" {
		return ""
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return fmt.Sprintf("Entity only allows writes with a JSON Content-Type header; it is %q", clip(contentType))
	}
	if set := params["charset"]; set != "" && !strings.EqualFold(set, "utf-8") {
		return fmt.Sprintf("JSON is read in UTF-8; the Content-Type says %q", clip(contentType))
	}
	return ""
}

// odd says what a valid JSON text should not have: bytes that are not UTF-8, deep nesting, or one name twice in an object
// (OData refuses that; encoding/json would take the last). Names are compared without case, as members are read.
func odd(text []byte) string {
	if !utf8.Valid(text) {
		return "the body is not UTF-8"
	}
	var open []map[string]bool // names of the objects around; nil: a list, or no name yet
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if len(open) == maxNesting {
				return fmt.Sprintf("the body has more than %d objects and lists inside each other", maxNesting)
			}
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			end, name := quoted(text, i)
			i = end
			if !beforeColon(text, end) {
				continue
			}
			if name = strings.ToLower(name); open[len(open)-1][name] {
				return fmt.Sprintf("the body says %q twice in one object", clip(name))
			}
			if open[len(open)-1] == nil {
				open[len(open)-1] = make(map[string]bool, 8)
			}
			open[len(open)-1][name] = true
		}
	}
	return ""
}

// quoted reads the string whose opening quote is at i, and returns where its closing one is.
func quoted(text []byte, i int) (end int, s string) {
	escaped := false
	for end = i + 1; text[end] != '"'; end++ {
		if text[end] == '\\' {
			escaped = true
			end++
		}
	}
	if escaped {
		_ = json.Unmarshal(text[i:end+1], &s) // the text is valid
		return end, s
	}
	return end, string(text[i+1 : end])
}

func beforeColon(text []byte, end int) bool {
	for i := end + 1; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return text[i] == ':'
	}
	return false
}
