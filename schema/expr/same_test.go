package expr

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/google/go-cmp/cmp"

	"callflow/schema/problem"
)

// Where everything is present, an expression has the value that the expr package gives it. Expressions are made at random
// from the language's parts, by type, so that most of them are lawful.
func TestSameAsExpr(t *testing.T) {
	names := testNames()
	names["participants"] = []any{map[string]any{"isMuted": true, "k": "a"}, map[string]any{"isMuted": false, "k": "b"}}
	sc := NewScope(Globals{}, nil, nil)
	for _, k := range slices.Sorted(maps.Keys(names)) {
		sc.Declare(k, Any, nil, problem.Pos{})
	}
	sc.DeclareStep("move", Any, nil, problem.Pos{})
	compared := 0
	for seed := range uint64(4000) {
		text := (&writer{rand: rand.New(rand.NewPCG(seed, 1))}).write("bool", 4)
		want, wantErr := expr.Eval(text, names)
		said := ""
		e := Compile(text, 0, straight, sc, nil, func(p problem.Problem) { said += p.Text + "; " })
		if e == nil {
			if wantErr == nil {
				t.Errorf("%s: refused (%s), but expr has the value %v", text, said, want)
			}
			continue
		}
		got, err := e.Eval(names)
		if wantErr != nil {
			continue // a panic inside expr's machine, such as an index out of range
		}
		if err != nil {
			if strings.Contains(err.Error(), errNotANumber.Error()) {
				continue // expr goes on with infinity
			}
			t.Errorf("%s: %v, but expr has the value %v", text, err, want)
			continue
		}
		compared++
		if diff := cmp.Diff(plainValue(want), plainValue(got)); diff != "" {
			t.Errorf("%s: -expr +ours\n%s", text, diff)
		}
	}
	t.Logf("%d expressions compared", compared)
	if compared < 2000 {
		t.Errorf("only %d expressions could be compared", compared)
	}
}

// plainValue makes numbers and lists of all Go types alike.
func plainValue(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var plain any
	if json.Unmarshal(text, &plain) != nil {
		return string(text)
	}
	return plain
}

// writer writes a random expression of a type.
type writer struct {
	rand *rand.Rand
	each int
}

