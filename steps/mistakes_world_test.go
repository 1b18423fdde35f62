package steps_test

import "testing"

// TestMistakesOfWorld: people, what they do, and words of other tools where the simulated world is described.
func TestMistakesOfWorld(t *testing.T) {
	const people = "    carol: {id: \"${{ caller }}\", displayName: Carol}\n    dora:\n      id: ${{ dora }}\n      answers: {after: 3s}\n"
	checkMistakes(t, []mistake{
		{people, "    - carol: {id: \"${{ caller }}\"}\n    - dora: {id: \"${{ dora }}\"}\n", "8:5", "this is a list; a mapping of names", "leave out the dashes: write carol: …"},
		{people, "    - {name: carol, id: \"${{ caller }}\"}\n    - {name: dora, id: \"${{ dora }}\"}\n", "8:5", "this is a list; a mapping of names", "the name is the key: write carol: {…}"},
		{"people:\n" + people, "people: [carol, dora]\n", "7:11", "this is a list; a mapping of names", "write carol: {…}"},
		{"{after: 3s}", "no", "11:16", `"no" is neither never nor a duration`, "write never, or a duration: 2s"},
		{"{after: 3s}", "true", "11:16", `"true" is neither never nor a duration`, "write never, or a duration: 2s"},
		{"{after: 3s}", "nevr", "11:16", `"nevr" is neither never nor a duration`, "did you mean never?"},
		{"{after: 3s}", "3", "11:16", `"3" is neither never nor a duration`, "write 3s or 3ms"},
		{"answers: {after: 3s}", "busy: yes", "11:13", `"yes" is not true or false`, "write true or false"},
		{"answers: {after: 3s}", "tenantId: contoso.com", "11:17", `"contoso.com" is not a GUID`, "8a34a46b"},
		{`id: "${{ dora }}"}`, `id: "${{ dora }}", tenantId: contoso.com}`, "30:56", `"contoso.com" is not a GUID`, "8a34a46b"},
		{"dial: {from: carol}", "{dial: {from: carol}, at: 3}", "13:33", `the duration "3" has no unit`, "write 3s or 3ms"},
		{"dial: {from: carol}", "dial", "13:7", "this is a single value", "write dial: …"},
		{"when: response.status == 503", "when: [429]", "32:32", "this is a list; one expression", "write response.status == 429"},
		{"when: response.status == 503", "when: [429, 503]", "32:32", "this is a list; one expression", "write response.status in [429, 503]"},
		{"when: response.status == 503", "when: status == 429", "32:32", `unknown name "status"`, "write response.status"},
		{rightAwait, "info.identity.user.id == caller", "19:12", `unknown name "info": each of participants has it`, "write any(participants, .info.identity.user.id == …)"},
		{rightAwait, `call.state == "incoming" && call.source.identity.user.id == "8a34a46b-3d17-4adc-8dce-dc4e7d572699"`, "19:72", "nobody in simulate.people has the id 8a34a46b-3d17-4adc-8dce-dc4e7d572699", "did you mean carol, 8a34a46b-3d17-4adc-8dce-dc4e7d572698?"},
		{rightAwait, `call.state == "incoming" && call.source.identity.user.id == "112f7296-5fa4-42ca-bae8-6a692b15d4b8"`, "19:72", "nobody in simulate.people has the id 112f7296", "there are carol and dora"},
		{`user: {id: "${{ dora }}"}`, "user: {id: 550fae72-d251-43ec-868c-373732c2704e}", "30:31", "nobody in simulate.people has the id 550fae72-d251-43ec-868c-373732c2704e", "did you mean dora, 550fae72-d251-43ec-868c-373732c2704f?"},
		{`user: {id: "${{ dora }}"}`, "user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}", "30:31", "nobody in simulate.people has the id 112f7296", "a simulated world that names people has nobody else"},
		{rightAwait, "source.user.id == caller", "19:12", `unknown name "source"`, "call.source.identity.user.id"},
		{rightAwait, "call.source.identity.user.id == secrets.pin", "19:44", "there is no secrets here", "without secrets."},
	})
}
