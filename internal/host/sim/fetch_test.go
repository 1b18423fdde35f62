package sim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDownload(t *testing.T) {
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/beep.wav":
			_, _ = w.Write([]byte("RIFF"))
		case "/large.wav":
			_, _ = w.Write(make([]byte, maxPrompt+1))
		default:
			http.Error(w, "secret", http.StatusForbidden)
		}
	}))
	defer there.Close()
	s := &Server{}
	if file, err := s.download(there.URL + "/beep.wav"); err != nil || string(file) != "RIFF" {
		t.Errorf("%q, %v", file, err)
	}
	for path, want := range map[string]string{there.URL + "/large.wav": "larger than 10 MB", there.URL + "/other": "answered 403", "http://127.0.0.1:1/x": "nobody answers"} {
		if file, err := s.download(path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %q, %v", path, file, err)
		}
	}
}
