package schema

// include walks an included file and adds what its outputs stand for. To the file that includes it, the whole of it is one
// act on each call that it acts on.
func (w *flowWalk) include(s *Step, c *course, outputs map[string]thing) {
	inner := &course{known: c.passed(s), sources: true, meetings: c.meetings, up: c.up, // the callers may have any calls
		incoming: c.incoming, taken: c.taken, ended: c.ended}
	outside := w.within
	w.within += s.Path + "/"
	w.block(s.Include.Steps, inner)
	taken, ended := inner.taken, inner.ended
	inner.taken, inner.ended = nil, nil // where the steps broke off is not known
	w.block(s.Include.Finally, inner)
	inner.taken, inner.ended = taken, ended
	w.within = outside
	c.sources = c.sources || acting(s.Include.Steps)
	c.meetings, c.up, c.waiting = inner.meetings, inner.up, nil
	c.incoming, c.taken, c.ended = inner.incoming, inner.taken, inner.ended
	seen := map[string]bool{}
	for _, a := range inner.acts {
		if !seen[a.call.key] {
			seen[a.call.key] = true
			c.acts = append(c.acts, act{s, a.call})
		}
	}
	for _, o := range s.Include.Outputs {
		if t, ok := inner.known[o.Expr.Tree().Path]; ok {
			t.step = s
			outputs[o.Name] = t
		}
	}
}

// passed is what the names of an included file's vars stand for, as far as they are whole values from outside.
func (c *course) passed(s *Step) map[string]thing {
	known := map[string]thing{}
	if s.Params == nil || s.Params.node == nil {
		return known
	}
	with := childNode(resolve(s.Params.node), "with")
	if with == nil {
		return known
	}
	for _, p := range pairs(resolve(with)) {
		if m := wholeReference.FindStringSubmatch(resolve(p.value).Value); m != nil {
			known[p.key.Value] = c.at(m[1])
		}
	}
	return known
}

// own is the key of a thing that a step made or saw: its own each time that its file is included.
func (w *flowWalk) own(what string, s *Step) string { return what + " of " + w.within + s.Path }
