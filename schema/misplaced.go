package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"callflow/schema/problem"
)

// Keys of a step that are misspelt, or stand on the wrong side of its verb. Each mistake is reported once, and the keys are
// then read as they were meant: names that they make are known to later steps.

// verbMissing reports a step without a verb, of whose keys these are unknown. One that is but misspelt is returned with its right
// name.
func (w *stepWalk) verbMissing(unknown []pair) (verb pair, found bool) {
	verbs := w.verbNames()
	if len(unknown) == 0 {
		w.report(Problem{Pos: w.at(w.node), Code: "no-verb", Text: "this step has no verb, such as createCall, await or hangUp",
			Hint: "`callflow docs` lists the verbs"})
		return pair{}, false
	}
	slices.SortStableFunc(unknown, func(a, b pair) int { return w.rank(a.key) - w.rank(b.key) })
	for i, p := range unknown {
		word := p.key.Value
		hint := w.verbHint(word)
		if hint == "" && i > 0 || reported(p.key) {
			continue // what goes with an unknown verb is as unknown
		}
		switch keys := guesses(word, stepKeyNames); {
		case len(keys) > 0 && (i > 0 || len(guesses(word, verbs)) == 0):
			w.problem(p.key, "unknown-key", guessHint(keys), "unknown key %q", word)
		case hint == "":
			w.problem(p.key, "unknown-verb", "`callflow docs` lists the verbs", "unknown verb %q", word)
		default:
			w.problem(p.key, "unknown-verb", hint, "unknown verb %q", word)
		}
		if _, ok := mend(w.node, p.key, verbs); ok && !found {
			verb, found = p, true
		} else if name, ok := mend(w.node, p.key, stepKeyNames); ok {
			w.keys[name] = p
		}
	}
	return verb, found
}

// rank sorts unknown keys: first what is most like a verb.
func (w *stepWalk) rank(key *yaml.Node) int {
	if w.verbHint(key.Value) != "" {
		return 0
	}
	return 1
}

// verbHint says which verb was meant by a word, or "".
func (w *stepWalk) verbHint(word string) string {
	for _, v := range w.voc.Verbs {
		if containsWord(v.Misnomers, word) {
			return fmt.Sprintf("did you mean %s, to %s?", v.Name, strings.TrimSuffix(v.Summary, "."))
		}
	}
	if hint := instead[problem.Folded(word)]; hint != "" {
		return hint
	}
	return guessHint(guesses(word, append(w.verbNames(), stepKeyNames...)))
}

// severalVerbs reports a second verb. Where a dash is missing before it, the keys behind it are those of another step.
func (w *stepWalk) severalVerbs(verbs []pair) {
	second := verbs[1].key
	hint := "put it into a step of its own"
	if second.Line > verbs[0].key.Line && second.Column == w.node.Column && second.Column > 2 {
		hint = fmt.Sprintf("a step has one verb; to begin another step write \"- %s:\" in column %d", second.Value, second.Column-2)
	}
	w.problem(second, "several-verbs", hint, "this step has a verb already: %s", verbs[0].key.Value)
	w.problems = slices.DeleteFunc(w.problems, func(p Problem) bool {
		return p.Code == "duplicate-key" && p.File == w.doc.name && p.Col == w.node.Column && p.Line > second.Line && p.Line <= lastLine(w.node)
	})
	w.broken = true
	w.lane.sc.Anything = true
	for name, p := range w.keys {
		if p.key.Line > second.Line {
			delete(w.keys, name)
		}
	}
}

// lastLine is the last line in which something of n begins.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}

// paramsBeside finds parameters of the verb that stand beside it, makes them its parameters, and returns the other keys.
func (w *stepWalk) paramsBeside(unknown []pair) (others []pair) {
	if w.verb.Params == nil {
		return unknown
	}
	s := structureOf(w.verb.Params)
	var found []pair
	var names []string
	for _, p := range unknown {
		if s.field(p.key.Value) == nil || reported(p.key) {
			others = append(others, p)
			continue
		}
		found, names = append(found, p), append(names, p.key.Value)
	}
	if found == nil {
		return others
	}
	text := fmt.Sprintf("%s belongs below %s, and stands beside it", names[0], w.verb.Name)
	if len(names) > 1 {
		text = fmt.Sprintf("%s belong below %s, and stand beside it", problem.Listed(names, "and"), w.verb.Name)
	}
	params := resolve(w.paramsNode)
	given := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: found[0].key.Line, Column: found[0].key.Column}
	hint := fmt.Sprintf("indent by two more columns what belongs to %s", w.verb.Name)
	switch {
	case params.Kind == yaml.MappingNode:
		given.Content = slices.Clone(params.Content)
	case isNull(params) || reported(params):
	case s.short != nil:
		hint = fmt.Sprintf("write what stands behind %s: on a line below it, as %s: …, and %s beside that", w.verb.Name, s.short.name, problem.Listed(names, "and"))
		if plainInBraces.MatchString(params.Value) {
			hint = fmt.Sprintf("write %s: {%s: %s, %s: …}", w.verb.Name, s.short.name, params.Value, strings.Join(names, ": …, "))
		}
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s.short.name, Line: params.Line, Column: params.Column}
		given.Content = append(given.Content, key, params)
	default:
		given = params
	}
	w.problem(found[0].key, "unknown-key", hint, "%s", text)
	for _, p := range found {
		if given != params && childNode(given, p.key.Value) == nil {
			given.Content = append(given.Content, p.key, p.value)
		}
	}
	w.paramsNode = given
	return others
}

