package steps_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"callflow/scenarios"
	"callflow/schema"
	"callflow/steps"
)

// Keys below which the author's own names stand, with what the language knows below each; and those with nothing but data of
// the author's, where any name is right.
var (
	ownNames = []string{"capture", "people", "all", "any", "parallel"}
	ownData  = []string{"vars", "secrets", "matrix", "outputs", "with", "set", "headers", "body", "media"}
)

// ambiguous are misspellings that could be another key as well; it is named too, and what follows is told.
var ambiguous = []string{"i"} // id, if

// misspellings are three slips of the fingers: a letter left out, two swapped, an s too many.
func misspellings(word string) (bad []string) {
	middle := len(word) / 2
	bad = append(bad, word[:middle]+word[middle+1:])
	for i := middle; i > 0; i-- {
		if word[i] != word[i-1] {
			bad = append(bad, word[:i-1]+word[i:i+1]+word[i-1:i]+word[i+1:])
			break
		}
	}
	return append(bad, word+"s")
}

// keyAt is a key of the language in a file.
type keyAt struct {
	node  *yaml.Node
	above string
}

func keysOf(n *yaml.Node, above string) (keys []keyAt) {
	if slices.Contains(ownData, above) {
		return nil
	}
	for _, c := range n.Content {
		if n.Kind != yaml.MappingNode {
			keys = append(keys, keysOf(c, above)...)
		}
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		key, below := n.Content[i], n.Content[i].Value
		if slices.Contains(ownNames, above) {
			below = ""
		} else {
			keys = append(keys, keyAt{key, above})
		}
		keys = append(keys, keysOf(n.Content[i+1], below)...)
	}
	return keys
}

// replaced is a text with one word of a line exchanged.
func replaced(text string, line, col int, old, new string) string {
	lines := strings.Split(text, "\n")
	l := []rune(lines[line-1])
	lines[line-1] = string(l[:col-1]) + new + string(l[col-1+len(old):])
	return strings.Join(lines, "\n")
}

func shippedFiles(t *testing.T) []string {
	files, err := fs.Glob(scenarios.Files, "*/*.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

// Every key of every scenario we ship, misspelt, is one problem in its line, and the right key is named.
func TestMisspeltKeys(t *testing.T) {
	for _, file := range shippedFiles(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, root := parsed(t, file)
			tried := map[keyAt]bool{}
			for _, key := range keysOf(root, "") {
				for _, bad := range misspellings(key.node.Value) {
					if slices.Contains(ambiguous, bad) || tried[keyAt{above: key.above + "/" + bad}] {
						continue
					}
					tried[keyAt{above: key.above + "/" + bad}] = true
					n := key.node
					onlyProblem(t, file, replaced(text, n.Line, n.Column, n.Value, bad), n.Line, n.Column, n.Value)
				}
			}
		})
	}
}

func parsed(t *testing.T, file string) (string, *yaml.Node) {
	text, err := fs.ReadFile(scenarios.Files, file)
	if err != nil {
		t.Fatal(err)
	}
	root := new(yaml.Node)
	if err := yaml.Unmarshal(text, root); err != nil {
		t.Fatal(err)
	}
	return string(text), root
}

// onlyProblem wants one problem, at a place, that names a word.
func onlyProblem(t *testing.T, file, text string, line, col int, word string) {
	t.Helper()
	_, ps := schema.Check(schema.Source{Name: file, Text: []byte(text), FS: scenarios.Files}, steps.Vocabulary())
	named := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(word) + `(\W|$)`)
	if len(ps) != 1 || ps[0].Line != line || ps[0].Col != col || !named.MatchString(ps[0].Text+" "+ps[0].Hint) {
		t.Errorf("%s:%d:%d: %s\n%d problems, want one that names %s:\n%s", file, line, col, strings.Split(text, "\n")[line-1], len(ps), word, ps.Error())
	}
}