func (w *writer) write(kind string, depth int) string {
	leaves := map[string][]string{
		"bool":     {"true", "false", "flag", `(n == 2)`, `participants[0].isMuted`},
		"int":      {"0", "1", "2", "7", "n", "len(people)", "steps.move.attempts"},
		"float":    {"0.5", "2.0", "f", "event.raw.b"},
		"string":   {`"a"`, `"b"`, `"carol"`, "op", "call.state", "people[1]", "event.raw.a", `""`},
		"duration": {"wait", `duration("1s")`},
		"strings":  {"people", `["a", "b"]`, "call.modalities", `map(participants, .k)`},
		"ints":     {"[1, 2, 3]", "1..4", "[n]"},
		"objects":  {"participants"},
	}
	forms := map[string][]string{
		"bool": {"%bool and %bool", "%bool || %bool", "!(%bool)", "not (%bool)", "%number == %number", "%number != %number", "%number < %number", "%number >= %number",
			"%string == %string", "%string != %string", "%string < %string", "%string in %strings", "%string not in %strings", "%int in %ints", "%string contains %string",
			"%string startsWith %string", "%string not endsWith %string", `%string matches "^[a-c]"`, "%duration > %duration", "%duration == %duration", "any(%strings, # == %string)",
			"all(%ints, # > %int)", "none(%ints, # == %number)", "one(%strings, # startsWith %string)", "(%bool ? %bool : %bool)", "any(%objects, .isMuted and %bool)", "hasPrefix(%string, %string)",
			"%strings == %strings", "%ints != %ints", `%string in {a: 1, "b": 2}`},
		"number": {"%int", "%float"},
		"int": {"%int + %int", "(%int - %int)", "(%int) * (%int)", "-(%int)", "count(%strings, # != %string)", "len(%string)", "sum(%ints)", "sum(%strings, len(#))", "abs(%int)", "int(%float)", "max(%int, %int)",
			"indexOf(%string, %string)", "(%int) % 3", "len(%ints)", "first([%int])", "findIndex([1, 2, 3], # == 2)"},
		"float":    {"(%int) / 4", "(%float) * (%float)", "(%float) + (%int)", "(%int) ** 2", "floor(%float)", "round(%float)", "float(%int)", "ceil(%int)"},
		"string":   {"(%string + %string)", "upper(%string)", "trim(%string)", "replace(%string, %string, \"x\")", "join(%strings, \",\")", "string(%int)", "(%bool ? %string : %string)", "find(%strings, true)", "last(%strings)", `(nil ?? %string)`, "lower(%string)"},
		"duration": {"%duration + %duration", "%duration * %int", "%duration - %duration"},
		"strings":  {"filter(%strings, # != %string)", "map(%strings, upper(#))", "split(%string, \"a\")", "concat(%strings, [%string])", "uniq(%strings)", "reverse(%strings)", "take(%strings, 1)", "%strings[0:1]", "%strings[-1:]", "sort([%string, %string])"},
		"ints":     {"filter(%ints, # > %int)", "map(%ints, # + %int)", "map(%ints, #index)", "reverse(%ints)", "sort(%ints)", "concat(%ints, %ints)", "flatten([%ints, [%int]])"},
		"objects":  {"filter(%objects, .isMuted)"},
	}
	if leaf := leaves[kind]; len(leaf) > 0 && (depth == 0 || w.rand.IntN(5) == 0) {
		return leaf[w.rand.IntN(len(leaf))]
	}
	form := forms[kind][w.rand.IntN(len(forms[kind]))]
	if strings.Contains(form, "(%") && strings.Contains(form, "#") || strings.Contains(form, ".isMuted") {
		if w.each >= 1 { // predicates nest only twice, and leaves have one of their own
			return w.write(kind, 0)
		}
		w.each++
		defer func() { w.each-- }()
	}
	out := ""
	for {
		before, after, ok := strings.Cut(form, "%")
		out += before
		if !ok {
			return out
		}
		word := after[:len(after)-len(strings.TrimLeft(after, "abcdefghijklmnopqrstuvwxyz"))]
		if word == "" {
			out += "%"
		} else {
			out += w.write(word, max(0, depth-1))
		}
		form = after[len(word):]
	}
}

// FuzzExpr: whatever the text is, compiling and evaluating it end soon, in bounds, and never panic.
func FuzzExpr(f *testing.F) {
	for _, seed := range []string{
		`call.id == p2pCall && operation.status == "completed"`, `any(participants, .info.identity.user.id == p2pCall)`, `1..99999`, `"a" + `, `calls[op].state ?? "x"`, `{a: [1, {b: 2}]}.a[0:1]`,
		`sum(1..100, sum(1..100, #))`, `people | map(upper(#)) | join("-")`, `if flag { 1 } else { n ** 9999 }`, `anything.x.y[99999999999]`, `"\u{41}" matches "(a*)*b"`, `-9223372036854775808 % -1`, `#`, `((((`, `x not in not`,
	} {
		f.Add(seed)
	}
	sc := testScope()
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		problems := 0
		e := Compile(text, 0, straight, sc, nil, func(problem.Problem) { problems++ })
		if (e == nil) != (problems > 0) {
			t.Fatalf("%q: %d problems, expression %v", text, problems, e != nil)
		}
		if e == nil {
			return
		}
		names := testNames()
		v, err := e.Eval(names)
		if err != nil && v != nil {
			t.Fatalf("%q: value %v with error %v", text, v, err)
		}
		again, _ := e.Eval(names)
		if diff := cmp.Diff(plainValue(v), plainValue(again)); diff != "" {
			t.Fatalf("%q: two values: %s", text, diff)
		}
		e.Explain(names)
		e.Fixes(names)
		e.Nearness(names)
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("%q took %s", text, took)
		}
	})
}
