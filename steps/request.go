package steps

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
)

type requestParams struct {
	Method  string             `json:"method" default:"GET" enum:"GET,POST,PUT,PATCH,DELETE" doc:"The HTTP method."`
	Path    string             `json:"path" required:"true" doc:"The path below the API's version, with its query: /communications/calls/…"`
	Body    any                `json:"body" doc:"The body, sent as JSON just as it is written."`
	Headers schema.Map[string] `json:"headers" doc:"Further request headers. Those of the connection and Authorization are not yours to set."`
	Call    string             `json:"call" call:"true" doc:"The call that the request is about, for the journal and the ladder."`
}

type requestOutputs struct {
	Call      graph.Object[graph.Call]           `json:"call" doc:"The call, when the response tells of one."`
	Operation graph.Object[graph.CommsOperation] `json:"operation" doc:"The operation, when the request began one."`
	Outcome   string                             `json:"outcome" enum:"accepted,refused" doc:"What the service said."`
	Acted
}

var request = Define[requestParams, requestOutputs](schema.Verb{
	Name:    "request",
	Summary: "send any Graph request that no other verb covers",
	Detail: "The body is sent as written, in the words of the target's own dialect; the response is read like any other. A status\n" +
		"of 400 or more fails the step, unless `until: refused` expects it.",
	Role: schema.Acts,
	Goals: []schema.Goal{
		{Name: accepted, Doc: "The service answered with a status below 400."},
		{Name: refused, Doc: "The service answered with a status of 400 or more."},
	},
	Example: `request:
  method: POST
  path: /communications/calls/${{ p2pCall }}/keepAlive`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*requestParams)
		switch first, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/"), "/"); {
		case p.Path == "":
		case strings.Contains(p.Path, "://"):
			c.problem("path is a whole URL; the target says which host, so begin after the API's version: /communications/calls/…", "path")
		case !strings.HasPrefix(p.Path, "/"):
			c.problem("path must begin with a slash: /"+p.Path, "path")
		case first == "v1.0" || first == "beta":
			c.problem("path names the API's version; the target says which, so begin after it: "+strings.TrimPrefix(p.Path, "/"+first), "path")
		}
		for _, h := range p.Headers {
			if why := badHeader(h.Key, h.Value); why != "" {
				c.problem(why, "headers", h.Key)
			}
		}
		if c.has("body") && (p.Method == "GET" || p.Method == "DELETE") {
			c.problem(p.Method+" takes no body", "body")
		}
	},
	Harmless: func(params any) bool { return params.(*requestParams).Method == "GET" },
}, runRequest)

func runRequest(env Env, p *requestParams) (Outputs, error) {
	if err := bounded(env, p.Body, "body"); err != nil {
		return nil, err
	}
	c := graph.Command{Op: "request", Method: p.Method, Path: p.Path, Call: p.Call, Body: p.Body}
	for _, h := range p.Headers {
		if why := badHeader(h.Key, h.Value); why != "" { // a name or value that only the run could know
			return nil, &FailureError{Failure: &Failure{Kind: "value", Pos: env.Step().Params.At("headers"), Text: why}}
		}
		c.Headers = append(c.Headers, graph.Header{Name: textproto.CanonicalMIMEHeaderKey(h.Key), Value: h.Value})
	}
	slices.SortStableFunc(c.Headers, func(a, b graph.Header) int { return strings.Compare(a.Name, b.Name) })
	reply, out, err := send(env, c)
	var graphError *GraphError
	switch {
	case err == nil:
		out["outcome"] = accepted
	case errors.As(err, &graphError):
		out["outcome"] = refused
	default:
		return out, err
	}
	if out["outcome"] == env.Goal() {
		return out, nil
	}
	if err == nil {
		verdict := Verdict{Goal: accepted, Final: true, Text: "answered " + statusText(reply.Status)}
		err = &OutcomeError{Verb: "request", Wanted: env.Goal(), Verdict: verdict}
	}
	return out, err
}

// hopByHop are the headers that are about one connection, or that follow from the request itself (RFC 9110, 7.6.1).
var hopByHop = []string{"Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// badHeader says why a scenario cannot set a header, or "".
func badHeader(name, value string) string {
	switch canonical := textproto.CanonicalMIMEHeaderKey(name); {
	case canonical == "Authorization":
		return "the Authorization header is the target's own affair: the run puts its bot's token there"
	case slices.Contains(hopByHop, canonical):
		return "the header " + canonical + " is the connection's own affair; a scenario cannot set it"
	case !headerName.MatchString(name):
		return fmt.Sprintf("%q is no name of a header", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Sprintf("the value %q of the header %s has control characters, which HTTP does not allow", value, canonical)
	}
	return ""
}
