package conformance_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"callflow/internal/conformance"
	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/runner"
	"callflow/schema"
	"callflow/steps"
)

const house = "../.."

var bot = steps.Bot{Name: "bot", AppID: "b0b0c0de-0000-4000-8000-000000000001", TenantID: "7e4a47c0-0000-4000-8000-000000000001"}

var dialects = []graph.Dialect{graph.V1, graph.Beta, graph.Legacy}

// checks are one dialect's, and what they found.
type checks struct {
	t      *testing.T
	types  *conformance.Types
	ledger *conformance.Ledger
	told   map[string]bool
	seen   int                 // messages
	also   func(sim.Overheard) // instead of checking
	// tolerant runs need not pass.
	tolerant bool
}

// report tells every kind of finding once.
func (c *checks) report(where string, found []conformance.Finding, body []byte) {
	c.seen++
	for _, f := range c.ledger.Unexplained(found) {
		kind := strings.Join([]string{string(f.Dialect), f.Message, f.What, f.In, f.Member, string(f.Rule)}, " ")
		if !c.told[kind] {
			c.told[kind] = true
			c.t.Errorf("%s: %s\n%s", where, f, body)
		}
	}
}

// overheard checks what went over the wire. What an author wrote into a `request` step is the author's.
func (c *checks) overheard(where string, o sim.Overheard, authored bool) {
	if o.Method == "" {
		if len(o.Body) > 0 { // a fault may empty it
			c.report(where, c.types.Notification(o.Body), o.Body)
		}
		return
	}
	call := conformance.Read(o.Method, o.Path)
	if !authored {
		c.report(where, c.types.Request(call, o.Sent), o.Sent)
	}
	c.report(where, c.types.Response(call, o.Status, o.Headers.Get("Location"), o.Body), o.Body)
}

// TestScenarios runs every scenario we ship, in every dialect, and checks whatever goes over the wire against the types:
// the client's requests, the simulator's responses, its notifications. Every known deviation must be met on the way.
func TestScenarios(t *testing.T) {
	ledger := &conformance.Ledger{}
	for _, dialect := range dialects {
		t.Run(string(dialect), func(t *testing.T) {
			c := &checks{t: t, types: conformance.TypesOf(dialect), ledger: ledger, told: map[string]bool{}}
			ran := 0
			for _, file := range scenarioFiles(t) {
				plan := checked(t, file)
				for _, row := range plan.Rows {
					if c.run(file, plan, row, dialect) {
						ran++
					}
				}
			}
			t.Logf("%d scenarios, %d messages", ran, c.seen)
			if ran < 10 || c.seen < 100 {
				t.Errorf("only %d scenarios with %d messages were checked", ran, c.seen)
			}
		})
	}
	if t.Failed() {
		return
	}
	for _, d := range ledger.Unused() {
		t.Errorf("no scenario shows this deviation any more: %+v", d)
	}
}

// scenarioFiles are the scenarios we ship; those that are only included are left out.
func scenarioFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join(house, "scenarios"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".yaml" && !strings.HasPrefix(d.Name(), "_") {
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	return files
}

func checked(t *testing.T, file string) *schema.Plan {
	t.Helper()
	name, err := filepath.Rel(house, file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := schema.Check(schema.Source{Name: filepath.ToSlash(name), Text: text, FS: os.DirFS(house), Env: os.LookupEnv}, steps.Vocabulary())
	if problems.Failed() {
		t.Fatal(problems)
	}
	return plan
}

// run runs a scenario on the simulator; false: the dialect lacks what it needs.
func (c *checks) run(file string, plan *schema.Plan, row schema.Row, dialect graph.Dialect) bool {
	p, err := runner.Prepare(plan, runner.Options{Row: row, Seed: 1, Callback: sim.Callback,
		Target: steps.Target{Name: "simulator", Dialect: dialect, Simulated: true, Bot: bot}})
	if err != nil {
		c.t.Fatal(err)
	}
	if p.Skip != "" {
		return false
	}
	var authored []string // requests whose bodies scenarios write
	key := func(method, path string, body []byte) string { return method + " " + path + " " + string(body) }
	cfg := sim.Config{Seed: 1, RunID: p.RunID, Dialect: dialect, Bot: bot, Scene: p.Scene,
		Emit: func(r steps.Record) {
			if q := r.Request; q != nil && q.Verb == "request" {
				authored = append(authored, key(q.Method, q.Path, q.Body))
			}
		},
		Overhear: func(o sim.Overheard) {
			if c.also != nil {
				c.also(o)
				return
			}
			c.overheard(file, o, slices.Contains(authored, key(o.Method, o.Path, o.Sent)))
		},
	}
	want := []string{steps.Passed}
	if slices.Contains(plan.Tags, "fails") {
		want = []string{steps.Failed, steps.Broken}
	}
	var result runner.Result
	if err := sim.Run(context.Background(), cfg, func(h steps.Host) { result = p.Run(h) }); !c.tolerant && (err != nil || !slices.Contains(want, result.Status)) {
		c.t.Errorf("%s: %s, not %s, %v", file, result.Status, want[0], err)
	}
	return true
}
