package lsp_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/cli"
)

// TestMain lets the test's own program be the command that an editor starts.
func TestMain(m *testing.M) {
	if os.Getenv("CALLFLOW_TEST_COMMAND") != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// A real editor opens a scenario, shows its problems, completes, finds and renames, with its own client.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("there is no nvim here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script, err := filepath.Abs("testdata/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(words, "never: ", "never: call.id == nobody || ", 1)
	for name, content := range map[string]string{"𝄞 a.yaml": text, "sub/_ring.yaml": ring, "callflow.yaml": ""} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), nvim, "--headless", "-n", "-u", "NONE", "-i", "NONE", "-S", script, "𝄞 a.yaml")
	cmd.WaitDelay = time.Second
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CALLFLOW_TEST_COMMAND=1", "CALLFLOW="+self, "HOME="+dir, "XDG_CACHE_HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_STATE_HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	result, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got map[string]any
	if err := json.Unmarshal(result, &got); err != nil {
		t.Fatalf("%v in %s", err, result)
	}
	want := map[string]any{
		"problem":    "32: expr-name",
		"completion": "identity",
		"hover":      "**leg**: a string",
		"definition": "_ring.yaml:8",
		"symbols":    "Names 𝄞",
		"lens":       "▶ run",
		"renamed":    `  - log: "𝄞 ${{ colleague }} has	${{ steps.meet.outcome }}, ${{ colleague }}"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, out)
	}
}
