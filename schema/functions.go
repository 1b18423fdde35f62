package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// function is one function of the language. Its arguments are all there when run is called: with an absent one the
// function's value is absent.
type function struct {
	doc    string
	args   string // one letter an argument: s string, i whole number, n number, l list, o object, a any; after ? optional, * repeats the last
	result func(args []*node) *Type
	run    func(ev *evaluation, at *node, args []any) (any, error)
}

func always(t *Type) func([]*node) *Type { return func([]*node) *Type { return t } }

// sameList is the first argument's type.
func sameList(args []*node) *Type {
	if args[0].typ.Kind == KindList {
		return args[0].typ
	}
	return &Type{Kind: KindList}
}

func elementType(args []*node) *Type { return sameList(args).elem() }

// numberType is the arguments' type in common.
func numberType(args []*node) *Type {
	t := args[0].typ
	for _, a := range args[1:] {
		t = t.merge(a.typ)
	}
	if t.Kind == KindList {
		return t.elem()
	}
	return t
}

var (
	strings1 = &Type{Kind: KindList, Elem: stringType}
	lists    = always(&Type{Kind: KindList})
)

// functions are those of the expr package (https://expr-lang.org/docs/language-definition) that give the same value for
// the same arguments, in the same order, and cannot make much out of little. keys, values and toPairs are sorted by key.
// any, all, … are in predicates.
var functions = map[string]function{
	"len": {"how many elements a list or an object has, how many characters a string", "a", always(intType), runLen},

	"upper":       textFunction("the text in capital letters", strings.ToUpper),
	"lower":       textFunction("the text in small letters", strings.ToLower),
	"trim":        {"the text without the spaces, or the given characters, around it", "s?s", always(stringType), runTrim(strings.Trim)},
	"trimPrefix":  {"the text without that beginning", "ss", always(stringType), runTrim(strings.TrimPrefix)},
	"trimSuffix":  {"the text without that end", "ss", always(stringType), runTrim(strings.TrimSuffix)},
	"hasPrefix":   {"whether the text begins so", "ss", always(boolType), runTest(strings.HasPrefix)},
	"hasSuffix":   {"whether the text ends so", "ss", always(boolType), runTest(strings.HasSuffix)},
	"indexOf":     {"where the part first is in the text, from 0; -1 when it is not", "ss", always(intType), runFind(strings.Index)},
	"lastIndexOf": {"where the part last is in the text, from 0; -1 when it is not", "ss", always(intType), runFind(strings.LastIndex)},
	"replace":     {"the text with every old part replaced by the new", "sss", always(stringType), runReplace},
	"split":       {"the parts of a text between separators", "ss", always(strings1), runSplit},
	"join":        {"the texts of a list, with a separator between them", "l?s", always(stringType), runJoin},
	"toBase64":    textFunction("the text in base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"fromBase64":  {"the text that base64 stands for", "s", always(stringType), runFromBase64},

	"string":   {"the value as text", "a", always(stringType), runString},
	"int":      {"the value as a whole number", "a", always(intType), runInt},
	"float":    {"the value as a number", "a", always(floatType), runFloat},
	"duration": {"the time that a text such as 1m30s says", "s", always(durationType), runDuration},
	"toJSON":   {"the value as JSON, keys in order", "a", always(stringType), runToJSON},
	"fromJSON": {"the value that a JSON text says", "s", always(anyType), runFromJSON},
	"type":     {"what kind of value it is: string, int, float, bool, array, map, nil", "a", always(stringType), runType},

	"abs":   {"the number without its sign", "n", numberType, runRound(math.Abs, true)},
	"ceil":  {"the next whole number up", "n", always(floatType), runRound(math.Ceil, false)},
	"floor": {"the next whole number down", "n", always(floatType), runRound(math.Floor, false)},
	"round": {"the nearest whole number", "n", always(floatType), runRound(math.Round, false)},
	"max":   {"the largest of the numbers, or of the lists of numbers", "a*", numberType, runPick(1)},
	"min":   {"the smallest of the numbers, or of the lists of numbers", "a*", numberType, runPick(-1)},

	"first":   {"a list's first element", "l", elementType, func(_ *evaluation, _ *node, a []any) (any, error) { return elementOf(a[0], 0), nil }},
	"last":    {"a list's last element", "l", elementType, func(_ *evaluation, _ *node, a []any) (any, error) { return elementOf(a[0], -1), nil }},
	"take":    {"a list's first n elements", "li", sameList, runTake},
	"reverse": {"the list from its end", "l", sameList, runReverse},
	"uniq":    {"the list without repeated elements", "l", sameList, runUniq},
	"sort":    {"the list in order; a second argument \"desc\" turns it around", "l?s", sameList, runSort},
	"concat":  {"the lists one after the other", "l*", lists, runConcat},
	"flatten": {"the list with the elements of its lists", "l", lists, runFlatten},

	"keys":    {"an object's keys, in alphabetical order", "o", always(strings1), runKeys},
	"values":  {"an object's values, in the order of their keys", "o", lists, runValues},
	"toPairs": {"an object as a list of [key, value], in the order of the keys", "o", lists, runPairs},
}

// absentFunctions are refused, with the reason.
var absentFunctions = map[string]string{
	"now": "expressions see no clock", "date": "expressions see no clock and no time zone", "timezone": "expressions see no time zone",
	"repeat": "it makes large texts", "get": "write value[key]", "fromPairs": "write the object: {key: value}",
	"env": "env.NAME is known in vars and secrets only",
}

// otherFunctions are names that the same functions have elsewhere.
var otherFunctions = map[string]string{"length": "len", "lenght": "len", "size": "len", "some": "any", "every": "all", "tostring": "string", "str": "string", "number": "float", "tolowercase": "lower", "touppercase": "upper"}

// functionsHint lists all functions.
var functionsHint = "the functions are " + strings.Join(functionNames(), ", ")

func functionNames() []string {
	names := append(sortedKeys(functions), sortedKeys(predicates)...)
	sort.Strings(names)
	return names
}

// call compiles name(args).
func (c *compiler) call(at *node, name string, args []ast.Node) *node {
	if _, ok := predicates[name]; ok {
		return c.predicate(at, name, args)
	}
	f, ok := functions[name]
	if !ok {
		if why, ok := absentFunctions[name]; ok {
			return c.refuse(at, "expr-function", "", "there is no function %s here: %s", name, why)
		}
		near := otherFunctions[strings.ToLower(name)]
		if near == "" {
			near = nearest(name, functionNames())
		}
		if near != "" {
			return c.refuse(at, "expr-function", "", "unknown function %q; did you mean %q?", name, near)
		}
		return c.refuse(at, "expr-function", "", "unknown function %q; %s", name, functionsHint)
	}
	parts := make([]*node, len(args))
	for i, a := range args {
		parts[i] = c.node(a)
	}
	own := &node{from: at.from, to: at.to}
	at.join(parts...)
	if !c.arguments(own, name, f, parts) {
		return c.refuse(own, "expr-function", "", "%s", howToCall(name, f))
	}
	at.op, at.typ = "call", f.result(parts)
	at.eval = func(ev *evaluation) any {
		values := make([]any, len(parts))
		for i, p := range parts {
			if values[i] = p.eval(ev); values[i] == nil && name != "type" {
				return nil
			}
		}
		if !ev.spend(at, 1) {
			return nil
		}
		v, err := f.run(ev, at, values)
		if err != nil {
			return ev.fail(own, fmt.Errorf("%s: %w", name, err))
		}
		return v
	}
	return at
}

// arguments checks number and types; false: their number is wrong.
func (c *compiler) arguments(at *node, name string, f function, parts []*node) bool {
	required, rest, _ := strings.Cut(f.args, "?")
	repeats := strings.HasSuffix(required, "*")
	required = strings.TrimSuffix(required, "*")
	if len(parts) < len(required) || !repeats && len(parts) > len(required)+len(rest) {
		return false
	}
	kinds := required + rest
	for i, p := range parts {
		kind, ok := map[byte]Kind{'s': KindString, 'i': KindInt, 'n': KindFloat, 'l': KindList, 'o': KindObject}[kinds[min(i, len(kinds)-1)]]
		if ok {
			c.mustBe(p, kind, fmt.Sprintf("argument %d of %s", i+1, name))
		}
	}
	return true
}

func howToCall(name string, f function) string {
	words := map[rune]string{'s': "string", 'i': "number", 'n': "number", 'l': "list", 'o': "object", 'a': "value"}
	var args []string
	optional := false
	for _, r := range f.args {
		switch r {
		case '?':
			optional = true
		case '*':
			args = append(args, "…")
		default:
			word := words[r]
			if optional {
				word += "?"
			}
			args = append(args, word)
		}
	}
	return fmt.Sprintf("write %s(%s): %s", name, strings.Join(args, ", "), f.doc)
}

func textFunction(doc string, f func(string) string) function {
	return function{doc, "s", always(stringType), func(ev *evaluation, at *node, a []any) (any, error) {
		s, err := text(a[0])
		if err != nil || !ev.spend(at, len(s)>>2) {
			return nil, err
		}
		return f(s), nil
	}}
}

// text, whole and elements are what a function takes an argument for; the type is checked before the run where it can be.
func text(v any) (string, error) {
	if s, ok := textOf(v); ok {
		return s, nil
	}
	return "", fmt.Errorf("a string is wanted, and this is %s", show(v))
}

func elements(v any) (list, error) {
	if l, ok := listOf(v); ok {
		return l, nil
	}
	return list{}, fmt.Errorf("a list is wanted, and this is %s", show(v))
}

func texts2(a []any) (x, y string, err error) {
	if x, err = text(a[0]); err == nil {
		y, err = text(a[1])
	}
	return x, y, err
}

func runLen(_ *evaluation, _ *node, a []any) (any, error) {
	if s, ok := textOf(a[0]); ok {
		return len([]rune(s)), nil
	}
	if l, ok := listOf(a[0]); ok {
		return l.len(), nil
	}
	if m, ok := objectOf(a[0]); ok {
		return len(m), nil
	}
	return nil, fmt.Errorf("a list, an object or a string is wanted, and this is %s", show(a[0]))
}

func runTrim(f func(s, part string) string) func(*evaluation, *node, []any) (any, error) {
	return func(_ *evaluation, _ *node, a []any) (any, error) {
		if len(a) == 1 {
			s, err := text(a[0])
			return strings.TrimSpace(s), err
		}
		s, part, err := texts2(a)
		return f(s, part), err
	}
}

func runTest(f func(s, part string) bool) func(*evaluation, *node, []any) (any, error) {
	return func(_ *evaluation, _ *node, a []any) (any, error) {
		s, part, err := texts2(a)
		return f(s, part), err
	}
}

func runFind(f func(s, part string) int) func(*evaluation, *node, []any) (any, error) {
	return func(ev *evaluation, at *node, a []any) (any, error) {
		s, part, err := texts2(a)
		if err != nil || !ev.spend(at, len(s)>>4) {
			return nil, err
		}
		return f(s, part), nil
	}
}

func runReplace(ev *evaluation, at *node, a []any) (any, error) {
	s, old, err := texts2(a)
	if err != nil {
		return nil, err
	}
	with, err := text(a[2])
	if err != nil || !ev.spend(at, len(s)>>2) {
		return nil, err
	}
	if size := len(s) + strings.Count(s, old)*(len(with)-len(old)); size > maxText || !ev.spend(at, max(size, 0)>>4) {
		return nil, fmt.Errorf("the text becomes longer than %d bytes", maxText)
	}
	return strings.ReplaceAll(s, old, with), nil
}

func runSplit(ev *evaluation, at *node, a []any) (any, error) {
	s, sep, err := texts2(a)
	if err != nil || !ev.spend(at, len(s)>>4) {
		return nil, err
	}
	if n := strings.Count(s, sep); n >= maxRange || !ev.spend(at, n) {
		return nil, fmt.Errorf("more than %d parts", maxRange)
	}
	parts := strings.Split(s, sep)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func runJoin(ev *evaluation, at *node, a []any) (any, error) {
	l, err := elements(a[0])
	if err != nil {
		return nil, err
	}
	glue := ""
	if len(a) == 2 {
		if glue, err = text(a[1]); err != nil {
			return nil, err
		}
	}
	var b strings.Builder
	for i := range l.len() {
		if i > 0 {
			b.WriteString(glue)
		}
		v := l.at(i)
		s, ok := textOf(v)
		if !ok {
			return nil, fmt.Errorf("a list of strings is wanted, and element %d is %s", i, show(v))
		}
		b.WriteString(s)
		if b.Len() > maxText {
			return nil, fmt.Errorf("the text becomes longer than %d bytes", maxText)
		}
		if !ev.spend(at, 1+(len(s)+len(glue))>>4) {
			return nil, nil
		}
	}
	return b.String(), nil
}

func runFromBase64(ev *evaluation, at *node, a []any) (any, error) {
	s, err := text(a[0])
	if err != nil || !ev.spend(at, len(s)>>2) {
		return nil, err
	}
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not base64", show(s))
	}
	return string(out), nil
}

func runString(ev *evaluation, at *node, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		return v, nil
	case time.Duration:
		return v.String(), nil
	}
	if s, ok := textOf(a[0]); ok {
		return s, nil
	}
	if n, ok := numberOf(a[0]); ok && n.float {
		return strconv.FormatFloat(n.f, 'f', -1, 64), nil
	}
	return runToJSON(ev, at, a)
}

