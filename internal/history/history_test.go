package history

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/graph"
	"callflow/steps"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// day is what one run of the scenario join did against a service.
type day struct {
	at           time.Time
	status, code string
	subject      string // of the meeting
	reply        string // more members of the response
	establishing time.Duration
	state        string // that ended it
	id           int    // of everything that the service and the client make
}

func guidOf(kind, n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, n) }

// records are the journal of such a run: a createCall, whose call's id comes back in a hangUp.
func (d day) records() []steps.Record {
	run, call := guidOf(1, d.id), guidOf(2, d.id)
	state := d.state
	if state == "" {
		state = graph.StateEstablished
	}
	raw := func(format string, args ...any) json.RawMessage { return json.RawMessage(fmt.Sprintf(format, args...)) }
	event := func(after time.Duration, state string) steps.Record {
		return steps.Record{At: d.at.Add(after), Event: &steps.Arrived{Kind: graph.KindCall, ChangeType: "updated", Call: call, Origin: "notification",
			Raw: raw(`{"changeType": "updated", "resourceData": {"@odata.type": "#microsoft.graph.call", "id": %q, "state": %q}}`, call, state)}}
	}
	records := []steps.Record{
		{At: d.at, RunStart: &steps.RunStart{RunID: run, Scenario: "Join", File: "join.yaml", Target: "staging", Dialect: "v1.0", Started: d.at}},
		{At: d.at, Step: "join", Request: &steps.Sent{Verb: "createCall", Method: "POST", Path: "/v1.0/communications/calls",
			Body: raw(`{"callbackUri": "https://x/%s", "clientContext": %q, "subject": %q}`, run, guidOf(3, d.id), d.subject)}},
		{At: d.at, Step: "join", Response: &steps.Received{Status: 201, Call: call, Body: raw(`{"id": %q, "state": "establishing"%s}`, call, d.reply)}},
		event(50*time.Millisecond, graph.StateEstablishing),
		event(50*time.Millisecond+d.establishing, state),
		{At: d.at, Step: "join", StepEnd: &steps.StepEnd{Status: d.status, Took: 50*time.Millisecond + d.establishing}},
		{At: d.at, Step: "end", Request: &steps.Sent{Verb: "hangUp", Method: "DELETE", Path: "/v1.0/communications/calls/" + strings.ToUpper(call)}},
	}
	if d.status != Unfinished {
		end := &steps.RunEnd{Status: d.status}
		if d.code != "" {
			end.Failure = &steps.Failure{Text: "it failed", Code: &steps.Explained{Name: d.code}}
		}
		records = append(records, steps.Record{At: d.at, RunEnd: end})
	}
	return records
}

