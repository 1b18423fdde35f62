package expr

import (
	"reflect"
	"testing"
	"time"

	"callflow/schema/problem"
)

// The words of these tests: a small calling vocabulary, as package graph has it.
type testIdentity struct {
	User struct {
		ID          string `json:"id"`
		DisplayName string `json:"displayName"`
	} `json:"user"`
}

type testResult struct {
	Code    int    `json:"code"`
	Subcode int    `json:"subcode"`
	Message string `json:"message"`
}

type testCall struct {
	ID     string `json:"id"`
	State  string `json:"state" enum:"incoming,establishing,established,terminated"`
	Muted  bool   `json:"muted"`
	Source struct {
		Identity testIdentity `json:"identity"`
	} `json:"source"`
	ResultInfo *testResult `json:"resultInfo"`
	Modalities []string    `json:"modalities" enum:"audio,video"`
}

type testOperation struct {
	ID     string `json:"id"`
	Status string `json:"status" enum:"notStarted,running,completed,failed"`
}

type testParticipant struct {
	Info struct {
		Identity testIdentity `json:"identity"`
	} `json:"info"`
	IsMuted bool `json:"isMuted"`
}

type testObject[T any] map[string]any

func (testObject[T]) Shape() reflect.Type { return reflect.TypeFor[T]() }

type testMap[T any] []T

func (testMap[T]) ValueType() reflect.Type { return reflect.TypeFor[T]() }

type testEvent struct {
	Call         testObject[testCall]          `json:"call"`
	Operation    testObject[testOperation]     `json:"operation"`
	Participants []testObject[testParticipant] `json:"participants"`
	Event        testObject[struct {
		Raw any `json:"raw"`
	}] `json:"event"`
}

type testRun struct {
	ID string `json:"id"`
}

func testGlobals() Globals {
	return Globals{Event: reflect.TypeFor[testEvent](), Call: reflect.TypeFor[testCall](), Run: reflect.TypeFor[testRun]()}
}

func testScope() *Scope {
	sc := NewScope(testGlobals(), nil, nil).Child()
	for _, f := range TypeOf(reflect.TypeFor[testEvent]()).Fields {
		sc.Declare(f.Name, f.Type, nil, problem.Pos{})
	}
	sc.Declare("p2pCall", String, nil, problem.Pos{})
	sc.Declare("op", String, nil, problem.Pos{})
	sc.Declare("n", Int, nil, problem.Pos{})
	sc.Declare("f", Float, nil, problem.Pos{})
	sc.Declare("wait", Duration, nil, problem.Pos{})
	sc.Declare("flag", Bool, nil, problem.Pos{})
	sc.Declare("people", &Type{Kind: KindList, Elem: String}, nil, problem.Pos{})
	sc.Declare("anything", Any, nil, problem.Pos{})
	sc.Declare("maybe", String, IfGuard(Compile("flag", 0, straight, sc, Bool, func(problem.Problem) {}), "t.yaml:1:1", "asked"), problem.Pos{})
	sc.DeclareStep("move", &Type{Kind: KindObject, Fields: []Field{
		{Name: "call", Type: TypeOf(reflect.TypeFor[testCall]())}, {Name: "attempts", Type: Int},
	}}, nil, problem.Pos{})
	sc.DeclareStep("probe", &Type{Kind: KindObject, Fields: []Field{{Name: "outcome", Type: String}}}, &Guard{Why: "may be missing", Clauses: [][]string{nil}}, problem.Pos{})
	sc.Announce("meetingCall", "captured later", problem.Pos{File: "t.yaml", Line: 40, Col: 3})
	sc.Announce("leftCall", "captured in branch left", problem.Pos{File: "t.yaml", Line: 12, Col: 3})
	return sc
}

const (
	carol = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
	dora  = "b5c2f1d0-0000-4000-8000-00000000d08a"
)

func testNames() map[string]any {
	person := func(id, name string) map[string]any {
		return map[string]any{"info": map[string]any{"identity": map[string]any{"user": map[string]any{"id": id, "displayName": name}}}, "isMuted": false}
	}
	return map[string]any{
		"call":         map[string]any{"id": carol, "state": "established", "modalities": []any{"audio"}, "source": map[string]any{"identity": map[string]any{"user": map[string]any{"id": carol}}}},
		"participants": []map[string]any{person(carol, "Carol"), person(dora, "Dora")},
		"event":        map[string]any{"raw": map[string]any{"value": []any{map[string]any{"n": float64(3)}}, "b": 1.0, "a": "x"}},
		"p2pCall":      "8A34A46B3D174ADC8DCEDC4E7D572698",
		"op":           "7",
		"n":            2, "f": 2.5, "wait": 3 * time.Second, "flag": true,
		"people":   []any{"carol", "dora"},
		"anything": map[string]any{"code": float64(486)},
		"steps":    map[string]any{"move": map[string]any{"call": map[string]any{"state": "established"}, "attempts": int64(2)}},
		"calls":    map[string]any{carol: map[string]any{"state": "terminated", "id": carol}},
		"run":      map[string]any{"id": "r1"},
	}
}

func straight(offset int) problem.Pos { return problem.Pos{File: "t.yaml", Line: 1, Col: offset + 1} }

func compileTest(t testing.TB, text string) *Expr {
	t.Helper()
	e := Compile(text, 0, straight, testScope(), nil, func(p problem.Problem) { t.Errorf("%s: %s", text, p) })
	if e == nil {
		t.FailNow()
	}
	return e
}

func TestSmoke(t *testing.T) {
	e := compileTest(t, `call.id == p2pCall && any(participants, .info.identity.user.id == p2pCall)`)
	ok, err := e.Test(testNames())
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Logf("%+v", e.Explain(testNames()))
}

func BenchmarkTest(b *testing.B) {
	sc := testScope()
	sc.Declare("inviteCall", String, nil, problem.Pos{})
	e := Compile(`call.id == inviteCall && operation.id == op && operation.status == "completed"`, 0, straight, sc, Bool, func(p problem.Problem) { b.Fatal(p) })
	names := map[string]any{"call": map[string]any{"id": carol}, "operation": map[string]any{"id": dora, "status": "completed"}, "inviteCall": carol, "op": dora}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := e.Test(names); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	sc := testScope()
	b.ReportAllocs()
	for b.Loop() {
		Compile(`call.id == p2pCall && operation.id == op && operation.status == "completed"`, 0, straight, sc, Bool, func(p problem.Problem) { b.Fatal(p) })
	}
}
