package schema

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Secrets in the file: everybody who has the file has them, and vars are printed besides. What is wrong is shown without
// their values, in a terminal as in a log of CI.

// plainSecrets warns of vars that hold what nobody should see. Vars are printed; secrets never are.
func (r *reader) plainSecrets(vars, secrets *yaml.Node) {
	if vars == nil || resolve(vars).Kind != yaml.MappingNode {
		return
	}
	tell := func(p pair, hint, text string, args ...any) {
		r.conceal(resolve(p.value))
		r.problem(p.key, "plain-secret", hint, text, args...)
	}
	from := map[string]string{} // an environment variable or a literal: the secret that has it
	if r.src.Shared != nil {
		for _, v := range r.src.Shared.Secrets {
			for _, source := range sourcesOf(resolve(v.Value.node)) {
				from[source] = v.Name
			}
		}
	}
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
		hint := "write it under secrets: " + fromEnvironment(p.key.Value)
		for _, source := range sourcesOf(value) {
			if secret := from[source]; secret != "" {
				tell(p, "use the secret "+secret, "the var %s has the value of the secret %s, and vars are printed", p.key.Value, secret)
				hint = ""
				break
			}
		}
		switch {
		case hint == "":
		case secretForm.MatchString(value.Value):
			tell(p, hint, "the var %s looks like a token or a key; vars are printed, and this file is in everybody's hands", p.key.Value)
		case secretName.MatchString(p.key.Value) && isPlain(value):
			tell(p, hint, "the var %s has the name of a secret, and vars are printed", p.key.Value)
		}
	}
}

// secretWords end the names that people give to secrets. The token of a meeting is none that nobody may see.
const secretWords = `(?i:password|passwd|pwd|passphrase|secret|api_?key|private_?key|secret_?key|bearer|credentials?|(?:\b|access|api|auth|bearer|bot|client|id|refresh|sas|session)_?token)`

var secretName = regexp.MustCompile(secretWords + `$`)

// secretForm is what some of them look like: a JWT, a bearer token, a client secret of Entra ID, a SAS, a PEM key, keys of
// well-known services.
var secretForm = regexp.MustCompile(`^eyJ[\w-]{10,}\.[\w-]{10,}\.|^(?i:bearer) [\w.~+/-]{16,}|^[\w~.-]{3}[78]Q~[\w~.-]{31,34}$|[?&]sig=[\w%]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|(?i:accountkey|sharedaccesskey)=[\w+/=]{20,}|^gh[pousr]_\w{30,}$`)

// isPlain says that a value is text that somebody has written out.
func isPlain(n *yaml.Node) bool {
	return !isNull(n) && n.Value != "" && !strings.Contains(n.Value, "${{")
}

// literalSecrets warns of secrets whose value stands in the file.
func (r *reader) literalSecrets(secrets *yaml.Node) {
	if secrets == nil {
		return
	}
	r.conceal(resolve(secrets))
	if resolve(secrets).Kind != yaml.MappingNode {
		return
	}
	for _, p := range pairs(resolve(secrets)) {
		value := resolve(p.value)
		if value.Kind == yaml.ScalarNode && isPlain(value) {
			r.problem(p.key, "literal-secret", "write "+fromEnvironment(p.key.Value)+", or no value here and give --secret "+p.key.Value+"=…",
				"the secret %s stands in the file, so whoever has the file has it", p.key.Value)
		}
	}
}

