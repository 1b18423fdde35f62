package steps

import (
	"maps"
	"slices"

	"callflow/internal/world"
	"callflow/schema"
)

// checkScene looks at the section simulate by itself; who is named in it is checked by the tags of its fields.
func checkScene(scene any) (findings []schema.Finding) {
	for _, p := range scene.(*world.Scene).Problems() {
		findings = append(findings, schema.Finding{Path: p.Path, Text: p.Text})
	}
	return findings
}

// Dials says whether a scene, or the verb simulate, may let somebody call the bot: by dialling, by a call that goes on to the
// bot, or because it records who is called.
func Dials(what any) bool {
	switch what := what.(type) {
	case *world.Scene:
		toBot := func(name string) bool { _, person := what.People[name]; return !person }
		for _, name := range slices.Sorted(maps.Keys(what.People)) {
			if p := what.People[name]; p.Forwards != nil && toBot(p.Forwards.To) || p.AlsoRings != "" && toBot(p.AlsoRings) || p.RecordedBy != nil {
				return true
			}
		}
		return slices.ContainsFunc(what.Script, func(a world.Action) bool {
			return a.Dial != nil && toBot(a.Dial.To) || a.Deed == (world.Deed{}) // which could not be read
		})
	case *simulateParams:
		return what.Dial != nil
	}
	return false
}

var sceneExamples = []schema.Example{
	{Text: "Carol calls the bot at the start and hangs up after half a minute. Everybody is called by a name of your choice; who has no\n`id` gets one that follows from the name, and who is told nothing answers after a second.", YAML: `vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
simulate:
  people:
    carol: {id: "${{ caller }}", displayName: Carol}
  script:
    - dial: {from: carol, modalities: [audio]}
    - {at: 30s, hangUp: carol}
steps:
  - await: call.state == "incoming" && call.source.identity.user.id == caller
    capture: {leg: call.id}
  - answer: ${{ leg }}
  - await: call.id == leg && call.state == "terminated"
    timeout: 40s`},
	{Text: "The ways to react to a call, each of one person; \"until: terminated\" expects that nobody was reached. The verb `simulate`\ndoes one action in the middle of a scenario.", YAML: `vars:
  gus: 550fae72-d251-43ec-868c-373732c2704f
  phil: "+15551234567"
simulate:
  people:
    gus: {id: "${{ gus }}", busy: true}
    dora: {declines: {after: 3s}}
    fred: {answers: never}                         # rings out
    vera: {voicemail: {after: 20s}}                # looks like an answer
    erin: {answers: {after: 2s}, hangsUp: {after: 1m}}
    phil: {phone: "${{ phil }}"}                   # on the telephone network; answers after a second
steps:
  - createCall: {targets: [{identity: {user: {id: "${{ gus }}"}}}]}
    until: terminated
    expect: resultInfo.code == 480
  - createCall:
      source: {identity: {applicationInstance: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}
      targets: [{identity: {phone: {id: "${{ phil }}"}}}]
    capture: {leg: call.id}
  - simulate: {hangUp: phil}
  - await: call.id == leg && call.state == "terminated"`},
	{Text: "Faults: the first two invites are throttled, and the news that the call has ended is lost on the way. `match` is an\nexpression over the event; it sees no vars.", YAML: `vars:
  carol: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
simulate:
  people:
    carol: {id: "${{ carol }}"}
    dora: {id: 550fae72-d251-43ec-868c-373732c2704f}
  faults:
    - {fault: invite, status: 429, retryAfter: 2s, times: 2}
    - {fault: notification, match: call.state == "terminated", drop: true}
steps:
  - createCall: {targets: [{identity: {user: {id: "${{ carol }}"}}}]}
    capture: {leg: call.id}
  - invite:
      call: ${{ leg }}
      participants: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}]
    retry: {attempts: 3}
    expect: attempts == 3
  - hangUp: ${{ leg }}
    until: accepted
  - expectNone: {match: call.id == leg && call.state == "terminated", for: 5s}`},
}
