package lsp_test

import (
	"slices"
	"strings"
	"testing"
)

const settings = `vars:
  tenant: Contoso
people:
  dora: {id: 550fae72-d251-43ec-868c-373732c2704f, displayName: "${{ tenant }}"}
targets:
  lab:
    root: https://example.com/v1.0
    callback: {listen: ":8443", publicUrl: "https://bot.example.com"}
`

// TestSettings: callflow.yaml is checked as it is typed, and its keys are known.
func TestSettings(t *testing.T) {
	c := start(t, map[string]string{"callflow.yaml": settings})
	c.open("callflow.yaml", settings)
	if found := c.diagnosed("callflow.yaml"); len(found) > 0 {
		t.Errorf("problems of a good file: %v", found)
	}

	offers := func(from, to, want string) {
		t.Helper()
		text, p := at(t, strings.Replace(settings, from, to, 1))
		c.write("callflow.yaml", text)
		items := c.complete("callflow.yaml", p)
		if !slices.ContainsFunc(items, func(i item) bool { return i.Label == want }) {
			t.Errorf("%q: %s is not offered: %v", to, want, items)
		}
		if slices.ContainsFunc(items, func(i item) bool { return i.Label == "steps" }) {
			t.Errorf("%q: a key of scenarios is offered", to)
		}
	}
	offers("targets:\n", "co|\ntargets:\n", "codes")
	offers("targets:\n", "sec|\ntargets:\n", "secrets")
	offers("targets:\n", "secrets: {mine: \"${{ te| }}\"}\ntargets:\n", "tenant")
	offers("    root:", "    cl|\n    root:", "cloud")
	offers("    root:", "    api: |\n    root:", "legacy")
	offers("displayName:", "ans|: {}, displayName:", "answers")
	offers("${{ tenant }}", "${{ te| }}", "tenant")

	bad := strings.Replace(settings, "root:", "rot:", 1)
	c.write("callflow.yaml", bad)
	found := c.diagnosed("callflow.yaml")
	if len(found) != 1 || found[0].Range.Start != find(t, bad, "rot", 1) || found[0].Code != "unknown-key" {
		t.Errorf("problems: %+v", found)
	}

	c.write("callflow.yaml", settings)
	var help struct{ Contents struct{ Value string } }
	c.ask("textDocument/hover", c.on("callflow.yaml", find(t, settings, "targets", 1)), &help)
	if !strings.Contains(help.Contents.Value, "Where scenarios can run") {
		t.Errorf("hover: %q", help.Contents.Value)
	}
	var got *spot
	c.ask("textDocument/definition", c.on("callflow.yaml", find(t, settings, "tenant }}", 1)), &got)
	if got == nil || got.Range.Start != find(t, settings, "tenant:", 1) {
		t.Errorf("definition: %v", got)
	}
	if _, why := c.rename("callflow.yaml", find(t, settings, "tenant }}", 1), "customer"); !strings.Contains(why, "tenant is the project's") {
		t.Errorf("renamed in one file of many: %q", why)
	}
	var lenses []any
	c.ask("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": c.uri("callflow.yaml")}}, &lenses)
	if len(lenses) > 0 {
		t.Errorf("callflow.yaml cannot be run: %v", lenses)
	}
}
