package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/host"
	"callflow/internal/simulator"
	"callflow/internal/world"
	"callflow/steps"
)

// travel is how long a request is on its way, and the response likewise.
const travel = 10 * time.Millisecond

// tokenPrefix begins the bearer tokens that a world in memory takes; the bot's app id follows.
const tokenPrefix = "simulated."

// What becomes of a request that gets no response.
var (
	errRefused = errors.New("connection refused")
	errLost    = errors.New("connection reset before the response came")
)

// Do implements host.World: a request is two events of the loop, arrival and response.
func (w *virtual) Do(b *host.Branch, q steps.Request) (resp steps.Response, err error) {
	given := false
	b.Abandonable(func() {
		given = true
		b.Wake(steps.ErrInterrupted) // the host says why
	}, nil)
	send := func() {
		if given {
			return // never sent
		}
		// The response is planned before the service plans anything: at one instant, it comes first.
		var rec recorder
		answer := func() {
			came := resp.Probed
			resp, err = rec.response()
			resp.Probed, resp.Token = came, w.token(resp.Status)
			if !given {
				b.Wake(nil)
			}
		}
		stop := w.plan(travel, host.Happening, answer)
		if q.Probe {
			resp.Probed = w.probe(&rec, q.URL)
		} else {
			w.serve(&rec, q)
		}
		if rec.fate.Delay > 0 || rec.fate.Held != nil {
			stop()
			rec.fate.Held.Then(func() { w.plan(travel+rec.fate.Delay, host.Happening, answer) })
		}
	}
	refuse := func(why error) {
		if !given {
			err = why
			b.Wake(nil)
		}
	}
	if q.Probe || q.URL != "" || w.service == nil {
		w.plan(travel, host.Happening, send)
	} else {
		w.withToken(1, func() { w.plan(travel, host.Happening, send) }, refuse)
	}
	if why := b.Park(); why != nil {
		return steps.Response{}, why
	}
	return resp, err
}

// withToken asks for a token, as often as the clients of a token endpoint do, and goes on with it. Without a fault one is there
// at once: a token lasts for an hour.
func (w *virtual) withToken(attempt int, send func(), refuse func(error)) {
	f := w.service.FaultyToken()
	if f == nil {
		send()
		return
	}
	if f.Status == 0 && !f.Reset {
		w.plan(f.Delay, host.Happening, send)
		return
	}
	failed := &steps.NetError{Auth: true, Down: f.Reset}
	if failed.Err = fmt.Errorf("no token for bot %q: %w", w.cfg.Bot.Name, errRefused); !f.Reset {
		failed.Err = &graph.TokenError{Bot: w.cfg.Bot.Name, Status: f.Status, Code: f.Code, Description: f.Message}
	}
	w.plan(f.Delay+2*travel, host.Happening, func() {
		if attempt == graph.TokenAttempts || !graph.TokenMayCome(failed.Err) {
			refuse(failed)
			return
		}
		w.plan(graph.TokenPause, host.Happening, func() { w.withToken(attempt+1, send, refuse) })
	})
}

// serve has the service handle a request.
func (w *virtual) serve(rec *recorder, q steps.Request) {
	path, token := q.Path, tokenPrefix+w.cfg.Bot.AppID
	if q.URL != "" {
		rest, here := strings.CutPrefix(q.URL, graphRoot)
		if !here { // nobody lives elsewhere
			rec.fate.Reset = true
			return
		}
		path, token = rest, q.Token
	}
	target, err := url.ParseRequestURI(path)
	if err != nil {
		badRequest(fmt.Sprintf("the path %q is no path: %v", path, err)).Write(rec, &http.Request{}, simulator.NewID(w.random), w.Now())
		return
	}
	r := request(q.Method, target, q.Headers, q.Body)
	r.Host = strings.TrimPrefix(graphRoot, "https://")
	r.RequestURI = path
	r.Header.Set("Authorization", "Bearer "+token)
	if w.service != nil && administer(rec, r, w.service, target.Path) {
		return
	}
	w.handler.ServeHTTP(rec, r)
	if w.cfg.Overhear != nil && !rec.fate.Reset && q.URL == "" { // a file is no message of the API
		w.cfg.Overhear(Overheard{Method: q.Method, Path: q.Path, Sent: q.Body,
			Status: rec.status, Headers: graph.SortHeaders(rec.header), Body: rec.body.Bytes()})
	}
}

// authorize implements simulator.Config.Authorize.
func (w *virtual) authorize(r *http.Request) (simulator.Caller, bool) {
	app, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "+tokenPrefix)
	return simulator.Caller{AppID: app}, ok
}

// post hands a notification of the service to the listener. One to any other address is lost: nobody lives there.
func (w *virtual) post(d simulator.Delivery) {
	if w.cfg.Overhear != nil {
		w.cfg.Overhear(Overheard{Headers: d.Headers, Body: d.Body})
	}
	path, ok := strings.CutPrefix(d.URL, botRoot)
	if !ok {
		return
	}
	target, err := url.ParseRequestURI(path)
	if err != nil {
		return
	}
	r := request(http.MethodPost, target, d.Headers, d.Body)
	r.Host = strings.TrimPrefix(botRoot, "https://")
	var rec recorder
	w.posting = &d
	w.listener.ServeHTTP(&rec, r)
	w.posting = nil
	if d.Done != nil {
		d.Done(simulator.Receipt{Status: rec.status, Location: rec.Header().Get("Location"), Text: strings.TrimSpace(rec.body.String())})
	}
}

func request(method string, target *url.URL, headers graph.Headers, body []byte) *http.Request {
	h := make(http.Header, len(headers)+1)
	for _, x := range headers {
		h.Add(x.Name, x.Value)
	}
	return &http.Request{
		Method: method, URL: target, Header: h,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// act serves world.ActionPath.
func act(w http.ResponseWriter, r *http.Request, s *simulator.Service) {
	if r.Method != http.MethodPost {
		s.Refuse(w, r, notAllowed(http.MethodPost))
		return
	}
	a, err := decode[world.Action](r.Body, "action")
	if err == nil {
		err = s.Act(*a)
	}
	if err != nil {
		s.Refuse(w, r, badRequest(err.Error()))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// recorder is a ResponseWriter that keeps what is written.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
	fate   simulator.Fate
	ready  chan struct{} // on a port: closed when what the response waits for has come; nil: it waits for nothing
}

var _ simulator.Fated = (*recorder)(nil)

func (r *recorder) Fate(f simulator.Fate) { r.fate = f }

func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// response is what the client sees.
func (r *recorder) response() (steps.Response, error) {
	switch {
	case r.fate.Reset:
		return steps.Response{}, &steps.NetError{Refused: true, Err: errRefused}
	case r.fate.Lost:
		return steps.Response{}, &steps.NetError{Err: errLost}
	}
	r.WriteHeader(http.StatusOK)
	return steps.Response{Status: r.status, Headers: graph.SortHeaders(r.header), Body: r.body.Bytes()}, nil
}
