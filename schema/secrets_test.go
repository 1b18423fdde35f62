package schema

import (
	"strings"
	"testing"
)

// What is said of a file leaves out the secrets that stand in it, and keeps every column.
func TestSecretsAreMasked(t *testing.T) {
	const steps = "steps:\n- log: ${{ a }}\n"
	tests := []struct{ name, text, line string }{
		{"a secret", "secrets: {a: hunter2}\n" + steps, "secrets: {a: *******}"},
		{"a plain one", "vars: {password: hunter2, a: 1}\n" + steps, "vars: {password: *******, a: 1}"},
		{"one with another", "vars: {a: hunter2}\nsecrets: {b: 'hunter2'}\n" + steps + "- log: ${{ b }}\n", "vars: {a: *******}"},
		{"elsewhere in the file", "secrets: {a: hunter2}\n" + steps + "- lag: hunter2 ${{ a }}\n", "- lag: ******* ${{ a }}"},
		{"in an expression", "secrets: {a: '${{ env.A ?? \"hunter2\" }}', a: x}\n" + steps, "secrets: {a: '${{ env.A ?? \"*******\" }}', a: *}"},
		{"of another kind", "secrets: [hunter2]\n" + steps, "secrets: [*******]"},
		{"a mapping in it", "secrets:\n  a: {b: hunter2, tail: ${{}\n" + steps, "  a: {b: *******, tail: ${{}"},
		{"a file that cannot be read", "secrets:\n  a: hunter2: x\n" + steps, "  a: **********"},
		{"below a key of other letters", "steps: []\nsecrets:\n  - a: hunter2\n  clé: \"hunter2\"\n", "  clé: *********"},
		{"by its name there", "vars:\n  clientSecret: \"hunter2\nsteps: {\n", ""},
		{"in the words of a problem", "secrets: {a: hunter2}\n" + steps + "- expect: a.hunter2 == 1\n", "- expect: a.******* == 1"},
	}
	for _, tt := range tests {
		_, ps := Check(Source{Name: "t.yaml", Text: []byte(tt.text)}, smallVocabulary())
		shown := tt.line == ""
		for _, p := range ps {
			shown = shown || p.Source == tt.line
			if said := p.Text + p.Hint + p.Source; strings.Contains(said, "hunter2") {
				t.Errorf("%s: %s; %s\n%s", tt.name, p, p.Hint, p.Source)
			}
		}
		if !shown || len(ps) == 0 {
			t.Errorf("%s: no problem shows %q: %v", tt.name, tt.line, ps)
			for _, p := range ps {
				t.Log(p.Source)
			}
		}
	}
}

// A long line is cut; a secret at the edge of what is left is masked as well.
func TestSecretsAreMaskedInLongLines(t *testing.T) {
	for at := range 30 {
		text := "secrets: {a: hunter2hunter2}\nsteps: [{log: \"${{ a }}" + strings.Repeat("x", 190-at) + "hunter2hunter2" + strings.Repeat("y", 3000) + "\"}, {lag: 1}]\n"
		_, ps := Check(Source{Name: "t.yaml", Text: []byte(text)}, smallVocabulary())
		for _, p := range ps {
			if strings.Contains(p.Source, "hunt") || strings.Contains(p.Source, "er2") {
				t.Fatalf("%s\n%s", p, p.Source)
			}
		}
		if len(ps) != 2 {
			t.Fatal(ps)
		}
	}
}

// Settings hold secrets too.
func TestSecretsInSettings(t *testing.T) {
	type settings struct {
		Vars    map[string]string            `json:"vars"`
		Service map[string]map[string]string `json:"service"`
	}
	_, ps := Decode[settings](Source{Name: "callflow.yaml", Text: []byte("vars: {token: hunter2}\nservice:\n  real: {clientSecret: hunter2, id: x}\n  own: {clientSecret: other, simulator: true}\n")})
	if len(ps) != 2 || ps[0].Code != "plain-secret" || ps[0].Line != 1 || ps[1].Code != "literal-secret" || ps[1].Line != 3 || strings.Contains(ps.Error()+ps[0].Source+ps[1].Source, "hunter2") {
		t.Errorf("%v\n%q", ps.Error(), ps)
	}
}
