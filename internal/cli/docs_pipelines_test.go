package cli

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A pipelined is what a CI file says: its commands, and the files that it hands on to the server.
type pipelined struct {
	commands, taken []string
}

func (p *pipelined) read(n *yaml.Node) {
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, c := range n.Content {
			p.read(c)
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == "repository" { // a checkout, whose path is one to write to
				return
			}
			switch key, value := n.Content[i].Value, n.Content[i+1]; key {
			case "run", "script":
				p.commands = append(p.commands, texts(value)...)
			case "path", "paths", "sarif_file", "junit", "testResultsFiles", "targetPath":
				p.taken = append(p.taken, texts(value)...)
			default:
				p.read(value)
			}
		}
	}
}

func texts(n *yaml.Node) (all []string) {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	for _, c := range n.Content {
		all = append(all, c.Value)
	}
	return all
}

// writes are the files that a command line writes.
var writes = regexp.MustCompile(`(?:--report (?:\w+=)?|--journal |> )(\S+)`)

// inPipeline gives the variables of a server the values of one of its machines.
var inPipeline = strings.NewReplacer("${{ matrix.shard }}", "2", "$CI_NODE_INDEX", "2", "$CI_NODE_TOTAL", "3")

// pipeline holds a CI file to the commands and flags that there are, and to files that some command writes.
func pipeline(t *testing.T, b docBlock) {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(b.text), &node); err != nil {
		t.Fatal(err)
	}
	var p pipelined
	p.read(&node)
	var written []string
	ran := 0
	for _, c := range p.commands {
		for _, line := range strings.Split(strings.TrimSpace(c), "\n") {
			for _, words := range commandWords(inPipeline.Replace(line)) {
				ran++
				if wrong := wrongCommand(t, words); wrong != "" {
					t.Errorf("%s: %s", line, wrong)
				}
			}
			for _, m := range writes.FindAllStringSubmatch(line, -1) {
				written = append(written, m[1], path.Dir(m[1]))
			}
		}
	}
	if ran < 2 || len(p.taken) == 0 {
		t.Errorf("%d commands of ours were found, and these files: %v", ran, p.taken)
	}
	for _, file := range p.taken {
		if !slices.Contains(written, file) {
			t.Errorf("%s is handed on, and no command writes it: %v", file, written)
		}
	}
}

// TestActionlint gives the workflow of the documentation to actionlint, which `make actionlint` builds.
func TestActionlint(t *testing.T) {
	if os.Getenv("CALLFLOW_ACTIONLINT") == "" {
		t.Skip("make actionlint runs it")
	}
	found := 0
	for page, text := range pages(t) {
		for _, b := range blocksOf(page, text) {
			if !strings.HasPrefix(b.file(), ".github/workflows/") {
				continue
			}
			found++
			cmd := exec.Command("go", "tool", "-modfile=tools/tools.mod", "actionlint", "-shellcheck=", "-pyflakes=", "-no-color", "-")
			cmd.Dir, cmd.Stdin = filepath.Join("..", ".."), strings.NewReader(b.text)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", b.place, err, out)
			}
		}
	}
	if found == 0 {
		t.Error("the documentation has no workflow")
	}
}
