package schema

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// nobodyDials warns of a step that always awaits an incoming call where the file says what people do in its simulated world, or
// that it needs one, and nobody there calls the bot. A file that only names people may be meant for a real service, where
// somebody dials; its run on the simulator says the same.
func (w *flowWalk) nobodyDials(p *Plan) {
	if w.voc.Dials == nil || p.Simulate == nil {
		return
	}
	scene := resolve(p.Simulate.node)
	people, script := resolve(childNode(scene, "people")), resolve(childNode(scene, "script"))
	scripted := script != nil && len(script.Content) > 0 || slices.Contains(p.Requires, "simulator")
	if people == nil || len(people.Content) == 0 || !scripted || w.voc.Dials(p.Simulate.Static()) || w.dials(p.Steps) || w.dials(p.Finally) {
		return
	}
	for _, s := range p.Steps {
		if s.If != nil || s.ContinueOnError {
			continue
		}
		events := awaited(s)
		if len(events) == 0 || slices.ContainsFunc(events, func(e awaitedEvent) bool { return !e.claimsIncoming() }) {
			continue
		}
		e := events[0]
		line, _, _ := strings.Cut(e.Text(), "\n")
		who := callerIn(e, people)
		hint := "add under simulate, in its script: - dial: " + who
		if script == nil {
			hint = "add under simulate: script: [{dial: " + who + "}]"
		}
		w.warn(e.Pos(), utf8.RuneCountInString(line), "nobody-dials", hint, "nobody in simulate dials the bot, so no incoming call comes on the simulator")
		return
	}
}

// dials says whether a step lets somebody call the bot.
func (w *flowWalk) dials(b Block) bool {
	return slices.ContainsFunc(b, func(s *Step) bool {
		if s.Params != nil && s.Verb.Params != nil && w.voc.Dials(s.Params.Static()) || s.Include != nil && (w.dials(s.Include.Steps) || w.dials(s.Include.Finally)) {
			return true
		}
		return slices.ContainsFunc(s.Inner, func(in Inner) bool { return w.dials(in.Steps) })
	})
}

// callerIn is the person whose call an await asks for, by a var or an id; the first one where it does not say.
func callerIn(e awaitedEvent, people *yaml.Node) string {
	for _, n := range e.Tree().Conjuncts() {
		if n.Op != "==" || len(n.Parts) != 2 {
			continue
		}
		for i, side := range n.Parts {
			if !strings.HasPrefix(side.Path, "call.source.") {
				continue
			}
			other := n.Parts[1-i]
			text, _ := other.Literal.(string)
			for _, p := range pairs(people) {
				for _, said := range pairs(resolve(p.value)) {
					value := resolve(said.value).Value
					m := wholeReference.FindStringSubmatch(value)
					if text != "" && canonical(value) == canonical(text) || other.Path != "" && m != nil && m[1] == other.Path {
						return p.key.Value
					}
				}
			}
		}
	}
	return pairs(people)[0].key.Value
}
