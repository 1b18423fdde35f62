package simulator

import (
	"net"
	"net/http"
	"time"
)

// A Refusal is an error that whoever stands in front of a Service answers in its place, in the same envelope.
type Refusal struct {
	Status        int
	Code, Message string
	Allow         string        // of a 405: the methods that the resource takes
	RetryAfter    time.Duration // 0: none is told
}

func (f Refusal) reply() reply {
	rep := failure(f.Status, f.Code, f.Message)
	rep.allow, rep.retryAfter = f.Allow, seconds(f.RetryAfter)
	return rep
}

// Write answers with the refusal; id is its request-id, now its date.
func (f Refusal) Write(w http.ResponseWriter, r *http.Request, id string, now time.Time) {
	f.reply().write(w, r, id, now)
}

// Refuse answers with the refusal as the service itself would, with its next id and its time.
func (s *Service) Refuse(w http.ResponseWriter, r *http.Request, f Refusal) {
	s.write(w, r, f.reply(), Fate{})
}

// Drop closes the connection of a request that gets no response, and does not return. A reset connection is torn down, so
// that the client sees "connection reset"; any other is closed, which the client sees as its end. Where the connection
// cannot be had (HTTP/2, a proxy), both look the same.
func Drop(w http.ResponseWriter, reset bool) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0) // closing sends RST
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}
