package steps_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"callflow/schema"
	"callflow/steps"
)

// ringIn and callers are a file to include, and rows of a matrix, that are used as several kinds of values.
const ringIn = `name: Ring somebody
vars: {leg: , guest: , number: "+15551234567", wait: 5s, media: [audio]}
steps:
  - sleep: ${{ wait }}
  - hangUp: ${{ leg }}
  - createCall:
      targets: [{identity: {user: {id: "${{ guest }}"}}}]
      requestedModalities: ${{ media }}
  - createCall:
      source: {identity: {applicationInstance: {id: 7c1b8e1c-9a9f-4f8b-9d6a-1e8e5a1f0c11}}}
      targets: [{identity: {phone: {id: "${{ number }}"}}}]
`

const includesRing = `name: Include it
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}
    phil: {phone: "+15551234567"}
steps:
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - answer: ${{ leg }}
  - include:
      file: ring.yaml
      with:
        leg: ${{ leg }}
        guest: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
        wait: 2s
`

const rowsUsed = `name: Rows
matrix: rows.csv
simulate:
  people:
    carol: {id: "${{ matrix.who }}", answers: "${{ matrix.answers }}"}
    phil: {phone: "${{ matrix.number }}", declines: "${{ matrix.wait }}"}
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ matrix.who }}"}}}]
      requestedModalities: ["${{ matrix.media }}"]
    timeout: ${{ matrix.wait }}
    retry: {attempts: "${{ int(matrix.times) }}"}
  - if: matrix.media == "audio"
    sleep: ${{ matrix.pause }}
`

const rowsCSV = "name,who,number,answers,wait,times,media,pause\n" +
	"one,8a34a46b-3d17-4adc-8dce-dc4e7d572698,+15551234567,never,70s,2,audio,1s\n" +
	"two,8a34a46b-3d17-4adc-8dce-dc4e7d572698,+15551234567,2s,70s,2,video,no pause\n"

// TestMistakesOfValues: what an included file is given, and what stands in the rows of a matrix, is held against its use.
func TestMistakesOfValues(t *testing.T) {
	check := func(scenario, rows string) schema.Problems {
		files := fstest.MapFS{"ring.yaml": {Data: []byte(ringIn)}, "rows.csv": {Data: []byte(rows)}}
		_, ps := schema.Check(schema.Source{Name: "s.yaml", Text: []byte(scenario), FS: files}, steps.Vocabulary())
		return ps
	}
	for _, m := range []struct{ scenario, old, new, want, hint string }{
		{includesRing, "", "", "", ""},
		{rowsUsed, "", "", "", ""},
		{includesRing, "wait: 2s", "wait: 5 seconds", `s.yaml:15:15: the var wait of ring.yaml does not fit sleep in ring.yaml:4: "5 seconds" is not a duration`, "15s"},
		{includesRing, "wait: 2s", "wait: 5", `s.yaml:15:15: this is a number; the var wait of ring.yaml is a string`, "write 5s or 5ms"},
		{includesRing, "wait: 2s", "media: [sound]", `s.yaml:15:16: the var media of ring.yaml does not fit createCall in ring.yaml:8: [0]: "sound" is none of audio`, ""},
		{includesRing, "wait: 2s", `number: "0301234"`, `s.yaml:15:17: the var number of ring.yaml is "0301234", which is not a telephone number in E.164 form, as createCall in ring.yaml:11 wants`, "+15551234567"},
		{includesRing, "wait: 2s", `number: "+15551234568"`, `s.yaml:15:17: nobody in simulate.people has the number +15551234568, whom createCall in ring.yaml:11 wants to reach`, "did you mean phil, +15551234567?"},
		{includesRing, "guest: 8a34a46b-3d17-4adc-8dce-dc4e7d572698", "guest: 42", `s.yaml:14:16: the var guest of ring.yaml is "42", which is not a GUID, as createCall in ring.yaml:7 wants`, "write the whole id"},
		{includesRing, "guest: 8a34a46b-3d17-4adc-8dce-dc4e7d572698", "guest: carol", `s.yaml:14:16: the var guest of ring.yaml is "carol", which is not a GUID`, "write their id"},
		{includesRing, "leg: ${{ leg }}", "leg: leg", `s.yaml:13:14: this is the text "leg", not the value of the name leg`, "write ${{ leg }}"},
		{includesRing, "leg: ${{ leg }}", "leg: 8a34a46b-3d17-4adc-8dce-dc4e7d572698", `s.yaml:13:14: as the var leg of ring.yaml, for hangUp in ring.yaml:5, a call's id is wanted, and this is a person's`, "capture call.id"},
		{includesRing, "leg: ${{ leg }}", `leg: "+15557654321"`, `s.yaml:13:14: the var leg of ring.yaml is the id of a call or an operation there, and this is the telephone number +15557654321`, ""},
		{includesRing, "leg: ${{ leg }}", "leg: [a]", `s.yaml:13:14: the var leg of ring.yaml does not fit hangUp in ring.yaml:5: ["a"] is not a string`, ""},
		{rowsUsed, "8a34a46b-3d17-4adc-8dce-dc4e7d572698,+15551234567,2s", "8a34a46b-3d17-4adc-8dce-dc4e7d57269,+15551234567,2s", `rows.csv:3:5: the matrix's who is "8a34a46b-3d17-4adc-8dce-dc4e7d57269", which is not a GUID, as simulate in s.yaml:5 wants`, "whole id"},
		{rowsUsed, "+15551234567,2s", "5551234567,2s", `rows.csv:3:42: the matrix's number is "5551234567", which is not a telephone number in E.164 form, as simulate in s.yaml:6 wants`, ""},
		{rowsUsed, ",2s", ",maybe", `rows.csv:3:55: the matrix's answers does not fit simulate in s.yaml:5: "maybe" is neither never nor a duration`, "write never"},
		{rowsUsed, "2s,70s", "2s,70 s", `rows.csv:3:58: the matrix's wait does not fit simulate in s.yaml:6: "70 s" is not a duration`, ""},
		{rowsUsed, "2,video", "two,video", `rows.csv:3:62: the matrix's times does not fit createCall in s.yaml:12: int: "two" is not a whole number`, ""},
		{rowsUsed, "2,video", "2,sound", `rows.csv:3:64: the matrix's media does not fit createCall in s.yaml:10: "sound" is none of`, ""},
		{rowsUsed, "audio,1s", "audio,1", `rows.csv:2:73: the matrix's pause does not fit sleep in s.yaml:14: the duration "1" has no unit`, "write 1s or 1ms"},
	} {
		t.Run(m.new, func(t *testing.T) {
			scenario, rows := strings.Replace(m.scenario, m.old, m.new, 1), strings.Replace(rowsCSV, m.old, m.new, 1)
			if m.old != "" && scenario == m.scenario && rows == rowsCSV {
				t.Fatalf("nothing has %q", m.old)
			}
			ps := check(scenario, rows)
			if m.want == "" {
				if len(ps) > 0 {
					t.Errorf("a right one is wrong: %s", ps.Error())
				}
				return
			}
			if len(ps) != 1 {
				t.Fatalf("%d problems:\n%s", len(ps), ps.Error())
			}
			if got := fmt.Sprintf("%s: %s", ps[0].Pos, ps[0].Text); !strings.HasPrefix(got, m.want) || !strings.Contains(ps[0].Hint, m.hint) {
				t.Errorf("%s (%s)\nwant %s (%s)", got, ps[0].Hint, m.want, m.hint)
			}
		})
	}
}
