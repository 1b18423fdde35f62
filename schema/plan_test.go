package schema

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestPlanHasWhatTheFileSays reads the file in which every key of the frame stands.
func TestPlanHasWhatTheFileSays(t *testing.T) {
	text, err := os.ReadFile("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plan, ps := Check(Source{Name: "ok/everything.yaml", Text: text, FS: os.DirFS("testdata")}, smallVocabulary())
	if plan == nil {
		t.Fatal(ps)
	}
	type summary struct {
		Name, Description, Leak, Timeout, Await string
		Tags, Requires, Inputs                  []string
		Rows, Never, Outputs, Finally, Secrets  int
	}
	got := summary{plan.Name, plan.Description, plan.Leak, plan.Timeout.String(), plan.Defaults.Await.String(), plan.Tags, plan.Requires, plan.Inputs[:2],
		len(plan.Rows), len(plan.Never), len(plan.Outputs), len(plan.Finally), len(plan.Secrets)}
	want := summary{"Everything: with a colon", "Two\nlines.", "keep", "3m0s", "10s", []string{"smoke", "v1.0", "not-slow"}, []string{"simulator"}, []string{"number", "code"}, 4, 1, 2, 2, 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	call := plan.Steps[2]
	if call.ID != "first_call" || call.Until != "accepted" || len(call.Expect) != 2 || call.Capture[0].Name != "first" {
		t.Errorf("the call is %+v", call)
	}
	if r, err := Get[Retry](call.Retry, nil); err != nil || r.Attempts != 3 || r.Multiplier != 2 || r.When == nil {
		t.Errorf("its retry is %+v, %v", r, err)
	}
	for _, s := range plan.Steps {
		if s.Verb.Name == "include" && (s.Include == nil || s.Include.File != "parts/hello.yaml" || len(s.Include.Steps) != 1) {
			t.Errorf("the include is %+v", s.Include)
		}
		if s.Verb.Name == "hangUp" && s.Until != "terminated" {
			t.Errorf("hangUp waits for %q when it does not say", s.Until)
		}
	}
	items, err := Get[[]any](plan.Steps[12].ForEach, map[string]any{"list": []any{"a", "b"}})
	if err != nil || plan.Steps[12].As != "one" || !cmp.Equal(items, []any{"a", "b"}) {
		t.Errorf("step 12 runs for each %q of %v, %v", plan.Steps[12].As, items, err)
	}
}

// TestIncludedNamesStayInside: an included file sees none of the names around it, and the other way round.
func TestIncludedNamesStayInside(t *testing.T) {
	files := fstest.MapFS{
		"sub/part.yaml":  {Data: []byte("steps:\n- log: ${{ outer }}\n- set: {inner: 1}\n- include: {file: ../sub/deep.yaml}\n")},
		"sub/deep.yaml":  {Data: []byte("requires: simulator\nsteps:\n- log: hi\n")},
		"sub/alias.yaml": {Data: []byte("")},
	}
	text := "vars: {outer: x}\nsteps:\n- include: {file: sub/part.yaml}\n- log: ${{ inner }}\n- include: {file: sub/alias.yaml}\n"
	_, ps := Check(Source{Name: "main.yaml", Text: []byte(text), FS: files}, smallVocabulary())
	var got []string
	for _, p := range ps {
		got = append(got, p.Pos.String()+" "+p.Code+" "+p.Source)
	}
	want := []string{"main.yaml:4:12 expr-name - log: ${{ inner }}", "sub/alias.yaml:1:1 empty-file ", "sub/part.yaml:2:12 expr-name - log: ${{ outer }}"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIncludeNeedsFiles(t *testing.T) {
	_, ps := Check(Source{Name: "main.yaml", Text: []byte("steps:\n- include: {file: a.yaml}\n")}, smallVocabulary())
	if len(ps) != 1 || ps[0].Code != "include-file" {
		t.Errorf("got %v", ps)
	}
}

func TestRequirementsOfIncludedFiles(t *testing.T) {
	files := fstest.MapFS{"part.yaml": {Data: []byte("requires: simulator\nsteps:\n- log: hi\n")}}
	plan, ps := Check(Source{Name: "main.yaml", Text: []byte("steps:\n- include: {file: part.yaml}\n"), FS: files}, smallVocabulary())
	if plan == nil || !cmp.Equal(plan.Requires, []string{"simulator"}) {
		t.Errorf("plan %+v, %v", plan, ps)
	}
}
