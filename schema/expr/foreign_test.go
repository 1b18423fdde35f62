package expr

import (
	"fmt"
	"testing"

	"callflow/schema/problem"
)

// What other languages write gets one problem where it stands, and the line to write.
func TestForeign(t *testing.T) {
	tests := []struct {
		text string
		at   string // column+length
		hint string
	}{
		// Quotes.
		{`call.state == "incoming`, "15+9", `write "incoming"`},
		{`call.state == 'incoming and flag`, "15+18", `write 'incoming'`},
		{`call.state == "incoming and op == "x"`, "15+21", `write "incoming"`},
		{`call.state == incoming"`, "15+9", `write "incoming"`},
		{`op == 'Carol's call'`, "7+7", `write "Carol's call"`},
		{`op == “x”`, "7+3", `write "x"`},
		{`op == "x”`, "7+3", `write "x"`},
		{`op == '${{ p2pCall }}'`, "7+16", "write p2pCall, without quotes"},
		{`op == "${p2pCall}"`, "7+12", "write p2pCall, without quotes"},
		{`op == "to ${{ p2pCall }}"`, "7+19", `join texts with +, as "call " + string(p2pCall)`},

		// Tests in words.
		{`call.resultInfo exists`, "17+6", "write call.resultInfo != nil"},
		{`call.resultInfo is defined`, "17+10", "write call.resultInfo != nil"},
		{`flag and call.resultInfo is not defined`, "26+14", "write call.resultInfo == nil"},
		{`people is empty`, "8+8", "write len(people) == 0"},
		{`call.state is not "terminated"`, "12+6", `write call.state != "terminated"`},
		{`call.state not "terminated"`, "12+3", `write call.state != "terminated"`},
		{`call.state IS "terminated" and flag`, "12+2", `write call.state == "terminated"`},
		{`n ge 400`, "3+2", "write n >= 400"},
		{`n between 400 and 499`, "3+7", "write n in 400..499"},
		{`n == 4xx`, "6+3", "write n in 400..499"},
		{`op does not contain "x"`, "4+16", `write op not contains "x"`},
		{`op begins with "x"`, "4+11", `write op startsWith "x"`},
		{`op like "x%"`, "4+4", `write op startsWith "x"`},
		{`op !contains "x"`, "4+9", "write not contains"},
		{`flag And flag`, "6+3", "write and"},
		{`flag xor n == 1`, "6+3", "write (flag) != (n == 1)"},
		{`not "x"`, "5+3", `compare something with it: … == "x"`},
		{`not call.state == "incoming"`, "1+3", `write call.state != "incoming"`},
		{`!op in ["a"]`, "1+1", `write op not in ["a"]`},
		{`if flag then true else false`, "1+2", "write flag ? true : false"},
		{`return flag`, "1+6", "leave out return"},
		{"flag\nn == 1", "6+1", "write and before n"},
		{`flag, n == 1`, "5+1", "write and, or or"},
		{`call.state or "x"`, "1+17", `write call.state ?? "x" for a value where there may be none`},
		{`flag == TRUE`, "9+4", "write true"},
		{`op == NULL`, "7+4", "write nil"},
		{`flag == yes`, "9+3", "write true"},

		// Lists.
		{`call.state in ("incoming","established")`, "15+26", `write in ["incoming", "established"]`},
		{`call.state in "incoming", "established"`, "15+25", `write in ["incoming", "established"]`},
		{`call.state in ("incoming")`, "12+2", `write call.state in ["incoming"]`},
		{`call.state == ["incoming"]`, "12+2", `write call.state in ["incoming"]`},
		{`["incoming"] != call.state`, "14+2", `write call.state not in ["incoming"]`},
		{`participants[*].info == nil`, "13+3", "write any(participants, .info == nil)"},
		{`participants.length > 1`, "14+6", "write len(participants)"},
		{`participants.size() > 1`, "14+4", "write len(participants)"},
		{`call.state.length > 1`, "12+6", "write len(call.state)"},
		{`participants.some(p => p.info != nil)`, "19+4", "write any(participants, .info != nil)"},
		{`any(people, p => p == "x")`, "13+4", `write any(people, # == "x")`},
		{`any(p in participants, p.info != nil)`, "5+1", "write any(participants, .info != nil)"},
		{`participants.exists(p, p.info != nil)`, "14+6", "write any(participants, .info != nil)"},
		{`participants.any(.info != nil)`, "14+3", "write any(participants, .info != nil)"},
		{`ay(participants, .info != nil)`, "1+2", "write any"},
		{`calls.id == op`, "7+2", "write call.id, or calls[ID].id"},
		{`participants.infos == nil`, "14+5", "write any(participants, .info …)"},
		{`count(people) == 1`, "1+5", "write len(people) for all of them, or count(people, …)"},

		// Functions, methods, filters.
		{`op.includes("x")`, "4+8", `write op contains "x"`},
		{`people.includes("x")`, "8+8", `write "x" in people`},
		{`call.state.toLowerCase() == "x"`, "12+11", "write lower(call.state)"},
		{`defined(call.resultInfo)`, "1+7", "write call.resultInfo != nil"},
		{`has(call.resultInfo)`, "1+3", "write call.resultInfo != nil"},
		{`isEmpty(people)`, "1+7", "write len(people) == 0"},
		{`matches(op, "x")`, "1+7", `write op matches "x"`},
		{`eq(op, "x")`, "1+2", `write op == "x"`},
		{`JSON.parse(op) == 1`, "6+5", "write fromJSON(op)"},
		{`concat(op, "x") == "x"`, "1+6", `write op + "x"`},
		{`frobnicate(op)`, "1+10", functionsHint},
		{`op.frobnicate()`, "4+10", functionsHint},
		{`op | upper == "X"`, "4+7", "write upper(op)"},
		{`people | length > 1`, "8+8", "write len(people)"},
		{`op | default("x") == "y"`, "6+7", `write op ?? "x"`},
		{`flag | n == 1`, "6+1", "write || or or"},

		// Regular expressions, paths, signs.
		{`op =~ /a.*b/`, "4+9", `write op matches "a.*b"`},
		{`op !~ /\d"/i`, "4+9", "write op not matches `(?i)\\d\"`"},
		{`op matches /x/`, "4+11", `write op matches "x"`},
		{`op !~ "x"`, "4+2", `write op not matches "x"`},
		{`$.call.state == "x"`, "1+12", "write call.state"},
		{`$.state == "x"`, "1+7", "write call.state"},
		{`@op == "x"`, "1+3", "write op"},
		{`"x" == ${op}`, "8+5", "write op"},
		{`call->id == op`, "5+2", "write call.id"},
		{`op ≠ "x"`, "4+1", "write !="},
		{`op ＝= "x"`, "4+1", "write ="},
		{"op\u200b == \"x\"", "3+1", "take it out"},
		{`flag # too`, "6+1", "take it out, or write //"},
		{`any(people, # == "x"`, "4+1", `write any(people, # == "x")`},
	}
	for _, tt := range tests {
		var got []string
		Compile(tt.text, 0, straight, testScope(), Bool, func(p problem.Problem) { got = append(got, fmt.Sprintf("%d+%d %s | %s", p.Col, p.Len, p.Text, p.Hint)) })
		if len(got) != 1 || got[0][:len(tt.at)+1] != tt.at+" " || got[0][len(got[0])-min(len(got[0]), len(tt.hint)+3):] != " | "+tt.hint {
			t.Errorf("%s: %q, want %s … | %s", tt.text, got, tt.at, tt.hint)
		}
	}
}

// Whatever stands in a text, its words are found and none is lost.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`a.b("x", 'y)`, "/a/i", "“x", `)]}([{`, `x => /`, "a\u200b..b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, l := range scan(text) {
			if l.from < end || l.to <= l.from || string([]rune(text)[l.from:l.to]) != l.text {
				t.Fatalf("%+v", l)
			}
			end = l.to
		}
		Compile(text, 0, straight, testScope(), Bool, func(problem.Problem) {})
	})
}
