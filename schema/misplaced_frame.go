package schema

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// sections returns the keys of a scenario. Keys that are misspelt or stand below another one are reported, and read as what
// they were meant to be; misnamed says that one of them could be steps.
func (r *reader) sections(root *yaml.Node) (keys map[string]pair, misnamed bool) {
	keys = map[string]pair{}
	var unknown []pair
	for _, p := range pairs(root) {
		if containsWord(scenarioKeyNames, p.key.Value) {
			keys[p.key.Value] = p
		} else {
			unknown = append(unknown, p)
		}
	}
	for _, p := range unknown {
		misnamed = r.unknownSection(root, p, keys) || misnamed
		if name, ok := mend(root, p.key, scenarioKeyNames); ok {
			keys[name] = p
		}
	}
	for _, name := range scenarioKeyNames {
		if p, ok := keys[name]; ok {
			keys[name] = pair{p.key, r.tooDeep(name, p.value, keys)}
		}
	}
	return keys, misnamed
}

// unknownSection reports a key that a scenario does not have.
func (r *reader) unknownSection(root *yaml.Node, p pair, keys map[string]pair) (steps bool) {
	word := p.key.Value
	if reported(p.key) {
		return false
	}
	hint := ""
	switch words := guesses(word, lacking(root, scenarioKeyNames)); {
	case r.voc.Scene != nil && structureOf(r.voc.Scene).field(word) != nil:
		hint = fmt.Sprintf("%s belongs below simulate: indent it there", word)
	case containsWord(keyNames(defaultKeys), word):
		hint = fmt.Sprintf("%s belongs below defaults, or into a step: write defaults: {%s: …}", word, word)
	case words != nil:
		hint = guessHint(words)
		if words[0] == "matrix" {
			r.base.Declare("matrix", expr.Any, nil, r.at(p.key))
		}
		steps = containsWord(words, "steps")
		value := resolve(p.value)
		_, there := keys[words[0]]
		switch {
		case there:
		case words[0] == "steps" || words[0] == "finally":
			if value.Kind == yaml.SequenceNode {
				keys[words[0]] = p
			}
		case value.Kind == yaml.MappingNode && !containsWord([]string{"name", "description", "tags", "matrix"}, words[0]):
			keys[words[0]] = p
		}
		if _, read := keys[words[0]]; !read && words[0] == "vars" {
			r.base.Anything = true
		}
	case containsWord(stepKeyNames, word) || r.voc.Verb(word) != nil:
		hint = fmt.Sprintf("%s belongs into a step, below steps", word)
	}
	r.unknownKey(p.key, scenarioKeyNames, hint, "scenario")
	return steps
}

// tooDeep takes keys of the scenario out of the section below which they stand, and reports them.
func (r *reader) tooDeep(section string, value *yaml.Node, keys map[string]pair) *yaml.Node {
	n := resolve(value)
	if n.Kind != yaml.MappingNode {
		return value
	}
	var own []string
	switch {
	case section == "simulate" && r.voc.Scene != nil:
		own = structureOf(r.voc.Scene).names
	case section == "defaults":
		own = keyNames(defaultKeys)
	}
	rest := *n
	rest.Content = nil
	for _, p := range pairs(n) {
		word := p.key.Value
		_, there := keys[word]
		foreign := own != nil && containsWord(scenarioKeyNames, word) && !containsWord(own, word) ||
			word == "steps" && !there && resolve(p.value).Kind == yaml.SequenceNode
		if !foreign || reported(p.key) {
			rest.Content = append(rest.Content, p.key, p.value)
			continue
		}
		r.problem(p.key, "unknown-key", "begin it in column 1", "%s is a key of the scenario, and stands below %s", word, section)
		if !there {
			keys[word] = p
		}
	}
	if len(rest.Content) == len(n.Content) {
		return value
	}
	return &rest
}
