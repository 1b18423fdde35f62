package steps_test

import "testing"

// TestMistakesToldOnce: what depends on one of these is not told as well.
func TestMistakesToldOnce(t *testing.T) {
	const matrix = "name: Carol is put through to Dora\n"
	checkMistakes(t, []mistake{
		{"    capture: {leg: call.id}", "    capture: {leg: call}", "20:15", "leg is an object; line 22 needs its id", "write leg: call.id"},
		{"    capture: {leg: call.id}", "    capture: {call.id: leg}", "20:15", `"call.id" is not a name`, "write leg: call.id"},
		{matrix, matrix + "matrix:\n  includes: [{who: a}]\nnever: matrix.who == \"b\" && call.id == \"x\"\n", "3:3", `unknown key "includes"`, "did you mean include?"},
		{matrix, matrix + "strategy: {matrix: {who: [a]}}\nnever: matrix.who == \"b\" && call.id == \"x\"\n", "2:1", `unknown key "strategy"`, "did you mean matrix?"},
		{matrix, matrix + "matrix:\n  include: [{way: a, agent: b}, {way: c, agnet: d}]\nnever: matrix.agent == \"x\" && matrix.way == \"x\"\n", "3:42", `unknown key "agnet"`, "did you mean agent?"},
		{"  - getCall: ${{ leg }}\n    capture:\n      state: call.state\n", "  - id: move\n    getCall: ${{ leg }}\n    capture:\n      state: call.state\n  - if: steps.got.outcome == \"completed\"\n    log: got it\n", "34:9", `the id "move" is already`, ""},
		{"    expect: resultInfo.code == 0", "    expect: calls.length == 2", "33:19", `calls has no field "length"`, "write len(calls)"},
		{"  - if: state == \"established\"", "  - if: steps.get.outcome == \"ok\" && state == \"established\"", "40:9", `no step before this one has the id "get"`, ""},
	})
}