func runInt(_ *evaluation, _ *node, a []any) (any, error) {
	if s, ok := textOf(a[0]); ok {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number", show(a[0]))
		}
		return n, nil
	}
	n, ok := numberOf(a[0])
	if !ok || n.float && math.Abs(n.f) > 1<<53 {
		return nil, fmt.Errorf("a number or a string is wanted, and this is %s", show(a[0]))
	}
	if n.float {
		return int(n.f), nil
	}
	return int(n.i), nil
}

func runFloat(_ *evaluation, _ *node, a []any) (any, error) {
	if s, ok := textOf(a[0]); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%s is not a number", show(a[0]))
		}
		return f, nil
	}
	n, ok := numberOf(a[0])
	if !ok {
		return nil, fmt.Errorf("a number or a string is wanted, and this is %s", show(a[0]))
	}
	return n.value(), nil
}

func runDuration(_ *evaluation, _ *node, a []any) (any, error) {
	s, err := text(a[0])
	if err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not a duration such as 500ms, 30s or 1m30s", show(s))
	}
	return d, nil
}

func runToJSON(ev *evaluation, at *node, a []any) (any, error) {
	out, err := json.Marshal(a[0])
	if err != nil || !ev.spend(at, len(out)>>2) {
		return nil, err
	}
	if len(out) > maxText {
		return nil, fmt.Errorf("the text becomes longer than %d bytes", maxText)
	}
	return string(out), nil
}

