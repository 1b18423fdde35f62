package local

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/steps"
)

// probe posts to a run's own callback address, over the same way that the service's notifications take. Its nonce is good
// once, and only while the request is under way.
func (h *Hub) probe(ctx context.Context, run, address string, going *atomic.Bool) (steps.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		return steps.Response{}, &steps.NetError{Refused: true, Err: err}
	}
	nonce := rand.Text()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(callback.ProbeHeader, nonce)
	h.mu.Lock()
	h.probes[nonce] = run
	h.mu.Unlock()
	going.Store(true)
	resp, err := h.cfg.Transport.RoundTrip(req)
	h.mu.Lock()
	_, missing := h.probes[nonce]
	delete(h.probes, nonce)
	h.mu.Unlock()
	if err != nil {
		err = &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: err}
		return steps.Response{Probed: !missing}, &steps.NetError{Down: down(err), Err: graph.Plain(err)}
	}
	resp.Body.Close() // what else might answer there is not ours to read
	return steps.Response{Status: resp.StatusCode, Headers: graph.SortHeaders(resp.Header), Probed: !missing}, nil
}

// Probed takes the nonce of a probe that came to the listener; see callback.Config.
func (h *Hub) Probed(run, nonce string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if of, known := h.probes[nonce]; !known || of != run {
		return false
	}
	delete(h.probes, nonce)
	return true
}
