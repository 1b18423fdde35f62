package schema

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// unused warns of names that nothing mentions: most often the one that was meant is misspelt, or a check was forgotten. A
// file with errors may mention them where they stand, so of that nothing is said.
func (c *checker) unused() {
	for _, file := range sortedKeys(c.named) {
		for _, name := range sortedKeys(c.named[file]) {
			n := c.named[file][name]
			if c.uses[file][name] {
				continue
			}
			hint := "take it out, or write ${{ " + name + " }} where it is meant"
			what := map[string]string{"a var": "the var", "a secret": "the secret"}[n.what]
			if what == "" {
				what, hint = "the "+n.what+" name", "take it out, or check it: expect: "+name+" == …"
			}
			c.report(Problem{Pos: n.at, Len: len(name), Code: "unused-name", Text: fmt.Sprintf("nothing uses %s %s", what, name), Hint: hint})
		}
	}
}

// plainSecrets warns of vars that hold what nobody should see. Vars are printed; secrets never are.
func (r *reader) plainSecrets(vars, secrets *yaml.Node) {
	if vars == nil || resolve(vars).Kind != yaml.MappingNode {
		return
	}
	from := map[string]string{} // an environment variable or a literal: the secret that has it
	if secrets != nil && resolve(secrets).Kind == yaml.MappingNode {
		for _, p := range pairs(resolve(secrets)) {
			for _, source := range sourcesOf(resolve(p.value)) {
				from[source] = p.key.Value
			}
		}
	}
	for _, p := range pairs(resolve(vars)) {
		value := resolve(p.value)
		if value.Kind != yaml.ScalarNode {
			continue
		}
		hint := "write it under secrets: " + p.key.Value + ": ${{ env." + strings.ToUpper(snake(p.key.Value)) + " }}"
		for _, source := range sourcesOf(value) {
			if secret := from[source]; secret != "" {
				r.problem(p.key, "plain-secret", "use the secret "+secret, "the var %s has the value of the secret %s, and vars are printed", p.key.Value, secret)
				hint = ""
				break
			}
		}
		switch {
		case hint == "":
		case secretForm.MatchString(value.Value):
			r.problem(p.key, "plain-secret", hint, "the var %s looks like a token or a key; vars are printed, and this file is in everybody's hands", p.key.Value)
		case secretName.MatchString(p.key.Value) && isPlain(value):
			r.problem(p.key, "plain-secret", hint, "the var %s is called a secret, and vars are printed", p.key.Value)
		}
	}
}

// secretName is what people call secrets. A token of a meeting or a tone's is no such name: it has to end so.
var secretName = regexp.MustCompile(`(?i)(password|passwd|passphrase|secret|apikey|api_key|accesstoken|access_token|bearer|credentials?)$`)

// secretForm is what some of them look like: a JWT, a bearer token, a client secret of Entra ID, a SAS, a PEM key, keys of
// well-known services.
var secretForm = regexp.MustCompile(`^eyJ[\w-]{10,}\.[\w-]{10,}\.|^(?i:bearer) [\w.~+/-]{16,}|^[\w~.-]{3}[78]Q~[\w~.-]{31,34}$|[?&]sig=[\w%]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|(?i:accountkey|sharedaccesskey)=[\w+/=]{20,}|^gh[pousr]_\w{30,}$`)

// isPlain says that a value is text that somebody has written out.
func isPlain(n *yaml.Node) bool {
	return !isNull(n) && n.Value != "" && !strings.Contains(n.Value, "${{")
}

// sourcesOf is where a value is from: the environment variables that it names, or itself when it is long enough to be no
// coincidence.
func sourcesOf(n *yaml.Node) (sources []string) {
	for _, m := range envName.FindAllStringSubmatch(n.Value, -1) {
		sources = append(sources, "env "+m[1]+m[2])
	}
	if n.Kind == yaml.ScalarNode && !strings.Contains(n.Value, "${{") && len(n.Value) >= 6 {
		sources = append(sources, "text "+n.Value)
	}
	return sources
}

// snake is a name as environment variables are written: callerPin becomes caller_pin.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return b.String()
}
