package lsp_test

import (
	"slices"
	"strings"
	"testing"
)

const aProject = `vars:
  tenant: Contoso
  dora: 550fae72-d251-43ec-868c-373732c2704f
secrets:
  pin: ${{ env.CALLER_PIN }}
people:
  dora: {id: "${{ dora }}"}
`

const inProject = `simulate:
  script:
    - dial: {from: dora}
steps:
  - log: ${{ tenant }} has ${{ dora }}
  - log: ${{ ten }} ${{ pin }}
  - simulate: {hangUp: {who: dora}}
`

// TestProject: vars, secrets and people of callflow.yaml are known in the editor, lead there, and are not renamed from a scenario.
func TestProject(t *testing.T) {
	c := start(t, map[string]string{"qa/callflow.yaml": aProject})
	c.open("qa/flows/a.yaml", inProject)
	found := c.diagnosed("qa/flows/a.yaml")
	if len(found) != 1 || !strings.Contains(found[0].Message, `unknown name "ten"`) {
		t.Errorf("problems: %v", found)
	}
	for _, tt := range []struct{ from, to string }{{"tenant }}", "tenant:"}, {"pin }}", "pin:"}, {"dora }}", "dora: 550"}, {"dora}}", "dora: {id"}, {"dora}\n", "dora: {id"}} {
		var got *spot
		c.ask("textDocument/definition", c.on("qa/flows/a.yaml", find(t, inProject, tt.from, 1)), &got)
		if got == nil || got.URI != c.uri("qa/callflow.yaml") || got.Range.Start != find(t, aProject, tt.to, 1) {
			t.Errorf("%q leads to %v, want %q", tt.from, got, tt.to)
		}
	}
	name := find(t, inProject, "ten }}", 1)
	name.Character += 3
	if items := c.complete("qa/flows/a.yaml", name); !slices.ContainsFunc(items, func(i item) bool { return i.Label == "tenant" }) {
		t.Errorf("tenant is not offered: %v", items)
	}
	secret := find(t, inProject, "pin }}", 1)
	secret.Character++
	if items := c.complete("qa/flows/a.yaml", secret); !slices.ContainsFunc(items, func(i item) bool { return i.Label == "pin" }) {
		t.Errorf("pin is not offered: %v", items)
	}
	if _, why := c.rename("qa/flows/a.yaml", find(t, inProject, "pin }}", 1), "code"); !strings.Contains(why, "pin is the project's, in qa/callflow.yaml:5") {
		t.Errorf("renamed: %s", why)
	}
	if _, why := c.rename("qa/flows/a.yaml", find(t, inProject, "tenant }}", 1), "customer"); !strings.Contains(why, "tenant is the project's, in qa/callflow.yaml:2") {
		t.Errorf("renamed: %s", why)
	}

	text, from := at(t, "simulate:\n  people:\n    erin: {}\n  script:\n    - dial: {from: |}\nsteps: []\n")
	c.open("qa/flows/people.yaml", text)
	if got := labels(c.complete("qa/flows/people.yaml", from)); !slices.Contains(got, "dora") || !slices.Contains(got, "erin") {
		t.Errorf("of the project's people and the file's own these are offered: %q", got)
	}

	// What is open in the editor counts, not what is on the disk.
	c.open("qa/callflow.yaml", strings.Replace(aProject, "tenant:", "ten:", 1))
	c.write("qa/flows/a.yaml", inProject+"\n")
	found = c.diagnosed("qa/flows/a.yaml")
	if len(found) != 1 || !strings.Contains(found[0].Message, `unknown name "tenant"`) {
		t.Errorf("problems after the change: %v", found)
	}
}
