package expr

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/schema/problem"
)

var updateExplain = flag.Bool("update", false, "rewrite golden files")

// draw lays an explanation out as text.
func draw(b *strings.Builder, x Explanation, depth int) {
	value := Show(x.Value)
	switch {
	case x.Absent:
		value = "(absent)"
	case x.Error != "":
		value = "error: " + x.Error
	}
	fmt.Fprintf(b, "%s%d:%d  %s  =  %s\n", strings.Repeat("  ", depth), x.Pos.Line, x.Pos.Col, x.Text, value)
	for _, p := range x.Parts {
		draw(b, p, depth+1)
	}
}

func TestExplain(t *testing.T) {
	names := testNames()
	var many []any
	for i := range 8 {
		many = append(many, map[string]any{"info": map[string]any{"identity": map[string]any{"user": map[string]any{"displayName": fmt.Sprint("Guest ", i)}}}})
	}
	texts := []string{
		`call.id == p2pCall && call.state == "terminated" && operation.status == "completed"`,
		`(call.state == "terminated" || call.muted) and not (n > 1)`,
		`any(participants, .info.identity.user.displayName == "Fred")`,
		`all(event.raw.many, .info.identity.user.displayName startsWith "Guest" && #index != 6)`,
		`len(participants) == 3 and upper(op) in ["A", "B"]`,
		`calls[op].state == "terminated" or calls[p2pCall].resultInfo.code == 486`,
		`event.raw.a > 3 and true`,
		`(operation.id ?? "none") == op ? n * 2 > f : people[1] == "fred"`,
		`n in [1, 3] and [n, f][0] == 2 and {a: n}.a == 2`,
		`any(filter(people, # startsWith "d"), # == "carol")`,
		`any(operation.list, true)`,
	}
	names["event"].(map[string]any)["raw"].(map[string]any)["many"] = many
	sc := testScope()
	sc.Declare("operation", Any, nil, problem.Pos{})
	var b strings.Builder
	for _, text := range texts {
		e := Compile(text, 0, straight, sc, nil, func(p problem.Problem) { t.Error(p) })
		if e == nil {
			continue
		}
		draw(&b, e.Explain(names), 0)
		holds, of := e.Nearness(names)
		fmt.Fprintf(&b, "%d of %d\n\n", holds, of)
	}
	golden := filepath.Join("testdata", "explain.golden")
	if *updateExplain {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("-want +got, -update rewrites\n%s", diff)
	}
}

func TestFixes(t *testing.T) {
	known := map[string]any{"calls": map[string]any{}, "p2pCall": "8A34A46B3D174ADC8DCEDC4E7D572698", "op": "7", "n": 2, "run": map[string]any{"id": "r"}}
	tests := []struct {
		text string
		want []Fix
	}{
		{`call.state == "incoming" && call.source.identity.user.id == p2pCall`, []Fix{{"call.state", "incoming"}, {"call.source.identity.user.id", carol}}},
		{`"incoming" == call.state and (p2pCall == call.id and n == 2)`, []Fix{{"call.state", "incoming"}, {"call.id", carol}}},
		{`call.state == "incoming" || call.state == "terminated"`, nil},
		{`!(call.state == "incoming") && call.state != "terminated"`, nil},
		{`call.id == operation.id`, nil},
		{`call.id == op + "x"`, []Fix{{"call.id", "7x"}}},
		{`call.id == run.id and call.id == (op ?? call.state)`, []Fix{{"call.id", "r"}}},
		{`call.id == maybe ?? "x"`, nil},
		{`call.resultInfo.code == n * 2`, []Fix{{"call.resultInfo.code", 4}}},
		{`call.id == nil and operation != nil`, nil},
		{`call.id == find([op], # == "7")`, []Fix{{"call.id", "7"}}},
		{`call.id == find(people, # == "7")`, nil},
		{`any(participants, .isMuted == true)`, nil},
		{`participants[0].isMuted == true`, []Fix{{"participants[0].isMuted", true}}},
		{`call.id == participants[0].info.identity.user.id`, nil},
		{`call.id == calls[call.state].id`, nil},
		{`1 == 1 and op == "7"`, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, compileTest(t, tt.text).Fixes(known)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.text, diff)
		}
	}
}