// keysBelow finds keys of the step among the verb's parameters, and makes them the step's.
func (w *stepWalk) keysBelow() {
	n := resolve(w.paramsNode)
	if w.verb.Params == nil || n.Kind != yaml.MappingNode {
		return
	}
	s := structureOf(w.verb.Params)
	if s.inline != nil {
		return
	}
	params := *n
	params.Content = nil
	for _, p := range pairs(n) {
		name := w.stepKeyAmong(s, n, p.key)
		if name == "" {
			params.Content = append(params.Content, p.key, p.value)
			continue
		}
		hint := fmt.Sprintf("begin it in column %d, like %s", w.verbKey.Column, w.verb.Name)
		if n.Style&yaml.FlowStyle != 0 || p.key.Line == w.verbKey.Line {
			hint = fmt.Sprintf("write it on a line of its own, in column %d, like %s", w.verbKey.Column, w.verb.Name)
		}
		if name == p.key.Value {
			w.problem(p.key, "unknown-key", hint, "%s belongs beside %s, and stands below it", name, w.verb.Name)
		} else {
			w.problem(p.key, "unknown-key", "did you mean "+name+"? "+upperFirst(hint), "unknown key %q", p.key.Value)
		}
		w.adopt(name, p)
	}
	if len(params.Content) < len(n.Content) {
		w.paramsNode = &params
	}
}

// stepKeyAmong says which key of a step was meant by one of the verb's parameters; "" leaves it a parameter.
func (w *stepWalk) stepKeyAmong(s *structure, params, key *yaml.Node) string {
	word := key.Value
	if s.field(word) != nil || reported(key) {
		return ""
	}
	var free []string // parameters that are not given
	for _, f := range s.fields {
		if f.alias == word && word != "" {
			return ""
		}
		if f.name != "" && childNode(params, f.name) == nil {
			free = append(free, f.name)
		}
	}
	exact := containsWord(stepKeyNames, word)
	for _, other := range guesses(word, free) {
		if !exact || slices.Contains(meant[problem.Folded(word)], other) {
			return ""
		}
	}
	if exact {
		return word
	}
	if keys := guesses(word, stepKeyNames); len(keys) > 0 && problem.Nearest(word, s.names) == "" {
		return keys[0]
	}
	return ""
}

// adopt reads a key as the one of a step that was meant by it, if its value can be that.
func (w *stepWalk) adopt(name string, p pair) {
	value := resolve(p.value)
	fits := value.Kind == yaml.ScalarNode
	switch name {
	case "capture", "retry":
		fits = value.Kind == yaml.MappingNode
	case "forEach":
		fits = value.Kind == yaml.SequenceNode || strings.Contains(value.Value, "${{")
	case "expect":
		fits = fits || value.Kind == yaml.SequenceNode
	}
	if _, there := w.keys[name]; !there && fits && !isNull(value) {
		w.keys[name] = p
		return
	}
	w.broken = true
	switch {
	case name == "capture" && value.Kind == yaml.ScalarNode && identifier.MatchString(value.Value):
		w.lost = append(w.lost, lostName(value.Value, w.at(value)))
	case name == "capture" || name == "forEach":
		w.lane.sc.Anything = true
	}
}

// unknownStepKey reports a key beside a verb that a step does not have.
func (w *stepWalk) unknownStepKey(p pair) {
	if reported(p.key) {
		return
	}
	word := p.key.Value
	w.broken = true
	if hint := instead[problem.Folded(word)]; hint != "" {
		w.problem(p.key, "unknown-key", hint, "unknown key %q", word)
		return
	}
	if words := guesses(word, lacking(w.node, stepKeyNames)); words != nil {
		w.problem(p.key, "unknown-key", guessHint(words), "unknown key %q", word)
		if name, ok := mend(w.node, p.key, stepKeyNames); ok {
			w.keys[name] = p
			return
		}
		switch words[0] {
		case "capture", "forEach", "as", "id": // they make names
			w.adopt(words[0], p)
		}
		return
	}
	if w.verb.Params != nil {
		if words := guesses(word, structureOf(w.verb.Params).names); words != nil {
			hint := fmt.Sprintf("did you mean %s, below %s?", problem.Listed(words, "or"), w.verb.Name)
			if short := structureOf(w.verb.Params).short; short != nil && plainInBraces.MatchString(resolve(w.paramsNode).Value) {
				hint = fmt.Sprintf("write %s: {%s: %s, %s: …}", w.verb.Name, short.name, resolve(w.paramsNode).Value, words[0])
			}
			w.problem(p.key, "unknown-key", hint, "unknown key %q", word)
			return
		}
	}
	if verb := problem.Nearest(word, w.verbNames()); verb != "" {
		w.problem(p.key, "unknown-key", "if the verb "+verb+" is meant, give it a step of its own", "unknown key %q", word)
		return
	}
	w.problem(p.key, "unknown-key", "", "unknown key %q; besides its verb, a step has %s", word, problem.Listed(stepKeyNames, "and"))
}

// plainInBraces are values that stand inside { } without quotes.
var plainInBraces = regexp.MustCompile(`^[\w./-]+$`)

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