// write makes the day's journal, and returns its file.
func (d day) write(t testing.TB, dir string) string {
	t.Helper()
	var text strings.Builder
	for i, r := range d.records() {
		r.Seq, r.Type = int64(i+1), r.Kind()
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	file := filepath.Join(dir, "join-"+guidOf(1, d.id)+".jsonl")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func on(month time.Month, d int) time.Time { return time.Date(2026, month, d, 10, 0, 0, 0, time.UTC) }

// TestFailure: what a failed run is told of the days before it, which every time has other ids.
func TestFailure(t *testing.T) {
	good := func(at time.Time) day {
		return day{at: at, status: steps.Passed, subject: "daily", establishing: 400 * time.Millisecond}
	}
	bad := func(at time.Time, code string) day {
		return day{at: at, status: steps.Failed, code: code, subject: "daily", establishing: time.Minute, state: graph.StateTerminated}
	}
	with := func(d day, change func(*day)) day { change(&d); return d }
	for _, tt := range []struct {
		name   string
		before []day
		now    day
		want   []string
	}{
		{"alone", nil, bad(on(11, 23), "400/2203"), nil},
		{"first failure", []day{good(on(5, 2)), with(good(on(7, 1)), func(d *day) { d.establishing = 1100 * time.Millisecond }), good(on(11, 22))}, bad(on(11, 23), "400/2203"), []string{
			"first failure after 3 passes since 2026-05-02 (last pass 2026-11-22T10:00Z)",
			"the request of step join is identical to that of the last pass",
			"the other request of the run is identical",
			"what came back has the same shape as in 3 passes",
			"establishing took 1m; in 3 passes 400ms to 1.1s",
		}},
		{"fails for days", []day{good(on(5, 2)), bad(on(5, 3), "500/7117"), good(on(11, 20)), good(on(11, 21)), bad(on(11, 22), "400/2203"), bad(on(11, 23), "400/2203")},
			bad(on(11, 24), "400/2203"), []string{
				"it failed in the 2 runs before this one too, since 2026-11-22T10:00Z, after 2 passes since 2026-11-20 (last pass 2026-11-21T10:00Z)",
				"with this one 7 runs since 2026-05-02: 3 passed, 400/2203 in 3 (43 %), 500/7117 in 1 (14 %)",
				"the request of step join is identical to that of the last pass",
				"the other request of the run is identical",
				"what came back has the same shape as in 3 passes",
				"establishing took 1m; in 3 passes 400ms",
			}},
		{"never passed", []day{bad(on(5, 2), "")}, bad(on(5, 3), "500/7117"), []string{
			"the one run before it did not pass either, since 2026-05-02T10:00Z",
			"with this one 2 runs since 2026-05-02: 0 passed, 500/7117 in 1 (50 %), failed in 1 (50 %)",
		}},
		{"could not test", []day{with(bad(on(5, 2), ""), func(d *day) { d.status = steps.Broken }), bad(on(5, 3), "")}, bad(on(5, 4), "500/7117"), []string{
			"none of the 2 runs before it passed, since 2026-05-02T10:00Z",
			"with this one 3 runs since 2026-05-02: 0 passed, 500/7117 in 1 (33 %), could not test in 1 (33 %), failed in 1 (33 %)",
		}},
		{"could not test, after a pass", []day{good(on(5, 1)), with(bad(on(5, 2), ""), func(d *day) { d.status = steps.Broken })}, bad(on(5, 4), "500/7117"), []string{
			"it did not pass in the run before this one either, since 2026-05-02T10:00Z, after 1 pass, of 2026-05-01T10:00Z",
			"with this one 3 runs since 2026-05-01: 1 passed, 500/7117 in 1 (33 %), could not test in 1 (33 %)",
			"the request of step join is identical to that of the last pass",
			"the other request of the run is identical",
			"what came back has the same shape as in 1 pass",
			"establishing took 1m; in 1 pass 400ms",
		}},
		{"what tells nothing is left out", []day{good(on(5, 2)), with(good(on(5, 3)), func(d *day) { d.status = steps.Interrupted }),
			with(good(on(5, 4)), func(d *day) { d.status = steps.Skipped }), with(good(on(5, 5)), func(d *day) { d.status = Unfinished })},
			bad(on(5, 6), "500/7117"), []string{
				"first failure after 1 pass, of 2026-05-02T10:00Z",
				"the request of step join is identical to that of the last pass",
				"the other request of the run is identical",
				"what came back has the same shape as in 1 pass",
				"establishing took 1m; in 1 pass 400ms",
			}},
		{"another request, another shape", []day{
			with(good(on(5, 2)), func(d *day) { d.reply = `, "tenantId": "x", "toneInfo": null, "count": 1` }),
			with(good(on(5, 3)), func(d *day) { d.reply = `, "tenantId": "x", "toneInfo": null, "count": 1, "seldom": 1` }),
		}, with(bad(on(5, 4), "400/2203"), func(d *day) {
			d.subject, d.reply = "weekly", `, "toneInfo": {"tone": "tone1"}, "count": "1", "isNew": true, "resultInfo": {"code": 400}`
		}), []string{
			"first failure after 2 passes since 2026-05-02 (last pass 2026-05-03T10:00Z)",
			`the request of step join differs from that of the last pass: subject "weekly" (it was "daily")`,
			"the other request of the run is identical",
			"the response of step join differs in shape from those in 2 passes: count is a text (it was a number), new member isNew, " +
				"new member resultInfo, toneInfo is an object (it was null), new member toneInfo.tone, missing member tenantId",
			"establishing took 1m; in 2 passes 400ms",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for i := range tt.before {
				tt.before[i].id = 100 + i
				file := tt.before[i].write(t, dir)
				// The time of the file is nobody's business where the journal has its own.
				if err := os.Chtimes(file, on(12, 30-i), on(12, 30-i)); err != nil {
					t.Fatal(err)
				}
			}
			tt.now.id = 200
			now, _, err := Read(tt.now.write(t, dir), epoch)
			if err != nil {
				t.Fatal(err)
			}
			folder := Folder{Dir: dir, Epoch: epoch}
			past := folder.Earlier(now, nil)
			got := append(Standing(now, past), Facts(now, "join", time.Minute, past)...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMost: of a folder with years of journals the newest are read, and the words say that there are more.
func TestMost(t *testing.T) {
	dir := t.TempDir()
	for i := range MostRuns + 5 {
		at := on(1, 2).AddDate(0, 0, i)
		d := day{at: at, status: steps.Passed, id: 1000 + i}
		if i < 5 {
			d.status = steps.Failed
		}
		if err := os.Chtimes(d.write(t, dir), at, at); err != nil {
			t.Fatal(err)
		}
	}
	now, _, err := Read(day{at: on(12, 1), status: steps.Failed, id: 1}.write(t, dir), epoch)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(now.File, now.At, now.At); err != nil {
		t.Fatal(err)
	}
	folder := Folder{Dir: dir, Epoch: epoch}
	past := folder.Earlier(now, []string{now.File})
	got := Standing(now, past)
	want := []string{"first failure after 200 or more passes since 2026-01-07 (last pass 2026-07-25T10:00Z)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standing (-want +got):\n%s", diff)
	}
}

// TestOwn: runs of the same process are found although the folder was listed before them; a run of another row is not.
func TestOwn(t *testing.T) {
	dir := t.TempDir()
	now, _, err := Read(day{at: on(5, 5), status: Unfinished, id: 1}.write(t, dir), epoch)
	if err != nil {
		t.Fatal(err)
	}
	folder := Folder{Dir: dir, Epoch: epoch}
	if past := folder.Earlier(now, nil); len(past.Runs) > 0 {
		t.Fatalf("%d runs before the first", len(past.Runs))
	}
	own := []string{day{at: on(5, 3), status: steps.Passed, id: 2}.write(t, dir), day{at: on(5, 4), status: steps.Passed, id: 3}.write(t, dir), now.File}
	if past := folder.Earlier(now, own); len(past.Runs) != 2 || !past.Runs[0].At.Equal(on(5, 4)) {
		t.Errorf("found %d runs of this process, want 2, the newest first", len(past.Runs))
	}
	now.Start.Row = "who=dana"
	if past := folder.Earlier(now, own); len(past.Runs) != 0 {
		t.Errorf("found %d runs of another row", len(past.Runs))
	}
}

// TestDrift: a change is told once, in the run that had it first.
func TestDrift(t *testing.T) {
	dir := t.TempDir()
	for i, d := range []day{
		{reply: `, "a": 1`}, {reply: `, "a": 1, "b": {"c": 1}`}, {reply: `, "a": 1`, subject: "x"}, {subject: "x"}, {reply: `, "b": {}`, subject: "x"}, {subject: "x"},
	} {
		d.at, d.status, d.id = on(5, 1+i), steps.Passed, 10+i
		d.write(t, dir)
	}
	runs, unread, err := ReadAll(dir, epoch, nil)
	if err != nil || len(unread) > 0 {
		t.Fatal(err, unread)
	}
	var got []string
	for _, p := range Drifts(runs)[0].Runs {
		for _, c := range p.Changes {
			got = append(got, fmt.Sprintf("%s %s", p.At.Format("01-02"), c))
		}
	}
	want := []string{
		"05-02 the response of step join: new member b",
		`05-03 the request of step join: subject "x" (it was "")`,
		"05-04 the response of step join: missing member a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestIDs: ids that the service made count by where they came from, those of people and of the scenario for what they are.
func TestIDs(t *testing.T) {
	sent := func(run int, call, person, chain string) request {
		records := []steps.Record{
			{RunStart: &steps.RunStart{RunID: guidOf(1, run)}},
			{Event: &steps.Arrived{Kind: graph.KindCall, Call: guidOf(2, run), Raw: json.RawMessage(fmt.Sprintf(
				`{"resourceData": {"state": "incoming", "callChainId": %q, "source": {"identity": {"user": {"id": %q}}}}}`, guidOf(3, run), guidOf(4, run)))}},
			{Step: "ask", Response: &steps.Received{Call: guidOf(5, run)}},
		}
		ids := sources(records)
		return request{members: ids.members(json.RawMessage(fmt.Sprintf(
			`{"replacesCallId": %q, "user": {"id": %q}, "chain": "c/%s"}`, call, person, chain)))}
	}
	base := sent(7, guidOf(5, 7), guidOf(4, 7), guidOf(3, 7))
	for _, tt := range []struct {
		name                string
		call, person, chain string
		want                []string
	}{
		{"the same calls", guidOf(5, 8), guidOf(4, 7), guidOf(3, 8), nil},
		{"another call of the run", guidOf(2, 8), guidOf(4, 7), guidOf(3, 8),
			[]string{`replacesCallId "{call 1 of those that came}" (it was "{the call of step ask}")`}},
		{"another person", guidOf(5, 8), guidOf(4, 8), guidOf(3, 8), []string{fmt.Sprintf("user.id %q (it was %q)", guidOf(4, 8), guidOf(4, 7))}},
		{"an id from nowhere", guidOf(5, 8), guidOf(4, 7), guidOf(3, 9),
			[]string{fmt.Sprintf(`chain "c/%s" (it was "c/{resourceData.callChainId of the notification call incoming}")`, guidOf(3, 9))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sent(8, tt.call, tt.person, tt.chain).differences(base)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzRead: whatever lies in the folder is read as a journal or refused, and can be compared.
func FuzzRead(f *testing.F) {
	dir := f.TempDir()
	text, err := os.ReadFile(day{at: on(5, 1), status: steps.Passed, id: 1}.write(f, dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("")
	f.Add("{}\n")
	f.Add(strings.Replace(string(text), `"took"`, `"took":"x","t"`, 1))
	records, _, err := parse(strings.NewReader(string(text)))
	if err != nil {
		f.Fatal(err)
	}
	good := digest(records)
	f.Fuzz(func(t *testing.T, text string) {
		records, _, err := parse(strings.NewReader(text))
		if err != nil {
			return
		}
		run := digest(records)
		for _, pair := range [][2]*Run{{run, good}, {good, run}} {
			past := Past{Runs: []*Run{pair[1]}}
			Standing(pair[0], past)
			Facts(pair[0], "join", time.Second, past)
		}
		if d := Drifts([]*Run{good, run, good}); len(d) == 0 {
			t.Error("a journal was read, and is no run")
		}
	})
}
