package callback

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// MaxBody is the largest notification that is read, in bytes.
const MaxBody = 1 << 20

// beginning is how much is kept of a larger one.
const beginning = 4 << 10

// Bot is an application whose registered address this listener serves.
type Bot struct {
	Name  string
	AppID string // the audience of its tokens
	Path  string // its registered address's path, if another than {base}/bots/{name}
}

// Config is what a listener is given.
type Config struct {
	Base     string // path in front of /callbacks/ and /bots/: "" or "/callflow"
	Bots     []Bot
	Sink     Sink
	Verifier Verifier         // nil: tokens are not checked
	Now      func() time.Time // nil: time.Now
	// Happened takes what a run's own simulated world tells of, from POST {base}/worlds/{run}, and reports whether the run is
	// known. Nil: there is no such address.
	Happened func(run string, h world.Happening) bool
	// Probed takes the nonce of a probe, and reports whether this process made it for that run and it was not used before.
	// Nil: there are no probes.
	Probed func(run, nonce string) bool
	// Refused is told of every POST that was not taken, and whose events the Sink has not got: an event of KindRefused, whose
	// Delivery says where it came to, and why. Optional.
	Refused func(*graph.Event)
}

// ProbeHeader carries the nonce by which the listener knows a probe: a POST of the process itself to a run's own address.
const ProbeHeader = "Callflow-Probe"

// Listener is the webhook: POST {base}/callbacks/{run} is a run's own address, POST {base}/bots/{bot} a bot's registered
// one, and POST {base}/bots/{bot}/{run} the one it has in a simulated world of that run's own; the Sink is told the bot
// "{bot}/{run}" then. It answers 202, or 200 with what the bot says to somebody who joins, and echoes the ids, as Graph's SDK does; the checks stand in the order of the SDK's samples.
type Listener struct {
	cfg       Config
	callbacks string            // the path in front of a run's id
	worlds    string            // the same, of what its world tells
	addresses map[string]string // path -> bot
	audiences []string
}

// NewListener returns a listener.
func NewListener(cfg Config) *Listener {
	base := strings.TrimSuffix(cfg.Base, "/")
	l := &Listener{cfg: cfg, callbacks: base + "/callbacks/", worlds: base + "/worlds/", addresses: map[string]string{}}
	for _, b := range cfg.Bots {
		l.addresses[base+"/bots/"+b.Name] = b.Name
		if b.Path != "" {
			l.addresses[b.Path] = b.Name
		}
		l.audiences = append(l.audiences, b.AppID)
	}
	if l.cfg.Now == nil {
		l.cfg.Now = time.Now
	}
	return l
}

// refusal is an answer other than 202.
type refusal struct {
	status int
	why    string
}

func (e *refusal) Error() string { return e.why }

func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := &post{Delivery: &graph.Delivery{Address: r.URL.Path}, began: l.cfg.Now()}
	answer, err := l.take(r, p)
	echo(w.Header(), r.Header)
	var no *refusal
	switch {
	case err == nil && answer != nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // a service that has gone asks nothing any more
	case err == nil:
		w.WriteHeader(http.StatusAccepted)
	case errors.As(err, &no) && no.status == http.StatusNoContent:
		w.WriteHeader(no.status)
	default:
		no.answer(w)
		if l.cfg.Refused != nil && !p.told {
			l.cfg.Refused(p.refused(no, l.cfg.Now()))
		}
	}
}

// post is one POST while it is looked at.
type post struct {
	*graph.Delivery
	began  time.Time
	events []*graph.Event
	told   bool // the Sink has the events
}

// judged writes down what will be answered. The Sink is told before the answer goes out: what is measured is what this
// listener did, which is all of the time that it is answerable for.
func (p *post) judged(status int, why string, now time.Time) {
	p.Status, p.Why, p.Took = status, why, now.Sub(p.began)
	for _, e := range p.events {
		e.Delivery = p.Delivery
	}
}

// refused is the event that tells of a POST that was not taken. What its body said is not verified.
func (p *post) refused(no *refusal, now time.Time) *graph.Event {
	p.judged(no.status, no.why, now)
	e := &graph.Event{Kind: graph.KindRefused, Origin: graph.FromNotification, Delivery: p.Delivery}
	if len(p.events) > 0 {
		e.About = p.events[0]
		e.CallID, e.MessageID, e.ScenarioID = e.About.CallID, e.About.MessageID, e.About.ScenarioID
	}
	return e
}

func (e *refusal) answer(w http.ResponseWriter) {
	switch e.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	http.Error(w, e.why, e.status)
}

// echo names the ids by which Graph's support finds the exchange.
func echo(reply, request http.Header) {
	if id := first(request, "X-Microsoft-Skype-Message-Id", "Client-Request-Id"); id != "" {
		reply.Set("Client-Request-Id", id)
	}
	if id := first(request, "Scenario-Id", "X-Microsoft-Skype-Chain-Id"); id != "" {
		reply.Set("Scenario-Id", id)
	}
}

