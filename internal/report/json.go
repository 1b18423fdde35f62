package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"

	"callflow/internal/graph"
	"callflow/steps"
)

// jsonReport writes one object: all runs, then what can be said of them together. Lengths of time are milliseconds, and end
// in Ms; moments are RFC 3339 in UTC, and within a run milliseconds since it began.
type jsonReport struct {
	w *bufio.Writer
	tally
}

func newJSON(w io.Writer, _ Options) Report { return &jsonReport{w: bufio.NewWriter(w)} }

func (j *jsonReport) Add(r *Run) error {
	lead := ",\n"
	if j.runs == 0 {
		lead = "{\"runs\":[\n"
	}
	j.add(r)
	return j.write(lead, runOf(r))
}

func (j *jsonReport) write(lead string, v any) error {
	_, _ = j.w.WriteString(lead) // the next write says so too
	line, err := compact(v)
	if err != nil {
		return err
	}
	if _, err = j.w.Write(line); err != nil {
		return err
	}
	return j.w.Flush()
}

func (j *jsonReport) Close(total Total) error {
	lead := "\n],\"summary\":"
	if j.runs == 0 {
		lead = "{\"runs\":[" + lead[1:]
	}
	s := jsonSummary{
		Command: total.Command, Version: total.Version, WallMs: ms(total.Wall), Runs: j.runs, Passed: j.count[steps.Passed],
		Failed: j.count[steps.Failed], Broken: j.count[steps.Broken], Interrupted: j.count[steps.Interrupted] + j.count[steps.Cancelled],
		BrokenOff: j.count[brokenOff], Skipped: j.count[steps.Skipped], NotRun: total.NotRun, PassedAfterRetry: j.retried, CallsLeftUp: len(j.leftUp), Flaky: []jsonFlaky{},
	}
	for _, g := range j.flaky() {
		s.Flaky = append(s.Flaky, jsonFlaky{g.name, g.file, g.passed, g.wrong, g.seeds})
	}
	if err := j.write(lead, s); err != nil {
		return err
	}
	_, _ = j.w.WriteString("}\n")
	return j.w.Flush()
}

type jsonSummary struct {
	Command          string      `json:"command,omitempty"`
	Version          string      `json:"version,omitempty"`
	WallMs           float64     `json:"wallMs,omitempty"`
	Runs             int         `json:"runs"`
	Passed           int         `json:"passed"`
	Failed           int         `json:"failed"`
	Broken           int         `json:"broken"` // could not test
	Interrupted      int         `json:"interrupted"`
	BrokenOff        int         `json:"brokenOff"`
	Skipped          int         `json:"skipped"`
	NotRun           int         `json:"notRun"`
	PassedAfterRetry int         `json:"passedAfterRetry"`
	CallsLeftUp      int         `json:"callsLeftUp"` // but for those that leak: keep wants so
	Flaky            []jsonFlaky `json:"flaky"`
}

type jsonFlaky struct {
	Name   string   `json:"name"`
	File   string   `json:"file"`
	Passed int      `json:"passed"`
	Failed int      `json:"failed"`
	Seeds  []uint64 `json:"failedSeeds"`
}

