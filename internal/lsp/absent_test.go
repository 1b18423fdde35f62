package lsp_test

import (
	"strings"
	"testing"
)

// What may be absent is told alike where somebody writes it, looks at it, and has it wrong.
func TestAbsentNames(t *testing.T) {
	const guarded = frame + `  - id: ring
    createCall: {targets: [{identity: {user: {id: "${{ caller }}"}}}]}
    capture: {second: call.id}
    continueOnError: true
`
	const proof = `steps.ring.outcome == "established"`
	c := start(t, nil)
	text, cursor := at(t, guarded+"  - hangUp: ${{ seco|nd }}\n")
	c.open("a.yaml", text)
	var got struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	c.ask("textDocument/hover", c.on("a.yaml", cursor), &got)
	told := []string{got.Contents.Value}
	for _, p := range c.diagnosed("a.yaml") {
		if p.Code == "expr-guard" {
			told = append(told, p.Message)
		}
	}
	for _, it := range c.complete("a.yaml", cursor) {
		if it.Label == "second" {
			told = append(told, it.Documentation.Value)
		}
	}
	if len(told) != 3 {
		t.Fatalf("not told in all three ways: %q", told)
	}
	for _, text := range told {
		if !strings.Contains(text, "may be missing") || !strings.Contains(text, proof) {
			t.Errorf("no word of what proves it: %q", text)
		}
	}
	text, cursor = at(t, guarded+"  - if: "+proof+"\n    hangUp: ${{ seco|nd }}\n")
	c.write("a.yaml", text)
	c.ask("textDocument/hover", c.on("a.yaml", cursor), &got)
	if strings.Contains(got.Contents.Value, "may be missing") || len(c.diagnosed("a.yaml")) > 0 {
		t.Errorf("where it is proven: %q, %v", got.Contents.Value, c.problems["a.yaml"])
	}
}
