package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"callflow/internal/callback"
	"callflow/internal/graph"
	"callflow/internal/host"
)

// probe carries a run's probe of its own callback address to the listener, as post carries a notification there.
func (w *virtual) probe(rec *recorder, address string) (came bool) {
	path, here := strings.CutPrefix(address, botRoot)
	target, err := url.ParseRequestURI(path)
	if !here || err != nil { // nobody lives elsewhere
		rec.fate.Reset = true
		return false
	}
	w.nonce = fmt.Sprintf("%016x", host.Stream(w.cfg.Seed, "probe").Uint64())
	r := request(http.MethodPost, target, graph.Headers{{Name: "Content-Type", Value: "application/json"},
		{Name: callback.ProbeHeader, Value: w.nonce}}, []byte("{}"))
	r.Host = strings.TrimPrefix(botRoot, "https://")
	w.listener.ServeHTTP(rec, r)
	came = w.nonce == ""
	w.nonce = ""
	return came
}

// probed implements callback.Config.Probed.
func (w *virtual) probed(run, nonce string) bool {
	if nonce != w.nonce || run != w.cfg.RunID {
		return false
	}
	w.nonce = ""
	return true
}