// settingSecrets does so for settings: keys that are named so have no secrets around them. A service that is a simulator takes
// any.
func (r *reader) settingSecrets(n *yaml.Node) {
	n = resolve(n)
	if simulator := childNode(n, "simulator"); simulator != nil && resolve(simulator).Value == "true" {
		return
	}
	for _, item := range n.Content {
		if n.Kind == yaml.SequenceNode {
			r.settingSecrets(item)
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, p := range pairs(n) {
		value := resolve(p.value)
		switch {
		case value.Kind != yaml.ScalarNode:
			r.settingSecrets(value)
		case secretName.MatchString(p.key.Value) && isPlain(value):
			r.conceal(value)
			r.problem(p.key, "literal-secret", "write "+fromEnvironment(p.key.Value), "the %s stands in the file, so whoever has the file has it", p.key.Value)
		}
	}
}

// fromEnvironment is a secret that comes from there; PWD has another meaning.
func fromEnvironment(name string) string {
	variable := strings.ToUpper(snake(name))
	if variable == "PWD" {
		variable = "SECRET_PWD"
	}
	return name + ": ${{ env." + variable + " }}"
}

// shortestSecret is that of a run: what is shorter is in too many other words.
const shortestSecret = 4

var quotedText = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// conceal has a value shown nowhere: a text, or the texts within its expressions.
func (r *reader) conceal(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for _, p := range pairs(n) {
			r.conceal(p.value)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			r.conceal(item)
		}
	case yaml.ScalarNode:
		texts := []string{n.Value}
		if strings.Contains(n.Value, "${{") {
			texts = quotedText.FindAllString(n.Value, -1)
			for i := range texts {
				texts[i] = texts[i][1 : len(texts[i])-1]
			}
		}
		for _, text := range append(texts, strings.Split(strings.TrimSpace(n.Value), "\n")...) {
			if len(text) >= shortestSecret && !strings.Contains(text, "${{") && !slices.Contains(r.concealed, text) {
				r.concealed = append(r.concealed, text)
			}
		}
	}
}

// mask takes out of a problem what is concealed, and gives it its source line: each secret there is as many asterisks, so that
// all else stays in its column.
func (c *checker) mask(p *Problem) {
	secrets := c.concealed
	if d := c.files[p.File]; d != nil && p.Line <= len(d.lines) {
		var written []string
		p.Source, p.Skipped, written = c.excerpt(d, p.Line-1, p.Col)
		secrets = append(secrets[:len(secrets):len(secrets)], written...)
	}
	for _, secret := range secrets {
		p.Text, p.Hint = strings.ReplaceAll(p.Text, secret, "***"), strings.ReplaceAll(p.Hint, secret, "***")
	}
}

// excerpt returns the part of a long line that col is in, and how many runes before it were left out. Secrets are masked,
// also those that only begin or end within it. What a file means is not known when it cannot be read: so the looks of a line
// count too, and what they show is written.
func (c *checker) excerpt(d *document, i, col int) (part string, skipped int, written []string) {
	line := d.src.runes(i)
	from, to := 0, len(line)
	if len(line) > maxSource {
		from = max(0, min(col-maxSource/2, len(line)-maxSource))
		to = from + maxSource
	}
	wider := max(0, from-maxSource)
	part = string(line[wider:min(len(line), to+maxSource)])
	for _, secret := range c.concealed {
		part = strings.ReplaceAll(part, secret, asterisks(secret))
	}
	names := namedValue
	if d.amongSecrets(i) {
		names = anyValue
	}
	part = names.ReplaceAllStringFunc(part, func(found string) string {
		m := names.FindStringSubmatch(found)
		if value := strings.Trim(m[2], `"' `); len(value) >= shortestSecret && strings.Trim(value, "*") != "" {
			written = append(written, value)
		}
		return m[1] + asterisks(m[2])
	})
	return string([]rune(part)[from-wider : to-wider]), from, written
}

func asterisks(text string) string { return strings.Repeat("*", utf8.RuneCountInString(text)) }

// A key with its value, unless that is an expression, a mapping or a list, or stands on the lines below.
const writtenValue = `["']?\s*:\s+)("[^"$][^"]*"?|'[^'$][^']*'?|[^\s"'${\[|>&*#][^,}#]*)`

var (
	anyValue   = regexp.MustCompile(`([^\s:{},"']+` + writtenValue)
	namedValue = regexp.MustCompile(`([\w-]*` + secretWords + writtenValue)
)

// amongSecrets says that a line stands below the key secrets, or at it.
func (d *document) amongSecrets(i int) bool {
	for ; i >= 0; i-- {
		if line := d.lines[i]; line != "" && !strings.ContainsAny(line[:1], " \t#-") {
			return strings.HasPrefix(line, "secrets:")
		}
	}
	return false
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
