package runner

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/steps"
)

// sender is on whose behalf a request is sent, for the journal.
type sender struct {
	key, branch, verb string
	attempt           int
	pos               schema.Pos
	sent              *sending // to be filled in; nil: nobody asks
	cleanup           bool     // no step sends it, but the run's cleanup
}

var unnamed = regexp.MustCompile(`(^|/)(steps|finally)\[`)

// words are what messages call a sender: "step move", "the keepAlive of line 12", "cleanup".
func (s sender) words() string {
	switch {
	case s.cleanup:
		return "cleanup"
	case unnamed.MatchString(s.key) && s.pos.Line > 0:
		return fmt.Sprintf("the %s of line %d", s.verb, s.pos.Line)
	}
	return "step " + s.key
}

// send makes one attempt of a command, journals it, and learns from what came back. A response that comes although the
// scope has ended is learnt from, but the error stays the scope's.
func (r *run) send(h steps.Host, who sender, c graph.Command) (*graph.Reply, error) {
	wire, err := r.Target.Dialect.Encode(c)
	if err != nil {
		return nil, &steps.FailureError{Failure: &steps.Failure{Kind: "value", Text: err.Error()}}
	}
	var headers graph.Headers
	if wire.URL == "" { // where files are kept nobody knows of scenarios
		headers = r.headers(h, c.Headers, wire.Body != nil)
	}
	sent := h.Now()
	before := r.traces[who.branch]
	emit(h, who.key, who.branch, steps.Record{Request: &steps.Sent{Attempt: who.attempt, Bot: r.Target.Bot.Name, Verb: who.verb,
		Method: wire.Method, Path: wire.Path + wire.URL, Call: graph.CanonicalID(c.Call), Headers: headers, Body: wire.Body, Cleanup: who.cleanup}})
	if who.sent != nil {
		*who.sent = sending{step: who.key, words: who.words(), at: sent, body: wire.Body, call: graph.CanonicalID(c.Call), participant: graph.CanonicalID(c.Participant)}
	}
	r.keepTrace(who.branch, steps.Trace{At: sent, Call: graph.CanonicalID(c.Call), ClientRequestID: headers.Get("client-request-id"),
		ScenarioID: headers.Get("Scenario-Id")})
	response, err := h.Do(steps.Request{Bot: r.Target.Bot.Name, Method: wire.Method, Path: wire.Path, URL: wire.URL, Token: c.Token,
		Headers: r.told(who, headers), Body: wire.Body})
	got := &steps.Received{Attempt: who.attempt, Took: h.Now().Sub(sent)}
	if err != nil {
		got.Error = err.Error()
	}
	if err != nil && (response.Unsent || unsent(err)) { // then the one before it is the last that was sent
		got.Error = "not sent: " + got.Error
		r.keepTrace(who.branch, before)
		if who.sent != nil {
			who.sent.at = time.Time{}
		}
	} else if who.sent != nil {
		who.sent.token = response.Token
	}
	if response.Status == 0 {
		if !response.Unsent {
			r.legs.lost(c, err)
		}
		emit(h, who.key, who.branch, steps.Record{Response: got})
		return nil, err
	}
	r.hear(h, who, response.Status)
	reply := r.Target.Dialect.Decode(c, response.Status, response.Headers, response.Body)
	got.Status, got.Headers, got.Body, got.Text = reply.Status, reply.Headers, reply.Raw, reply.Text
	got.Call, got.Operation = reply.CallID, reply.OperationID
	got.File = len(reply.File)
	r.Mask.learn(reply.Operation)
	emit(h, who.key, who.branch, steps.Record{Response: got})
	if t, ok := r.traces[who.branch]; ok {
		t.RequestID = reply.Headers.Get("request-id")
		if reply.CallID != "" {
			t.Call = reply.CallID
		}
		r.keepTrace(who.branch, t)
	}
	r.struck(who, sent, c, reply)
	r.legs.answer(who, c, reply)
	r.legs.did(sending{step: who.key, words: who.words(), at: sent, body: wire.Body}, c, reply)
	r.calls.learn(c, reply)
	r.learnt(true)
	if c.Op == "createCall" && reply.Status < 300 && reply.CallID != "" {
		h.Made(reply.CallID)
	}
	if reply.Final {
		r.inbox.put(h, h.Now(), reply.Event())
	}
	if err == nil && reply.Error != nil {
		err = &steps.GraphError{Verb: who.verb, Reply: reply, Hint: r.unlisted(c.Call, c.Participant, reply.Status)}
	}
	return reply, err
}

// keepTrace notes how the service's logs call a request. The simulator keeps no logs that anybody could look into.
func (r *run) keepTrace(branch string, t steps.Trace) {
	if r.Target.Simulated {
		return
	}
	if t.At.IsZero() {
		delete(r.traces, branch)
		return
	}
	if r.traces == nil {
		r.traces = map[string]steps.Trace{}
	}
	r.traces[branch] = t
}

// trace is the last request of a branch, or of those that it was forked from; nil: there is none.
func (r *run) trace(branch string) *steps.Trace {
	for {
		if t, ok := r.traces[branch]; ok {
			t.CallChainID = r.chainOf(t.Call)
			return &t
		}
		if branch == "" {
			return nil
		}
		branch = branch[:max(strings.LastIndexByte(branch, '/'), 0)]
	}
}

// chainOf is the callChainId that notifications gave for a call, or "".
func (r *run) chainOf(call string) string {
	for _, e := range r.inbox.entries {
		if e.CallID == call && call != "" {
			if chain := text(object(e.View["call"])["callChainId"]); chain != "" {
				return chain
			}
		}
	}
	return ""
}

// headers are what every request carries, unless the author says otherwise, and the author's own, by name.
func (r *run) headers(h steps.Host, own graph.Headers, body bool) graph.Headers {
	all := append(make(graph.Headers, 0, len(own)+3), own...)
	add := func(name, value string) {
		if own.Get(name) == "" {
			all = append(all, graph.Header{Name: name, Value: value})
		}
	}
	add("Scenario-Id", r.scenario)
	add("client-request-id", newID(h))
	if body {
		add("Content-Type", "application/json")
	}
	slices.SortStableFunc(all, func(a, b graph.Header) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// told adds what a simulator is told of a request, for its faults, and no other service.
func (r *run) told(who sender, headers graph.Headers) graph.Headers {
	if !r.Target.Simulated || who.key == "" {
		return headers
	}
	return append(slices.Clip(headers), graph.Header{Name: world.StepHeader, Value: who.key})
}

// unsent says that a request never went out: there was no token to send it with, or no connection.
func unsent(err error) bool {
	var net *steps.NetError
	return errors.As(err, &net) && (net.Auth || net.Refused)
}

// ambiguous says whether the service may have acted although no response came.
func ambiguous(err error) bool {
	var net *steps.NetError
	if errors.As(err, &net) {
		return !net.Refused && !net.Auth
	}
	return true
}
