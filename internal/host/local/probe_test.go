package local

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"callflow/internal/callback"
	"callflow/steps"
)

// probed runs one probe of a run "r1" at an address.
func probed(t *testing.T, hub *Hub, address string) (resp steps.Response, err error) {
	t.Helper()
	if e := hub.Run(t.Context(), "r1", 1, nil, func(h steps.Host) {
		resp, err = h.Do(steps.Request{Method: "POST", URL: address, Probe: true})
	}); e != nil {
		t.Fatal(e)
	}
	return resp, err
}

// strict is a verifier that takes no token.
type strict struct{ callback.Verifier }

func TestProbe(t *testing.T) {
	hub := NewHub(Config{})
	var nonce string
	listener := callback.NewListener(callback.Config{Sink: hub, Verifier: strict{}, Probed: hub.Probed})
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce = r.Header.Get(callback.ProbeHeader)
		if r.URL.Path == "/behind/callbacks/r1" { // a proxy that takes the request on, and loses the answer
			r.URL.Path = "/callbacks/r1"
			listener.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if r.URL.Path == "/page" { // one that shows a page of its own
			return
		}
		listener.ServeHTTP(w, r)
	}))
	defer front.Close()

	for name, test := range map[string]struct {
		path   string
		status int
		probed bool
	}{
		"its own listener":    {"/callbacks/r1", 202, true},
		"the answer is lost":  {"/behind/callbacks/r1", 502, true},
		"somebody else's 200": {"/page", 200, false},
		"another run's":       {"/callbacks/r2", 401, false},
		"no run's address":    {"/elsewhere", 404, false},
	} {
		resp, err := probed(t, hub, front.URL+test.path)
		if err != nil || resp.Status != test.status || resp.Probed != test.probed {
			t.Errorf("%s: %d, probed %t, %v; want %d, probed %t", name, resp.Status, resp.Probed, err, test.status, test.probed)
		}
	}

	if _, err := probed(t, hub, front.URL+"/callbacks/r1"); err != nil {
		t.Fatal(err)
	}
	for _, late := range []string{nonce, "made up"} {
		req := httptest.NewRequest(http.MethodPost, "/callbacks/r1", strings.NewReader("{}"))
		req.Header.Set(callback.ProbeHeader, late)
		w := httptest.NewRecorder()
		listener.ServeHTTP(w, req)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("with the nonce %q the listener answers %d, want 401", late, w.Code)
		}
	}
	if len(hub.probes) != 0 {
		t.Errorf("%d nonces are left", len(hub.probes))
	}
}

func TestProbeOfNobody(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	resp, err := probed(t, NewHub(Config{}), gone.URL+"/callbacks/r1")
	var net *steps.NetError
	if !errors.As(err, &net) || !net.Down || resp.Probed {
		t.Errorf("%+v, %v", resp, err)
	}
}
