package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"callflow/schema/problem"
)

// fault is what is wrong with one value; where it stands is added by whoever found it.
type fault struct {
	code, text, hint string
}

func (f *fault) Error() string { return f.text }

func faultf(code, hint, format string, args ...any) *fault {
	return &fault{code: code, text: fmt.Sprintf(format, args...), hint: hint}
}

var (
	wholeForm    = regexp.MustCompile(`^[+-]?\d+$`)
	plainInt     = regexp.MustCompile(`^-?(0|[1-9]\d*)$`)
	plainDecimal = regexp.MustCompile(`^-?(0|[1-9]\d*)\.\d+$`)
	bareNumber   = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
	e164Form     = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	guidForm     = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$`)
	bracesInText = regexp.MustCompile(`(?:^|[^$])(\{\{\s*[\w.]+(?:\[[^\]]*\])?[\w.]*\s*\}\})`)
	identifier   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	wordForm     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
	yamlBooleans = []string{"yes", "no", "on", "off", "true", "false", "null"}
)

// parseDuration reads 500ms, 15s, 1m30s, 2h. It may not be negative.
// tooLong matches what is a duration but for its size.
var tooLong = regexp.MustCompile(`^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$`)

func parseDuration(text string) (time.Duration, *fault) {
	d, err := time.ParseDuration(text)
	switch {
	case bareNumber.MatchString(text):
		return 0, faultf("bad-duration", fmt.Sprintf("write %ss or %sms", text, text), "the duration %q has no unit", text)
	case err != nil && tooLong.MatchString(text):
		return 0, faultf("bad-duration", "", "the duration %q is too long; the longest is %s", text, time.Duration(math.MaxInt64).Truncate(time.Hour))
	case err != nil:
		return 0, faultf("bad-duration", "write a duration such as 500ms, 15s or 1m30s", "%q is not a duration", text)
	case d < 0:
		return 0, faultf("bad-duration", "write a duration such as 500ms, 15s or 1m30s", "the duration %q is negative", text)
	}
	return d, nil
}

// parseText reads literal text as a value of a scalar type.
func parseText(text string, t reflect.Type, f *field) (reflect.Value, *fault) {
	v := reflect.New(t).Elem()
	if t == durationKind {
		d, bad := parseDuration(text)
		v.SetInt(int64(d))
		return v, bad
	}
	switch t.Kind() {
	case reflect.String:
		if bad := checkText(text, f); bad != nil {
			return v, bad
		}
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return v, faultf("bad-value", "write true or false", "%q is not true or false", text)
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int64, reflect.Int32:
		i, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 10, t.Bits())
		if err != nil || !wholeForm.MatchString(text) {
			return v, faultf("bad-value", "", "%q is not a whole number", text)
		}
		v.SetInt(i)
	case reflect.Float64, reflect.Float32:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !bareNumber.MatchString(text) {
			return v, faultf("bad-value", "", "%q is not a number", text)
		}
		v.SetFloat(x)
	default:
		return v, faultf("bad-value", "", "%q cannot be a %s", text, t)
	}
	return v, nil
}

// checkText holds a string against the enum and the format of its field.
func checkText(text string, f *field) *fault {
	if f == nil {
		return nil
	}
	if len(f.enum) > 0 {
		for _, e := range f.enum {
			if e == text {
				return nil
			}
		}
		hint := guessHint(guesses(text, f.enum))
		if len(f.enum) > problem.ManyWords {
			return faultf("unknown-value", hint, "%q is none of the %d words that can stand here, such as %s", text, len(f.enum), problem.Listed(f.enum[:3], "or"))
		}
		return faultf("unknown-value", hint, "%q is none of %s", text, problem.Listed(f.enum, "or"))
	}
	switch f.format {
	case "e164":
		if !e164Form.MatchString(text) {
			return faultf("bad-format", "write it as +, country code and number: +15551234567", "%q is not a telephone number in E.164 form", text)
		}
	case "guid":
		if !guidForm.MatchString(text) {
			return faultf("bad-format", "write it as 8a34a46b-3d17-4adc-8dce-dc4e7d572698", "%q is not a GUID", text)
		}
	case "identity":
		if !guidForm.MatchString(text) && !strings.ContainsAny(text, ":@\\") {
			return faultf("bad-format", "write it as 8a34a46b-3d17-4adc-8dce-dc4e7d572698", "%q is not a GUID", text)
		}
	case "uri":
		if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
			return faultf("bad-format", "write it whole: https://host/path", "%q is not an absolute URI", text)
		}
	}
	return nil
}

// typedLiteral types a plain scalar of an untyped value: true, false, null and plain decimal numbers; the rest stays text.
func typedLiteral(text string) any {
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null", "~", "":
		return nil
	}
	if plainInt.MatchString(text) {
		if i, err := strconv.Atoi(text); err == nil {
			return i
		}
	}
	if plainDecimal.MatchString(text) {
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			if strconv.FormatFloat(x, 'f', -1, 64) == text {
				return x
			}
			return json.Number(text) // so that 1.10 is 1.10 where it is put into text or sent
		}
	}
	return text
}

// Names that every expression knows already, and the words of expressions themselves.
var (
	reservedNames   = []string{"steps", "calls", "env", "run", "matrix", "item", "call", "operation", "participants", "tone", "sharing", "participantJoining", "participantLeft", "event"}
	expressionWords = []string{"let", "in", "not", "and", "or", "nil", "if", "else", "matches", "contains", "startsWith", "endsWith"}
)

// checkName holds a name that an author gave to a value against what expressions can spell.
func checkName(name string) *fault {
	if containsWord(reservedNames, name) {
		return faultf("bad-name", "choose another name", "the name %q is taken: expressions have a meaning of their own for it", name)
	}
	return checkWord(name)
}

// checkWord does the same for a name that only stands behind a dot, such as a step's id.
func checkWord(name string) *fault {
	switch {
	case !identifier.MatchString(name):
		return faultf("bad-name", "use letters, digits and _, a letter first", "%q is not a name that expressions can spell", name)
	case containsWord(expressionWords, name):
		return faultf("bad-name", "choose another name", "%q is a word of the expression language", name)
	case len(name) > 64:
		return faultf("bad-name", "", "the name %q… is longer than 64 letters", name[:20])
	}
	for _, w := range yamlBooleans {
		if strings.EqualFold(name, w) {
			return faultf("bad-name", "choose another name", "other YAML readers take %q for true or false", name)
		}
	}
	return nil
}

// scalarWords says what a scalar field takes.
func scalarWords(t reflect.Type, f *field) string {
	if f != nil && len(f.enum) > 0 {
		return "one of " + problem.Listed(f.enum, "or")
	}
	if t == durationKind {
		return "a duration such as 15s"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64, reflect.Float32:
		return "a number"
	}
	return "a whole number"
}
