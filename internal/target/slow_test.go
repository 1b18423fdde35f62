package target

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lone is a listener with a single connection.
type lone struct {
	conns chan net.Conn
}

func (l *lone) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l *lone) Close() error   { return nil }
func (l *lone) Addr() net.Addr { return &net.TCPAddr{} }

// TestSlowWebhookClients: who does not send what was begun is let go, after 10 s of a request's headers and 30 s in all.
func TestSlowWebhookClients(t *testing.T) {
	for sent, want := range map[string]time.Duration{
		"POST /x HTTP/1.1\r\nHost: a\r\n":                                 10 * time.Second,
		"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{\"valu": 30 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &lone{make(chan net.Conn, 1)}
			var read error
			server := webhook(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, read = io.ReadAll(r.Body) }), func(string) {})
			ended := make(chan error)
			go func() { ended <- server.Serve(l) }()
			near, far := net.Pipe()
			l.conns <- far
			begun := time.Now()
			if _, err := io.WriteString(near, sent); err != nil {
				t.Fatal(err)
			}
			_, err := io.Copy(io.Discard, near)
			if took := time.Since(begun); took != want || err != nil {
				t.Errorf("%q: let go after %s (%v), want %s", sent, took, err, want)
			}
			if strings.HasSuffix(sent, "u") && !errors.Is(read, os.ErrDeadlineExceeded) {
				t.Errorf("the body was read with %v", read)
			}
			close(l.conns)
			if err := <-ended; !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		})
	}
}
