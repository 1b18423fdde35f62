package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedReuseGuide does what the guide to reuse says, in an empty folder: its files, and its commands, which print what
// the guide shows. All its scenarios are free of problems.
func TestGeneratedReuseGuide(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("..", "..", "docs", "guides", "reuse.md"))
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("LANG", "C.UTF-8")
	blocks := regexp.MustCompile("(?ms)^```(yaml|csv)\n# (\\S+)\n(.*?)^```")
	for _, m := range blocks.FindAllStringSubmatch(string(guide), -1) {
		if err := os.WriteFile(m[2], []byte(m[3]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := regexp.MustCompile("(?ms)^```text\n(.*?)^```")
	shown := commands.ReplaceAllStringFunc(string(guide), func(block string) string {
		var out strings.Builder
		for _, line := range strings.Split(block, "\n") {
			if command, ok := strings.CutPrefix(line, "$ callflow "); ok {
				var printed bytes.Buffer
				if code := Main(strings.Fields(command), strings.NewReader(""), &printed, &printed); code != 0 {
					t.Errorf("%s: exit code %d\n%s", command, code, printed.String())
				}
				out.WriteString(line + "\n" + printed.String())
			}
		}
		return "```text\n" + out.String() + "```"
	})
	if *update {
		renew(t, file, string(guide), shown)
		return
	}
	if diff := cmp.Diff(timeless(string(guide)), timeless(shown)); diff != "" {
		t.Errorf("the guide does not show what is printed now; run make generate (-guide +printed):\n%s", diff)
	}
	var out bytes.Buffer
	if code := Main([]string{"validate", "--strict", "callflow.yaml", ".", "_ring.yaml"}, strings.NewReader(""), &out, &out); code != 0 {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}
