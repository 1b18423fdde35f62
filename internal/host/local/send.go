package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/steps"
)

// maxResponse is the largest response body that is read, in bytes.
const maxResponse = 8 << 20

// newTransport returns a transport for many runs that talk to one service side by side.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   128,
		MaxConnsPerHost:       256,
	}
}

// send makes one HTTP request below root. It follows no redirects: what the service answers is what the scenario sees, and
// the token goes nowhere else. It sets going before anything goes out. The error is a *steps.NetError.
func (h *Hub) send(ctx context.Context, root string, q steps.Request, going *atomic.Bool) (steps.Response, error) {
	var written atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }}
	target := q.URL
	if target == "" {
		target = root + q.Path
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), q.Method, target, bytes.NewReader(q.Body))
	if err != nil {
		return steps.Response{}, &steps.NetError{Refused: true, Err: err}
	}
	req.Header = make(http.Header, len(q.Headers)+1)
	for _, x := range q.Headers {
		req.Header.Add(x.Name, x.Value)
	}
	var token string
	switch {
	case q.URL != "":
		req.Header.Set("Authorization", "Bearer "+q.Token)
	case h.cfg.Tokens != nil:
		if token, err = h.cfg.Tokens.Token(ctx, q.Bot); err != nil {
			return steps.Response{}, &steps.NetError{Auth: true, Down: down(err), Err: err}
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	going.Store(true)
	resp, err := h.cfg.Transport.RoundTrip(req)
	if err != nil {
		err = &url.Error{Op: q.Method, URL: req.URL.Redacted(), Err: err}
		return steps.Response{}, &steps.NetError{Refused: !written.Load(), Down: down(err), Err: graph.Plain(err)}
	}
	defer resp.Body.Close()
	body, err := readResponse(resp)
	if err != nil {
		return steps.Response{}, &steps.NetError{Err: fmt.Errorf("%s %s: the response broke off: %w", q.Method, req.URL.Redacted(), err)}
	}
	var says *steps.Token
	if token != "" && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden) {
		says = readToken(token)
		var standing world.Standing
		if json.Unmarshal([]byte(resp.Header.Get(world.StandingHeader)), &standing) == nil {
			says.Overrule(standing)
		}
	}
	if resp.StatusCode == http.StatusUnauthorized && token != "" {
		h.cfg.Tokens.Forget(q.Bot, token)
	}
	return steps.Response{Status: resp.StatusCode, Headers: graph.SortHeaders(resp.Header), Body: body, Token: says}, nil
}

// down says whether nobody listens at the address.
func down(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// readResponse reads a body to its end, so that the connection can be used again.
func readResponse(resp *http.Response) (body []byte, err error) {
	if resp.Body == http.NoBody { // of a HEAD, whatever length it tells
		return nil, nil
	}
	if n := resp.ContentLength; n >= 0 && n <= maxResponse {
		body = make([]byte, n)
		_, err = io.ReadFull(resp.Body, body)
		return body, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err == nil && len(body) > maxResponse {
		err = fmt.Errorf("it is larger than %d bytes", maxResponse)
	}
	return body, err
}
