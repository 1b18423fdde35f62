package cli

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/debug"
)

// TestGeneratedDebugging gives the commands of the page's session to the debugger: the page shows what is printed, and has a
// row for every command.
func TestGeneratedDebugging(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	t.Setenv("LANG", "C.UTF-8")
	file := filepath.Join("docs", "debugging.md")
	page := contents(t, file)
	before, rest, ok := strings.Cut(page, "```console\n")
	block, after, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("the page has no session")
	}
	var args, commands []string
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ callflow "); ok {
			args = strings.Fields(command)
		} else if command, ok := strings.CutPrefix(line, "(callflow) "); ok {
			commands = append(commands, command)
		}
	}
	var out bytes.Buffer
	Main(args, strings.NewReader(strings.Join(commands, "")), &out, &out)
	_, printed, _ := strings.Cut(out.String(), "\n") // the line about the target
	shown := before + "```console\n$ callflow " + strings.Join(args, " ") + "\n" + printed + "```" + after

	table := regexp.MustCompile(`(?s)(<!-- generated: commands -->\n).*(<!-- end: commands -->)`)
	var rows strings.Builder
	rows.WriteString("| Command | Short | What it does |\n|---|---|---|\n")
	for _, c := range debug.Commands() {
		rows.WriteString("| `" + strings.ReplaceAll(c.Usage, "|", `\|`) + "` | " + c.Short + " | " + c.Doc + " |\n")
	}
	shown = table.ReplaceAllStringFunc(shown, func(string) string {
		return "<!-- generated: commands -->\n" + rows.String() + "<!-- end: commands -->"
	})
	if *update {
		renew(t, file, page, shown)
		return
	}
	if diff := cmp.Diff(timeless(page), timeless(shown)); diff != "" {
		t.Errorf("the page does not show what is printed now; run make generate (-page +printed):\n%s", diff)
	}
}
