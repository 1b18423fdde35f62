package cli

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"callflow/schema"
	"callflow/steps"
)

// A piece is a part of the scenario around the examples of the documentation, and what it makes known there.
type piece struct {
	names string // vars, captured names and ids of steps
	needs string // of earlier pieces
	vars  string
	steps string
}

// around is what may stand before an example, in this order. An example gets what it uses.
var around = []piece{
	{names: "caller", vars: `
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698`},
	{names: "p2pCall", steps: `
- await: call.state == "incoming" && call.source.identity.user.id == "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
  capture: {p2pCall: call.id}` + answered},
	{names: "meetingCall", steps: `
- createCall:
    requestedModalities: []
    chatInfo: {threadId: "19:meeting@thread.v2"}
    meetingInfo: {organizer: {user: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}
  capture: {meetingCall: call.id}`},
	{names: "move inviteOperation", needs: "meetingCall p2pCall", steps: `
- id: move
  invite:
    call: ${{ meetingCall }}
    participants: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}, replacesCallId: "${{ p2pCall }}"}]
  until: accepted
  capture: {inviteOperation: operation.id}`},
	inMeeting("Carol"), inMeeting("Dora"), inMeeting("Fred"),
	{names: "session", needs: "meetingCall", steps: `
- listContentSharingSessions: ${{ meetingCall }}
  capture: {session: contentSharingSessions[0].id}`},
}

// answered is left out before an example that answers, rejects or redirects the call itself.
const answered = "\n- answer: ${{ p2pCall }}"

func inMeeting(who string) piece {
	name := strings.ToLower(who) + "InMeeting"
	return piece{names: name, needs: "meetingCall", steps: `
- listParticipants: ${{ meetingCall }}
  capture: {` + name + `: find(participants, .info.identity.user.displayName == "` + who + `").id}`}
}

// An extract is a piece of a scenario in the documentation, with what stands around it.
type extract struct {
	text   string
	top    bool // its keys are those of a scenario, and not of steps
	beside fs.FS

	names []string // what it uses of around
	rings bool     // its call is not answered yet
	long  bool     // the scenario takes longer than usual
	after string   // steps that use what it captures
	first int      // the line of the text in the whole
}

var (
	unknownName = regexp.MustCompile(`^(?:unknown name|there is no step) "(\w+)"`)
	unusedName  = regexp.MustCompile(`^nothing uses the \w+ name (\w+)`)
)

// check finds the problems of an extract at the lines of its own, warnings too. What it takes for granted is put before it, and
// what it yields is used after it.
func (e *extract) check() schema.Problems {
	for {
		source := schema.Source{Name: "example.yaml", Text: []byte(e.scenario()), FS: e.beside}
		_, all := schema.Check(source, steps.Vocabulary())
		var own schema.Problems
		more := false
		for _, p := range all {
			if p.Line >= e.first && p.Line < e.first+strings.Count(e.text, "\n") {
				own = append(own, p)
				more = e.complete(p) || more
			}
		}
		if !more {
			return own
		}
	}
}

// complete puts around an extract what a problem says is missing.
func (e *extract) complete(p schema.Problem) bool {
	if m := unknownName.FindStringSubmatch(p.Text); m != nil {
		return e.add(m[1])
	}
	if m := unusedName.FindStringSubmatch(p.Text); m != nil {
		use := "- log: ${{ " + m[1] + " }}\n"
		known := strings.Contains(e.after, use)
		e.after += use
		return !known
	}
	switch {
	case p.Code == "call-not-incoming" && !e.rings:
		e.rings = true
		return true
	case p.Code == "timeout-too-short" && !e.long:
		e.long = true
		return true
	}
	return p.Code == "await-unsatisfiable" && e.add("p2pCall")
}

func (e *extract) add(name string) bool {
	if slices.Contains(e.names, name) {
		return false
	}
	for _, p := range around {
		if slices.Contains(strings.Fields(p.names), name) {
			e.names = append(e.names, name)
			for _, n := range strings.Fields(p.needs) {
				e.add(n)
			}
			return true
		}
	}
	return false
}

// scenario is the whole around an extract.
func (e *extract) scenario() string {
	var vars, before strings.Builder
	for _, p := range around {
		if slices.ContainsFunc(strings.Fields(p.names), func(name string) bool { return slices.Contains(e.names, name) }) {
			vars.WriteString(p.vars)
			if e.rings {
				p.steps = strings.TrimSuffix(p.steps, answered)
			}
			before.WriteString(p.steps)
		}
	}
	var b strings.Builder
	b.WriteString("name: example\n")
	if e.long {
		b.WriteString("timeout: 2h\n")
	}
	if vars.Len() > 0 {
		b.WriteString("vars:" + vars.String() + "\n")
	}
	if e.top {
		e.first = 1 + strings.Count(b.String(), "\n")
		b.WriteString(e.text + "steps:\n- log: nothing\n")
		return b.String()
	}
	b.WriteString("steps:" + before.String() + "\n")
	e.first = 1 + strings.Count(b.String(), "\n")
	b.WriteString(e.text + e.after)
	return b.String()
}