type jsonRun struct {
	ID               string             `json:"id"`
	Name             string             `json:"name"`
	Scenario         string             `json:"scenario"`
	Row              string             `json:"row,omitempty"`
	Repeat           int                `json:"repeat,omitempty"`
	File             string             `json:"file"`
	Tags             []string           `json:"tags,omitempty"`
	Target           string             `json:"target"`
	Dialect          string             `json:"dialect"`
	Simulated        bool               `json:"simulated"`
	Seed             uint64             `json:"seed"`
	Chaos            string             `json:"chaos,omitempty"`
	Vars             map[string]string  `json:"vars,omitempty"` // of the command line and its files
	TimeoutMs        float64            `json:"timeoutMs,omitempty"`
	Until            string             `json:"until,omitempty"`
	Started          time.Time          `json:"started"`
	TookMs           float64            `json:"tookMs"`
	Status           string             `json:"status"`
	Reason           string             `json:"reason,omitempty"`
	Unheeded         []steps.Unheeded   `json:"unheeded,omitempty"`
	PassedAfterRetry bool               `json:"passedAfterRetry,omitempty"`
	FailedStep       string             `json:"failedStep,omitempty"`
	Failures         []jsonFailure      `json:"failures,omitempty"`
	Explanation      string             `json:"explanation,omitempty"`
	Steps            []jsonStep         `json:"steps"`
	Notifications    []jsonNotification `json:"notifications,omitempty"`
	Cleanup          []steps.Cleaned    `json:"cleanup,omitempty"`
	Outputs          []steps.Captured   `json:"outputs,omitempty"`
	CallsLeftUp      int                `json:"callsLeftUp,omitempty"`
	LeftUp           []jsonLeft         `json:"leftUp,omitempty"` // these calls
}

// jsonLeft is a call that a run has left up.
type jsonLeft struct {
	Call  string  `json:"call"`
	Who   string  `json:"who,omitempty"`
	State string  `json:"state,omitempty"` // the last one notified
	AtMs  float64 `json:"atMs"`            // of that
	Why   string  `json:"why"`
}

// jsonFailure is the journal's, with its one length of time in milliseconds.
type jsonFailure struct {
	*steps.Failure
	Waited   *struct{} `json:"waited,omitempty"` // stands before the journal's nanoseconds
	WaitedMs float64   `json:"waitedMs,omitempty"`
}

type jsonStep struct {
	Key      string           `json:"key"`
	Branch   string           `json:"branch,omitempty"`
	Verb     string           `json:"verb"`
	Title    string           `json:"title"`
	File     string           `json:"file"`
	Line     int              `json:"line"`
	AtMs     float64          `json:"atMs"`
	TookMs   float64          `json:"tookMs"`
	Status   string           `json:"status"`
	Reason   string           `json:"reason,omitempty"`
	Outcome  string           `json:"outcome,omitempty"`
	Excused  bool             `json:"excused,omitempty"`
	Attempts []jsonAttempt    `json:"attempts,omitempty"`
	Retries  []jsonRetry      `json:"retries,omitempty"`
	Captures []steps.Captured `json:"captures,omitempty"`
	Log      []steps.Logged   `json:"log,omitempty"`
	Failure  *jsonFailure     `json:"failure,omitempty"`
	Steps    []jsonStep       `json:"steps,omitempty"`
}

type jsonAttempt struct {
	Attempt   int     `json:"attempt"`
	AtMs      float64 `json:"atMs"`
	TookMs    float64 `json:"tookMs,omitempty"`
	Method    string  `json:"method"`
	Path      string  `json:"path"`
	Status    int     `json:"status,omitempty"`
	Error     string  `json:"error,omitempty"`
	Call      string  `json:"call,omitempty"`
	Operation string  `json:"operation,omitempty"`
	RequestID string  `json:"requestId,omitempty"`
}

type jsonRetry struct {
	Attempt int     `json:"attempt"`
	Of      int     `json:"of"`
	AtMs    float64 `json:"atMs"`
	WaitMs  float64 `json:"waitMs"`
	Reason  string  `json:"reason"`
}

type jsonNotification struct {
	AtMs    float64         `json:"atMs"`
	Event   uint64          `json:"event,omitempty"`
	Kind    graph.EventKind `json:"kind"`
	Summary string          `json:"summary"`
	Call    string          `json:"call,omitempty"`
	Step    string          `json:"step,omitempty"`
	Part    string          `json:"part,omitempty"`
	TooLate string          `json:"tooLateFor,omitempty"`
	Again   bool            `json:"again,omitempty"`
	Refused string          `json:"refused,omitempty"`
}

