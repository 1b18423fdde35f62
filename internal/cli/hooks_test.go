package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The hooks for pre-commit are commands that there are: they let a good scenario pass and stop a broken one.
func TestPreCommitHooks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Entry, Language, Files string }
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 2 {
		t.Fatal(err, len(hooks))
	}
	t.Chdir(t.TempDir())
	for _, hook := range hooks {
		for scenario, want := range map[string]int{"steps:\n  - log: hello\n": 0, "steps:\n  - {log: [}\n": 2} {
			if err := os.WriteFile("a.yaml", []byte(scenario), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			args := append(strings.Fields(hook.Entry)[1:], "a.yaml")
			if code := Main(args, strings.NewReader(""), &out, &out); code != want {
				t.Errorf("%s %q: exit code %d, want %d\n%s", hook.ID, scenario, code, want, out.String())
			}
		}
	}
}
