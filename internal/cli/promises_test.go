package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPromisedFailures changes what somebody does in flows that we show: what their text says must not happen, fails them.
func TestPromisedFailures(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	const briefly = "answers: {after: 1s}, hangsUp: {after: 5s}"
	for _, tt := range []struct{ file, block, does, instead string }{
		{"docs/guides/qa.md", "# scenarios/no-answer.yaml", "answers: never", briefly},
		{"docs/guides/qa.md", "# scenarios/no-answer.yaml", "answers: never", "answers: {after: 1s}"},
		{"scenarios/calls/outgoing-unanswered.yaml", "", "answers: never", briefly},
		{"scenarios/calls/outgoing-declined.yaml", "", "declines: {after: 3s}", briefly},
		{"scenarios/calls/outgoing-busy.yaml", "", "busy: true", briefly},
		{"scenarios/transfer/first-who-answers.yaml", "", "displayName: Anna, answers:", "displayName: Anna, declines:"},
		{"scenarios/transfer/first-who-answers.yaml", "", "answers: never", "answers: {after: 1s}"},
		{"scenarios/transfer/first-who-answers.yaml", "", "times: 2", "times: 9"},
	} {
		t.Run(filepath.Base(tt.file)+" "+tt.instead, func(t *testing.T) {
			text := contents(t, filepath.Join(root, filepath.FromSlash(tt.file)))
			if tt.block != "" {
				_, after, _ := strings.Cut(text, tt.block)
				text, _, _ = strings.Cut(after, "\n```")
			}
			if strings.Count(text, tt.does) != 1 {
				t.Fatalf("%q is not there once:\n%s", tt.does, text)
			}
			t.Chdir(t.TempDir())
			w := walk{t: t}
			for _, change := range []struct {
				text string
				exit int
			}{{text, 0}, {strings.Replace(text, tt.does, tt.instead, 1), 1}} {
				w.must(os.WriteFile("flow.yaml", []byte(change.text), 0o600))
				if out := w.command([]string{"run", "--quiet", "flow.yaml"}); w.exit != change.exit {
					t.Errorf("it ends with %d, not %d:\n%s", w.exit, change.exit, out)
				}
			}
		})
	}
}
