package steps_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"callflow/internal/graph"
	"callflow/internal/host/sim"
	"callflow/internal/simulator"
	"callflow/runner"
	"callflow/schema"
	"callflow/schema/expr"
	"callflow/steps"
)

var update = flag.Bool("update", false, "rewrite the golden sections of testdata")

// TestVerbs runs testdata/<verb>/*.txtar. Each archive has a scenario and the journal it must leave, as journalText lays
// it out, or the problems it must be refused with. The scenario runs on the simulator, or, when there is a section
// `service`, against a scripted one (see script). The comment of an archive says what it shows.
func TestVerbs(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		verb := filepath.Base(filepath.Dir(file))
		t.Run(verb+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, got := runCase(t, archive, verb)
			compare(t, file, archive, name, got)
		})
	}
}

// Every verb has a folder of cases.
func TestEveryVerbHasCases(t *testing.T) {
	for _, v := range steps.Verbs() {
		if files, _ := filepath.Glob("testdata/" + v.Name + "/*.txtar"); len(files) == 0 {
			t.Errorf("no case in testdata/%s", v.Name)
		}
	}
}

func section(a *txtar.Archive, name string) (string, bool) {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

func compare(t *testing.T, file string, a *txtar.Archive, name, got string) {
	t.Helper()
	want, _ := section(a, name)
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		return
	}
	for _, stale := range []string{"journal", "problems"} {
		a.Files = deleteSection(a.Files, stale)
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func deleteSection(files []txtar.File, name string) (rest []txtar.File) {
	for _, f := range files {
		if f.Name != name {
			rest = append(rest, f)
		}
	}
	return rest
}

// runCase checks and runs the archive's scenario and returns which golden section that makes.
func runCase(t *testing.T, a *txtar.Archive, verb string) (name, text string) {
	t.Helper()
	source, ok := section(a, "scenario.yaml")
	if !ok {
		t.Fatal("no section scenario.yaml")
	}
	files := fstest.MapFS{}
	for _, f := range a.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	plan, problems := schema.Check(schema.Source{Name: "scenario.yaml", Text: []byte(source), FS: files}, steps.Vocabulary())
	if problems.Failed() {
		problems = slices.DeleteFunc(problems, func(p schema.Problem) bool { return p.Severity != schema.SeverityError })
		return "problems", problems.Error() + "\n"
	}
	dialect := graph.V1
	if d, ok := section(a, "dialect"); ok {
		dialect = graph.Dialect(strings.TrimSpace(d))
	}
	bot := steps.Bot{Name: "bot", AppID: "2b8f2c2e-0000-4000-8000-00000000b001", TenantID: "2b8f2c2e-0000-4000-8000-00000000a001"}
	prepared, err := runner.Prepare(plan, runner.Options{
		Seed: 1, Callback: sim.Callback,
		Target: steps.Target{Name: "simulator", Dialect: dialect, Simulated: true, Bot: bot},
	})
	if err != nil {
		t.Fatal(err)
	}
	var journal []steps.Record
	cfg := sim.Config{
		Seed: 1, RunID: prepared.RunID, Dialect: dialect, Bot: bot, Scene: prepared.Scene,
		Emit: func(r steps.Record) { journal = append(journal, r) },
	}
	if text, ok := section(a, "service"); ok {
		cfg.Service = func(clock simulator.Clock, deliver func(simulator.Delivery)) http.Handler {
			s := &scripted{t: t, clock: clock, deliver: deliver, callback: sim.Callback(prepared.RunID), run: prepared.RunID}
			s.read(text)
			return s
		}
	}
	if err := sim.Run(context.Background(), cfg, func(h steps.Host) { prepared.Run(h) }); err != nil {
		t.Fatal(err)
	}
	_, isScripted := section(a, "service")
	return "journal", plainIDs(source, journalText(journal, verb, isScripted))
}

var guid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// plainIDs numbers the ids that the run or the service made up, in the order in which they appear.
func plainIDs(source, text string) string {
	var known []string
	return guid.ReplaceAllStringFunc(text, func(id string) string {
		if strings.Contains(source, id) {
			return id
		}
		if !slices.Contains(known, id) {
			known = append(known, id)
		}
		return fmt.Sprintf("id-%d", slices.Index(known, id)+1)
	})
}

// scripted is a service that says what its script says:
//
//	at 1s updated calls/p2p {"state": "established"}      a notification, by the clock; the type is filled in
//	at 1s #m1 updated calls/p2p {"state": "established"}  the same with a message id
//	at 1s incoming calls/p2p {"source": …}                an incoming call, on the bot's registered address
//	on POST /communications/calls 201 {"id": "m"}         the response to the first such request
//	  100ms updated calls/m {"state": "established"}      a notification, by the time since that request came
//	  location calls/m/operations/o1                      a header of that response
//
// A request that no line foresees is answered 404.
type scripted struct {
	t        *testing.T
	clock    simulator.Clock
	deliver  func(simulator.Delivery)
	callback string
	run      string
	replies  []*scriptedReply
}

type scriptedReply struct {
	method, path string
	status       int
	body         string
	location     string
	then         []string
	used         bool
}

func (s *scripted) read(text string) {
	var last *scriptedReply
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "", strings.HasPrefix(word, "//"):
		case word == "at":
			s.plan(rest)
		case word == "on":
			last = &scriptedReply{}
			if n, _ := fmt.Sscan(rest, &last.method, &last.path, &last.status); n != 3 {
				s.t.Fatalf("bad line of the service's script: %q", line)
			}
			if i := strings.IndexAny(rest, "{["); i >= 0 {
				last.body = rest[i:]
			}
			s.replies = append(s.replies, last)
		case word == "location":
			last.location = "https://graph.microsoft.com/v1.0/communications/" + rest
		default:
			last.then = append(last.then, strings.TrimSpace(line))
		}
	}
}

