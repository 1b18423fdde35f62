package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"callflow/internal/graph"
	"callflow/internal/project"
	"callflow/internal/simulator"
	"callflow/internal/target"
	"callflow/internal/world"
	"callflow/runner"
	"callflow/steps"
)

var coverageDialects = []struct {
	letter  string
	dialect graph.Dialect
	calls   string
}{
	{"v", graph.V1, "/v1.0/communications/calls"}, {"b", graph.Beta, "/beta/communications/calls"}, {"l", graph.Legacy, "/beta/app/calls"},
}

// coverage is what there is of one operation. The strings have a letter for each dialect, like operation.has.
type coverage struct {
	operation
	client    string         // package graph speaks it
	verb      bool           // there is a verb of that name
	simulated string         // the simulator answers it
	cases     map[string]int // cases of the verb that ran, by dialect
	scenarios int            // that we ship and that use it
}

// gaps lists what is missing, and what is there though the API does not have it.
func (c *coverage) gaps() []string {
	var out []string
	if c.has == "" { // in no dialect that callflow speaks
		return []string{"not supported"}
	}
	for _, d := range coverageDialects {
		has := strings.Contains(c.has, d.letter)
		for _, part := range []struct{ in, what string }{{c.client, "client"}, {c.simulated, "simulator"}} {
			switch there := strings.Contains(part.in, d.letter); {
			case has && !there:
				out = append(out, fmt.Sprintf("not in the %s (%s)", part.what, d.dialect))
			case there && !has:
				out = append(out, fmt.Sprintf("the %s has it where the API does not (%s)", part.what, d.dialect))
			}
		}
	}
	if !c.verb {
		out = append(out, "no verb")
		return out // so no test either
	}
	if len(c.cases) == 0 && c.scenarios == 0 {
		out = append(out, "no test")
	}
	return out
}

// covered looks at every operation: at the client's routes and the verbs, at what the simulator answers, and at the cases
// in steps/testdata and the scenarios that use it.
func covered(t *testing.T) []coverage {
	t.Helper()
	verbs := map[string]bool{}
	for _, v := range steps.Verbs() {
		verbs[v.Name] = true
	}
	used := usedBy(t)
	var out []coverage
	for _, o := range operations {
		c := coverage{operation: o, verb: verbs[o.name], cases: casesOf(t, o.name), scenarios: used[o.name]}
		for _, d := range coverageDialects {
			if d.dialect.Has(o.name) {
				c.client += d.letter
			}
			if simulator.Serves(o.name) && answers(d.calls, d.letter, o) {
				c.simulated += d.letter
			}
		}
		out = append(out, c)
	}
	return out
}

// stopped is a clock that stands still.
type stopped struct{}