func runOf(r *Run) jsonRun {
	out := jsonRun{
		ID: r.Start.RunID, Name: r.Name(), Scenario: r.Start.Scenario, Row: r.Start.Row, Repeat: r.Repeat, File: r.Start.File,
		Tags: r.Start.Tags, Target: r.Start.Target, Dialect: r.Start.Dialect, Simulated: r.Start.Simulated, Seed: r.Start.Seed,
		Chaos: r.Start.Chaos, Vars: r.Start.Vars, TimeoutMs: ms(r.Start.Timeout), Until: r.Start.Until, Started: r.Start.Started, TookMs: ms(r.Took()), Status: r.Status(), Reason: r.End.Reason, Unheeded: r.End.Unheeded,
		PassedAfterRetry: r.PassedAfterRetry(), FailedStep: r.End.Failed, Explanation: text(r.Explain(plainStyle), mostText),
		Steps: stepsOf(r, r.Steps), Cleanup: r.Cleanup, Outputs: r.End.Outputs,
	}
	for _, c := range r.leftUp() {
		out.LeftUp = append(out.LeftUp, jsonLeft{c.Call, c.Who, c.State, max(0, ms(c.At.Sub(r.Began))), c.Why})
	}
	out.CallsLeftUp = max(r.End.Legs, len(out.LeftUp))
	if r.Failed() {
		for _, f := range r.Failures() {
			out.Failures = append(out.Failures, failureOf(f))
		}
	}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Origin == graph.FromResponse {
			continue
		}
		out.Notifications = append(out.Notifications, jsonNotification{
			AtMs: ms(e.At.Sub(r.Began)), Event: e.Seq, Kind: e.Kind, Summary: e.Summary, Call: e.Call, Step: e.Step, Part: e.Part,
			TooLate: e.Late, Again: e.Repeat, Refused: e.Refused,
		})
	}
	return out
}

func failureOf(f *steps.Failure) jsonFailure {
	return jsonFailure{Failure: f, WaitedMs: ms(f.Waited)}
}

func stepsOf(r *Run, list []*Step) []jsonStep {
	out := make([]jsonStep, 0, len(list))
	for _, s := range list {
		step := jsonStep{
			Key: s.Key, Branch: s.Branch, Verb: s.Start.Verb, Title: s.Title(), File: s.Start.File, Line: s.Start.Line,
			AtMs: ms(s.At.Sub(r.Began)), TookMs: ms(s.End.Took), Status: s.End.Status, Reason: s.End.Reason,
			Outcome: s.End.Outcome, Excused: s.End.Excused, Captures: s.Captures,
		}
		if step.Status == "" {
			step.Status = brokenOff
		}
		if s.End.Failure != nil {
			f := failureOf(s.End.Failure)
			step.Failure = &f
		}
		for _, l := range s.Logs {
			step.Log = append(step.Log, l.Logged)
		}
		for i := range s.Exchanges {
			step.Attempts = append(step.Attempts, attemptOf(r, &s.Exchanges[i]))
		}
		for _, again := range s.Retries {
			step.Retries = append(step.Retries, jsonRetry{again.Attempt, again.Of, ms(again.At.Sub(r.Began)), ms(again.Wait), again.Reason})
		}
		if len(s.Inner) > 0 {
			step.Steps = stepsOf(r, s.Inner)
		}
		out = append(out, step)
	}
	return out
}

func attemptOf(r *Run, x *Exchange) jsonAttempt {
	a := jsonAttempt{
		Attempt: x.Request.Attempt, AtMs: ms(x.At.Sub(r.Began)), Method: x.Request.Method, Path: x.Request.Path, Call: x.Request.Call,
	}
	if got := x.Response; got != nil {
		a.TookMs, a.Status, a.Error, a.Operation = ms(got.Took), got.Status, got.Error, got.Operation
		a.RequestID = got.Headers.Get("request-id")
		if got.Call != "" {
			a.Call = got.Call
		}
	}
	return a
}

// compact is a value as JSON on one line, its expressions with their < and >, and safe to print.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return printable(bytes.TrimRight(b.Bytes(), "\n")), err
}
