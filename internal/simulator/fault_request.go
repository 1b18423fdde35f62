package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// requestFault spends the first fault that strikes a request.
func (s *Service) requestFault(q *request) *fault {
	if len(s.faults) == 0 {
		return nil
	}
	m := &matter{call: s.callFor(q.bot, q.call), step: q.step, number: s.begun + 1} // of createCall's
	if q.call != "" {
		m.number = 0
	}
	if c := m.call; c != nil {
		m.number = c.number
		for _, op := range c.operations {
			if q.operation != "" && op.id == graph.CanonicalID(q.operation) {
				m.begun = op.begun
				m.context, _ = op.clientContext.(string)
			}
		}
	}
	var body obj
	if json.Unmarshal(q.raw, &body) == nil {
		m.body = body
		if text, ok := body["clientContext"].(string); ok {
			m.context = text
		}
	}
	return s.spend(func(f *fault) bool {
		return f.Fault.Fault == q.verb || f.Fault.Fault == "request" && !slices.Contains(world.Requests, q.verb)
	}, m)
}

// status is the one that a faulty request gets; 0: it is answered as usual.
func (f *fault) status() int {
	if f.Status == 0 && f.RetryAfter > 0 {
		return 429
	}
	return f.Status
}

// words that Graph uses as error codes. Graph page "errors".
var words = map[int]string{400: "BadRequest", 401: "InvalidAuthenticationToken", 403: "Forbidden", 404: "ResourceNotFound",
	408: "RequestTimeout", 409: "Conflict", 410: "Gone", 412: "PreconditionFailed", 413: "RequestEntityTooLarge", 429: "TooManyRequests",
	500: "InternalServerError", 501: "NotImplemented", 502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout"}

func (f *fault) reply() reply {
	status, code, message := f.status(), f.Code, f.Message
	if code == "" {
		code = words[status]
	}
	if code == "" {
		code = "UnknownError"
	}
	if message == "" && status == 429 {
		message = "Please retry again later."
	}
	if message == "" {
		message = "The simulated world makes this request fail."
	}
	build := failure
	if f.Wrapped {
		build = wrapped
	}
	rep := build(status, code, message)
	if status == 429 {
		return rep.throttled(f.RetryAfter)
	}
	rep.retryAfter = seconds(f.RetryAfter)
	return rep
}

// seconds writes a Retry-After; "" for none.
func seconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

// spoils says that the request is taken, but that nothing comes of what it began, or nothing good.
func (f *fault) spoils() bool { return f != nil && (f.Fails != nil || f.Ghost) }

// failing is what something ends with.
func failing(f *world.Failing) result {
	message := f.Message
	if message == "" {
		message = "The simulated world makes this fail."
	}
	return result{code: f.Code, subcode: f.Subcode, message: message}
}

// muffles says that what the request's verb plans must not happen: the operation fails or is a ghost instead.
func (q *request) muffles() bool {
	return q != nil && q.fault.spoils() && slices.Contains(world.Operations, q.verb)
}

// spoil plans what becomes of a request instead of what it asked for. A transfer sees to it by itself.
func (s *Service) spoil(q *request) {
	f := q.fault
	wait := firstStep + nextStep
	how := done
	if x := f.Fails; x != nil {
		how = failing(x)
		if x.After > 0 {
			wait = x.After
		}
	}
	switch {
	case q.verb == "transfer":
	case q.operationBegun != nil && q.muffles():
		op := q.operationBegun
		s.cfg.Clock.After(wait, func() {
			s.finish(op, how)
			if c := op.call; c.music == op {
				c.onHold, c.music = nil, nil
			}
			s.settle(op.call.room)
		})
	case q.callBegun != nil:
		c := q.callBegun
		s.cfg.Clock.After(wait, func() { s.end(c, how) })
	}
}

// haunt puts somebody on the roster who never came: they have no media and do nothing.
func (s *Service) haunt(r *room, m *member) {
	r.sources++
	m.source, m.room = r.sources, r
	r.members = append(r.members, m)
	s.changed(m)
}

// spoiled is a transfer under a fault: the service goes on as if, and then the call comes back (fails), comes back dead
// (gone), or is transferred to nobody (ghost).
func (s *Service) spoiled(h *handover) {
	c, f := h.call, h.fault
	x := f.Fails
	if x == nil {
		s.step(c, nextStep, func() {
			if c.ending || c.state != transferring {
				return
			}
			s.accept(h, s.transferEnd(transferred), func() {
				s.remove(h.transferee)
				s.observe(h.transferee.party.shown(), "is connected to nobody", "")
			})
		})
		return
	}
	wait := nextStep
	if x.After > 0 {
		wait = max(x.After-firstStep, 0) // of which the request's first step has passed
	}
	s.step(c, wait, func() {
		if c.ending || c.state != transferring {
			return
		}
		if x.Ends {
			s.endAll(h, failing(x))
			return
		}
		s.refuse(h, failing(x))
		if x.Gone {
			s.vanish(c)
		}
	})
}

// endAll ends the call of a transfer, and the one that it should replace, as an issue of Azure's SDK for JavaScript (28369)
// reports.
func (s *Service) endAll(h *handover, how result) {
	if h.op != nil {
		s.finish(h.op, how)
	}
	if other := s.callFor(h.call.bot, h.replaces); h.replaces != "" && other != nil {
		s.end(other, how)
	}
	s.end(h.call, how)
}

// vanish ends a call without a word.
func (s *Service) vanish(c *call) {
	s.release(c)
	c.ended, c.state = true, terminated
	delete(s.calls, c.id)
	r := c.room
	if c.me.room != nil {
		s.remove(c.me)
		if r.mode == peer {
			s.dissolve(r, byPeer)
		} else {
			s.settle(r)
		}
	}
	s.leaveRoom(c)
}
