package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// The forms of ids and telephone numbers, wherever a name stands for them: a var, the matrix, what set says, an item of a list.
// Text that stands there itself is checked as it is read.

// idForms are the forms of ids that can be told from their text.
var idForms = map[string]struct {
	is         *regexp.Regexp
	what, hint string
}{
	"e164": {e164Form, "a telephone number in E.164 form", "write it as +, country code and number: +15551234567"},
	"guid": {guidForm, "a GUID", "write the whole id, as 8a34a46b-3d17-4adc-8dce-dc4e7d572698"},
	"acs":  {regexp.MustCompile(`^8:\w+(-acs)?:.`), "the id of an ACS user", "write the whole id, as 8:acs:…"},
}

// form checks what a name holds that stands where ids of a form are wanted.
func (w *whoWalk) form(s *Step, form string, n *yaml.Node) {
	want, ok := idForms[form]
	if !ok || !strings.Contains(n.Value, "${{") {
		return
	}
	p := Problem{Pos: Pos{File: s.Pos.File, Line: n.Line, Col: n.Column}, Len: utf8.RuneCountInString(n.Value), Code: "bad-format", Hint: want.hint}
	m := wholeReference.FindStringSubmatch(n.Value)
	if m == nil || strings.Contains(m[1], "}}") {
		if text, known := w.expanded(n.Value); known && !want.is.MatchString(text) {
			w.told[n] = true
			p.Text = fmt.Sprintf("this becomes %q, which is not %s", text, want.what)
			w.report(p)
		}
		return
	}
	c := w.constants[m[1]]
	for i := range c.values {
		text := c.text(i)
		if text == "" && c.values[i] != "" || want.is.MatchString(text) || !c.items && !w.alive(i, len(c.values)) {
			continue
		}
		p := p
		p.Text = fmt.Sprintf("%s is %q, which is not %s", c.what, text, want.what)
		w.blame(&p, c, i, s, n.Line)
		if w.told[n] = true; w.blamed[p.Pos] {
			continue
		}
		w.blamed[p.Pos] = true
		switch {
		case c.given && w.checker.named[p.File][text].what != "":
			p.Code, p.Hint = "plain-name", "write ${{ "+text+" }}"
		case w.people[text] != nil:
			p.Code, p.Hint = "plain-name", "that is a name in simulate.people: write their id"
		}
		w.report(p)
	}
}

var reference = regexp.MustCompile(`\$\{\{\s*([\w.]+)\s*\}\}`)

// expanded is a text with what its names hold, when each holds one value.
func (w *whoWalk) expanded(value string) (text string, known bool) {
	known = true
	text = reference.ReplaceAllStringFunc(value, func(found string) string {
		texts := w.constants[reference.FindStringSubmatch(found)[1]].texts()
		if len(texts) != 1 {
			known = false
			return found
		}
		return texts[0]
	})
	return text, known && !strings.Contains(text, "${{")
}

// scene looks at the people of the simulated world, at what they do, and at the settings.
func (w *whoWalk) scene(p *Plan) {
	at := &Step{Pos: Pos{File: p.File}, Verb: &Verb{Name: "simulate"}}
	for _, name := range slices.Sorted(maps.Keys(w.people)) {
		person := resolve(w.people[name])
		if id := resolve(childNode(person, "id")); id != nil && id.Kind == yaml.ScalarNode {
			w.form(at, formOfKind(person), id)
		}
		for key, form := range map[string]string{"phone": "e164", "tenantId": "guid"} { // reports are put in order
			if n := resolve(childNode(person, key)); n != nil && n.Kind == yaml.ScalarNode {
				w.form(at, form, n)
			}
		}
	}
	if p.Simulate != nil && p.Simulate.node != nil {
		w.look(at, w.voc.Scene, p.Simulate.node)
	}
	if p.scene != nil {
		w.fitting(p.scene)
	}
}

// formOfKind is the form of a person's id; "": any, or only the run knows.
func formOfKind(person *yaml.Node) string {
	kind := resolve(childNode(person, "kind"))
	switch {
	case kind == nil:
		return "guid"
	case kind.Value == "user", kind.Value == "guest", kind.Value == "applicationInstance":
		return "guid"
	case kind.Value == "azureCommunicationServicesUser":
		return "acs"
	}
	return ""
}

// named notes what a step gives names to; a name keeps its value.
func (w *whoWalk) named(s *Step) {
	if !s.Verb.Binds || s.ForEach != nil || resolve(s.Params.node).Kind != yaml.MappingNode {
		return
	}
	for _, p := range pairs(resolve(s.Params.node)) {
		if value := resolve(p.value); value.Kind == yaml.ScalarNode && isPlain(value) {
			w.constants[p.key.Value] = constant{what: "the name " + p.key.Value, values: []any{literalOf(value)}, at: []spot{spotIn(s.Pos.File, value)}}
		}
	}
}

// itemsOf notes what forEach goes through, as long as the step lasts.
func (w *whoWalk) itemsOf(s *Step) (done func()) {
	if s.ForEach == nil || s.ForEach.node == nil {
		return func() {}
	}
	outside := w.constants
	w.constants = maps.Clone(outside)
	var texts []any
	for _, item := range resolve(s.ForEach.node).Content {
		if item = resolve(item); item.Kind == yaml.ScalarNode && isPlain(item) {
			texts = append(texts, item.Value)
		}
	}
	w.constants[s.As] = constant{what: "an item of forEach", values: texts, items: true}
	return func() { w.constants = outside }
}
