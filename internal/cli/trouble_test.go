package cli

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// graphLike is a service with a token endpoint whose answers the case decides.
func graphLike(t *testing.T, tokenStatus int, token string, status int, body string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
			w.WriteHeader(tokenStatus)
			fmt.Fprint(w, token)
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestTrouble: what an operator meets on the first day against a service, and whether the exit code and the console help.
func TestTrouble(t *testing.T) {
	const granted = `{"access_token":"a-token-of-twenty-bytes","expires_in":3599,"token_type":"Bearer"}`
	const created = `{"@odata.type":"#microsoft.graph.call","id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"establishing"}`
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	well := graphLike(t, 200, granted, 201, created)
	for _, tt := range []struct {
		name, root, login, listen, tls string
		code                           int
		want                           []string
	}{
		{"wrong secret", well, graphLike(t, 401, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: t","trace_id":"t1","correlation_id":"c1"}`, 0, ""),
			"127.0.0.1:0", "", 3, []string{"createCall was not sent: ", "401 invalid_client: AADSTS7000215", "(trace id t1, correlation id c1)",
				"code AADSTS7000215: the client secret is not one of the application's"}},
		{"no permission", graphLike(t, 200, granted, 403, `{"error":{"code":"7503","message":"Application is not registered in our store."}}`), "", "127.0.0.1:0", "", 3,
			[]string{"createCall was refused with 403", "next: enable calling", "the token is opaque: its claims cannot be read"}},
		{"nobody there", "http://" + freePort(t), well, "127.0.0.1:0", "", 3, []string{"connection refused", "1 could not test"}},
		{"port in use", well, "", taken.Addr().String(), "", 3, []string{"target t: cannot listen for notifications (callback.listen)", "is another callflow running?"}},
		{"no certificate", well, "", "127.0.0.1:0", ", tls: {cert: no.pem, key: no.pem}", 3, []string{"cannot use the certificate of callback.tls: open ", "no.pem: no such file"}},
		{"silence", well, "", "127.0.0.1:0", "", 1, []string{"but did not reach established within its timeout of 200ms",
			"no notification at all has come in this run on http://bot.invalid/x/callbacks/", "Check callback.publicUrl",
			"a probe of the callback address did not come through: bot.invalid: ", "cleanup: hangUp 57dab8b1 ("}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.login == "" {
				tt.login = tt.root
			}
			config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  other:
    bots: {bot: {tenantId: "${{ env.CALLFLOW_TEST_UNSET }}", appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: x}}
    callback: {listen: ":1", publicUrl: "${{ env.CALLFLOW_TEST_UNSET }}"}
  t:
    root: %s
    login: %s
    bots: {bot: {tenantId: 7e4a47c0-0000-4000-8000-000000000001, appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: the-client-secret}}
    callback: {listen: %q, publicUrl: "http://bot.invalid/x"%s}
`, tt.root, tt.login, tt.listen, tt.tls))
			file := writeFile(t, dir, "s.yaml", `
name: Call
steps:
  - log: the-client-secret
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    timeout: 200ms
`)
			if tt.name == "wrong secret" { // asked for twice, with a pause between
				file = writeFile(t, dir, "s.yaml", strings.Replace(contents(t, file), "200ms", "20s", 1))
			}
			var out bytes.Buffer
			journal := filepath.Join(dir, "journal")
			code := Main([]string{"run", "--config", config, "--target", "t", "--journal", journal, file}, strings.NewReader(""), &out, &out)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			said := strings.Join(strings.Fields(out.String()), " ")
			for _, want := range tt.want {
				if !strings.Contains(strings.ReplaceAll(said, "/ ", "/"), want) {
					t.Errorf("the console does not say %q", want)
				}
			}
			if t.Failed() {
				t.Log(out.String())
			}
			files, _ := filepath.Glob(filepath.Join(journal, "*"))
			for _, f := range files {
				text := contents(t, f)
				if strings.Contains(text, "the-client-secret") || strings.Contains(text, "a-token-of") || strings.Contains(out.String(), "the-client-secret") {
					t.Errorf("a secret shows:\n%s", text)
				}
				if lines := strings.Split(strings.TrimSpace(text), "\n"); !strings.Contains(lines[len(lines)-1], `"type":"runEnd"`) {
					t.Errorf("the journal has no end:\n%s", text)
				}
			}
		})
	}
	t.Run("unset", func(t *testing.T) {
		dir := t.TempDir()
		config := writeFile(t, dir, "callflow.yaml", `
targets:
  t:
    bots: {bot: {tenantId: 7e4a47c0-0000-4000-8000-000000000001, appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: "${{ env.CALLFLOW_TEST_UNSET }}"}}
    callback: {listen: ":1", publicUrl: "http://bot.invalid/x"}
`)
		file := writeFile(t, dir, "s.yaml", "name: x\nsteps:\n  - log: x\n")
		var out bytes.Buffer
		if code := Main([]string{"run", "--config", config, "--target", "t", file}, strings.NewReader(""), &out, &out); code != 2 ||
			!strings.Contains(out.String(), "callflow.yaml:4:130: the environment variable CALLFLOW_TEST_UNSET is not set") {
			t.Errorf("exit code %d:\n%s", code, out.String())
		}
	})
}

// TestSilence: a service that takes a call and tells nothing, and a callback address that can be reached.
func TestSilence(t *testing.T) {
	well := graphLike(t, 200, `{"access_token":"x","expires_in":3599,"token_type":"Bearer"}`, 201,
		`{"@odata.type":"#microsoft.graph.call","id":"57dab8b1-894c-409a-b240-bd8beae78896","state":"establishing"}`)
	dir, own := t.TempDir(), freePort(t)
	config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  t:
    root: %[1]s
    login: %[1]s
    bots: {bot: {tenantId: 7e4a47c0-0000-4000-8000-000000000001, appId: b0b0c0de-0000-4000-8000-000000000001, clientSecret: x}}
    callback: {listen: %[2]q, publicUrl: "http://%[2]s/callflow"}
`, well, own))
	file := writeFile(t, dir, "s.yaml", `
name: Call
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    timeout: 200ms
`)
	var out bytes.Buffer
	code := Main([]string{"run", "--config", config, "--target", "t", file}, strings.NewReader(""), &out, &out)
	said := strings.Join(strings.Fields(out.String()), " ")
	if code != 1 || !strings.Contains(said, "the listener answered a probe in ") || !strings.Contains(said, "it was there") || strings.Contains(said, "the listener refused") {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}

// TestOwnCertificate: a listener that ends TLS itself, before a service that trusts its certificate and before one that
// does not.
func TestOwnCertificate(t *testing.T) {
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, dir, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	writeFile(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	scenario := writeFile(t, dir, "s.yaml", `
name: Call
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
    timeout: 2s
`)
	run := func(t *testing.T) (code int, said string) {
		hook := freePort(t)
		config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  t:
    simulator: true
    root: %s
    callback: {listen: %q, publicUrl: "https://%s", tls: {cert: cert.pem, key: key.pem}}
`, serve(t), hook, hook))
		var out bytes.Buffer
		code = Main([]string{"run", "--config", config, "--target", "t", scenario}, strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	t.Run("not trusted", func(t *testing.T) {
		code, said := run(t)
		if code != 1 || strings.Count(said, "does it trust the certificate of callback.tls") != 1 {
			t.Errorf("exit code %d:\n%s", code, said)
		}
	})
	t.Run("trusted", func(t *testing.T) {
		t.Setenv("SSL_CERT_FILE", file) // of the server, which begins now
		if code, said := run(t); code != 0 {
			t.Errorf("exit code %d:\n%s", code, said)
		}
	})
}

func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
