package schema

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Scenarios with three people have two legs, and the two are easily taken for each other: the one that is moved, and the
// one that is replaced. Who is on a leg besides the bot is known when the bot called one person, or when the incoming call
// was claimed by who called.

// party is somebody whom a scenario names.
type party struct {
	kind string // the member of the identity set: user, phone …
	name string // as the file writes it
	key  string // equal for the same person
	id   string // "" when only the run knows it
}

func (p party) is(q party) bool {
	return p.key != "" && p.kind == q.kind && (p.key == q.key || p.id != "" && p.id == q.id)
}

// isNot says that the two are surely not the same: somebody has several ids when they are named as several kinds.
func (p party) isNot(q party) bool {
	return p.kind == q.kind && p.id != "" && q.id != "" && p.id != q.id
}

// invited is somebody in a step's parameters who is to be called, or brought in from another call.
type invited struct {
	party
	at       *yaml.Node // their id
	replaces *yaml.Node // nil: no call is replaced
	plain    bool       // nothing else is said of them, such as that their voicemail is meant
}

var plainPath = regexp.MustCompile(`^[\w.]+$`)

// partyOf is who an identity names.
func (w *flowWalk) partyOf(kind, text string) party {
	p := party{kind: kind, name: text}
	m := wholeReference.FindStringSubmatch(text)
	switch {
	case m == nil && !strings.Contains(text, "${{"):
		p.id = canonical(text)
		p.key = p.id
	case m == nil || !plainPath.MatchString(m[1]):
	case w.captured[w.within+m[1]].key != "":
		p = w.captured[w.within+m[1]]
	default:
		p.name, p.key = m[1], "name "+w.within+m[1]
		if values := w.constants[m[1]].values; w.within == "" && len(values) == 1 {
			if text, ok := values[0].(string); ok {
				p.id = canonical(text)
			}
		}
	}
	return p
}

// invites are those whom a step calls or brings in, in the order of the file.
func (w *flowWalk) invites(s *Step) (all []invited) {
	if s.Params == nil || s.Params.node == nil || s.Verb.Params == nil {
		return nil
	}
	var walk func(t reflect.Type, n *yaml.Node)
	walk = func(t reflect.Type, n *yaml.Node) {
		n = resolve(n)
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case n == nil || t == exprPointer.Elem() || t == blockType:
		case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
			for _, item := range n.Content {
				walk(t.Elem(), item)
			}
		case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
			if i, ok := w.invitedBy(structureOf(t), n); ok {
				all = append(all, i)
				return
			}
			for _, f := range structureOf(t).fields {
				walk(f.typ, childNode(n, f.name))
			}
		}
	}
	walk(s.Verb.Params, s.Params.node)
	return all
}

// invitedBy reads a mapping that has somebody's identity and the call that they are taken from.
func (w *flowWalk) invitedBy(st *structure, n *yaml.Node) (i invited, ok bool) {
	var who, replaces *field
	for _, f := range st.fields {
		switch {
		case f.call:
			replaces = f
		case kindBelow(f.typ) == reflect.Struct && isIdentitySet(f.typ):
			who = f
		}
	}
	if who == nil || replaces == nil || replaces.required {
		return i, false
	}
	i.replaces = resolve(childNode(n, replaces.name))
	identity := resolve(childNode(n, who.name))
	i.plain = len(pairs(n)) == 1 || len(pairs(n)) == 2 && i.replaces != nil
	if identity == nil || identity.Kind != yaml.MappingNode || len(pairs(identity)) != 1 {
		return i, true
	}
	member := pairs(identity)[0]
	id := resolve(member.value)
	if id.Kind == yaml.MappingNode {
		id = resolve(childNode(id, "id"))
	}
	if id != nil && id.Kind == yaml.ScalarNode {
		i.party, i.at = w.partyOf(member.key.Value, id.Value), id
	}
	return i, true
}

func isIdentitySet(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, f := range structureOf(t).fields {
		if f.ids != "" {
			return true
		}
	}
	return false
}

// meets notes who is on a call that a step places to one person.
func (w *flowWalk) meets(s *Step, call thing) {
	if people := w.invites(s); len(people) == 1 && people[0].key != "" && s.ForEach == nil {
		w.others[call.key] = people[0].party
	}
}

