package schema

import (
	"testing"
)

const seedFlow = `name: Move a caller's 1:1 call into a channel meeting
description: >
  A caller rings the bot.
tags: [transfer, replaces]
timeout: 2m

vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
  tenant: 49bfc225-8482-4ab8-94e7-76b48fdb9849

simulate:
  people:
    carol: {id: "${{ caller }}"}
    fred: {answers: never}
  script:
    - dial: {from: carol, to: bot, modalities: [audio, video]}

steps:
  - await: call.state == "incoming" && call.source.identity.user.id == caller
    timeout: 15s
    capture: {p2pCall: call.id}

  - createCall:
      subject: Test call
      requestedModalities: []
      tenantId: ${{ tenant }}
    capture: {meetingCall: call.id}

  - id: move
    invite:
      call: ${{ meetingCall }}
      participants:
        - identity: {user: {id: "${{ caller }}"}}
          replacesCallId: ${{ p2pCall }}
    until: accepted
    retry: {attempts: 4, initialInterval: 500ms, maxInterval: 8s}
    capture: {inviteOperation: operation.id}

  - await:
      from: move
      all:
        completed: operation.id == inviteOperation && operation.status == "completed"
        joined: any(participants, .identity.user.id == caller)
        released: call.id == p2pCall && call.state == "terminated"
      never: call.id == meetingCall && call.state == "terminated"
    timeout: 30s
`

func TestSeedFlowIsRight(t *testing.T) {
	plan, ps := Check(Source{Name: "seed.yaml", Text: []byte(seedFlow)}, smallVocabulary())
	for _, p := range ps {
		t.Error(p, p.Hint)
	}
	if plan == nil {
		t.Fatal("no plan")
	}
	params, err := plan.Steps[2].Params.Build(map[string]any{"meetingCall": "m", "caller": "c", "p2pCall": "p"})
	if err != nil {
		t.Fatal(err)
	}
	p := params.(*inviteParams)
	if p.Call != "m" || p.Participants[0].ReplacesCallID != "p" || p.Participants[0].Identity.User.ID != "c" {
		t.Errorf("built %+v", p)
	}
}
