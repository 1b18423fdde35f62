package schema

import (
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// What a file says and can never matter: a watch of no time, a never that strikes in every run or is about no event, a fault
// for a request that nobody sends.

// tooBrief reports a step whose verb always takes a time, when that is none, or longer than the step has.
func (w *flowWalk) tooBrief(s *Step) {
	if s.Verb.Takes == nil || s.Params == nil || s.Params.node == nil {
		return
	}
	takes := s.Verb.Takes(s.Params.Static())
	if s.Verb.Role == Watches && takes == 0 {
		for _, f := range structureOf(s.Verb.Params).fields {
			n := childNode(resolve(s.Params.node), f.name)
			if reflect.TypeOf(takes) != staticParams(s).FieldByIndex(f.index).Type() || n == nil || decided(n) {
				continue
			}
			n = resolve(n)
			w.warnAt(s.Pos.File, n, "bad-value", "write how long it must not come, such as "+f.name+": 5s", "%s is %s: in no time nothing can come, so this step cannot fail", f.name, n.Value)
		}
	}
	if s.Timeout == nil || !s.Timeout.Constant() || s.Timeout.node == nil {
		return
	}
	if limit := s.Timeout.Static().(time.Duration); limit < takes {
		w.warnAt(s.Pos.File, resolve(s.Timeout.node), "timeout-too-short", "leave out timeout, or make it longer than that", "%s always takes %s, and the step's timeout of %s cuts it off before",
			s.Verb.Name, spanText(takes), spanText(limit))
		if !s.ContinueOnError {
			w.problems[len(w.problems)-1].Severity = SeverityError // it fails in every run
		}
	}
}

func (w *flowWalk) warnAt(file string, n *yaml.Node, code, hint, format string, args ...any) {
	w.warn(Pos{File: file, Line: n.Line, Col: n.Column}, utf8.RuneCountInString(n.Value), code, hint, format, args...)
}

// idleNever looks at a condition of never: true whatever comes, about no event, or true of an event that a step waits for.
func (w *flowWalk) idleNever(x *expr.Expr, p *Plan) {
	if v, constant := x.Constant(); constant {
		if v == true {
			w.warn(x.Pos(), textLen(x.Text()), "never-holds", "write what no notification may be", "never is true whatever comes: the first notification ends every run")
			w.problems[len(w.problems)-1].Severity = SeverityError
		}
		return
	}
	paths := pathsIn(x.Tree(), nil)
	if len(paths) > 0 && !slices.ContainsFunc(paths, func(path string) bool { return !strings.HasPrefix(path, "steps.") }) {
		w.warn(x.Pos(), textLen(x.Text()), "never-holds", "write it as expect, in that step or in one behind it",
			"never is looked at only when a notification comes, and this is about none: it is about a step")
		return
	}
	for _, s := range p.Steps {
		if s.If != nil || s.ContinueOnError || s.ForEach != nil || s.Verb == nil {
			continue
		}
		for _, e := range awaited(s) {
			if e.claimsIncoming() && !s.oneIsEnough(e.part) && covers(x, e.Expr) {
				w.warn(x.Pos(), textLen(x.Text()), "never-holds", "say more of the call that must not come, or leave this out",
					"this ends every run: %s waits for such an event", stepName(s))
				return
			}
		}
	}
}

// covers says that whatever x asks for is asked for by y too, word by word.
func covers(x, y *expr.Expr) bool {
	asked := map[string]bool{}
	for _, n := range y.Tree().Conjuncts() {
		_, text := y.Part(n)
		asked[text] = true
	}
	return !slices.ContainsFunc(x.Tree().Conjuncts(), func(n *expr.Node) bool {
		_, text := x.Part(n)
		return !asked[text]
	})
}

// pathsIn are the paths and names in an expression; what a predicate goes over counts, its items do not.
func pathsIn(n *expr.Node, before []string) []string {
	if n.Path != "" {
		return append(before, n.Path)
	}
	if n.Op == "path" || n.Op == "name" || n.Op == "each" || n.Each != nil {
		return append(before, "?") // what it is about is not looked at
	}
	for _, part := range n.Parts {
		before = pathsIn(part, before)
	}
	return before
}

// idleFaults warns of faults for the request of a verb that no step has. What answers, ends or reads is also sent by the run
// itself, and a request of one's own can be any.
func (w *flowWalk) idleFaults(p *Plan) {
	if p.Simulate == nil || p.Simulate.node == nil {
		return
	}
	faults := resolve(childNode(resolve(p.Simulate.node), "faults"))
	if faults == nil || faults.Kind != yaml.SequenceNode {
		return
	}
	sent := map[string]bool{}
	if free := verbsOf(p, sent); free {
		return
	}
	for _, f := range faults.Content {
		word := resolve(childNode(resolve(f), "fault"))
		if word == nil {
			continue
		}
		if v := w.voc.Verb(word.Value); v != nil && v.Role == Acts && v.Harmless == nil && !v.Ends && !v.Incoming && !sent[v.Name] {
			w.warnAt(p.File, word, "bad-scene", "", "this fault strikes nothing: no step has the verb %s", v.Name)
			w.problems[len(w.problems)-1].Severity = SeverityWarning // the run is as right as without it
		}
	}
}

// verbsOf notes the verbs of all steps, and says whether one may send any request.
func verbsOf(p *Plan, sent map[string]bool) (free bool) {
	var note func(b Block)
	note = func(b Block) {
		for _, s := range b {
			if s.Verb == nil {
				continue
			}
			sent[s.Verb.Name] = true
			free = free || s.Verb.Harmless != nil
			for _, in := range s.Inner {
				note(in.Steps)
			}
			if s.Include != nil {
				free = verbsOf(s.Include, sent) || free
			}
		}
	}
	note(p.Steps)
	note(p.Finally)
	return free
}