// callers notes who is on a call that an await claims by who called, and the names that hold their id.
func (w *flowWalk) callers(s *Step, e awaitedEvent, call thing) {
	if s.ForEach != nil || call.key == "" {
		return
	}
	for _, n := range e.Tree().Conjuncts() {
		if n.Op != "==" || len(n.Parts) != 2 {
			continue
		}
		for i, side := range n.Parts {
			kind, ok := sourceOf(side.Path)
			other := n.Parts[1-i]
			text, isText := other.Literal.(string)
			switch {
			case !ok:
			case isText:
				w.others[call.key] = w.partyOf(kind, text)
			case other.Path != "":
				w.others[call.key] = w.partyOf(kind, "${{ "+other.Path+" }}")
			}
		}
	}
	for _, x := range s.Capture {
		path, ok := strings.CutPrefix(x.Expr.Tree().Path, e.prefix())
		kind, isSource := sourceOf(path)
		if !ok || !isSource {
			continue
		}
		p := w.others[call.key]
		if p.kind != kind {
			p = party{kind: kind, name: x.Name, key: "caller of " + call.key}
			w.others[call.key] = p
		}
		w.captured[w.within+x.Name] = p
	}
}

// sourceOf is the kind of identity of a path to the caller's id.
func sourceOf(path string) (kind string, ok bool) {
	m := personPath.FindStringSubmatch(path)
	if m == nil || !strings.HasPrefix(path, "call.source.identity.") {
		return "", false
	}
	return m[2], true
}

// legs looks at a step that brings two people together.
func (w *flowWalk) legs(s *Step, call thing, hasCall bool, c *course) {
	if !hasCall || call.key == "" || s.ForEach != nil || !s.Verb.BetweenTwo && !s.Verb.Groups ||
		s.ContinueOnError || s.Until != s.Verb.Goals[0].Name && !pendingGoal(s) || c.ended[call.key].by != nil {
		return
	}
	l := legWalk{flowWalk: w, s: s, c: c, call: call, at: resolve(s.Params.node)}
	for _, f := range structureOf(s.Verb.Params).calls {
		if n := resolve(childNode(l.at, f.name)); n != nil {
			l.at = n
		}
	}
	if !s.gives(s.Verb.KeptBy) && c.meetings[call.key] == nil {
		l.other = w.others[call.key]
	}
	for _, i := range w.invites(s) {
		if l.look(i) {
			return
		}
	}
}

// legWalk looks at one such step.
type legWalk struct {
	*flowWalk
	s     *Step
	c     *course
	call  thing
	other party      // who is on it besides the bot
	at    *yaml.Node // its id in the step's parameters
}

// look reports what is wrong with the two legs, or with who is named.
func (l *legWalk) look(i invited) bool {
	if i.replaces == nil || i.replaces.Value == "" {
		return l.alone(i)
	}
	from := l.c.named(i.replaces.Value)
	there := l.others[from.key]
	if l.c.meetings[from.key] != nil {
		there = party{} // others may be there too
	}
	switch {
	case from.kind == "operation" || l.c.ended[from.key].by != nil:
	case from.key == l.call.key:
		l.oneLeg(i)
		return true
	case l.other.is(i.party) && i.plain && !there.is(i.party):
		l.exchanged(i, from, there)
		return true
	case there.isNot(i.party) || l.other.is(i.party) && i.plain:
		l.elsewhere(i, from, there)
		return true
	}
	return false
}

// oneLeg: the call that is replaced is the one that the step acts on.
func (l *legWalk) oneLeg(i invited) {
	at, hint := i.replaces, "write there the call that they are on now, beside the one in call"
	leg := l.legTo(i.party)
	switch {
	case l.s.Verb.BetweenTwo && l.other.is(i.party):
		at, hint = l.at, "write call: and the leg of whom is to be transferred"
		if other := l.another(); other != "" {
			hint = "write call: ${{ " + other + " }}"
		}
	case leg != "":
		hint = "write replacesCallId: ${{ " + leg + " }}"
	case l.s.Verb.BetweenTwo:
		hint = "write there the consult leg: the call that the bot placed to the target"
	}
	text := "call and replacesCallId are the same leg: call is the one that people are invited into, and replacesCallId the one out of which they are taken"
	if l.s.Verb.BetweenTwo {
		text = "call and replacesCallId are the same leg: call is the leg of whom is transferred, and replacesCallId the consult leg, to the target"
	}
	l.tell(l.s, at, "legs-confused", text, hint)
}

