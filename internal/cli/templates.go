package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"callflow/scenarios"
	"callflow/schema"
	"callflow/schema/problem"
	"callflow/steps"
)

// template is a shipped scenario that a new one can start from.
type template struct {
	theme string // the folder it stands in
	name  string // what --from calls it
	shows string // in one line
	fails bool   // it is there to fail
	files map[string][]byte
}

// file is where the scenario stands among the shipped ones; the others of files came along with it.
func (t *template) file() string { return path.Join(t.theme, t.name+".yaml") }

// templates are all of them, by theme and name; the stories come last.
func templates() ([]*template, error) {
	names, err := fs.Glob(scenarios.Files, "*/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []*template
	voc := steps.Vocabulary()
	for _, file := range names {
		if strings.HasPrefix(path.Base(file), "_") {
			continue
		}
		t := &template{theme: path.Dir(file), name: strings.TrimSuffix(path.Base(file), ".yaml"), files: map[string][]byte{}}
		text, err := fs.ReadFile(t, file)
		if err != nil {
			return nil, err
		}
		plan, problems := schema.Check(schema.Source{Name: file, Text: text, FS: t}, voc)
		if plan == nil {
			return nil, fmt.Errorf("the shipped scenario %s: %w", file, problems)
		}
		t.shows, t.fails = plan.Name, slices.Contains(plan.Tags, "fails")
		all = append(all, t)
	}
	return append(slices.DeleteFunc(slices.Clone(all), (*template).story), slices.DeleteFunc(all, func(t *template) bool { return !t.story() })...), nil
}

// story says that the template reproduces something that people struggled with.
func (t *template) story() bool { return t.theme == "stories" }

// Open implements fs.FS over the shipped files, and notes which the template needs.
func (t *template) Open(name string) (fs.File, error) {
	text, err := fs.ReadFile(scenarios.Files, name)
	if err == nil {
		t.files[name] = text
	}
	return scenarios.Files.Open(name)
}

// findTemplate finds the template that somebody means: by its name, with its theme or without (consultative,
// transfer/consultative), or by words of both in any order (consultative-transfer).
func findTemplate(all []*template, asked string) (*template, error) {
	var near, names []string
	var found []*template
	wanted := words(strings.TrimSuffix(asked, ".yaml"))
	for _, t := range all {
		if asked == t.name || asked == t.theme+"/"+t.name {
			return t, nil
		}
		have := words(t.theme + "-" + t.name)
		if len(wanted) > 0 && containsAll(have, wanted) && containsAll(wanted, words(t.name)) {
			return t, nil
		}
		if len(wanted) > 0 && containsAll(have, wanted) {
			found, near = append(found, t), append(near, t.name)
		}
		names = append(names, t.name, t.theme+"/"+t.name, t.name+"-"+t.theme)
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, &inputError{fmt.Sprintf("several templates are about %q: %s", asked, strings.Join(near, ", "))}
	}
	text := fmt.Sprintf("there is no template %q", asked)
	if n := problem.Nearest(asked, names); n != "" {
		return nil, &inputError{fmt.Sprintf("%s; did you mean %s?", text, n)}
	}
	return nil, &inputError{text + "; `callflow new --list` shows them all"}
}

// words are those of a name, in lower case.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_/ .", r) })
}

func containsAll(have, want []string) bool {
	for _, w := range want {
		if !slices.Contains(have, w) {
			return false
		}
	}
	return true
}

// paths are the template's files in order.
func (t *template) paths() []string { return slices.Sorted(maps.Keys(t.files)) }
