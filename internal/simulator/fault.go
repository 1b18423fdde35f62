package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// A fault of the scene that has struck less often than it shall.
type fault struct {
	world.Fault
	left int
	test func(names map[string]any) bool // nil: any notification
	bad  error                           // why its expression cannot be used: it never strikes
}

func (s *Service) arm() {
	if s.cfg.Scene == nil {
		return
	}
	for _, w := range s.cfg.Scene.Faults {
		f := &fault{Fault: w, left: max(1, w.Times)}
		switch {
		case w.Match == "":
		case s.cfg.Match == nil:
			f.bad = fmt.Errorf("fault match %q: expressions are not to be had here", w.Match)
		default:
			if f.test, f.bad = s.cfg.Match(w.Match); f.bad != nil {
				f.bad = fmt.Errorf("fault match %q: %w", w.Match, f.bad)
			}
		}
		s.faults = append(s.faults, f)
	}
}

// requestFault spends the first fault that strikes a verb's request.
func (s *Service) requestFault(verb string) *fault {
	for _, f := range s.faults {
		if f.left > 0 && (f.Fault.Fault == verb || f.Fault.Fault == "request" && !slices.Contains(world.Requests, verb)) {
			f.left--
			return f
		}
	}
	return nil
}

func (s *Service) awaitsEarly() bool {
	for _, f := range s.faults {
		if f.left > 0 && f.Early && f.Fault.Fault == "notification" {
			return true
		}
	}
	return false
}

// notificationFault spends the first fault that strikes a notification; early ones strike only where one can be early.
func (s *Service) notificationFault(body []byte, early bool) *fault {
	var events []*graph.Event
	for _, f := range s.faults {
		if f.left == 0 || f.Fault.Fault != "notification" || f.Early != early || f.bad != nil {
			continue
		}
		if f.test != nil {
			if events == nil {
				events = graph.DecodeNotification(nil, body)
			}
			if len(events) != 1 || !f.test(events[0].View) {
				continue
			}
		}
		f.left--
		return f
	}
	return nil
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
	rep := failure(status, code, message)
	if status == 429 {
		inner := rep.body.(errorBody).Error.Inner
		inner["code"], inner["status"], inner["message"] = "429", "429", "Please retry after"
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

// describe says what strikes, for the journal.
func (f *fault) describe() string {
	said := []string{f.Fault.Fault}
	say := func(there bool, format string, args ...any) {
		if there {
			said = append(said, fmt.Sprintf(format, args...))
		}
	}
	say(f.status() != 0, "status %d", f.status())
	say(f.RetryAfter > 0, "retryAfter %s", f.RetryAfter)
	say(f.Reset, "reset")
	say(f.Lost, "lost")
	say(f.Drop, "drop")
	say(f.Duplicate, "duplicate")
	say(f.Early, "early")
	say(f.Delay > 0, "delay %s", f.Delay)
	return strings.Join(said, ", ")
}
