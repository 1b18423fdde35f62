package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"callflow/internal/filelock"
	"callflow/internal/graph"
	"callflow/steps"
)

// errBegun is a journal in which nothing stands yet.
var errBegun = errors.New("has no record yet")

// Read reads the journal of one run, and says how much it read. epoch is when simulated worlds begin.
func Read(file string, epoch time.Time) (run *Run, size int64, err error) {
	return ReadLeft(file, epoch, nil)
}

// ReadLeft is Read. left, if not nil, finds the calls that the run has left up, unless its process still writes.
func ReadLeft(file string, epoch time.Time, left LeftOf) (run *Run, size int64, err error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, 0, err
	case !info.Mode().IsRegular():
		return nil, 0, errors.New("is no regular file")
	case info.Size() > MostBytes:
		return nil, 0, fmt.Errorf("has %d MB, more than the %d MB that are read of a journal", info.Size()>>20, MostBytes>>20)
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close()
	records, damaged, err := parse(io.LimitReader(in, MostBytes))
	if err != nil {
		return nil, info.Size(), err
	}
	run = digest(records)
	run.File, run.Damaged = file, damaged
	if run.Running = run.Status == Unfinished && filelock.Held(file); left != nil && !run.Running {
		run.Left = left(records)
	}
	if run.At = run.Start.Started; run.Start.Simulated && run.At.Equal(epoch) {
		run.At = info.ModTime().UTC()
	}
	return run, info.Size(), nil
}

// parse reads records line by line. What another version wrote is used as far as it is understood.
func parse(r io.Reader) (records []steps.Record, damaged int, err error) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		last := err != nil
		if line = bytes.TrimSpace(line); len(line) > 0 {
			switch record, ok := decode(line); {
			case len(records) == 0 && !ok && last && line[0] == '{':
				return nil, 0, errBegun
			case len(records) == 0 && (!ok || record.RunStart == nil):
				return nil, 0, errNoJournal
			case ok && record.Kind() != "":
				records = append(records, record)
			case !ok && !last: // one that was killed leaves half a line
				damaged++
			}
		}
		if last {
			break
		}
	}
	if len(records) == 0 {
		return nil, 0, errBegun
	}
	return records, damaged, nil
}

// decode reads one record; of a member whose type is another than ours it takes the rest.
func decode(line []byte) (r steps.Record, ok bool) {
	err := json.Unmarshal(line, &r)
	var other *json.UnmarshalTypeError
	return r, err == nil || errors.As(err, &other) && r.Type != ""
}

// digest keeps of a run's records what comparisons need.
func digest(records []steps.Record) *Run {
	run := &Run{
		Start: *records[0].RunStart, Status: Unfinished,
		sent: map[sentKey]request{}, shapes: map[Place]*shape{}, establishing: map[string]time.Duration{}, took: map[string]time.Duration{},
	}
	ids := sources(records)
	verbs := map[string]string{} // of the last request, by step
	calls := callTimes{}
	for i := range records {
		switch r := &records[i]; {
		case r.Request != nil:
			verbs[r.Step] = r.Request.Verb
			key := sentKey{r.Step, r.Request.Verb}
			if _, again := run.sent[key]; !again && r.Step != "" {
				run.order = append(run.order, key)
				run.sent[key] = request{r.Request.Method + " " + ids.replace(r.Request.Path), ids.members(r.Request.Body)}
			}
		case r.Response != nil:
			if r.Response.Call != "" && (verbs[r.Step] == "createCall" || verbs[r.Step] == "answer") {
				calls.made(r.Response.Call, r.Step)
			}
			if r.Step != "" {
				run.see(Place{"response", r.Step, fmt.Sprint(r.Response.Status)}, r.Response.Body)
			}
		case r.Event != nil:
			run.see(placeOf(r.Event), r.Event.Raw)
			if r.Event.Kind == graph.KindCall && !r.Event.Repeat {
				calls.news(r.Event.Call, stateOf(r.Event), r.At)
			}
		case r.StepEnd != nil:
			run.took[r.Step] = r.StepEnd.Took
		case r.RunEnd != nil:
			run.end(r.RunEnd)
		}
	}
	for _, c := range calls {
		if c.took > 0 {
			run.Establishing = max(run.Establishing, c.took)
			if c.step != "" {
				run.establishing[c.step] = c.took
			}
		}
	}
	return run
}

func (r *Run) end(e *steps.RunEnd) {
	r.Status, r.Took, r.Text = e.Status, e.Took, e.Reason
	if e.Failure != nil {
		r.Fail(e.Failure)
	}
}

// Fail says why a run failed; of one that goes on, its journal does not yet.
func (r *Run) Fail(f *steps.Failure) {
	r.Text = f.Text
	switch {
	case f.Code != nil:
		r.Code = f.Code.Name
	case f.Graph != nil && f.Graph.Code != "":
		r.Code = f.Graph.Code
	}
	if r.Status == Unfinished {
		r.Status = steps.Failed
		if f.Untested {
			r.Status = steps.Broken
		}
	}
}

// callTimes are how long calls were establishing, by call.
type callTimes map[string]*callTime

type callTime struct {
	step  string // which made it
	began time.Time
	took  time.Duration
}

func (c callTimes) of(id string) *callTime {
	if c[id] == nil {
		c[id] = &callTime{}
	}
	return c[id]
}

func (c callTimes) made(id, step string) { c.of(id).step = step }

// news is told of each state of a call in turn.
func (c callTimes) news(id, state string, at time.Time) {
	call := c.of(id)
	switch {
	case state == graph.StateEstablishing && call.began.IsZero():
		call.began = at
	case state != graph.StateEstablishing && !call.began.IsZero() && call.took == 0:
		call.took = at.Sub(call.began)
	}
}

// resource is what an event's place is made of.
type resource struct {
	Type   string `json:"@odata.type"`
	State  string `json:"state"`
	Status string `json:"status"`
}

func resourceOf(e *steps.Arrived) (r resource) {
	var whole struct {
		Data json.RawMessage `json:"resourceData"`
	}
	if json.Unmarshal(e.Raw, &whole) == nil {
		_ = json.Unmarshal(whole.Data, &r) // a roster is a list
	}
	return r
}

// stateOf is a call's state; of one that is told to be deleted without a state, terminated.
func stateOf(e *steps.Arrived) string {
	switch state := resourceOf(e).State; {
	case state == "" && e.ChangeType == "deleted":
		return graph.StateTerminated
	default:
		return state
	}
}
