package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/schema/problem"
)

// problemsOf compiles text as the value of an `if` and returns its problems as "col+len code: text | hint".
func problemsOf(text string, want *Type) []string {
	var out []string
	e := Compile(text, 0, straight, testScope(), want, func(p problem.Problem) {
		s := fmt.Sprintf("%d+%d %s: %s", p.Col, p.Len, p.Code, p.Text)
		if p.Hint != "" {
			s += " | " + p.Hint
		}
		out = append(out, s)
	})
	if (e == nil) != (len(out) > 0) {
		out = append(out, "compiled although there are problems, or the other way around")
	}
	return out
}

func TestProblems(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		// Names.
		{`p2pCal == "x"`, []string{`1+6 expr-name: unknown name "p2pCal"; did you mean "p2pCall"?`}},
		{`flag and zzzzzz`, []string{`10+6 expr-name: unknown name "zzzzzz"; known here: anything, call, calls, event, f, flag, maybe, n, op, operation, p2pCall, participants, people, run, steps and wait`}},
		{`call.state == incoming`, []string{`15+8 expr-name: unknown name "incoming"; a text stands in quotes | write "incoming"`}},
		{`call.state != established and flag`, []string{`15+11 expr-name: unknown name "established"; a text stands in quotes | write "established"`}},
		{`call.id == meetingCall`, []string{`12+11 expr-name: "meetingCall" is captured only later, at t.yaml:40; it is not known here`}},
		{`call.id == leftCall`, []string{`12+8 expr-name: "leftCall" is captured only in branch left, at t.yaml:12; it is not known here`}},
		{`env.HOME == ""`, []string{`1+3 expr-name: env is known in vars and secrets only; give the value a name there`}},
		{`call.state == null`, []string{`15+4 expr-name: there is no name null | write nil`}},
		{`flag == True`, []string{`9+4 expr-name: there is no name True | write true`}},
		{`upper == "x"`, []string{`1+5 expr-name: upper is a function: write upper(…)`}},
		{`steps.mvoe.attempts == 1`, []string{`1+10 expr-name: no step before this one has the id "mvoe"; did you mean "move"?`}},
		{`steps.nowhere.x == 1`, []string{`1+13 expr-name: no step before this one has the id "nowhere"; known here: move and probe`}},
		{`steps[op] == 1`, []string{`1+8 expr-name: the step's id must be written out: steps.<id>; known here: move and probe`}},
		{`len(steps) > 0`, []string{`5+5 expr-name: steps needs the id of a step: steps.<id>; known here: move and probe`}},
		{`$env.x == 1`, []string{`1+4 expr-syntax: $env is no name: names stand alone | write env`}},

		// Fields.
		{`call.stat == "x"`, []string{`6+4 expr-field: call has no field "stat"; did you mean "state"? It has id, state, muted, source, resultInfo and modalities`}},
		{`call.source.user == nil`, []string{`13+4 expr-field: call.source has no field "user" | write call.source.identity.user`}},
		{`steps.move.operation == nil`, []string{`12+9 expr-field: steps.move has no field "operation"; it has call and attempts`}},
		{`any(participants, .identity == nil)`, []string{`20+8 expr-field: . has no field "identity" | write .info.identity`}},
		{`participants.info == nil`, []string{`14+4 expr-field: participants is a list; its elements may have "info", the list has not | write any(participants, .info …)`}},
		{`call.id.x == nil`, []string{`9+1 expr-field: call.id is a string; it has no fields`}},
		{`calls.p2pCall.state == "terminated"`, []string{`7+7 expr-field: calls has no field "p2pCall": it holds calls by their ids | write calls[p2pCall]`}},
		{`calls[1].id == ""`, []string{`7+1 expr-type: calls holds values by name, and 1 is a number`}},
		{`people["a"] == ""`, []string{`8+3 expr-type: people is a list: its elements are counted from 0, and "a" is a string`}},
		{`call.id[0] == ""`, []string{`1+9 expr-type: call.id is a string; it has no elements`}},

		// Types.
		{`call.resultInfo.code == "486"`, []string{`22+2 expr-type: call.resultInfo.code is a number and "486" is a string: they are never equal | write 486 without quotes`}},
		{`op == 7`, []string{`4+2 expr-type: op is a string and 7 is a number: they are never equal | write "7"`}},
		{`op != 7`, []string{`4+2 expr-type: op is a string and 7 is a number: they are never equal | write "7"`}},
		{`flag == "true"`, []string{`6+2 expr-type: flag is true or false and "true" is a string: they are never equal | write true without quotes`}},
		{`wait > "2s"`, []string{`6+1 expr-type: wait is a duration and "2s" is a string: they have no order | write duration("2s")`}},
		{`flag < true`, []string{`1+4 expr-type: < orders numbers, strings and durations, and flag is true or false`}},
		{`n in "123"`, []string{`3+2 expr-type: in wants a list on its right, and "123" is a string | write "123" contains n`}},
		{`n in people`, []string{`3+2 expr-type: n is a number, and the elements of people are a string: it is never in there`}},
		{`op in [1, "7"]`, []string{`8+1 expr-type: op is a string and 1 is a number: they are never equal | write "1"`}},
		{`n matches "x"`, []string{`1+1 expr-type: the left side of matches must be a string, and n is a number`}},
		{`op matches "("`, []string{"12+3 expr-syntax: not a regular expression: missing closing ): `(`"}},
		{`call.state and flag`, []string{`1+10 expr-type: and wants true or false, and call.state is a string | compare it: call.state == …`}},
		{`!op`, []string{`2+2 expr-type: ! wants true or false, and op is a string | compare it: op == …`}},
		{`op == "a" or "b"`, []string{`14+3 expr-type: or wants true or false on both sides, and "b" is a string | write op in ["a", "b"]`}},
		{`op ? true : false`, []string{`1+2 expr-type: a condition wants true or false, and op is a string | compare it: op == …`}},
		{`op + 1 == "x"`, []string{`4+1 expr-type: + does not go with op (a string) and 1 (a number) | write string(…) around the part that is not a string`}},
		{`people - 1 == 2`, []string{`8+1 expr-type: - does not go with people (a list) and 1 (a number)`}},
		{`-op == 1`, []string{`1+3 expr-type: - wants a number, and op is a string`}},
		{`any(op, true)`, []string{`5+2 expr-type: any wants a list, and op is a string`}},
		{`any(people, #)`, []string{`13+1 expr-type: any wants true or false, and # is a string | compare it: # == …`}},
		{`count(people) > 1`, []string{`1+5 expr-type: count needs a predicate: the elements of people are not true or false | write len(people) for all of them, or count(people, …)`}},
		{`op[0:1] == flag`, []string{`9+2 expr-type: op[0:1] is a string and flag is true or false: they are never equal`}},
		{`people[op:] == nil`, []string{`8+2 expr-type: a slice's bound must be a number, and op is a string`}},
		{`call.id`, []string{`1+7 expr-type: true or false is wanted here, and call.id is a string | compare it: call.id == …`}},
		{`participants`, []string{`1+12 expr-type: true or false is wanted here, and participants is a list | write len(participants) > 0, or any(participants, …)`}},
		{`nil`, []string{`1+3 expr-type: true or false is wanted here, not nil`}},

		// Words that are never there.
		{`call.state == "establised"`, []string{`15+12 expr-enum: call.state is never "establised"; did you mean "established"? There are incoming, establishing, established and terminated | write "established"`}},
		{`"Terminated" != call.state`, []string{`1+12 expr-enum: call.state is never "Terminated"; did you mean "terminated"? There are incoming, establishing, established and terminated | write "terminated"`}},
		{`call.state in ["terminated", "x"]`, []string{`30+3 expr-enum: call.state is never "x"; there are incoming, establishing, established and terminated`}},
		{`call.state not in ["gone"]`, []string{`20+6 expr-enum: call.state is never "gone"; there are incoming, establishing, established and terminated`}},
		{`"voice" in call.modalities`, []string{`1+7 expr-enum: an element of call.modalities is never "voice"; there are audio and video`}},
		{`any(call.modalities, # == "vdieo")`, []string{`27+7 expr-enum: # is never "vdieo"; did you mean "video"? There are audio and video | write "video"`}},

		// Names that may be missing.
		{`maybe == "x"`, []string{`1+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},
		{`!flag and maybe == "x"`, []string{`11+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},
		{`flag or maybe == "x"`, []string{`9+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},
		{`(flag or n == 1) and maybe == "x"`, []string{`22+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},
		{`maybe == "x" and flag`, []string{`1+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},
		{`steps.probe.outcome != "x"`, []string{`1+11 expr-guard: steps.probe may be missing | use it under if: steps.probe != nil, or write steps.probe.… ?? …`}},
		{`not (steps.probe.outcome not in ["x"])`, []string{`6+11 expr-guard: steps.probe may be missing | use it under if: steps.probe != nil, or write steps.probe.… ?? …`}},
		{`maybe != nil or maybe == "x"`, []string{`17+5 expr-guard: maybe is there only if flag | use it under if: flag, or write maybe ?? …`}},

		// Functions.
		{`lenght(people) > 1`, []string{`1+6 expr-function: unknown function "lenght"; did you mean "len"?`}},
		{`contains(op, "a")`, []string{`1+8 expr-syntax: contains stands between two values | write op contains "a"`}},
		{`uper(op) == "A"`, []string{`1+4 expr-function: unknown function "uper"; did you mean "upper"?`}},
		{`now() == nil`, []string{`1+3 expr-function: there is no function now here: expressions see no clock`}},
		{`repeat("a", 9) == ""`, []string{`1+6 expr-function: there is no function repeat here: it makes large texts`}},
		{`get(call, "id") == ""`, []string{`1+3 expr-function: there is no function get here: write value[key]`}},
		{`env("HOME") == ""`, []string{`1+3 expr-function: there is no function env here: env.NAME is known in vars and secrets only`}},
		{`len() == 1`, []string{`1+3 expr-function: write len(value): how many elements a list or an object has, how many characters a string`}},
		{`upper(n) == ""`, []string{`7+1 expr-type: argument 1 of upper must be a string, and n is a number`}},
		{`join(people, 1) == ""`, []string{`14+1 expr-type: argument 2 of join must be a string, and 1 is a number`}},
		{`"x".String() == ""`, []string{`5+6 expr-function: values have no methods | write string("x")`}},

		// Bounds.
		{`any(people, any(people, any(people, true)))`, []string{`25+3 expr-size: predicates may be nested only twice | name the inner value in a step with set`}},
		{`len(1..10001) > 0`, []string{`5+8 expr-size: a range may have at most 10000 elements`}},
		{strings.Repeat(" ", 10) + strings.Repeat("n", 4097), []string{`11+1 expr-size: the expression has 4097 bytes; at most 4096 are allowed | split it, or name parts of it with set`}},
		{`let x = 1; x == 1`, []string{`1+3 expr-syntax: let is not allowed in expressions | name the value in a step with set`}},
		{`flag; flag`, []string{`5+1 expr-syntax: an expression is one value; ; is not allowed`}},

		// Syntax.
		{``, []string{`1+1 expr-syntax: the expression is empty`}},
		{`// nothing`, []string{`1+10 expr-syntax: the expression is empty`}},
		{`call.id = op`, []string{`9+1 expr-syntax: a single = does not compare | write == to compare`}},
		{`call.id === op`, []string{`9+3 expr-syntax: there is no operator === | write ==`}},
		{`call.id !== op`, []string{`9+3 expr-syntax: there is no operator !== | write !=`}},
		{`n => 1`, []string{`3+2 expr-syntax: there is no operator => | write >=`}},
		{`n <> 1`, []string{`3+2 expr-syntax: there is no operator <> | write !=`}},
		{`flag & flag`, []string{`6+1 expr-syntax: there is no operator & | write && or and`}},
		{`flag | (flag)`, []string{`6+1 expr-syntax: there is no operator | | write || or or`}},
		{`flag AND flag`, []string{`6+3 expr-syntax: there is no operator AND | write and`}},
		{`op startswith "x"`, []string{`4+10 expr-syntax: there is no operator startswith | write startsWith`}},
		{`call.state is "x"`, []string{`12+2 expr-syntax: there is no operator is | write call.state == "x"`}},
		{`${{ flag }}`, []string{`1+11 expr-syntax: ${{ }} does not belong here: this is an expression already | write flag`}},
		{`call.id == {{ op }}`, []string{`12+8 expr-syntax: {{ }} does not belong here: this is an expression already | write op`}},
		{`call.id ==`, []string{`11+1 expr-syntax: the expression ends after "==", where a value is missing | if it goes on with #, YAML took the rest for a comment: put the expression in quotes`}},
		{`any(participants,`, []string{`18+1 expr-syntax: the expression ends before ( is closed | if it goes on with #, YAML took the rest for a comment: put the expression in quotes`}},
		{`op == "x`, []string{`7+2 expr-syntax: the text that " begins here is never closed | write "x"`}},
		{`op == “x”`, []string{`7+3 expr-syntax: the quotes of “x” are not those of an expression | write "x"`}},
		{`op =~ "x"`, []string{`4+2 expr-syntax: there is no operator =~ | write op matches "x"`}},
		{`op == "\d"`, []string{`9+1 expr-syntax: an unknown escape in a text | write \\ for a backslash, or put the text between back quotes`}},
		{`.id == op`, []string{`1+1 expr-syntax: "." does not fit here | # and a leading . stand for the element, inside any(list, …) and the like only`}},
		{`flag)`, []string{`5+1 expr-syntax: this ) closes nothing | leave it out`}},
		{`flag ?? flag and flag`, []string{`14+3 expr-syntax: ?? beside and needs parentheses | put (… ?? …) in parentheses`}},
		{`b"x" == op`, []string{`1+4 expr-syntax: texts of bytes are not allowed | write the text without b`}},

		// All in one go.
		{`call.stat == 1 and n == "x" and zzz`, []string{
			`6+4 expr-field: call has no field "stat"; did you mean "state"? It has id, state, muted, source, resultInfo and modalities`,
			`22+2 expr-type: n is a number and "x" is a string: they are never equal`,
			`33+3 expr-name: unknown name "zzz"; known here: anything, call, calls, event, f, flag, maybe, n, op, operation, p2pCall, participants, people, run, steps and wait`,
		}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, problemsOf(tt.text, Bool)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.text, diff)
		}
	}
}

func TestWanted(t *testing.T) {
	enum := &Type{Kind: KindString, Enum: []string{"audio", "video"}}
	tests := []struct {
		text string
		want *Type
		say  string // "": fine
	}{
		{`op`, String, ""}, {`anything`, String, ""}, {`n`, Float, ""}, {`f`, Int, ""}, {`wait`, Duration, ""}, {`op`, Duration, ""},
		{`people`, &Type{Kind: KindList, Elem: String}, ""}, {`call`, &Type{Kind: KindObject}, ""}, {`op`, enum, ""}, {`"audio"`, enum, ""},
		{`n`, String, "a string is wanted here, and n is a number"},
		{`people`, String, "a string is wanted here, and people is a list"},
		{`n`, Duration, "a duration is wanted here, and n is a number"},
		{`[1]`, &Type{Kind: KindList, Elem: String}, "a list with a string in it is wanted here, and [1] has a number"},
		{`"voice"`, enum, `this is never "voice"; there are audio and video`},
	}
	for _, tt := range tests {
		got := ""
		Compile(tt.text, 0, straight, testScope(), tt.want, func(p problem.Problem) { got = p.Text })
		if got != tt.say {
			t.Errorf("%s as %s: %q, want %q", tt.text, tt.want.Words(), got, tt.say)
		}
	}
}

// holding is the scope below an if.
func holding(test string) *Scope {
	outer := testScope()
	inner := outer.Child()
	inner.Prove(Compile(test, 0, straight, outer, Bool, func(problem.Problem) {}))
	return inner
}

func TestGuards(t *testing.T) {
	for test, want := range map[string]string{
		"flag": "", "n == 2 && flag": "", "(flag)": "", "maybe != nil": "", `maybe != nil and n == 1`: "",
		`(maybe ?? "") != ""`: "", `(maybe ?? "none") in ["a", "b"]`: "", "maybe != nil && n == 1 || maybe != nil && n == 2": "",
		"not (maybe == nil or flag)": "",
		"n == 2":                     "expr-guard", "maybe != nil || n == 1": "expr-guard", "not flag": "expr-guard", `(maybe ?? "a") != "b"`: "expr-guard", "maybe == nil": "expr-guard",
	} {
		got := ""
		Compile(`maybe == "x"`, 0, straight, holding(test).Child(), Bool, func(p problem.Problem) { got = p.Code })
		if got != want {
			t.Errorf("under if: %s: %q, want %q", test, got, want)
		}
	}
}

// The expr package's own checker crashes on a types.Map that holds a types.TypeOf(struct) (v1.17.7, v1.17.8). Types here
// never reach it: structs, shapes and maps may hold each other.
func TestMixedTypes(t *testing.T) {
	type leaf struct {
		Code int `json:"code"`
	}
	type mixed struct {
		Plain  leaf                  `json:"plain"`
		Ptr    *leaf                 `json:"ptr"`
		Shaped testObject[leaf]      `json:"shaped"`
		Maps   map[string]leaf       `json:"maps"`
		Lists  [][]leaf              `json:"lists"`
		Order  testMap[leaf]         `json:"order"`
		Self   []*struct{ A, B any } `json:"self"`
	}
	sc := NewScope(Globals{}, nil, nil)
	sc.Declare("m", TypeOf(reflect.TypeFor[mixed]()), nil, problem.Pos{})
	code := map[string]any{"code": 486}
	names := map[string]any{"m": map[string]any{
		"plain": code, "ptr": code, "shaped": testObject[leaf](code), "maps": map[string]any{"a": code}, "lists": []any{[]map[string]any{code}}, "order": map[string]any{"a": code},
	}}
	for _, path := range []string{`m.plain`, `m.ptr`, `m.shaped`, `m.maps.a`, `m.maps["a"]`, `m.lists[0][0]`, `m.order.a`} {
		e := Compile(path+".code == 486", 0, straight, sc, Bool, func(p problem.Problem) { t.Errorf("%s: %s", path, p) })
		if e == nil {
			continue
		}
		if ok, err := e.Test(names); !ok || err != nil {
			t.Errorf("%s: %v %v", path, ok, err)
		}
		said := ""
		Compile(path+`.cod == "486"`, 0, straight, sc, Bool, func(p problem.Problem) { said = p.Text })
		if !strings.Contains(said, `has no field "cod"; did you mean "code"?`) {
			t.Errorf("%s: %q", path, said)
		}
	}
}
