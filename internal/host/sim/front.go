package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"time"

	"callflow/internal/callback"
	"callflow/internal/simulator"
	"callflow/internal/world"
)

// Bounds of what a server takes from clients it does not know.
const (
	maxRequest = 1 << 20  // of a body that is read, in bytes
	maxDiscard = 16 << 20 // of a larger body that is let go by, so that its sender gets to read why it is refused
	maxHeaders = 64 << 10

	headerTime = 10 * time.Second // until a request's headers are there
	readTime   = 30 * time.Second // until its body is there too
	writeTime  = 30 * time.Second // that a client may take to read its response
	idleTime   = 2 * time.Minute  // between two requests on one connection
)

// Web returns a web server of the server's whole surface, with bounds on what clients may take. What is no HTTP net/http
// itself answers, with 400 or 431 in plain text, as the web server in front of the real service does.
func (s *Server) Web(errors *log.Logger) *http.Server {
	return &http.Server{
		Handler: s, ErrorLog: errors, MaxHeaderBytes: maxHeaders,
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: readTime + writeTime, IdleTimeout: idleTime,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered like any other odd request
	}
}

// ServeHTTP implements http.Handler. No path is cleaned or redirected: the service reads it as it came.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == callback.MetadataPath || path == callback.KeysPath:
		if s.takes(w, r, http.MethodGet, http.MethodHead) {
			s.published.ServeHTTP(w, r)
		}
	case isTokenPath(path):
		s.grants.serve(w, r)
	case path == "/":
		if s.takes(w, r, http.MethodGet, http.MethodHead) {
			s.greet(w)
		}
	case path == world.WorldsPath && s.service != nil:
		if s.takes(w, r, http.MethodPost) {
			s.openWorld(w, r)
		}
	default:
		s.enter(w, r)
	}
}

// isTokenPath: the token endpoint is at /{tenant}/oauth2/v2.0/token, for any tenant.
func isTokenPath(path string) bool {
	tenant, ok := strings.CutSuffix(path, "/oauth2/v2.0/token")
	return ok && len(tenant) > 1 && strings.LastIndexByte(tenant, '/') == 0
}

func (s *Server) greet(w http.ResponseWriter) {
	u := s.URLs()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "callflow simulates the Graph calling API here.\n\ngraph     %s\ntoken     %s\nmetadata  %s\nactions   %s\npeople    %s\nfaults    %s\nworlds    %s\n",
		u.Graph, u.Token, u.Metadata, u.Actions, u.People, u.Faults, s.cfg.Root+world.WorldsPath)
}

// takes refuses other methods than those of a resource.
func (s *Server) takes(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m {
			return true
		}
	}
	s.refuse(w, r, notAllowed(methods...))
	return false
}

// notAllowed is a 405.
func notAllowed(methods ...string) simulator.Refusal {
	return simulator.Refusal{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed",
		Message: "This resource takes " + strings.Join(methods, " and ") + " only.", Allow: strings.Join(methods, ", ")}
}

func notFound(message string) simulator.Refusal {
	return simulator.Refusal{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: message}
}

func badRequest(message string) simulator.Refusal {
	return simulator.Refusal{Status: http.StatusBadRequest, Code: "BadRequest", Message: message}
}

func unavailable(message string) simulator.Refusal {
	return simulator.Refusal{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: message, RetryAfter: time.Second}
}

// refuse answers in the service's envelope what never came to it.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, f simulator.Refusal) {
	f.Write(w, r, simulator.NewID(rand.Uint64), time.Now())
}

// body reads a request's body into memory, if it is small enough; otherwise it is refused.
func (s *Server) body(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	refuse := func(f simulator.Refusal) ([]byte, bool) {
		w.Header().Set("Connection", "close")
		s.refuse(w, r, f)
		return nil, false
	}
	tooLarge := simulator.Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge",
		Message: fmt.Sprintf("The body is larger than %d bytes.", maxRequest)}
	if r.ContentLength > maxRequest && r.Header.Get("Expect") != "" {
		return refuse(tooLarge) // it has not been sent yet
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(simulator.Refusal{Status: http.StatusRequestTimeout, Code: "RequestTimeout",
			Message: fmt.Sprintf("The request did not come within %s.", readTime)})
	case err != nil:
		return refuse(badRequest("The body could not be read: " + err.Error() + "."))
	case len(body) > maxRequest:
		_, _ = io.CopyN(io.Discard, r.Body, maxDiscard)
		return refuse(tooLarge)
	}
	return body, true
}

// enter takes a request from outside into the loop, and its response out of it.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	body, ok := s.body(w, r)
	if !ok {
		return
	}
	inner := r.Clone(r.Context())
	inner.Body = io.NopCloser(bytes.NewReader(body))
	inner.ContentLength = int64(len(body))
	var rec recorder
	if s.do(w, r, func() { s.serve(&rec, inner) }) {
		s.replay(&rec, w)
	}
}

// do has the loop call f for a request from outside, and waits for it. It reports false when the request was answered
// without. That the client has gone is not looked at: one that has only closed its sending side looks the same, and
// still reads.
func (s *Server) do(w http.ResponseWriter, r *http.Request, f func()) bool {
	done := make(chan struct{})
	select {
	case s.outside <- func() { s.guard(f); close(done) }:
		<-done
		return true
	case <-s.quit:
		s.refuse(w, r, unavailable("The simulated service is stopping."))
		return false
	}
}

// replay writes what was recorded, after what fate has for it.
func (s *Server) replay(rec *recorder, w http.ResponseWriter) {
	if rec.fate.Delay > 0 || rec.ready != nil {
		if rec.ready != nil {
			select {
			case <-rec.ready:
			case <-s.quit:
			}
		}
		t := time.NewTimer(rec.fate.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.quit:
		}
		// A writer without deadlines has none that could have passed.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime))
	}
	if rec.fate.Reset || rec.fate.Lost {
		simulator.Drop(w, rec.fate.Reset)
	}
	for name, values := range rec.header {
		w.Header()[name] = values
	}
	rec.WriteHeader(http.StatusOK)
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes())
}
