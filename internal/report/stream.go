package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"syscall"
	"time"

	"callflow/schema"
	"callflow/steps"
)

// Stream writes what happens while it happens, one JSON object a line: what programs read instead of a Console. Lines of runs
// that go side by side are mixed; each has its run's id. It may be written to from several goroutines.
type Stream struct {
	mu  sync.Mutex
	w   *bufio.Writer
	end StreamEnd
	err error
}

// NewStream writes to w.
func NewStream(w io.Writer) *Stream {
	return &Stream{w: bufio.NewWriter(w), end: StreamEnd{Type: "summary", Status: map[string]int{}}}
}

// StreamStart is the first line: what the command is about to do.
type StreamStart struct {
	Type    string    `json:"type"`    // command
	Command string    `json:"command"` // callflow run
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	Target  string    `json:"target"` // simulator, or the target's name
	Dialect string    `json:"dialect"`
	Seed    uint64    `json:"seed"`
	Runs    int       `json:"runs"` // how many there will be
	Shard   string    `json:"shard,omitempty"`
	Changed []string  `json:"changed,omitempty"` // --watch: the files that made it run again
}

// StreamEnd is the last line.
type StreamEnd struct {
	Type   string         `json:"type"`   // summary
	Status map[string]int `json:"status"` // how many runs ended in each: passed, failed, skipped, broken, interrupted
	NotRun int            `json:"notRun"`
	Wall   time.Duration  `json:"wall"` // nanoseconds, on the wall
	Exit   int            `json:"exit"` // the process's exit code
	Error  string         `json:"error,omitempty"`
}

// StreamPlan is a line of a dry run: a run that would be made.
type StreamPlan struct {
	Type     string `json:"type"` // plan
	Run      string `json:"run"`
	Scenario string `json:"scenario"`
	File     string `json:"file"`
	Row      string `json:"row,omitempty"`
	Seed     uint64 `json:"seed"`
	Skip     string `json:"skip,omitempty"`  // why it would be skipped
	Until    string `json:"until,omitempty"` // the step after which it would stop
	Steps    any    `json:"steps"`
}

type streamProblem struct {
	Type string `json:"type"` // problem
	schema.Problem
}

type streamNote struct {
	Type string `json:"type"` // note
	Text string `json:"text"`
}

// Record writes a record, without secrets, of a run.
func (s *Stream) Record(run string, r steps.Record) {
	if r.RunEnd != nil {
		s.mu.Lock()
		s.end.Status[r.RunEnd.Status]++
		s.mu.Unlock()
	}
	s.line(runRecord{run, r}, r.RunEnd != nil)
}

// Problems writes what is wrong with files.
func (s *Stream) Problems(problems schema.Problems) {
	for _, p := range problems {
		s.line(streamProblem{"problem", p}, true)
	}
}

// Note writes something that belongs to no run.
func (s *Stream) Note(text string) { s.line(streamNote{"note", text}, true) }

// Begin writes the first line.
func (s *Stream) Begin(start StreamStart) {
	start.Type = "command"
	s.mu.Lock()
	s.end = StreamEnd{Type: "summary", Status: map[string]int{}}
	s.mu.Unlock()
	s.line(start, true)
}

// Plan writes a line of a dry run.
func (s *Stream) Plan(p StreamPlan) {
	p.Type = "plan"
	s.line(p, false)
}

// Summary takes how long the runs took on the wall, and how many were not made, for the last line.
func (s *Stream) Summary(wall time.Duration, notRun int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end.Wall, s.end.NotRun = wall, notRun
}

// End writes the last line.
func (s *Stream) End(exit int, err string) {
	s.mu.Lock()
	s.end.Exit, s.end.Error = exit, err
	end := s.end
	s.mu.Unlock()
	s.line(end, true)
}

// Flush writes what is held back. Runs in virtual time are over in no time, and are written when they end.
func (s *Stream) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(s.w.Flush())
}

// Err is why something could not be written; nil also when nobody reads any more.
func (s *Stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.err, syscall.EPIPE) {
		return nil
	}
	return s.err
}

func (s *Stream) line(v any, flush bool) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(err)
	if err == nil {
		_, err = s.w.Write(printable(b.Bytes()))
		s.keep(err)
	}
	if flush {
		s.keep(s.w.Flush())
	}
}

func (s *Stream) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}
