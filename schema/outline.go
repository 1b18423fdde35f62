package schema

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Symbol is a part of a file that a reader would look for. Its lines count from 1; EndLine is the last one.
type Symbol struct {
	Pos
	Len     int // runes of its name in the file
	Name    string
	Detail  string
	Kind    SymbolKind
	From    int // its first line, when that is not the one of its name
	EndLine int
	Verb    string // of a step
	ID      string // of a step
	Inner   []Symbol
}

// SymbolKind tells what a symbol is.
type SymbolKind string

// The kinds of symbols.
const (
	SymbolScenario SymbolKind = "scenario"
	SymbolSection  SymbolKind = "section" // a key of the scenario with parts
	SymbolStep     SymbolKind = "step"
	SymbolName     SymbolKind = "name" // a var, a captured name, an output
	SymbolPerson   SymbolKind = "person"
	SymbolBranch   SymbolKind = "branch"
)

// Outline is the scenario with its sections, and these with their steps and names. It is false for a file that has nothing
// of a scenario.
func (r *Reading) Outline() (Symbol, bool) {
	if r.root == nil || r.root.Kind != yaml.MappingNode {
		return Symbol{}, false
	}
	o := outline{r}
	top := Symbol{Pos: Pos{File: r.name, Line: 1, Col: 1}, Len: 1, Kind: SymbolScenario, Name: strings.TrimSuffix(r.name[strings.LastIndexByte(r.name, '/')+1:], ".yaml"), EndLine: len(r.lines)}
	for i, p := range pairs(r.root) {
		end := len(r.lines)
		if next := pairs(r.root); i+1 < len(next) {
			end = next[i+1].key.Line - 1
		}
		value := resolve(p.value)
		if p.key.Value == "name" && value.Kind == yaml.ScalarNode && value.Value != "" {
			top.Name, top.Pos, top.Len = value.Value, o.at(p.key), runes(p.key.Value)
		}
		if value.Kind == yaml.ScalarNode {
			continue
		}
		s := Symbol{Pos: o.at(p.key), Len: runes(p.key.Value), Name: p.key.Value, Kind: SymbolSection, EndLine: o.last(p.key.Line, end)}
		switch p.key.Value {
		case "steps", "finally":
			s.Inner = o.steps(value, end)
		case "vars", "secrets", "outputs":
			s.Inner = o.names(value, SymbolName, "")
		case "simulate":
			if people := resolve(childNode(value, "people")); people != nil && people.Kind == yaml.MappingNode {
				s.Inner = o.names(people, SymbolPerson, "")
			}
		}
		top.Inner = append(top.Inner, s)
	}
	return top, true
}

type outline struct{ *Reading }

func (o outline) at(n *yaml.Node) Pos {
	return Pos{File: o.name, Line: max(n.Line, 1), Col: max(n.Column, 1)}
}

// last is the last line from first to end that says something.
func (o outline) last(first, end int) int {
	end = min(end, len(o.lines))
	for end > first {
		text := strings.TrimSpace(o.lines[end-1])
		if text != "" && !strings.HasPrefix(text, "#") {
			break
		}
		end--
	}
	return max(end, first)
}

func (o outline) names(n *yaml.Node, kind SymbolKind, detail string) (list []Symbol) {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for _, p := range pairs(n) {
		list = append(list, Symbol{Pos: o.at(p.key), Len: runes(p.key.Value), Name: p.key.Value, Kind: kind, Detail: detail, EndLine: p.key.Line})
	}
	return list
}

// steps lists the steps of a block that ends in line end at the latest.
func (o outline) steps(n *yaml.Node, end int) (list []Symbol) {
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	for i, item := range n.Content {
		last := end
		if i+1 < len(n.Content) {
			last = max(n.Content[i+1].Line-1, item.Line)
		}
		if s, ok := o.step(item, o.last(item.Line, last)); ok {
			list = append(list, s)
		}
	}
	return list
}

func (o outline) step(n *yaml.Node, end int) (s Symbol, ok bool) {
	at := n
	n = resolve(n)
	w := o.trace.steps[n]
	if w == nil || n.Kind != yaml.MappingNode {
		return s, false
	}
	s = Symbol{Pos: o.at(at), Len: 1, From: o.at(at).Line, Kind: SymbolStep, EndLine: end, Name: "a step without a verb"}
	id, name := resolve(childNode(n, "id")), resolve(childNode(n, "name"))
	if w.verbKey != nil {
		s.Name, s.Verb, s.Len, s.Pos = w.verbKey.Value, w.verbKey.Value, runes(w.verbKey.Value), o.at(w.verbKey)
		s.Inner = o.within(resolve(w.paramsNode), end)
	}
	if id != nil && id.Kind == yaml.ScalarNode && id.Value != "" {
		s.Name, s.ID = fmt.Sprintf("%s: %s", s.Name, id.Value), id.Value
	}
	if name != nil && name.Kind == yaml.ScalarNode {
		s.Detail = name.Value
	}
	if captured := resolve(childNode(n, "capture")); captured != nil {
		s.Inner = append(s.Inner, o.names(captured, SymbolName, "captured")...)
	}
	return s, true
}

// within finds the steps that stand in a verb's parameters.
func (o outline) within(n *yaml.Node, end int) (list []Symbol) {
	switch n.Kind {
	case yaml.SequenceNode:
		return o.steps(n, end)
	case yaml.MappingNode:
		if s, ok := o.step(n, end); ok {
			return []Symbol{s}
		}
		ps := pairs(n)
		for i, p := range ps {
			last := end
			if i+1 < len(ps) {
				last = max(ps[i+1].key.Line-1, p.key.Line)
			}
			inner := o.within(resolve(p.value), o.last(p.key.Line, last))
			if len(inner) > 0 {
				list = append(list, Symbol{Pos: o.at(p.key), Len: runes(p.key.Value), Name: p.key.Value, Kind: SymbolBranch, EndLine: o.last(p.key.Line, last), Inner: inner})
			}
		}
	}
	return list
}
