package cli

import (
	"fmt"
	"os"
	"strings"
	"sync"
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
				var mu sync.Mutex // the killer's timer has a goroutine of its own
				note := func(what string) {
					mu.Lock()
					defer mu.Unlock()
					did = append(did, fmt.Sprintf("%s at %s", what, time.Since(start)))
				}
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
