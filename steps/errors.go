package steps

import (
	"fmt"
	"strings"
	"time"

	"callflow/internal/graph"
)

// GraphError is a request that the service refused.
type GraphError struct {
	Verb  string
	Reply *graph.Reply
	Hint  string // what was mistaken, where that can be told; else ""
}

// Error says what the service said: `invite was refused with 404: code 7505, "Call not found."`.
func (e *GraphError) Error() string {
	s := fmt.Sprintf("%s was refused with %d", e.Verb, e.Reply.Status)
	g := e.Reply.Error
	if g == nil {
		return s
	}
	var said []string
	if g.Code != "" {
		said = append(said, "code "+g.Code)
	}
	if g.Message != "" {
		said = append(said, fmt.Sprintf("%q", g.Message))
	}
	if len(said) == 0 {
		return s
	}
	return s + ": " + strings.Join(said, ", ")
}

// OutcomeError is an action that came to another end than the wanted one.
type OutcomeError struct {
	Verb, Wanted string
	Verdict      Verdict
	Reason       string // see Failure.Reason
	Facts        []Fact // what it rests on, if that is more than one event
	Also         string // more to be said of it
	Hints        []string
}

// Error says what came instead: `invite reached failed, not completed: 412/9999 "addParticipants failed"`.
func (e *OutcomeError) Error() string {
	text := fmt.Sprintf("%s reached %s, not %s", e.Verb, e.Verdict.Goal, e.Wanted)
	if e.Verdict.Goal == refused {
		text = e.Verb + " was refused"
	}
	result := e.Verdict.ResultInfo
	var said []string
	if result != nil {
		said = append(said, fmt.Sprintf("%d/%d", number(result["code"]), number(result["subcode"])))
	} else if e.Verdict.Text != "" {
		said = append(said, e.Verdict.Text)
	}
	if message, _ := result["message"].(string); message != "" {
		said = append(said, fmt.Sprintf("%q", message))
	}
	if len(said) > 0 {
		text += ": " + strings.Join(said, " ")
	}
	if e.Also != "" {
		text += "; " + e.Also
	}
	return text
}

// FailureError is an error that already carries all its explanation (an await, an expect, a timeout).
type FailureError struct{ Failure *Failure }

func (e *FailureError) Error() string { return e.Failure.Text }

// CutError is a wait that was ended from above: Err says by what, Failure what the wait had come to until then. Who
// ended it decides whether that is told.
type CutError struct {
	Err     error
	Failure *Failure
}

func (e *CutError) Error() string { return e.Err.Error() }
func (e *CutError) Unwrap() error { return e.Err }

// Span writes a duration as people do: 2m, 1m30s, 1.5s, 20ms.
func Span(d time.Duration) string {
	switch {
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(100 * time.Microsecond)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
