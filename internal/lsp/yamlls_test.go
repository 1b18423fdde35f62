package lsp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"callflow/internal/nodetest"
	"callflow/schema"
	"callflow/steps"
)

// cursor stands in a text where somebody types.
const cursor = "‸"

// modeline is the first line of a scenario that `callflow init` writes.
const modeline = "# yaml-language-server: $schema=../scenario.schema.json\n"

// yamlls is Red Hat's yaml-language-server, which VS Code's YAML extension and Neovim's configurations run, with the JSON
// Schema that `callflow schema` prints.
type yamlls struct{ node *nodetest.Folder }

// TestYAMLLS holds the JSON Schema against the programs that read it in editors, so it runs when it is asked for: make yamlls,
// which make check does too.
func TestYAMLLS(t *testing.T) {
	s := yamlls{nodetest.New(t, "CALLFLOW_YAMLLS", "yamlls")}
	if err := os.WriteFile(filepath.Join(s.node.Path, "scenario.schema.json"), schema.JSONSchema(steps.Vocabulary()), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name string
		try  func(*testing.T, yamlls)
	}{
		{"completion", tryCompletion}, {"hover", tryHover}, {"speed", trySpeed},
		{"good files", tryGoodFiles}, {"bad files", tryBadFiles}, {"settings", trySettings}, {"strict", tryStrict},
	} {
		t.Run(part.name, func(t *testing.T) { part.try(t, s) })
	}
}

// question is what the server is asked about a text with a cursor; see yamlls/drive.mjs.
type question struct{ text, method string }

type reply struct {
	Result json.RawMessage `json:"result"`
	Millis float64         `json:"ms"`
}

// into decodes the answer.
func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Result, v); err != nil {
		t.Fatalf("%v in %s", err, r.Result)
	}
}

// ask asks in one session. Each text is a file of its own in the folder scenarios, with the line that leads to the schema.
func (s yamlls) ask(t *testing.T, questions []question) []reply {
	t.Helper()
	return s.askWith(t, nil, modeline, questions)
}

// askWith asks with an editor's settings, those below yaml, and with a first line of the caller's.
func (s yamlls) askWith(t *testing.T, settings map[string]any, first string, questions []question) []reply {
	t.Helper()
	type asked struct {
		File      string `json:"file"`
		Text      string `json:"text"`
		Method    string `json:"method"`
		Line      int    `json:"line"`
		Character int    `json:"character"`
	}
	var all []asked
	for i, q := range questions {
		before, after, _ := strings.Cut(first+q.text, cursor)
		all = append(all, asked{
			File: fmt.Sprintf("scenarios/%d.yaml", i), Text: before + after, Method: q.method,
			Line: strings.Count(before, "\n"), Character: len([]rune(before[strings.LastIndex(before, "\n")+1:])),
		})
	}
	in, err := json.Marshal(map[string]any{"settings": settings, "cases": all})
	if err != nil {
		t.Fatal(err)
	}
	var out, trouble bytes.Buffer
	c := s.node.Command("node", "drive.mjs")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &out, &trouble
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, trouble.String())
	}
	var answers []reply
	if err := json.Unmarshal(out.Bytes(), &answers); err != nil || len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions: %v\n%s", len(answers), len(questions), err, trouble.String())
	}
	return answers
}

// offer is an item of a completion.
type offer struct {
	Label         string          `json:"label"`
	InsertText    string          `json:"insertText"`
	Documentation json.RawMessage `json:"documentation"`
	TextEdit      *struct {
		NewText string `json:"newText"`
		Range   struct {
			Start, End struct{ Line, Character int }
		} `json:"range"`
	} `json:"textEdit"`
}

var snippet = regexp.MustCompile(`\$\{\d+\|([^,|]*)[^}]*\}|\$\{\d+:((?:[^}\\]|\\.)*)\}|\$\{\d+\}|\$\d+|\\([$}\\])`)

// accept is the text after the item was chosen, with what stands in the snippet's places. Editors give its further lines the
// margin of the one that it is written in.
func (o offer) accept(text string) string {
	insert := o.InsertText
	before, after, _ := strings.Cut(text, cursor)
	line := before[strings.LastIndex(before, "\n")+1:]
	if o.TextEdit != nil {
		insert = o.TextEdit.NewText
		before = before[:len(before)-len(line)] + string([]rune(line)[:o.TextEdit.Range.Start.Character])
		rest, _, _ := strings.Cut(after, "\n")
		after = after[min(len(rest), max(0, o.TextEdit.Range.End.Character-len([]rune(line)))):]
	}
	margin := line[:len(line)-len(strings.TrimLeft(line, " "))]
	return before + strings.ReplaceAll(snippet.ReplaceAllString(insert, "$1$2$3"), "\n", "\n"+margin) + after
}

func (r reply) offers(t *testing.T) []offer {
	t.Helper()
	var list struct{ Items []offer }
	r.into(t, &list)
	return list.Items
}

// marked is a text in Markdown or plain.
func marked(raw json.RawMessage) string {
	var markup struct{ Value string }
	if json.Unmarshal(raw, &markup) == nil {
		return markup.Value
	}
	var plain string
	_ = json.Unmarshal(raw, &plain)
	return plain
}