func (stopped) Now() time.Time                            { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
func (stopped) After(time.Duration, func()) (stop func()) { return func() {} }

// answers asks the simulator whether it has the operation in a dialect: about a call that it does not know it says so.
func answers(calls, letter string, o operation) bool {
	s := simulator.New(simulator.Config{Clock: stopped{}, Rand: func() uint64 { return 1 }, Deliver: func(simulator.Delivery) {},
		Sign: func(string) string { return "" }, Bots: []simulator.Bot{{Name: "bot", AppID: "2b8f2c2e-0000-4000-8000-00000000b001"}}})
	path := o.path
	if letter == "l" && o.legacy != "" {
		path = o.legacy
	}
	path = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "57dab8b1-894c-409a-b240-bd8beae78896")
	r := httptest.NewRequest(o.method, calls+path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	switch w.Code {
	case http.StatusNotFound:
		return strings.Contains(w.Body.String(), `"8522"`)
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return false
	}
	return true
}

// casesOf counts the cases of a verb that run it, by the letter of their dialect.
func casesOf(t *testing.T, verb string) map[string]int {
	t.Helper()
	files, err := filepath.Glob("../../steps/testdata/" + verb + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	uses := regexp.MustCompile(`(?m)^\s*(- )?` + verb + `:`)
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts := map[string]string{"dialect": "v1.0"}
		for _, f := range a.Files {
			parts[f.Name] = string(f.Data)
		}
		if parts["journal"] == "" || strings.Contains(parts["journal"], "run skipped") || !uses.MatchString(parts["scenario.yaml"]) {
			continue
		}
		for _, d := range coverageDialects {
			if string(d.dialect) == strings.TrimSpace(parts["dialect"]) {
				out[d.letter]++
			}
		}
	}
	return out
}

// usedBy counts the shipped scenarios that use a verb and that the simulator can run.
func usedBy(t *testing.T) map[string]int {
	t.Helper()
	files, err := project.Find([]string{"../../scenarios"})
	if err != nil {
		t.Fatal(err)
	}
	scenarios, problems := project.Check(files, project.NewProjects(""), strings.NewReader(""))
	if problems.Failed() {
		t.Fatal(problems)
	}
	target := target.NewSimulated(graph.V1, false, world.Chaos{})
	out := map[string]int{}
	for _, s := range scenarios {
		if p, err := runner.Prepare(s.Plan, runner.Options{Row: s.Plan.Rows[0], Seed: 1, Target: target.About(), Callback: target.Callback}); err != nil || p.Skip != "" {
			continue
		}
		seen := map[string]bool{}
		for _, step := range stepsOf(s.Plan, "") {
			if !seen[step.Verb] {
				seen[step.Verb] = true
				out[step.Verb]++
			}
		}
	}
	return out
}

const coverageIntro = `# Coverage of the calling API

Made from the code by ` + "`make generate`" + `: the operations of the API are a list in ` + "`internal/cli/coverage_operations_test.go`" + `, with
where each is documented; the rest is what is there. *v1.0, beta, legacy*: ✓ the client speaks it, · the API does not have it
there. *Verb*: the verb of scenarios; ` + "`request`" + ` sends anything else. *Simulator*: ✓ it answers in the same dialects, having
been asked. *Tests*: cases of the verb in steps/testdata by dialect, and shipped scenarios that use it. Every gap has its reason in
the last column; a test fails on one that has none.

The API has no unmute for other participants and no deleteLargeGalleryView, so neither has callflow. Getting
a recording is no operation of the API but a download from the address in its operation. The SDKs have more requests, made from
the metadata for every collection: to list the calls, to change a call, to create or change participants, operations and content
sharing sessions, to count. No page has one of them and no permission is for them, so they are not listed.

| Operation | v1.0 | beta | legacy | Verb | Simulator | Tests | Documented | Gap |
|---|---|---|---|---|---|---|---|---|
`

// coveragePage is docs/api-coverage.md.
func coveragePage(all []coverage) string {
	var b strings.Builder
	b.WriteString(coverageIntro)
	for i := range all {
		c := &all[i]
		verb := "–"
		if c.verb {
			verb = "[`" + c.name + "`](language.md#" + strings.ToLower(c.name) + ")"
		}
		page := c.page
		if !strings.Contains(page, " ") {
			page = "[" + page + "](https://learn.microsoft.com/graph/api/" + page + ")"
		}
		fmt.Fprintf(&b, "| `%s %s` |", c.method, "/calls"+c.path)
		for _, d := range coverageDialects {
			b.WriteString(" " + mark(strings.Contains(c.has, d.letter), strings.Contains(c.client, d.letter)) + " |")
		}
		fmt.Fprintf(&b, " %s | %s | %s | %s | %s |\n", verb, c.served(), c.tests(), page, c.gapCell())
	}
	return b.String()
}

// mark is a dialect's cell.
func mark(has, there bool) string {
	switch {
	case has && there:
		return "✓"
	case has:
		return "**no**"
	case there:
		return "ours"
	}
	return "·"
}

func (c *coverage) served() string {
	var in []string
	for _, d := range coverageDialects {
		if strings.Contains(c.simulated, d.letter) {
			in = append(in, string(d.dialect))
		}
	}
	switch {
	case c.simulated == c.has && c.has != "":
		return "✓"
	case len(in) == 0:
		return "–"
	}
	return strings.Join(in, ", ")
}

func (c *coverage) tests() string {
	var parts []string
	for _, d := range coverageDialects {
		if n := c.cases[d.letter]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", d.dialect, n))
		}
	}
	if c.scenarios > 0 {
		parts = append(parts, count(c.scenarios, "scenario"))
	}
	if parts == nil {
		return "–"
	}
	return strings.Join(parts, ", ")
}

func (c *coverage) gapCell() string {
	gaps := c.gaps()
	if len(gaps) == 0 {
		return ""
	}
	reason := gapReasons[c.name]
	if reason == "" {
		reason = "**unexplained**"
	}
	if c.has != "" {
		reason = strings.Join(gaps, "; ") + ". " + reason
	}
	return reason
}

// Every gap has a reason, and every reason a gap.
func TestCoverageIsExplained(t *testing.T) {
	var names []string
	for _, c := range covered(t) {
		names = append(names, c.name)
		gaps, reason := c.gaps(), gapReasons[c.name]
		switch {
		case len(gaps) > 0 && reason == "":
			t.Errorf("%s: %s; close the gap, or say why in gapReasons", c.name, strings.Join(gaps, "; "))
		case len(gaps) == 0 && reason != "":
			t.Errorf("%s has no gap any more; take its reason away", c.name)
		}
	}
	for name := range gapReasons {
		if !slices.Contains(names, name) {
			t.Errorf("there is a reason for %s, which is no operation", name)
		}
	}
}
