package nodetest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"callflow/internal/nodetest"
)

// A test that needs Node is skipped where it cannot be tried, and runs in a folder of its own where it can.
func TestNew(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs it makes are shell scripts")
	}
	for _, c := range []struct {
		name    string
		asked   string
		npm     string // what npm is there; "": none
		skipped bool
	}{
		{name: "not asked for", npm: "exit 0", skipped: true},
		{name: "no npm", asked: "1", skipped: true},
		{name: "offline", asked: "1", npm: "echo npm error code ENOTFOUND; exit 1", skipped: true},
		{name: "installed", asked: "1", npm: "exit 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bin, folder := t.TempDir(), t.TempDir()
			script(t, bin, "node", `read -r copied <program.mjs; read -r given; echo "$copied $given $1"`)
			if c.npm != "" {
				script(t, bin, "npm", c.npm)
			}
			if err := os.WriteFile(filepath.Join(folder, "program.mjs"), []byte("copied\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Setenv("CALLFLOW_NODETEST", c.asked)
			t.Setenv("PATH", bin)
			skipped, said := use(t, folder)
			if skipped != c.skipped {
				t.Fatalf("skipped: %t, want %t", skipped, c.skipped)
			}
			if want := "copied given told\n"; !skipped && said != want {
				t.Errorf("the program said %q, want %q", said, want)
			}
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
				t.Errorf("the folder it was copied from holds %v (%v)", entries, err)
			}
		})
	}
}

// use sets a folder up in a test within the test, and runs its program.
func use(t *testing.T, folder string) (skipped bool, said string) {
	t.Run("test", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		text, err := nodetest.New(t, "CALLFLOW_NODETEST", folder).Run([]byte("given\n"), "node", "told")
		if err != nil {
			t.Error(err)
		}
		said = string(text)
	})
	return skipped, said
}

func script(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
