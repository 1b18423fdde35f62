package cli

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	indented = regexp.MustCompile(`(?m)^ {4,}\S.*$`)
	prompted = regexp.MustCompile(`(?m)^\$ .*$`)
)

// commandLines are the lines in which a page calls callflow: in its text, its indented lines, its sessions and its pipelines.
func commandLines(page, text string) (lines []string) {
	prose := fence.ReplaceAllString(text, "")
	for _, m := range codeSpan.FindAllStringSubmatch(prose, -1) {
		if strings.HasPrefix(m[1], "callflow ") { // a span may be about something else that has the word in it
			lines = append(lines, m[1])
		}
	}
	lines = append(lines, indented.FindAllString(prose, -1)...)
	for _, b := range blocksOf(page, text) {
		for _, line := range prompted.FindAllString(b.text, -1) {
			lines = append(lines, line[2:])
		}
	}
	return lines
}

// commandWords are the words after callflow in each of a line's commands, as a shell splits them.
func commandWords(line string) (all [][]string) {
	var words []string
	flush := func() {
		if i := slices.IndexFunc(words, func(w string) bool {
			return w == "callflow" || strings.HasPrefix(w, "/") && strings.HasSuffix(w, "/callflow")
		}); i >= 0 && i+1 < len(words) && words[i+1] != "." { // an image's name
			all = append(all, words[i+1:])
		}
		words = nil
	}
	for i := 0; i < len(line); {
		rest := line[i:]
		switch c := line[i]; {
		case c == ' ':
			i++
		case c == '#', c == '>', c == '<':
			flush()
			return all
		case c == '|' || c == ';' || c == '&':
			flush()
			i++
		default:
			word, length := shellWord(rest)
			words, i = append(words, word), i+length
		}
	}
	flush()
	return all
}

// shellWord is the first word of a line without its quotes, and how long it is with them.
func shellWord(line string) (word string, length int) {
	var quote byte
	for ; length < len(line); length++ {
		switch c := line[length]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && strings.IndexByte(" |;&<>", c) >= 0:
			return word, length
		default:
			word += line[length : length+1]
		}
	}
	return word, length
}

// TestDocumentedCommands gives each `callflow …` of the documentation to the command itself, in an empty folder. That files are
// missing there is all that it may complain about.
func TestDocumentedCommands(t *testing.T) {
	found := 0
	for page, text := range pages(t) {
		if page == "docs/changelog.md" { // it tells of what was, too
			continue
		}
		for _, line := range commandLines(page, text) {
			for _, words := range commandWords(line) {
				found++
				if wrong := wrongCommand(t, words); wrong != "" {
					t.Errorf("%s: %s: %s", page, line, wrong)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d commands were found", found)
	}
}

var (
	// missing is what a command says in an empty folder, and without input.
	missing = regexp.MustCompile(`no file or folder|no scenario in folder|no such file or directory|no run in this folder is known|no code in that text`)
	// general is a word that stands for others: [PATH…], DIR, N.
	general = regexp.MustCompile(`^\[|…|^[A-Z]+$`)
	option  = regexp.MustCompile(`^(?:--([a-z][a-z-]*)|-([a-zA-Z]))(?:=.*)?$`)
)

// wrongCommand says what is wrong with the words after callflow.
func wrongCommand(t *testing.T, words []string) string {
	root := newRoot(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
	root.InitDefaultCompletionCmd()
	cmd, args, err := root.Find(words)
	switch {
	case err != nil:
		return err.Error()
	case cmd == root:
		return "there is no such command"
	case len(words) == 1 && cmd.Name() != "run" && cmd.Name() != "init": // the command's name
		return ""
	case slices.ContainsFunc(words, general.MatchString):
		for _, w := range words {
			m := option.FindStringSubmatch(w)
			if m != nil && cmd.Flags().Lookup(m[1]) == nil && cmd.Flags().ShorthandLookup(m[2]) == nil {
				return "there is no flag " + w
			}
		}
		return ""
	case cmd.Name() == "simulate" || cmd.Name() == "lsp" || slices.Contains(words, "--watch"): // they would not end
		if err := cmd.ParseFlags(args); err != nil {
			return err.Error()
		}
		return ""
	}
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	if code := Main(words, strings.NewReader(""), io.Discard, &out); code != 0 && !missing.MatchString(out.String()) {
		return out.String()
	}
	return ""
}

// TestDocumentedFlags: a flag that the documentation names by itself is one of some command of ours.
func TestDocumentedFlags(t *testing.T) {
	flags := map[string]bool{"help": true}
	for _, cmd := range newRoot(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}).Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
	}
	flag := regexp.MustCompile("`--([a-z][a-z-]*)")
	others := map[string]bool{"user": true, "flag": true} // of docker; any
	for page, text := range pages(t) {
		if page == "docs/changelog.md" {
			continue
		}
		for _, m := range flag.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if !flags[m[1]] && !others[m[1]] {
				t.Errorf("%s: no command of ours has the flag --%s", page, m[1])
			}
		}
	}
}
