package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeneratedWalks does what a page says, from its first line to its last and in an empty folder: it saves the page's files, makes
// its changes, and gives its commands, which print what the page shows. What is left in the folder at the end is free of
// problems and laid out.
func TestGeneratedWalks(t *testing.T) {
	for _, tt := range []struct {
		page   string
		before []string // the command that the page takes for granted
	}{
		{page: "start.md"},
		{page: "guides/qa.md", before: []string{"init"}},
		{page: "guides/reuse.md"},
	} {
		t.Run(tt.page, func(t *testing.T) {
			file, err := filepath.Abs(filepath.Join("..", "..", "docs", filepath.FromSlash(tt.page)))
			if err != nil {
				t.Fatal(err)
			}
			page := contents(t, file)
			t.Chdir(t.TempDir())
			t.Setenv("LANG", "C.UTF-8")
			w := walk{t: t}
			if tt.before != nil {
				w.command(tt.before)
			}
			shown := fence.ReplaceAllStringFunc(page, w.block)
			if w.files == 0 || w.commands == 0 {
				t.Fatalf("%d files and %d commands were found", w.files, w.commands)
			}
			w.holds()
			if *update {
				renew(t, file, page, shown)
				return
			}
			if diff := cmp.Diff(timeless(page), timeless(shown)); diff != "" {
				t.Errorf("the page does not show what is printed now; run make generate (-page +printed):\n%s", diff)
			}
		})
	}
}

// holds says what is wrong with the files at the end. They are to pass in every dialect.
func (w *walk) holds() {
	commands := [][]string{{"validate", "--strict"}, {"fmt", "--check"}}
	for _, dialect := range []string{"v1.0", "beta", "legacy"} {
		commands = append(commands, []string{"run", "--dialect", dialect})
	}
	for _, args := range commands {
		if out := w.command(args); w.exit != 0 {
			w.t.Errorf("callflow %s ends with %d\n%s", strings.Join(args, " "), w.exit, out)
		}
	}
}

// A walk goes through the blocks of a page in the current folder.
type walk struct {
	t               *testing.T
	files, commands int
	exit            int // of the last command
}

// fileName is the first line of a block that is a file, in a comment.
var fileName = regexp.MustCompile(`^# (\S+\.[a-z]+)\n`)

// block does what one block of a page says, and returns it with what is printed now.
func (w *walk) block(block string) string {
	m := fence.FindStringSubmatch(block)
	switch language, text := m[1], m[2]; {
	case language == "diff":
		w.change(text)
	case strings.HasPrefix(text, "$ "):
		var out strings.Builder
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				out.WriteString(line + w.shell(strings.TrimSpace(command)))
			}
		}
		return "```" + language + "\n" + out.String() + "```"
	case fileName.MatchString(text):
		name := fileName.FindStringSubmatch(text)[1]
		w.must(os.MkdirAll(filepath.Dir(name), 0o755))
		w.must(os.WriteFile(name, []byte(text[strings.Index(text, "\n")+1:]), 0o600))
		w.files++
	}
	return block
}

func (w *walk) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// change makes the change that a diff shows. Its first line names the file; what is taken out must stand there once.
func (w *walk) change(diff string) {
	var name string
	var was, is strings.Builder
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, "--- "):
			name = strings.TrimSpace(line[4:])
		case strings.HasPrefix(line, "-"):
			was.WriteString(line[1:])
		case strings.HasPrefix(line, "+"):
			is.WriteString(line[1:])
		default:
			was.WriteString(line[1:])
			is.WriteString(line[1:])
		}
	}
	text := contents(w.t, name)
	if strings.Count(text, was.String()) != 1 {
		w.t.Fatalf("%s does not have these lines once:\n%s", name, was.String())
	}
	w.must(os.WriteFile(name, []byte(strings.Replace(text, was.String(), is.String(), 1)), 0o600))
}

// shell is what a line typed into a shell prints.
func (w *walk) shell(line string) string {
	if line == "echo $?" {
		return fmt.Sprintln(w.exit)
	}
	command, ok := strings.CutPrefix(line, "callflow ")
	if !ok {
		w.t.Fatalf("only callflow can be run here, not %q", line)
	}
	w.commands++
	return w.command(strings.Fields(command))
}

func (w *walk) command(args []string) string {
	var out bytes.Buffer
	w.exit = Main(args, strings.NewReader(""), &out, &out)
	return out.String()
}
