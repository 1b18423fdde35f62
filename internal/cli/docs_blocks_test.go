package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"callflow/internal/project"
	"callflow/schema"
	"callflow/steps"
)

// A docBlock is a fenced block of a page.
type docBlock struct {
	place    string // docs/ci.md:12, its first line
	page     string
	language string // the words after the fence
	text     string
}

var fence = regexp.MustCompile("(?ms)^```([^\n`]*)\n(.*?)^```")

// pages are the texts of the README and of all below docs, by their names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]string{}
	for _, from := range []string{"README.md", "docs"} {
		err := filepath.WalkDir(filepath.Join(root, from), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(file) != ".md" {
				return err
			}
			text, err := os.ReadFile(file)
			name, _ := filepath.Rel(root, file)
			found[filepath.ToSlash(name)] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func blocksOf(page, text string) (blocks []docBlock) {
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		blocks = append(blocks, docBlock{
			place: fmt.Sprintf("%s:%d", page, 1+strings.Count(text[:m[0]], "\n")), page: page,
			language: text[m[2]:m[3]], text: text[m[4]:m[5]],
		})
	}
	return blocks
}

// TestDocumentedYAML looks at every YAML block of the documentation that is no whole scenario: a configuration is checked as
// one, steps are checked as part of a scenario, and what is marked `yaml ci`, `yaml codes` or `yaml rows` is of another kind
// and has to be YAML at least. Whole scenarios are checked and run by TestDocumentedScenarios; the pairs of problems.md have
// a test in package steps.
func TestDocumentedYAML(t *testing.T) {
	kinds := map[string]int{}
	for page, text := range pages(t) {
		for _, b := range blocksOf(page, text) {
			if b.language != "yaml" && !strings.HasPrefix(b.language, "yaml ") || page == "docs/problems.md" {
				continue
			}
			var node yaml.Node
			if err := yaml.Unmarshal([]byte(b.text), &node); err != nil {
				t.Errorf("%s: %v", b.place, err)
				continue
			}
			var problems schema.Problems
			kind := kindOf(b, &node)
			kinds[kind]++
			switch kind {
			case "configuration":
				_, problems = project.ParseConfig(b.place, []byte(b.text))
			case "steps":
				problems = checkSteps(b, node.Content[0].Kind == yaml.SequenceNode)
			}
			for _, p := range problems {
				if strings.HasPrefix(p.Text, `"…"`) {
					continue // to be filled in by the reader
				}
				t.Errorf("%s: %s\n%s", b.place, p, p.Hint)
			}
		}
	}
	for _, kind := range []string{"scenario", "configuration", "steps", "ci"} {
		if kinds[kind] == 0 {
			t.Errorf("no block of the documentation was taken for: %s (%v)", kind, kinds)
		}
	}
}

// kindOf says what a YAML block is: by the word beside yaml, or else by its keys.
func kindOf(b docBlock, node *yaml.Node) string {
	if _, word, ok := strings.Cut(b.language, " "); ok {
		return word
	}
	if b.page == "docs/codes.md" { // generated; its block is a file of codes
		return "codes"
	}
	if len(node.Content) == 0 {
		return "comment"
	}
	top := node.Content[0]
	if top.Kind == yaml.MappingNode {
		for i := 0; i < len(top.Content); i += 2 {
			switch top.Content[i].Value {
			case "steps":
				return "scenario"
			case "targets", "people", "codes":
				return "configuration"
			case "name", "matrix", "simulate", "vars":
				return "part"
			}
		}
	}
	return "steps"
}

// nameless are the problems that steps have only because they are out of their scenario.
var nameless = regexp.MustCompile(`^(expr-name|unknown-step|await-unsatisfiable|include-file)$`)

func checkSteps(b docBlock, list bool) (problems schema.Problems) {
	text := "  - " + strings.ReplaceAll(b.text, "\n", "\n    ")
	if list {
		text = "  " + strings.ReplaceAll(b.text, "\n", "\n  ")
	}
	source := schema.Source{Name: "steps.yaml", Text: []byte("name: part\nsteps:\n" + text + "\n"), FS: os.DirFS(filepath.Join("..", ".."))}
	_, all := schema.Check(source, steps.Vocabulary())
	for _, p := range all {
		if p.Severity == schema.SeverityError && !nameless.MatchString(p.Code) {
			problems = append(problems, p)
		}
	}
	return problems
}

var (
	span   = regexp.MustCompile("`(callflow [^`\n]+)`")
	shown  = regexp.MustCompile(`(?m)^(?:\$ |\s*-? ?(?:run|script): |    +(?:- )?)(callflow [a-z].*)$`)
	option = regexp.MustCompile(`(?:^|\s)(--[a-z][a-z-]*|-[a-zA-Z])(?:[=\s]|$)`)
)

// TestDocumentedCommands holds each `callflow …` of the documentation to the commands that there are, and to their flags.
func TestDocumentedCommands(t *testing.T) {
	found := 0
	for page, text := range pages(t) {
		if page == "docs/changelog.md" { // it tells of what was, too
			continue
		}
		var lines []string
		for _, m := range span.FindAllStringSubmatch(text, -1) {
			lines = append(lines, m[1])
		}
		for _, m := range shown.FindAllStringSubmatch(text, -1) {
			lines = append(lines, m[1])
		}
		for _, line := range lines {
			found++
			if wrong := wrongCommand(line); wrong != "" {
				t.Errorf("%s: %s: %s", page, line, wrong)
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d commands were found", found)
	}
}

var commandWord = regexp.MustCompile(`^[a-z]+$`)

func wrongCommand(line string) string {
	for _, end := range []string{" #", " | ", " > ", " && ", "; "} {
		line, _, _ = strings.Cut(line, end)
	}
	words := strings.Fields(line)[1:]
	root := newRoot(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
	root.InitDefaultCompletionCmd()
	cmd := root
	if commandWord.MatchString(words[0]) {
		for _, c := range root.Commands() {
			if c.Name() == words[0] {
				cmd = c
			}
		}
		if cmd == root && words[0] != "help" {
			return "there is no such command"
		}
	}
	cmd.InitDefaultHelpFlag()
	for _, m := range option.FindAllStringSubmatch(strings.Join(words, "  "), -1) {
		name, long := strings.CutPrefix(m[1], "--")
		if long && cmd.Flags().Lookup(name) == nil || !long && cmd.Flags().ShorthandLookup(m[1][1:]) == nil {
			return "callflow " + cmd.Name() + " has no flag " + m[1]
		}
	}
	return ""
}