// exchanged: who is to come from the other leg is on this one.
func (l *legWalk) exchanged(i invited, from thing, there party) {
	mine, theirs := l.legName(l.call, "this call"), l.legName(from, "the one in replacesCallId")
	text := "call and replacesCallId are exchanged: " + i.name + " is invited, and is on " + mine + ", the call into which this invites; replacesCallId is the call out of which they are taken"
	if l.s.Verb.BetweenTwo {
		text = "call and replacesCallId are exchanged: the target, " + i.name + ", is on " + mine + ", whose other party this transfers; the leg to the target belongs in replacesCallId"
	}
	hint := "write call: " + i.replaces.Value + " and replacesCallId: " + l.at.Value
	at := l.at
	if !l.call.made && there.key != "" {
		at = i.at
		hint = "name " + there.name + ", who is on " + theirs
		text = i.name + " is invited, and is on " + mine + " already, the call into which this invites"
		if l.s.Verb.BetweenTwo {
			text = "the target, " + i.name + ", is on " + mine + ": this transfers them to themselves"
		}
	}
	l.tell(l.s, at, "legs-confused", text, hint)
}

// elsewhere: the person is not on the leg that is replaced.
func (l *legWalk) elsewhere(i invited, from thing, there party) {
	if there.is(i.party) {
		l.tell(nil, i.replaces, "leg-party", i.name+" is on both legs, the one in call and the one in replacesCallId: this connects them with themselves",
			"place one of the two calls to somebody else")
		return
	}
	hint := "name " + there.name
	if leg := l.legTo(i.party); leg != "" {
		hint += ", or the leg to " + i.name + ": replacesCallId: ${{ " + leg + " }}"
	}
	l.tell(nil, i.at, "leg-party", i.name+" is not on the leg in replacesCallId: "+l.legName(from, "that")+" is with "+there.name, hint)
}

// alone looks at somebody who comes from no other leg.
func (l *legWalk) alone(i invited) bool {
	if i.key == "" || !i.plain {
		return false
	}
	mine := l.legName(l.call, "this call")
	switch leg := l.legTo(i.party); {
	case l.other.is(i.party) && l.s.Verb.BetweenTwo:
		hint := "write call: and the leg of whom is to be transferred"
		if other := l.another(); other != "" {
			hint = "write call: ${{ " + other + " }}"
		}
		l.tell(nil, l.at, "leg-party", "this transfers "+i.name+" to themselves: they are on "+mine+", whose other party a transfer moves, and they are the target", hint)
	case l.other.is(i.party):
		l.tell(nil, i.at, "leg-party", i.name+" is on "+mine+" already, the call into which this invites", "invite somebody else, or into another call")
	case leg != "":
		l.tell(nil, i.at, "leg-party", i.name+" is with the bot on "+leg+" already; without replacesCallId this calls them a second time",
			"add replacesCallId: ${{ "+leg+" }} beside identity, so that this leg is taken over")
	default:
		return false
	}
	return true
}

// legTo is a name of the leg that the bot has with somebody, and that is up still; "": there is none.
func (l *legWalk) legTo(p party) string {
	for _, name := range slices.Sorted(maps.Keys(l.c.known)) {
		t := l.c.known[name]
		if t.kind == "call" && t.made && t.key != l.call.key && l.c.up[t.key] != nil && l.others[t.key].is(p) {
			return name
		}
	}
	return ""
}

// another is a name of the only other call that is up; "": there is none, or there are several.
func (l *legWalk) another() (found string) {
	key := ""
	for _, name := range slices.Sorted(maps.Keys(l.c.known)) {
		t := l.c.known[name]
		switch {
		case t.kind != "call" || t.key == l.call.key || l.c.ended[t.key].by != nil || t.key == key:
		case key != "":
			return ""
		default:
			found, key = name, t.key
		}
	}
	return found
}

// legName is how a problem names a leg.
func (l *legWalk) legName(t thing, otherwise string) string {
	for _, name := range slices.Sorted(maps.Keys(l.c.known)) {
		if l.c.known[name].key == t.key {
			return name
		}
	}
	return otherwise
}

// tell reports it; of a step that is refused whenever it runs.
func (l *legWalk) tell(refused *Step, at *yaml.Node, code, text, hint string) {
	l.warn(Pos{File: l.s.Pos.File, Line: at.Line, Col: at.Column}, utf8.RuneCountInString(at.Value), code, hint, "%s", text)
	if refused != nil {
		l.certain(refused)
	}
}
