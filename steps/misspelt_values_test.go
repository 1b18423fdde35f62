package steps_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema"
	"callflow/steps"
)

// enumWords are all words that some value can be.
func enumWords(t *testing.T) map[string]bool {
	var root any
	if err := json.Unmarshal(schema.JSONSchema(steps.Vocabulary()), &root); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			list, _ := v["enum"].([]any)
			for _, word := range list {
				if text, ok := word.(string); ok && len(text) > 2 {
					words[text] = true
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(root)
	return words
}

// textKeys take any text, also one that is a word elsewhere.
var textKeys = []string{"name", "description", "log", "text", "subject", "displayName", "tags", "id", "from", "to", "who", "by", "as"}

// valuesOf are the single values of the language with the key they stand behind.
func valuesOf(n *yaml.Node, above string) (values []keyAt) {
	switch {
	case slices.Contains(ownData, above):
	case n.Kind == yaml.ScalarNode:
		return []keyAt{{n, above}}
	case n.Kind == yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			below := n.Content[i].Value
			if above == "capture" || above == "all" || above == "any" {
				below = above
			}
			values = append(values, valuesOf(n.Content[i+1], below)...)
		}
	default:
		for _, c := range n.Content {
			values = append(values, valuesOf(c, above)...)
		}
	}
	return values
}

// followed are words that what follows builds on: it is told too.
var followed = []string{"recording", "applicationInstance"}

// Every word of a fixed choice, misspelt, is one problem at its place, and the right word is named.
func TestMisspeltWords(t *testing.T) {
	words := enumWords(t)
	for _, file := range shippedFiles(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, root := parsed(t, file)
			for _, v := range valuesOf(root, "") {
				if !words[v.node.Value] || slices.Contains(textKeys, v.above) || v.node.Style != 0 {
					continue
				}
				for _, bad := range misspellings(v.node.Value) {
					if words[bad] || slices.Contains(followed, v.node.Value) {
						continue
					}
					onlyProblem(t, file, replaced(text, v.node.Line, v.node.Column, v.node.Value, bad), v.node.Line, v.node.Column, v.node.Value)
				}
			}
		})
	}
}

var (
	expressionKeys = []string{"if", "match", "await", "expect", "capture", "never", "when", "failOn", "all", "any", "that"}
	nameInExpr     = regexp.MustCompile(`"[^"]*"|[A-Za-z_]\w*`)
	decides        = []string{"if"}
	notNames       = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "nil", "true", "false"}
)

// Every name and every field of an expression, misspelt, is one problem at its place, and the right one is named.
func TestMisspeltNames(t *testing.T) {
	for _, file := range shippedFiles(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, root := parsed(t, file)
			for _, v := range valuesOf(root, "") {
				line := strings.Split(text, "\n")[v.node.Line-1]
				if !slices.Contains(expressionKeys, v.above) || v.node.Style != 0 || !strings.Contains(line, v.node.Value) {
					continue
				}
				for _, at := range nameInExpr.FindAllStringIndex(v.node.Value, -1) {
					name := v.node.Value[at[0]:at[1]]
					if name[0] == '"' || slices.Contains(notNames, name) || len(name) < 3 {
						continue
					}
					col := v.node.Column + utf8.RuneCountInString(v.node.Value[:at[0]])
					before := v.node.Value[:at[0]]
					if strings.Contains(before, "event.raw") || strings.HasSuffix(before, "steps.") || slices.Contains(decides, v.above) {
						continue // raw JSON has any fields; a step's id is told with steps; what an if decides is not known then
					}
					for _, bad := range misspellings(name) {
						if bad == "calls" || bad == "events" || bad == "noe" {
							continue // other names of the language, or as near to one: none
						}
						onlyProblem(t, file, replaced(text, v.node.Line, col, name, bad), v.node.Line, col, name)
					}
				}
			}
		})
	}
}
