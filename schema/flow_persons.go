package schema

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"callflow/schema/expr"
)

// A person's id where a call's is wanted. The service would answer 404, and a check of events would pass because there are
// none of such a call.

// personPath is where events and answers have somebody's id.
var personPath = regexp.MustCompile(`(^|\.)identity\.(\w+)\.id$`)

// mistaken reports ids of persons that stand for calls and operations.
func (w *whoWalk) mistaken(p *Plan) {
	for _, x := range p.Never {
		w.mistakenIn(awaitedEvent{"", x}, x.Tree())
	}
	w.mistakenBlock(p.Steps)
	w.mistakenBlock(p.Finally)
}

func (w *whoWalk) mistakenBlock(b Block) {
	for _, s := range b {
		exprs := eventExprs(s)
		for _, x := range append(testsOf(s), s.If) {
			if x != nil {
				exprs = append(exprs, awaitedEvent{"", x})
			}
		}
		for _, x := range s.Capture {
			exprs = append(exprs, awaitedEvent{"", x.Expr})
		}
		for _, e := range exprs {
			w.mistakenIn(e, e.Tree())
		}
		if s.Params != nil && s.Params.node != nil && s.Verb.Params != nil {
			idsIn(s.Verb.Params, s.Params.node, func(call bool, n *yaml.Node) {
				name := ""
				if m := wholeReference.FindStringSubmatch(n.Value); m != nil {
					name = m[1]
				}
				c := w.constants[name]
				at, length, part := Pos{File: s.Pos.File, Line: n.Line, Col: n.Column}, utf8.RuneCountInString(n.Value), ""
				if c.given && len(c.at) > 0 {
					at, length, part = c.at[0].Pos, c.at[0].length, fmt.Sprintf("as %s, for %s in %s:%d, ", c.what, s.Verb.Name, s.Pos.File, n.Line)
				}
				if whose := w.person(name, n.Value); whose != "" {
					w.mistake(call, at, length, part, whose)
				} else if c.given {
					w.noCall(at, length, c)
				}
			})
		}
		for _, in := range s.Inner {
			w.mistakenBlock(in.Steps)
		}
	}
}

// person says whose id a name holds, or a text is; "": nobody's, as far as the file shows.
func (w *whoWalk) person(name, text string) string {
	if whose := w.persons["name "+name]; name != "" && whose != "" {
		return whose
	}
	texts := []string{text}
	if name != "" {
		texts = w.constants[name].texts()
	}
	whose := ""
	for _, text := range texts {
		if whose = w.persons[canonical(text)]; whose == "" {
			return ""
		}
	}
	return whose
}

// mistakenIn looks for call.id == person, operation.id == person and calls[person], anywhere in an expression.
func (w *whoWalk) mistakenIn(e awaitedEvent, n *expr.Node) {
	if n == nil {
		return
	}
	if len(n.Parts) == 2 && (n.Op == "==" || n.Op == "!=" || n.Op == "index") {
		for i, side := range n.Parts {
			w.comparedID(e, side, n.Parts[1-i])
			switch {
			case n.Op == "index" && i == 0 && side.Path == "calls", n.Op != "index" && (side.Path == "call.id" || side.Path == "operation.id"):
				other := n.Parts[1-i]
				text, _ := other.Literal.(string)
				if whose := w.person(other.Path, text); whose != "" {
					at, shown := e.Part(other)
					w.mistake(side.Path != "operation.id", at, utf8.RuneCountInString(shown), e.partText(), whose)
				}
			}
		}
	}
	if n.Each != nil {
		w.mistakenIn(e, n.Each.List)
		w.mistakenIn(e, n.Each.Body)
	}
	for _, p := range n.Parts {
		w.mistakenIn(e, p)
	}
}

// numberLike is a number that somebody has written as one dials it.
var numberLike = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{2,}$`)

// comparedID reports somebody's id that is compared with what it never is: a number in another form, or a person's name.
func (w *whoWalk) comparedID(e awaitedEvent, side, other *expr.Node) {
	m := personPath.FindStringSubmatch(side.Path)
	if m == nil {
		return
	}
	texts := w.constants[other.Path].texts()
	if text, ok := other.Literal.(string); ok {
		texts = []string{text}
	}
	at, shown := e.Part(other)
	p := Problem{Pos: at, Len: utf8.RuneCountInString(shown), Severity: SeverityError}
	for _, text := range texts {
		switch {
		case m[2] == "phone" && numberLike.MatchString(text) && !e164Form.MatchString(text):
			p.Code, p.Hint = "bad-format", idForms["e164"].hint
			p.Text = fmt.Sprintf("%sa telephone's id is compared with %q, which is not in E.164 form: that never is the same", e.partText(), text)
		case m[2] != "phone" && w.people[text] != nil && other.Literal != nil:
			p.Code, p.Hint = "plain-name", "write their id, or the name of the var that holds it"
			p.Text = fmt.Sprintf("%san id is compared with %q, which is the name of a person in simulate.people", e.partText(), text)
		default:
			w.awaitsNobody(e, side, other, m[2], text)
			continue
		}
		w.report(p)
		return
	}
}

// noCall reports what is given to an included file as the id of a call or an operation, and cannot be one: a telephone number,
// or a name in place of its value.
func (w *whoWalk) noCall(at Pos, length int, c constant) {
	for i := range c.values {
		text := c.text(i)
		p := Problem{Pos: at, Len: length, Code: "wrong-id", Text: fmt.Sprintf("%s is the id of a call or an operation there, and this is the telephone number %s", c.what, text)}
		switch {
		case w.checker.named[at.File][text].what != "":
			p.Code, p.Hint = "plain-name", "write ${{ "+text+" }}"
			p.Text = fmt.Sprintf("this is the text %q, not the value of the name %s", text, text)
		case !e164Form.MatchString(text):
			continue
		}
		w.report(p)
	}
}

func (w *whoWalk) mistake(call bool, at Pos, length int, part, whose string) {
	what, hint := "a call's id", "capture call.id of the step that makes or claims the call, and write that name"
	if !call {
		what, hint = "an operation's id", "capture operation.id of the step that begins it, and write that name"
	}
	w.report(Problem{Pos: at, Len: length, Code: "wrong-id", Severity: SeverityError,
		Text: fmt.Sprintf("%s%s is wanted, and this is a person's: that of %s", part, what, whose), Hint: hint})
}