func runFromJSON(ev *evaluation, at *node, a []any) (v any, err error) {
	s, err := text(a[0])
	if err != nil || !ev.spend(at, len(s)) {
		return nil, err
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, fmt.Errorf("%s is not JSON", show(s))
	}
	return v, nil
}

func runType(_ *evaluation, _ *node, a []any) (any, error) {
	switch a[0].(type) {
	case nil:
		return "nil", nil
	case bool:
		return "bool", nil
	case time.Duration:
		return "duration", nil
	}
	if n, ok := numberOf(a[0]); ok {
		if n.float {
			return "float", nil
		}
		return "int", nil
	}
	if _, ok := textOf(a[0]); ok {
		return "string", nil
	}
	if _, ok := listOf(a[0]); ok {
		return "array", nil
	}
	return "map", nil
}

func runRound(f func(float64) float64, keep bool) func(*evaluation, *node, []any) (any, error) {
	return func(_ *evaluation, _ *node, a []any) (any, error) {
		n, ok := numberOf(a[0])
		switch {
		case !ok:
			return nil, fmt.Errorf("a number is wanted, and this is %s", show(a[0]))
		case keep && !n.float:
			return int(max(n.i, -n.i)), nil
		}
		return f(n.value()), nil
	}
}

// runPick returns the value that compares as want with all others.
func runPick(want int) func(*evaluation, *node, []any) (any, error) {
	return func(ev *evaluation, at *node, a []any) (any, error) {
		var best any
		try := func(v any) error {
			if best == nil {
				best = v
			}
			order, ok := compare(v, best)
			if !ok {
				return fmt.Errorf("numbers are wanted, and this is %s", show(v))
			}
			if order == want {
				best = v
			}
			return nil
		}
		for _, v := range a {
			l, ok := listOf(v)
			if !ok {
				l = list{anys: []any{v}}
			}
			for i := range l.len() {
				if err := try(l.at(i)); err != nil || !ev.spend(at, 1) {
					return nil, err
				}
			}
		}
		return best, nil
	}
}
