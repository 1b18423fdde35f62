package expr

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// function is one function of the language. Its arguments are all there when run is called: with an absent one the
// function's value is absent.
type function struct {
	doc    string
	args   string // one letter an argument: s string, i whole number, n number, l list, o object, a any; after ? optional, * repeats the last
	result func(args []*Node) *Type
	run    func(ev *evaluation, at *Node, args []any) (any, error)
}

func always(t *Type) func([]*Node) *Type { return func([]*Node) *Type { return t } }

// sameList is the first argument's type.
func sameList(args []*Node) *Type {
	if args[0].Type.Kind == KindList {
		return args[0].Type
	}
	return &Type{Kind: KindList}
}

func elementType(args []*Node) *Type { return sameList(args).Element() }

// numberType is the arguments' type in common.
func numberType(args []*Node) *Type {
	t := args[0].Type
	for _, a := range args[1:] {
		t = t.Merge(a.Type)
	}
	if t.Kind == KindList {
		return t.Element()
	}
	return t
}

var (
	strings1 = &Type{Kind: KindList, Elem: String}
	lists    = always(&Type{Kind: KindList})
)

// functions are those of the expr package (https://expr-lang.org/docs/language-definition) that give the same value for
// the same arguments, in the same order, and cannot make much out of little. keys, values and toPairs are sorted by key.
// any, all, … are in predicates.
var functions = map[string]function{
	"len": {"how many elements a list or an object has, how many characters a string", "a", always(Int), runLen},

	"upper":       textFunction("the text in capital letters", strings.ToUpper),
	"lower":       textFunction("the text in small letters", strings.ToLower),
	"trim":        {"the text without the spaces, or the given characters, around it", "s?s", always(String), runTrim(strings.Trim)},
	"trimPrefix":  {"the text without that beginning", "ss", always(String), runTrim(strings.TrimPrefix)},
	"trimSuffix":  {"the text without that end", "ss", always(String), runTrim(strings.TrimSuffix)},
	"hasPrefix":   {"whether the text begins so", "ss", always(Bool), runTest(strings.HasPrefix)},
	"hasSuffix":   {"whether the text ends so", "ss", always(Bool), runTest(strings.HasSuffix)},
	"indexOf":     {"where the part first is in the text, from 0; -1 when it is not", "ss", always(Int), runFind(strings.Index)},
	"lastIndexOf": {"where the part last is in the text, from 0; -1 when it is not", "ss", always(Int), runFind(strings.LastIndex)},
	"replace":     {"the text with every old part replaced by the new", "sss", always(String), runReplace},
	"split":       {"the parts of a text between separators", "ss", always(strings1), runSplit},
	"join":        {"the texts of a list, with a separator between them", "l?s", always(String), runJoin},
	"toBase64":    textFunction("the text in base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"fromBase64":  {"the text that base64 stands for", "s", always(String), runFromBase64},

	"string":   {"the value as text", "a", always(String), runString},
	"int":      {"the value as a whole number", "a", always(Int), runInt},
	"float":    {"the value as a number", "a", always(Float), runFloat},
	"duration": {"the time that a text such as 1m30s says", "s", always(Duration), runDuration},
	"toJSON":   {"the value as JSON, keys in order", "a", always(String), runToJSON},
	"fromJSON": {"the value that a JSON text says", "s", always(Any), runFromJSON},
	"type":     {"what kind of value it is: string, int, float, bool, array, map, nil", "a", always(String), runType},

	"abs":   {"the number without its sign", "n", numberType, runRound(math.Abs, true)},
	"ceil":  {"the next whole number up", "n", always(Float), runRound(math.Ceil, false)},
	"floor": {"the next whole number down", "n", always(Float), runRound(math.Floor, false)},
	"round": {"the nearest whole number", "n", always(Float), runRound(math.Round, false)},
	"max":   {"the largest of the numbers, or of the lists of numbers", "a*", numberType, runPick(1)},
	"min":   {"the smallest of the numbers, or of the lists of numbers", "a*", numberType, runPick(-1)},

	"first":   {"a list's first element", "l", elementType, func(_ *evaluation, _ *Node, a []any) (any, error) { return elementOf(a[0], 0), nil }},
	"last":    {"a list's last element", "l", elementType, func(_ *evaluation, _ *Node, a []any) (any, error) { return elementOf(a[0], -1), nil }},
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

// FunctionDoc says how a function is called, and what it yields.
func FunctionDoc(name string) (call, doc string) {
	how := howToCall(name, functions[name])
	if p, ok := predicates[name]; ok {
		how = predicateDoc(name, p)
	}
	call, doc, _ = strings.Cut(strings.TrimPrefix(how, "write "), ": ")
	return call, doc
}

// FunctionNames are the functions in alphabetical order.
func FunctionNames() []string {
	names := slices.Collect(maps.Keys(functions))
	names = slices.AppendSeq(names, maps.Keys(predicates))
	slices.Sort(names)
	return names
}

// call compiles name(args).
func (c *compiler) call(at *Node, name string, args []ast.Node) *Node {
	if _, ok := predicates[name]; ok {
		return c.predicate(at, name, args)
	}
	f, ok := functions[name]
	if !ok {
		return c.unknownFunction(at, name, nil, args)
	}
	c.noteFunction(at, name, howToCall(name, f))
	parts := make([]*Node, len(args))
	for i, a := range args {
		parts[i] = c.node(a)
	}
	own := &Node{From: at.From, To: at.To}
	at.join(parts...)
	if name == "concat" && slices.ContainsFunc(parts, func(p *Node) bool { return p.Type.Kind == KindString }) {
		texts := make([]string, len(parts))
		for i, p := range parts {
			texts[i] = c.what(p)
		}
		c.refuse(own, "expr-type", "write "+strings.Join(texts, " + "), "concat joins lists, and this is a text")
		return c.refused(at)
	}
	if !c.arguments(own, name, f, parts) {
		return c.refuse(own, "expr-function", "", "%s", howToCall(name, f))
	}
	at.Op, at.Type = "call", f.result(parts)
	if name == "type" {
		at.Op = "type" // it has a value for what is absent
	}
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
func (c *compiler) arguments(at *Node, name string, f function, parts []*Node) bool {
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
	return function{doc, "s", always(String), func(ev *evaluation, at *Node, a []any) (any, error) {
		s, err := text(a[0])
		if err != nil || !ev.spend(at, len(s)>>2) {
			return nil, err
		}
		return f(s), nil
	}}
}
