package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	language string   // the words after the fence
	wrong    []string // the codes of the problems that it is there to have
	text     string
}

var (
	fence = regexp.MustCompile("(?ms)^```([^\n`]*)\n(.*?)^```")
	// wrongly marks the block below it as one that is there to have problems, by their codes.
	wrongly = regexp.MustCompile(`<!-- wrong: ([a-z -]+) -->\n$`)
)

// pages are the texts of the README and of all below docs, by their names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]string{}
	for _, from := range []string{"README.md", "CONTRIBUTING.md", "docs"} {
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
		b := docBlock{
			place: fmt.Sprintf("%s:%d", page, 1+strings.Count(text[:m[0]], "\n")), page: page,
			language: text[m[2]:m[3]], text: text[m[4]:m[5]],
		}
		if mark := wrongly.FindStringSubmatch(text[:m[0]]); mark != nil {
			b.wrong = strings.Fields(mark[1])
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func (b docBlock) yaml() bool { return b.language == "yaml" || strings.HasPrefix(b.language, "yaml ") }

// file is the name that a block gives itself in its first line.
func (b docBlock) file() string {
	if m := fileName.FindStringSubmatch(b.text); m != nil {
		return m[1]
	}
	return ""
}

// TestDocumentedYAML holds every YAML block of the documentation to what it is: a whole scenario has no problem and passes on
// the simulator; a piece of one has none with what it takes for granted around it; a configuration and a file of codes have
// none. A block under a comment <!-- wrong: CODE --> has just that problem.
func TestDocumentedYAML(t *testing.T) {
	kinds := map[string]int{}
	for page, text := range pages(t) {
		blocks := blocksOf(page, text)
		for _, b := range blocks {
			if b.yaml() {
				t.Run(b.place, func(t *testing.T) {
					kind := kindOf(t, b)
					kinds[kind]++
					t.Chdir(t.TempDir())
					saveFiles(t, blocks)
					holds(t, b, kind)
				})
			}
		}
	}
	for _, kind := range []string{"scenario", "configuration", "step", "steps", "part", "ci", "codes", "comment", "recipe", "example of a problem"} {
		if kinds[kind] == 0 {
			t.Errorf("no block of the documentation was taken for: %s (%v)", kind, kinds)
		}
	}
}

// otherwise are the kinds of blocks that are no YAML, and what looks at them.
var otherwise = map[string]string{
	"":     "TestReadme, TestGeneratedReports; drawings",
	"text": "shown", "console": "shown",
	"diff": "TestGeneratedWalks", "csv": "saveFiles",
	"go": "package callflowtest", "json": "TestDocumentedBlocks", "toml": "settings of an editor", "lua": "settings of an editor",
	"xml": "TestGeneratedReports", "markdown": "TestGeneratedReports",
}

// shownBy are the tests that hold what a page's commands print to what they print now.
var shownBy = map[string]string{
	"README.md": "TestReadme", "docs/debugging.md": "TestGeneratedDebugging", "docs/stories.md": "TestGeneratedStories",
	"docs/guides/operators.md": "TestGeneratedOperators",
	"docs/start.md":            "TestGeneratedWalks", "docs/guides/qa.md": "TestGeneratedWalks", "docs/guides/reuse.md": "TestGeneratedWalks",
}

// TestDocumentedBlocks lets no block get past the other tests: each is of a kind that one looks at, and what is YAML of ours
// stands in a fence that says so.
func TestDocumentedBlocks(t *testing.T) {
	ours := slices.Clone(schema.ScenarioKeys())
	for _, v := range steps.Verbs() {
		ours = append(ours, v.Name)
	}
	key := regexp.MustCompile(`(?m)^ *(?:- )?(` + strings.Join(ours, "|") + `):(?: .*)?$`)
	for page, text := range pages(t) {
		for _, b := range blocksOf(page, text) {
			language := strings.TrimLeft(b.language, "`")
			session := strings.Contains("\n"+b.text, "\n$ ")
			switch _, known := otherwise[language]; {
			case b.yaml() || page == "docs/reports.md":
			case !known:
				t.Errorf("%s: nobody looks at a block of %q", b.place, language)
			case language == "json" && !json.Valid([]byte(b.text)):
				t.Errorf("%s is no JSON", b.place)
			case session && shownBy[page] == "":
				t.Errorf("%s: nobody looks whether this is what the command prints", b.place)
			case !session && (language == "" || language == "text") && key.MatchString(b.text):
				t.Errorf("%s is YAML, and does not say so: %q", b.place, key.FindString(b.text))
			}
		}
		for _, line := range key.FindAllString(fence.ReplaceAllString(text, ""), -1) {
			if strings.HasPrefix(line, "    ") {
				t.Errorf("%s: %q is YAML: put it into a fence, so that it is checked", page, line)
			}
		}
	}
}

// kindOf says what a YAML block is: by the word beside yaml, or else by its keys.
func kindOf(t *testing.T, b docBlock) string {
	_, word, _ := strings.Cut(b.language, " ")
	switch {
	case word == "ci":
		return "ci"
	case word == "part" && b.page == "docs/cookbook.md":
		return "recipe" // TestGeneratedCookbook has it from a scenario that we ship
	case b.page == "docs/problems.md" && slices.Contains([]string{"bad", "good", "beside"}, word):
		return "example of a problem" // of a page of schema/problems, which has a test in package steps
	case word != "":
		t.Fatalf("%s: nobody knows how to check a block of %q", b.place, b.language)
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(b.text), &node); err != nil && b.wrong == nil {
		t.Fatalf("%s: %v", b.place, err)
	}
	if len(node.Content) == 0 {
		return "comment"
	}
	top := node.Content[0]
	if top.Kind == yaml.SequenceNode {
		return "steps"
	}
	keys := map[string]*yaml.Node{}
	for i := 0; i < len(top.Content); i += 2 {
		keys[top.Content[i].Value] = top.Content[i+1]
	}
	has := func(key string) bool { return keys[key] != nil }
	switch {
	case has("steps"):
		return "scenario"
	case has("targets") || has("people"):
		return "configuration"
	case has("matrix") || has("vars") || has("simulate") && slices.Contains([]string{"people", "settings", "media"}, keys["simulate"].Content[0].Value):
		return "part"
	case b.page == "docs/codes.md":
		return "codes"
	}
	return "step"
}

// saveFiles writes the files that a page has its readers save, and those that its examples take for granted.
func saveFiles(t *testing.T, blocks []docBlock) {
	t.Helper()
	files := map[string]string{"join-meeting.yaml": "vars: {subject: none}\nsteps: [{log: \"${{ subject }}\"}]\n"}
	for _, b := range blocks {
		switch name := b.file(); {
		case name != "" && b.language != "yaml ci":
			_, files[name], _ = strings.Cut(b.text, "\n")
		case b.language == "csv":
			files["callers.csv"] = b.text
		}
	}
	for name, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// holds looks at one block, in a folder with the files of its page.
func holds(t *testing.T, b docBlock, kind string) {
	t.Helper()
	problems := problemsOf(t, b, kind)
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.Code)
	}
	if !slices.Equal(codes, b.wrong) {
		t.Errorf("as %s: want the problems %v, got %v\n%s", kind, b.wrong, codes, problems.Error())
	}
	if kind != "scenario" || codes != nil || strings.HasPrefix(b.saved(), "_") { // which others include
		return
	}
	var out bytes.Buffer
	if code := Main([]string{"run", b.saved()}, strings.NewReader(""), &out, &out); code != 0 {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}

// saved is the file that a whole scenario is in; one without a name gets one.
func (b docBlock) saved() string {
	if b.file() != "" {
		return b.file()
	}
	return "example.yaml"
}

func problemsOf(t *testing.T, b docBlock, kind string) (problems schema.Problems) {
	t.Helper()
	switch kind {
	case "scenario":
		if b.file() == "" {
			saveFiles(t, []docBlock{{text: "# " + b.saved() + "\n" + b.text}})
		}
		return project.Problems([]string{b.saved()}, project.NewProjects(""), strings.NewReader(""))
	case "configuration":
		filled := strings.ReplaceAll(b.text, "…", "49bfc225-8482-4ab8-94e7-76b48fdb9849") // what the reader fills in
		_, problems = project.ParseConfig(b.place, []byte(filled))
	case "codes":
		saveFiles(t, []docBlock{{text: "# codes.yaml\n" + b.text}})
		_, problems = project.ReadCodes("codes.yaml")
	case "part", "steps":
		return (&extract{text: b.text, top: kind == "part", beside: os.DirFS(".")}).check()
	case "step":
		text := "- " + strings.ReplaceAll(strings.TrimSpace(b.text), "\n", "\n  ") + "\n"
		return (&extract{text: text, beside: os.DirFS(".")}).check()
	case "ci":
		pipeline(t, b)
	}
	return problems
}