func TestMentions(t *testing.T) {
	e := compileTest(t, `any(participants, .info.identity.user.id == op) and steps.move.attempts > 1 and calls[p2pCall] != nil`)
	for name, want := range map[string]bool{"participants": true, "op": true, "steps": true, "calls": true, "p2pCall": true, "event": false, "info": false, "move": false} {
		if e.Mentions(name) != want {
			t.Errorf("Mentions(%q) = %v", name, !want)
		}
	}
	if got := e.Text(); !strings.HasPrefix(got, "any(") || e.Pos().Col != 1 || e.Type().Kind != KindBool {
		t.Errorf("%q at %v is %v", got, e.Pos(), e.Type())
	}
}

// One plan runs many times side by side: an expression is shared.
func TestEvalConcurrently(t *testing.T) {
	e := compileTest(t, `any(participants, .info.identity.user.id == p2pCall and any(people, # == "dora"))`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			names := testNames()
			for range 200 {
				if ok, err := e.Test(names); !ok || err != nil {
					t.Error(ok, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A type that a whole ${{ x }} hands on.
func TestTypes(t *testing.T) {
	tests := map[string]Kind{
		`op`: KindString, `n`: KindInt, `f`: KindFloat, `flag`: KindBool, `wait`: KindDuration, `people`: KindList, `call`: KindObject, `nil`: KindNil, `anything.x`: KindAny,
		`n + 1`: KindInt, `n / 2`: KindFloat, `n + f`: KindFloat, `op + "x"`: KindString, `wait * 2`: KindDuration, `op == "x"`: KindBool, `op ?? "x"`: KindString, `op ?? n`: KindAny,
		`flag ? 1 : 2.5`: KindFloat, `flag ? op : nil`: KindString, `map(people, len(#))`: KindList, `len(people)`: KindInt, `find(people, true)`: KindString, `first(people)`: KindString,
		`people[0]`: KindString, `participants[0].info.identity.user.id`: KindString, `calls[op].muted`: KindBool, `steps.move.attempts`: KindInt, `{a: 1}.a`: KindInt, `{a: 1}`: KindObject,
		`max(n, f)`: KindFloat, `max(people)`: KindString, `sum(map(people, len(#)))`: KindInt, `sort(people)[0]`: KindString, `any(people, true)`: KindBool, `1..3`: KindList, `string(n)`: KindString, `-n`: KindInt,
	}
	for _, text := range slices.Sorted(maps.Keys(tests)) {
		if got := compileTest(t, text).Type().Kind; got != tests[text] {
			t.Errorf("%s is %s, want %s", text, got, tests[text])
		}
	}
}

// A large object keeps its fields, so that a reader finds the one in question; what is large in it becomes words.
func TestExplainedValues(t *testing.T) {
	long := make([]any, 200)
	wide := map[string]any{}
	for i := range 200 {
		wide[fmt.Sprint("field", i)] = i
	}
	deep := map[string]any{"state": "established", "list": long, "wide": wide, "text": strings.Repeat("x", 300)}
	got := brief(deep)
	want := map[string]any{"state": "established", "list": Brief("a list of 200"), "wide": "", "text": deep["text"]}
	fields, ok := got.(map[string]any)
	if !ok {
		t.Fatalf("the object became %v", got)
	}
	if words, _ := fields["wide"].(Brief); !strings.HasPrefix(string(words), "an object with field0, ") {
		t.Errorf("an object in it became %v", fields["wide"])
	}
	fields["wide"] = ""
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if words, ok := brief(wide).(Brief); !ok || len(words) > 500 {
		t.Errorf("an object of 200 fields became %v", words)
	}
	small := map[string]any{"a": []any{1}}
	if diff := cmp.Diff(any(small), brief(small)); diff != "" {
		t.Errorf("a small object changed:\n%s", diff)
	}
}
