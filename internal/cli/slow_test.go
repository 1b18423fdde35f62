package cli

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSignals: the first signal interrupts, another one kills, and a third, or two seconds, end the process. One right
// behind the first is the same one.
func TestSignals(t *testing.T) {
	tests := []struct {
		name string
		at   []time.Duration // since the one before
		want string
	}{
		{"once", []time.Duration{0}, "interrupt at 0s"},
		{"the same twice", []time.Duration{0, 50 * time.Millisecond}, "interrupt at 0s"},
		{"twice", []time.Duration{0, time.Second}, "interrupt at 0s, kill at 1s, exit 130 at 3s"},
		{"the same twice, and again", []time.Duration{0, 50 * time.Millisecond, time.Second}, "interrupt at 0s, kill at 1.05s, exit 130 at 3.05s"},
		{"three times", []time.Duration{0, time.Second, 200 * time.Millisecond}, "interrupt at 0s, kill at 1s, exit 130 at 1.2s, exit 130 at 3s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, did := time.Now(), []string{}
				note := func(what string) { did = append(did, fmt.Sprintf("%s at %s", what, time.Since(start))) }
				signals, done := make(chan os.Signal), make(chan struct{})
				go obey(signals, done, func() { note("interrupt") }, func() { note("kill") }, func(code int) { note(fmt.Sprint("exit ", code)) })
				for _, d := range tt.at {
					time.Sleep(d)
					signals <- os.Interrupt
				}
				time.Sleep(time.Minute)
				close(done)
				synctest.Wait()
				if got := strings.Join(did, ", "); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
			})
		})
	}
}

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