func first(h http.Header, names ...string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// registered finds the bot whose address a path is.
func (l *Listener) registered(path string) (bot string, ok bool) {
	if bot, ok = l.addresses[path]; ok {
		return bot, true
	}
	i := strings.LastIndexByte(path, '/')
	if i < 0 || i == len(path)-1 {
		return "", false
	}
	bot, ok = l.addresses[path[:i]]
	return bot + path[i:], ok
}

// take reads one POST and hands its events on. answer is what the response says; nil: nothing.
func (l *Listener) take(r *http.Request, p *post) (answer json.RawMessage, err error) {
	if run, ok := strings.CutPrefix(r.URL.Path, l.worlds); ok && l.cfg.Happened != nil && r.Method == http.MethodPost {
		return nil, l.happened(run, r)
	}
	run, own := strings.CutPrefix(r.URL.Path, l.callbacks)
	bot, registered := l.registered(r.URL.Path)
	if own && (run == "" || strings.Contains(run, "/")) || !own && !registered {
		return nil, &refusal{http.StatusNotFound, "no run and no bot has this address"}
	}
	if r.Method != http.MethodPost {
		return nil, &refusal{http.StatusMethodNotAllowed, "notifications are sent with POST"}
	}
	if nonce := r.Header.Get(ProbeHeader); own && nonce != "" && l.cfg.Probed != nil && l.cfg.Probed(run, nonce) {
		return nil, nil // anybody else's goes through the same checks as a notification
	}
	if err := checkContent(r.Header); err != nil {
		return nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "cannot read the body: " + err.Error()}
	}
	events, odd := l.read(r.Header, body)
	p.events = events
	if err := l.verify(r.Header); err != nil {
		if odd != nil && odd.status == http.StatusBadRequest {
			return nil, odd
		}
		return nil, err
	}
	if odd != nil && odd.status == http.StatusNoContent {
		return nil, odd
	}
	if !own && odd == nil && len(events) > 0 && events[0].Kind == graph.KindOther && events[0].CallID == "" {
		odd = &refusal{http.StatusBadRequest, "the notification is about no call: " + events[0].Problem}
	}
	if !own && odd != nil {
		return nil, odd
	}
	answer = l.answer(events)
	switch {
	case odd != nil:
		p.judged(odd.status, odd.why, l.cfg.Now())
	case answer != nil:
		p.judged(http.StatusOK, "", l.cfg.Now())
	default:
		p.judged(http.StatusAccepted, "", l.cfg.Now())
	}
	if !own {
		l.cfg.Sink.Arrive(bot, events)
		return answer, nil
	}
	if p.told = l.cfg.Sink.Deliver(run, events); !p.told {
		return nil, &refusal{http.StatusNotFound, fmt.Sprintf("no run %q is going on", run)}
	}
	if odd != nil {
		return nil, odd
	}
	return answer, nil
}

// answer says what the bot answers to who joins. There is one response for one POST, so it is for the first of them.
func (l *Listener) answer(events []*graph.Event) json.RawMessage {
	for _, e := range events {
		if e.Kind == graph.KindJoining {
			e.Answer = l.cfg.Sink.Joining(e.CallID)
			return e.Answer
		}
	}
	return nil
}

// happened takes what a simulated world tells of.
func (l *Listener) happened(run string, r *http.Request) error {
	if err := l.verify(r.Header); err != nil {
		return err
	}
	var what world.Happening
	body, err := readBody(r)
	if err == nil {
		err = json.Unmarshal(body, &what)
	}
	switch {
	case err != nil:
		return &refusal{http.StatusBadRequest, "cannot read what happened: " + err.Error()}
	case !l.cfg.Happened(run, what):
		return &refusal{http.StatusNotFound, fmt.Sprintf("no run %q is going on", run)}
	}
	return nil
}

// read decodes a body; odd is what is wrong with it as a whole. Of a body that is too large the beginning is kept.
func (l *Listener) read(h http.Header, body []byte) (events []*graph.Event, odd *refusal) {
	headers := graph.SortHeaders(h)
	if len(body) <= MaxBody {
		events = graph.DecodeNotification(headers, body)
		return events, judge(events, body)
	}
	odd = &refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", MaxBody)}
	events = graph.DecodeNotification(headers, body[:beginning])
	for _, e := range events {
		e.Problem = odd.why + "; only its beginning is kept"
	}
	return events, odd
}

func checkContent(h http.Header) error {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return &refusal{http.StatusUnsupportedMediaType, fmt.Sprintf("content encoding %q is not supported; send the body as it is", enc)}
	}
	text := h.Get("Content-Type")
	if text == "" || text == "application/json" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(text)
	if err != nil || kind != "application/json" && kind != "text/json" && !strings.HasSuffix(kind, "+json") {
		return &refusal{http.StatusUnsupportedMediaType, fmt.Sprintf("content type %q is not supported; notifications are application/json", text)}
	}
	return nil
}

// readBody reads at most one byte more than the limit, so that the decoder sees that it is too large.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if n := r.ContentLength; n >= 0 && n <= MaxBody {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
}

// judge says what is wrong with a body as a whole. Its events are kept all the same, but for the first notification in
// the old Skype format: answered with 204, it is sent again in Graph's format (Teams, "Incoming call notifications").
func judge(events []*graph.Event, body []byte) *refusal {
	if len(events) > 0 && events[0].Kind != graph.KindOther {
		return nil
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(body, &top); err != nil || top == nil {
		return &refusal{http.StatusBadRequest, "the body is not a JSON object"}
	}
	if _, old := top["callState"]; old && top["value"] == nil {
		return &refusal{http.StatusNoContent, "first notification in the old format"}
	}
	return nil
}

// verify checks the bearer token for any of this listener's bots.
func (l *Listener) verify(h http.Header) error {
	if l.cfg.Verifier == nil {
		return nil
	}
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return &refusal{http.StatusUnauthorized, "no bearer token"}
	}
	err := error(ErrAudience)
	for _, audience := range l.audiences {
		err = l.cfg.Verifier.Verify(token, audience, l.cfg.Now())
		if !errors.Is(err, ErrAudience) {
			break
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrAudience):
		return &refusal{http.StatusForbidden, err.Error()}
	case errors.Is(err, ErrKeys):
		return &refusal{http.StatusServiceUnavailable, err.Error()}
	}
	return &refusal{http.StatusUnauthorized, err.Error()}
}
