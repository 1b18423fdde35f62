package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// Ids that are nobody's in the simulated world: a world that names people has only those, so that nobody answers there.

// stranger warns of somebody to be reached whom nobody is. Where a step wants to fail, that may be the test, unless the id is
// almost that of somebody.
func (w *whoWalk) stranger(s *Step, f *field, id *yaml.Node, text string) {
	if !w.nobody(f.name, text) {
		return
	}
	name, near := w.nearest(text)
	meant := len(s.Verb.Goals) > 0 && s.Until != "" && s.Until != s.Verb.Goals[0].Name && !pending(s)
	if name == "" && (meant || s.ContinueOnError) {
		return
	}
	p := Problem{Pos: Pos{File: s.Pos.File, Line: id.Line, Col: id.Column}, Len: utf8.RuneCountInString(id.Value), Code: "unknown-person",
		Text: fmt.Sprintf("nobody in simulate.people has the id %s", text), Hint: w.whoElse(name, near)}
	if f.name == "phone" {
		p.Text = fmt.Sprintf("nobody in simulate.people has the number %s", text)
	}
	if c := w.given(id); c.given {
		p.Pos, p.Len = c.at[0].Pos, c.at[0].length
		p.Text += fmt.Sprintf(", whom %s in %s:%d wants to reach", s.Verb.Name, s.Pos.File, id.Line)
	}
	w.report(p)
}

func pending(s *Step) bool {
	return slices.ContainsFunc(s.Verb.Goals, func(g Goal) bool { return g.Name == s.Until && g.Pending })
}

// awaitsNobody warns of an event that is awaited from somebody whom nobody is.
func (w *whoWalk) awaitsNobody(e awaitedEvent, side, other *expr.Node, kind, text string) {
	if !w.nobody(kind, text) {
		return
	}
	name, near := w.nearest(text)
	if name == "" && !(e.claimsIncoming() && strings.HasPrefix(side.Path, "call.source.")) {
		return
	}
	at, shown := e.Part(other)
	w.report(Problem{Pos: at, Len: utf8.RuneCountInString(shown), Code: "unknown-person",
		Text: fmt.Sprintf("%snobody in simulate.people has the id %s, so %s never is", e.partText(), text, side.Path), Hint: w.whoElse(name, near)})
}

// nobody says that an id of that kind is certainly nobody's.
func (w *whoWalk) nobody(kind, text string) bool {
	want := map[string]string{"user": "guid", "guest": "guid", "applicationInstance": "guid", "phone": "e164"}[kind]
	if want == "" || len(w.people) == 0 || w.secretive || !idForms[want].is.MatchString(text) {
		return false
	}
	_, known := w.kinds[canonical(text)]
	return !known
}

// nearest is somebody whose id differs in one or two characters; "": nobody's does.
func (w *whoWalk) nearest(text string) (name, id string) {
	text = canonical(text)
	for _, id := range slices.Sorted(maps.Keys(w.kinds)) {
		if len(id) != len(text) {
			continue
		}
		other := 0
		for i := range len(id) {
			if id[i] != text[i] {
				other++
			}
		}
		if other <= 2 {
			return w.kinds[id].name, id
		}
	}
	return "", ""
}

func (w *whoWalk) whoElse(name, id string) string {
	if name != "" {
		return fmt.Sprintf("did you mean %s, %s?", name, id)
	}
	return "there " + are(slices.Sorted(maps.Keys(w.people))) + "; a simulated world that names people has nobody else"
}

// given is the input of an included file that a value is; any other is not given.
func (w *whoWalk) given(n *yaml.Node) constant {
	if m := wholeReference.FindStringSubmatch(n.Value); m != nil && len(w.constants[m[1]].at) > 0 {
		return w.constants[m[1]]
	}
	return constant{}
}