// plan plans one notification: "1s [#id] updated calls/p2p {…}".
func (s *scripted) plan(line string) {
	when, rest, _ := strings.Cut(line, " ")
	delay, err := time.ParseDuration(when)
	if err != nil {
		s.t.Fatalf("bad line of the service's script: %q: %v", line, err)
	}
	headers := graph.Headers{{Name: "Content-Type", Value: "application/json"}}
	if strings.HasPrefix(rest, "#") {
		var id string
		id, rest, _ = strings.Cut(rest[1:], " ")
		headers = append(headers, graph.Header{Name: "X-Microsoft-Skype-Message-ID", Value: id})
	}
	change, rest, _ := strings.Cut(rest, " ")
	path, data, _ := strings.Cut(rest, " ")
	url := s.callback
	if change == "incoming" {
		change, url = "created", "https://bot.callflow.test/api/calls"
	}
	body := fmt.Sprintf(`{"value":[{"changeType":%q,"resourceUrl":"/communications/%s","resourceData":%s}]}`, change, path, data)
	s.clock.After(delay, func() { s.deliver(simulator.Delivery{URL: url, Headers: headers, Body: []byte(body)}) })
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/v1.0"), "/beta")
	for _, reply := range s.replies {
		if reply.used || reply.method != r.Method || reply.path != path {
			continue
		}
		reply.used = true
		sent, _ := io.ReadAll(r.Body)
		var request struct{ ClientContext string }
		_ = json.Unmarshal(sent, &request)
		fill := strings.NewReplacer("$context", request.ClientContext)
		for _, line := range reply.then {
			s.plan(fill.Replace(line))
		}
		if reply.location != "" {
			w.Header().Set("Location", reply.location)
		}
		if reply.body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(reply.status)
		_, _ = io.WriteString(w, fill.Replace(reply.body))
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// journalText lays a journal out for reading, one record a line: when, which step, what. It has the bodies of that verb's
// requests, and leaves cleanup out. How long things take and what people do is the simulator's affair: it is only told of
// a scripted service.
func journalText(journal []steps.Record, verb string, isScripted bool) string {
	var b strings.Builder
	for _, r := range journal {
		if r.Step == "cleanup" || r.Cleanup != nil {
			continue
		}
		who := r.Step
		if r.Branch != "" {
			who += " (" + r.Branch + ")"
		}
		if who != "" {
			who += ": "
		}
		for i, line := range recordLines(r, verb) {
			at := ""
			if isScripted {
				at = fmt.Sprintf("%-8s", steps.Span(r.At.Sub(sim.Epoch)))
			}
			if i == 0 {
				fmt.Fprintf(&b, "%s%s%s\n", at, who, line)
			} else {
				fmt.Fprintf(&b, "            %s\n", line)
			}
		}
	}
	return b.String()
}

func recordLines(r steps.Record, verb string) []string {
	switch {
	case r.Request != nil:
		lines := []string{fmt.Sprintf("%s %s", r.Request.Method, r.Request.Path)}
		if len(r.Request.Body) > 0 && r.Request.Verb == verb {
			lines = append(lines, string(r.Request.Body))
		}
		return lines
	case r.Response != nil:
		text := fmt.Sprintf("-> %d", r.Response.Status)
		if r.Response.Error != "" {
			text = "-> " + r.Response.Error
		}
		return []string{text}
	case r.Event != nil:
		text := fmt.Sprintf("event %d: %s", r.Event.Seq, r.Event.Summary)
		if r.Event.Seq == 0 {
			text = fmt.Sprintf("%s: %s", r.Event.Kind, r.Event.Summary)
		}
		if r.Event.Kind == graph.KindMisrouted {
			text += ", to " + r.Event.Address
		}
		if r.Event.Refused != "" {
			text += fmt.Sprintf(", answered %d at %s: %s", r.Event.Status, r.Event.Address, r.Event.Refused)
		}
		if r.Event.Repeat {
			text += ", repeat"
		}
		if r.Event.Late != "" {
			text += ", late for " + r.Event.Late
		}
		if r.Event.Origin == "response" {
			text += ", from a response"
		}
		return []string{text}
	case r.World != nil && r.World.Who == "": // a fault
		return []string{r.World.Did}
	case r.Claim != nil:
		return []string{strings.TrimSpace(fmt.Sprintf("claims event %d %s", r.Claim.Event, r.Claim.Part))}
	case r.Outcome != nil:
		return []string{fmt.Sprintf("reached %s by event %d, wanted %s", r.Outcome.Goal, r.Outcome.Event, r.Outcome.Wanted)}
	case r.Successor != nil:
		return []string{fmt.Sprintf("successor of %s: %s by event %d, %s", r.Successor.Of, r.Successor.Call, r.Successor.Event, r.Successor.Text)}
	case r.Retry != nil:
		return []string{fmt.Sprintf("retry after %s: %s", steps.Span(r.Retry.Wait), r.Retry.Reason)}
	case r.Capture != nil:
		value, _ := json.Marshal(r.Capture.Value)
		return []string{fmt.Sprintf("%s = %s", r.Capture.Name, value)}
	case r.Log != nil:
		return []string{r.Log.Level + ": " + r.Log.Text}
	case r.StepEnd != nil:
		text := r.StepEnd.Status
		if r.StepEnd.Reason != "" {
			text += ": " + r.StepEnd.Reason
		}
		return append([]string{text}, failureLines(r.StepEnd.Failure)...)
	case r.RunEnd != nil:
		return []string{"run " + r.RunEnd.Status}
	}
	return nil
}

func failureLines(f *steps.Failure) (lines []string) {
	if f == nil {
		return nil
	}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	say("%s: %s: %s", f.Pos, f.Kind, f.Text)
	if f.Reason != "" {
		say("reason %s", f.Reason)
	}
	for _, fact := range f.Facts {
		by := ""
		if fact.Event > 0 {
			by = fmt.Sprintf(" (event %d)", fact.Event)
		}
		say("known at %s: %s%s", steps.Span(fact.At.Sub(sim.Epoch)), fact.Text, by)
	}
	for line := range strings.Lines(f.Awaited) {
		say("awaited %s", strings.TrimSpace(line))
	}
	for _, m := range f.Arrivals {
		text := fmt.Sprintf("arrived %d: %s", m.Event, m.Summary)
		if m.Early {
			text = "already " + text
		}
		switch {
		case m.Ignored != "":
			text += ", which " + m.Ignored
		case m.Claimed != "":
			text += ", claimed by " + m.Claimed
		case m.Part != "" && m.Why == nil:
			text += ", for " + m.Part
		}
		say("%s", text)
		if m.Why != nil {
			part := ""
			if m.Part != "" {
				part = m.Part + ": "
			}
			lines = append(lines, explanationLines("  "+part, *m.Why)...)
		}
	}
	if len(f.Arrivals) == 0 && f.Expression != nil {
		lines = append(lines, explanationLines("", *f.Expression)...)
	}
	for _, also := range f.Also {
		lines = append(lines, explanationLines("", also)...)
	}
	if f.Code != nil {
		say("code %s (%s): %s", f.Code.Name, f.Code.Status, f.Code.Meaning)
	}
	for _, h := range f.Hints {
		say("hint: %s", h)
	}
	return lines
}

func explanationLines(indent string, e expr.Explanation) []string {
	value, _ := json.Marshal(e.Value)
	text := fmt.Sprintf("%s%s = %s", indent, e.Text, value)
	if e.Absent {
		text = fmt.Sprintf("%s%s is absent", indent, e.Text)
	}
	lines := []string{text}
	for _, p := range e.Parts {
		lines = append(lines, explanationLines(strings.Repeat(" ", len(indent)-len(strings.TrimLeft(indent, " ")))+"  ", p)...)
	}
	return lines
}
