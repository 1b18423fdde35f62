package schema

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/schema/expr"
)

func mustCheck(t *testing.T, text string) *Plan {
	t.Helper()
	plan, ps := Check(Source{Name: "f.yaml", Text: []byte(text), Env: func(name string) (string, bool) { return "value of " + name, name == "SET" }}, smallVocabulary())
	if plan == nil {
		t.Fatal(ps)
	}
	return plan
}

func build[T any](t *testing.T, s *Step, names map[string]any) T {
	t.Helper()
	v, err := Get[T](s.Params, names)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestValuesKeepWhatWasWritten is the table of untyped values: only true, false, null and plain decimal numbers become
// typed, and only when they are not quoted.
func TestValuesKeepWhatWasWritten(t *testing.T) {
	tests := []struct {
		written string
		want    any
	}{
		{"+15551234567", "+15551234567"}, {"0123", "0123"}, {"0", 0}, {"42", 42}, {"-7", -7}, {"1.50", json.Number("1.50")}, {"1.5", 1.5}, {"1.0", json.Number("1.0")}, {"1e3", "1e3"}, {"0x1F", "0x1F"},
		{"1_000", "1_000"}, {".5", ".5"}, {"true", true}, {"false", false}, {"True", "True"}, {"yes", "yes"}, {"on", "on"}, {"null", nil}, {"~", nil},
		{`"42"`, "42"}, {"'true'", "true"}, {`""`, ""}, {"2024-01-02", "2024-01-02"}, {"12:30:45", "12:30:45"}, {"99999999999999999999", "99999999999999999999"},
		{"[1, a, [true]]", []any{1, "a", []any{true}}}, {"{a: 1, b: {c: x}}", map[string]any{"a": 1, "b": map[string]any{"c": "x"}}},
		{"8a34a46b-3d17-4adc-8dce-dc4e7d572698", "8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
	}
	for _, tt := range tests {
		plan := mustCheck(t, "vars:\n  v: "+tt.written+"\nsteps:\n- createCall:\n    extra: "+tt.written+"\n")
		v, err := plan.Vars[0].Value.Build(nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, v); diff != "" {
			t.Errorf("var %s: %s", tt.written, diff)
		}
	}
}

func TestBuildTypedValues(t *testing.T) {
	plan := mustCheck(t, `
vars: {count: 3, word: audio, list: [video], who: {id: x, displayName: X}, span: 5s, big: 2.5}
steps:
  - createCall:
      subject: 0123
      ringSeconds: ${{ count }}
      hidden: ${{ count > 2 }}
      share: ${{ count }}
      wait: ${{ span }}
      number: "+1555${{ 1234567 }}"
      requestedModalities: ["${{ word }}", video]
      extra: {n: "${{ count }}", text: "n=${{ count }} ${{ big }} ${{ true }}", deep: ["${{ list }}"]}
      targets: [{identity: {user: "${{ who }}"}, replacesCallId: "${{ word }}"}]
`)
	names := map[string]any{"count": 3, "word": "audio", "list": []any{"video"}, "who": map[string]any{"id": "x", "displayName": "X", "@odata.type": "#y", "gone": nil}, "span": "5s", "big": 2.5}
	got := build[createParams](t, plan.Steps[0], names)
	ring, hidden := 3, true
	want := createParams{
		Subject: "0123", Ring: &ring, Hidden: &hidden, Share: 3, Wait: 5 * time.Second, Number: "+15551234567",
		Modalities: []smallModality{"audio", "video"},
		Extra:      map[string]any{"n": 3, "text": "n=3 2.5 true", "deep": []any{[]any{"video"}}},
		Targets:    []smallInvitee{{Identity: &smallIdentitySet{User: &smallIdentity{ID: "x", DisplayName: "X"}}, ReplacesCallID: "audio"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultsAndShortForms(t *testing.T) {
	plan := mustCheck(t, `
steps:
  - createCall:
  - log: hi
  - sleep: 1m30s
  - hangUp: abc
  - expect: 1 == 1
  - set: {a: 1}
`)
	c := build[createParams](t, plan.Steps[0], nil)
	if c.Share != 0.5 || c.Wait != 2*time.Second || c.Ring != nil {
		t.Errorf("defaults: %+v", c)
	}
	if l := build[logParams](t, plan.Steps[1], nil); l != (logParams{"hi", "info"}) {
		t.Errorf("log: %+v", l)
	}
	if s := build[sleepParams](t, plan.Steps[2], nil); s.For != 90*time.Second {
		t.Errorf("sleep: %+v", s)
	}
	if h := build[callParams](t, plan.Steps[3], nil); h.Call != "abc" {
		t.Errorf("hangUp: %+v", h)
	}
	if e := build[expectParams](t, plan.Steps[4], nil); len(e.That) != 1 || e.That[0].Text() != "1 == 1" {
		t.Errorf("expect: %+v", e)
	}
	if s := build[setParams](t, plan.Steps[5], nil); len(s.Values) != 1 || s.Values[0].Key != "a" || s.Values[0].Value != 1 {
		t.Errorf("set: %+v", s)
	}
}

// TestBuildIsFresh changes everything that Build returned and builds again.
func TestBuildIsFresh(t *testing.T) {
	for _, target := range []string{"x", `"${{ word }}"`} {
		plan := mustCheck(t, "vars: {word: x}\nsteps:\n- createCall:\n    extra: {a: [1]}\n    requestedModalities: [audio]\n    Headers: {h: v}\n    targets: [{identity: {user: {id: "+target+"}}}]\n")
		names := map[string]any{"word": "x"}
		first := build[createParams](t, plan.Steps[0], names)
		again := build[createParams](t, plan.Steps[0], names)
		first.Extra.(map[string]any)["a"].([]any)[0] = 2
		first.Modalities[0] = "video"
		first.Headers["h"] = "changed"
		first.Targets[0].Identity.User.ID = "changed"
		if diff := cmp.Diff(again, build[createParams](t, plan.Steps[0], names)); diff != "" {
			t.Errorf("with %s: %s", target, diff)
		}
	}
}

func TestBuildErrorsSayWhere(t *testing.T) {
	tests := []struct{ yaml, value, want string }{
		{"- log: ${{ any_ }}", "", "f.yaml:3:12: cannot evaluate any_: the value is absent"},
		{"- log: a ${{ any_ }}", "", "f.yaml:3:14: cannot evaluate any_: the value is absent"},
		{"- log: a ${{ any_ }}", "list", `f.yaml:3:14: cannot evaluate any_: ["x"] cannot stand inside text`},
		{"- sleep: ${{ any_ }}", "text", `f.yaml:3:14: cannot evaluate any_: "abc" is not a duration`},
		{"- sleep: ${{ any_ }}s", "text", `f.yaml:3:14: cannot evaluate ${{ any_ }}s: "abcs" is not a duration`},
		{"- log: {text: a, level: '${{ any_ }}'}", "text", `cannot evaluate any_: "abc" is none of info or warning`},
		{"- createCall: {ringSeconds: '${{ any_ }}'}", "list", `cannot evaluate any_: ["x"] is not a number`},
		{"- createCall: {targets: '${{ any_ }}'}", "list", `cannot evaluate any_: [0]: "x" is not an object`},
	}
	values := map[string]any{"text": "abc", "list": []any{"x"}}
	for _, tt := range tests {
		plan := mustCheck(t, "vars: {any_: null}\nsteps:\n"+tt.yaml+"\n")
		_, err := plan.Steps[0].Params.Build(map[string]any{"any_": values[tt.value]})
		var ee *expr.EvalError
		if !errors.As(err, &ee) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s with %q: got %v, want %s", tt.yaml, tt.value, err, tt.want)
		}
	}
}

func TestEnvIsReadWhenChecked(t *testing.T) {
	plan := mustCheck(t, "vars:\n  a: ${{ env.SET }}\n  b: ${{ env.UNSET ?? \"none\" }}\n  c: ${{ a }}!\nsteps:\n- log: hi\n")
	names := map[string]any{}
	for _, v := range plan.Vars {
		x, err := v.Value.Build(names)
		if err != nil {
			t.Fatal(err)
		}
		names[v.Name] = x
	}
	want := map[string]any{"a": "value of SET", "b": "none", "c": "value of SET!"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestMatrixRows(t *testing.T) {
	plan := mustCheck(t, `
matrix:
  who: [{name: carol, id: 1}, {name: dora, id: 2}]
  how: [a, 0123]
  exclude: [{how: a, who: {name: dora, id: 2}}]
  include: [{who: {id: 9}, how: c}]
steps:
  - log: ${{ matrix.how }} ${{ matrix.who.id }}
`)
	var names []string
	for _, r := range plan.Rows {
		names = append(names, r.Name)
	}
	want := []string{"who=carol, how=a", "who=carol, how=0123", "who=dora, how=0123", `who={"id":9}, how=c`}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestPlaces(t *testing.T) {
	plan := mustCheck(t, `
steps:
  - id: first
    name: Call
    createCall:
      targets:
        - identity:
            user: {id: x}
          replacesCallId: y

    # a comment after it
  - parallel:
      left:
        - log: a
        - parallel: {deep: [{sleep: 1s}]}
      right: [{log: b}]
`)
	s := plan.Steps[0]
	for path, want := range map[string]string{
		"targets/0/replacesCallId": "f.yaml:9:27", "targets/0/identity/user/id": "f.yaml:8:24", "targets/0/nothing": "f.yaml:7:11",
		"subject": "f.yaml:6:7", "": "f.yaml:6:7",
	} {
		if got := s.Params.At(strings.Split(path, "/")...).String(); got != want {
			t.Errorf("%s stands at %s, want %s", path, got, want)
		}
	}
	if s.Pos.String() != "f.yaml:3:5" || s.VerbPos.String() != "f.yaml:5:5" || len(s.Lines) != 7 || !strings.HasSuffix(s.Lines[6], "replacesCallId: y") {
		t.Errorf("the step stands at %s, its verb at %s, its lines are %q", s.Pos, s.VerbPos, s.Lines)
	}
	p := build[parallelParams](t, plan.Steps[1], nil)
	left, _ := p.Branches.Get("left")
	deep := build[parallelParams](t, left[1], nil).Branches[0].Value
	if got := []string{plan.Steps[1].Path, left[0].Path, deep[0].Path, left[0].Key(), s.Key(), s.Label()}; !cmp.Equal(got,
		[]string{"steps[1]", "steps[1].left[0]", "steps[1].left[1].deep[0]", "steps[1].left[0]", "first", "Call"}) {
		t.Errorf("paths: %q", got)
	}
}
