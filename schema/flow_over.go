package schema

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Calls that are over: the service answers 404 to a request on them.

// ending is how a call came to its end.
type ending struct {
	by       *Step
	how      string // "has hung it up"
	declined bool   // it was never answered
	surely   bool   // the bot's leg is gone whatever sort of call it was
}

// end notes a call's end; the first is the one.
func (c *course) end(key string, e ending) {
	if key != "" && c.ended[key].by == nil {
		c.ended = with(c.ended, key, e)
	}
}

// over notes the calls that a step ends, and warns of a request on one that an earlier step of the lane has ended.
func (w *flowWalk) over(s *Step, call thing, hasCall bool, c *course) {
	if !hasCall || call.key == "" || s.ForEach != nil {
		return
	}
	if refusalIsMeant(s) || looksFirst(s) {
		// It looks how things stand, or wants the refusal.
	} else if by := c.ended[call.key]; by.by != nil && !s.Verb.Ends && !s.Verb.Creates {
		w.warn(s.VerbPos, len(s.Verb.Name), "call-ended", "end it behind this step; where the refusal is meant, give it continueOnError: true, and expect its outcome in a later step",
			"%s acts on a call that is over: %s %s", s.Verb.Name, stepName(by.by), by.how)
		if by.surely {
			w.certain(s)
		}
		return
	} else if w.replacesEnded(s, call, c) {
		return
	}
	if s.If != nil || s.ContinueOnError {
		return
	}
	first := s.Until == s.Verb.Goals[0].Name
	switch {
	case s.Verb.Ends:
		if !pendingGoal(s) {
			c.end(call.key, ending{by: s, how: "has hung it up", surely: true})
		}
	case first && s.Verb.Incoming && s.Until == stateEnded:
		c.end(call.key, ending{by: s, how: "has turned it away", surely: true, declined: c.taken[call.key] == nil})
	case s.Until == stateEnded:
		c.end(call.key, ending{by: s, how: "goes on when it has ended", surely: true})
	case first && s.Verb.Finishes && !s.gives(s.Verb.KeptBy):
		c.end(call.key, ending{by: s, how: "connects its people without the bot"})
	}
	if first && !pendingGoal(s) {
		idsIn(s.Verb.Params, s.Params.node, func(isCall bool, n *yaml.Node) {
			if replaced := c.named(n.Value); isCall && replaced.kind == "call" && replaced.key != call.key && c.meetings[replaced.key] == nil { // a meeting goes on
				c.end(replaced.key, ending{by: s, how: "puts another in its place"})
			}
		})
	}
}

// refusalIsMeant says that a step wants another outcome than that it succeeds, or bears it.
func refusalIsMeant(s *Step) bool {
	return s.ContinueOnError || len(s.Verb.Goals) == 0 || s.Until != s.Verb.Goals[0].Name
}

// replacesEnded warns of a call that is to be replaced, and that an earlier step has ended.
func (w *flowWalk) replacesEnded(s *Step, call thing, c *course) (found bool) {
	idsIn(s.Verb.Params, s.Params.node, func(isCall bool, n *yaml.Node) {
		replaced := c.named(n.Value)
		by := c.ended[replaced.key]
		if !isCall || replaced.key == call.key || by.by == nil {
			return
		}
		w.warn(Pos{File: s.Pos.File, Line: n.Line, Col: n.Column}, utf8.RuneCountInString(n.Value), "call-ended", "let that call go on: it ends by itself when it is replaced",
			"there is no call left that this could replace: %s %s", stepName(by.by), by.how)
		if by.surely {
			w.certain(s)
		}
		found = true
	})
	return found
}

// looksFirst says that a step runs only after a look at how things stand, such as calls[leg].ended.
func looksFirst(s *Step) bool {
	return s.If != nil && mentionsPath(s.If.Tree(), func(path string) bool { return path == "calls" || strings.HasPrefix(path, "steps.") })
}

// gives says that a step's parameters have that key.
func (s *Step) gives(name string) bool {
	return name != "" && s.Params != nil && s.Params.node != nil && childNode(resolve(s.Params.node), name) != nil
}
