package format

import (
	"strings"
	"testing"

	"callflow/steps"
)

// Nothing is written that says something else than the file: same is the last to look, whatever the rest does wrong.
func TestSame(t *testing.T) {
	const source = "name: A # the name\nvars: {a: 1}\nsteps:\n  # greet\n  - log: one\n  - log: two\n"
	form := steps.Vocabulary().Form()
	if r := same(source, source, form); r != nil {
		t.Fatalf("refused as it is: %+v", r)
	}
	for name, laid := range map[string]string{
		"another value":          strings.Replace(source, "one", "on", 1),
		"another type":           strings.Replace(source, "1", `"1"`, 1),
		"a key less":             strings.Replace(source, "vars: {a: 1}\n", "", 1),
		"a key that is misspelt": strings.Replace(source, "vars", "var", 1),
		"steps in another order": strings.NewReplacer("one", "two", "two", "one").Replace(source),
		"a comment beside less":  strings.Replace(source, " # the name", "", 1),
		"a comment above less":   strings.Replace(source, "  # greet\n", "", 1),
		"a comment cut":          strings.Replace(source, "greet", "gree", 1),
		"another document":       source + "---\n" + source,
		"no YAML":                source + "\tx",
	} {
		if same(source, laid, form) == nil {
			t.Errorf("%s: taken for the same:\n%s", name, laid)
		}
	}
}

// The order of keys stays where an alias needs it: it may not come before its anchor.
func TestAnchorsKeepOrder(t *testing.T) {
	const source = "steps:\n  - log: &text hello\nvars:\n  a: *text\nname: A\n"
	out, problems := Source("s.yaml", []byte(source), steps.Vocabulary().Form())
	if len(problems) > 0 || string(out) != source {
		t.Errorf("%v\n%s", problems, out)
	}
}
