//go:build linux

package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"callflow/internal/target"
)

// BenchmarkPeak is the peak memory of whole processes that make many runs: five requests each to a plain server, and the
// transfer flow on the embedded simulator.
func BenchmarkPeak(b *testing.B) {
	name, dir := command(b), b.TempDir()
	mux := http.NewServeMux()
	mux.Handle("/v1.0/", plainService(new(atomic.Int64)))
	mux.HandleFunc("POST /login/{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	five, config := filepath.Join(dir, "five.yaml"), filepath.Join(dir, "callflow.yaml")
	for file, text := range map[string]string{five: fiveRequests, config: fmt.Sprintf(`targets:
  plain:
    root: %[1]s
    login: %[1]s/login
    openId: %[1]s/none
    bots: {bot: {tenantId: %[2]s, appId: %[3]s, clientSecret: none}}
    callback: {listen: "127.0.0.1:0", publicUrl: "http://127.0.0.1/hooks"}
`, server.URL, target.Bot.TenantID, target.Bot.AppID)} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	flow := filepath.Join("..", "..", "scenarios", filepath.FromSlash(transferFlow))
	for _, c := range []struct {
		name string
		args []string
	}{
		{"requests", []string{"--config", config, "--target", "plain", "--parallel", "50", five}},
		{"flow", []string{flow}},
	} {
		for _, n := range []int{1000, 20_000} {
			b.Run(fmt.Sprint(c.name, "-", n), func(b *testing.B) {
				var peak, wall float64
				for b.Loop() {
					began := time.Now()
					cmd := exec.Command(name, append([]string{"run", "--quiet", "--repeat", fmt.Sprint(n)}, c.args...)...)
					if out, err := cmd.CombinedOutput(); err != nil {
						b.Fatalf("%v\n%s", err, out)
					}
					wall += time.Since(began).Seconds()
					peak = max(peak, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
				}
				b.ReportMetric(peak, "MiB")
				b.ReportMetric(float64(n)*float64(b.N)/wall, "runs/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
