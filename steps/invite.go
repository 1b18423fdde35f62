package steps

import (
	"errors"
	"fmt"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
)

type inviteParams struct {
	Call string `json:"call" required:"true" call:"true" doc:"The call to invite them to."`
	graph.InviteBody
	Settle *time.Duration `json:"settle" doc:"How long the roster may take, once the operation completed, to show who was invited; 5s when absent. 0s: it is not looked at. Not sent."`
}

type inviteOutputs struct {
	operationOutputs
	Joined []graph.Object[graph.Participant] `json:"joined" doc:"Those of the invited whom the roster shows: their id is the participant's, for verbs that act on one."`
}

var invite = Define[inviteParams, inviteOutputs](schema.Verb{
	Name:    "invite",
	Summary: "invite participants to a call, also by replacing a call they are in",
	Detail: "With `replacesCallId` the participant is moved out of that call into this one: their old call ends by itself, and\n" +
		"its end is an event of its own that comes after `completed`. Only the first participant's is read. It takes a\n" +
		"call's id or its `/…/calls/id` path.\n\n" +
		"An invited person rings for up to 60 s. `clientContext` is generated when absent.\n\n" +
		"**completed** is not taken at its word: the service was seen to complete invitations that nobody had accepted, and some\n" +
		"whose participant never came. So, once the operation completed, the step waits until the roster shows somebody who was\n" +
		"invited, at most for `settle` (5 s). If none comes it reads the roster. A roster without them is a contradiction, and\n" +
		"the step fails (`not_on_roster`) with what speaks for and against it. Where no roster came and none can be read, the\n" +
		"step passes with a warning. Those who are `hidden` are not looked for. Waiting claims nothing: a later await may still\n" +
		"have the roster's event.\n\n" +
		"Somebody whom the roster shows with no media stream at all has not accepted: `ghost_participant`. Whose media it does not\n" +
		"tell of is taken to be there.\n\n" +
		"Somebody on the roster whose `endpointType` is `voicemail` has not answered: `voicemail_suspected`.",
	Role:     schema.Acts,
	Goals:    operationGoals,
	Operates: true,
	Groups:   true,
	Example: `invite:
  call: ${{ meetingCall }}
  participants:
    - identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}
      replacesCallId: ${{ p2pCall }}`,
	Check: func(params any, at func(...string) schema.Pos, report func(schema.Problem)) {
		c := checker{at, report}
		p := params.(*inviteParams)
		if p.Participants != nil && len(p.Participants) == 0 {
			c.problem("participants is empty: nobody would be invited", "participants")
		}
		c.atMost(len(p.Participants), 5, "participants")
		bots := 0
		for i := range p.Participants {
			n := fmt.Sprint(i)
			if c.has("participants", n, "identity", "application") {
				if bots++; bots == 2 {
					c.problem("the service takes one bot in an invite: invite this one in a step of its own", "participants", n, "identity", "application")
				}
			}
			c.identity(p.Participants[i].Identity, "participants", n)
			if i > 0 && c.has("participants", n, "replacesCallId") {
				c.problem("replacesCallId is read on the first participant only: invite this one in a step of its own", "participants", n, "replacesCallId")
			}
		}
		c.context(p.ClientContext)
		c.settle(p.Settle)
	},
}, runInvite)

func runInvite(env Env, p *inviteParams) (Outputs, error) {
	for i := range p.Participants {
		p.Participants[i].ReplacesCallID = graph.CanonicalID(p.Participants[i].ReplacesCallID)
	}
	p.ClientContext = contextOf(env, p.ClientContext)
	out, err := operate(env, graph.Command{Op: "invite", Call: p.Call, Body: &p.InviteBody}, p.ClientContext)
	if err == nil && env.Goal() == completed {
		err = invited(env, p, out)
	}
	return out, err
}

// invited checks a completed invitation against the roster.
func invited(env Env, p *inviteParams, out Outputs) error {
	c := &rosterCheck{call: graph.CanonicalID(p.Call), there: true, settle: settleTime(p.Settle),
		said: Fact{At: env.Host().Now(), Text: "operation completed"}}
	for i := range p.Participants {
		if who := &p.Participants[i]; who.Hidden == nil || !*who.Hidden {
			c.who = append(c.who, who.Identity)
		}
	}
	operation := text(object(out["operation"])["id"])
	for _, e := range env.Events(true) {
		if e.Kind == graph.KindOperation && e.OperationID == operation && text(object(e.View["operation"])["status"]) == graph.StatusCompleted {
			c.said = Fact{At: e.At, Event: e.Seq, Text: "operation completed"}
		}
	}
	err := c.run(env)
	if len(c.present) > 0 {
		out["joined"] = c.present
	}
	var told *FailureError
	if errors.As(err, &told) && len(p.Participants) > 0 && p.Participants[0].ReplacesCallID != "" {
		leg, up := replacedLeg(env, p.Participants[0].ReplacesCallID)
		told.Failure.Facts = append(told.Failure.Facts, leg)
		if up && told.Failure.Reason == NotOnRoster {
			told.Failure.Hints[0] = "the call to be replaced still is up: who was invited is on that one, with the bot, and can be invited again"
		}
	}
	if err == nil {
		err = voicemail(env, c.present)
	}
	return err
}

// replacedLeg says how it stands with a call that was to be replaced: what was notified of it, else what reading it shows.
func replacedLeg(env Env, id string) (fact Fact, up bool) {
	for _, e := range env.Events(false) {
		if e.CallID == id && e.Kind == graph.KindCall && e.Ended() {
			return Fact{At: e.At, Event: e.Seq, Text: legText(env, id) + ", to be replaced, has ended"}, false
		}
	}
	f := Fact{At: env.Host().Now(), Text: legText(env, id) + ", to be replaced: no end was notified"}
	reply, err := env.Ask(graph.Command{Op: "getCall", Call: id})
	switch {
	case err != nil:
	case reply.Error != nil:
		f.Text += fmt.Sprintf(", and reading it is refused with %d", reply.Status)
	default:
		f.Text = legText(env, id) + ", to be replaced, still is " + text(reply.Call["state"])
		up = text(reply.Call["state"]) == graph.StateEstablished
	}
	return f, up
}

// voicemail fails if one who joined is a voicemail.
func voicemail(env Env, joined []map[string]any) error {
	for _, p := range joined {
		info := object(p["info"])
		if text(info["endpointType"]) != "voicemail" {
			continue
		}
		return &FailureError{Failure: &Failure{Kind: "contradiction", Reason: VoicemailSuspected,
			Text:  "the operation completed, but it is a voicemail that joined: " + graph.PersonName(p),
			Facts: []Fact{{At: env.Host().Now(), Text: "the roster shows " + graph.PersonName(p) + " with endpointType voicemail"}}}}
	}
	return nil
}
