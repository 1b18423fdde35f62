package expr

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/schema/problem"
)

// absent stands for "no value" in the tables.
var absent any

func TestEval(t *testing.T) {
	short := strings.ReplaceAll(carol, "-", "")
	tests := []struct {
		text string
		want any
	}{
		// Values.
		{`1`, 1}, {`1.5`, 1.5}, {`"a"`, "a"}, {`'a'`, "a"}, {"`a`", "a"}, {`true`, true}, {`nil`, absent},
		{`[1, "a", nil]`, []any{1, "a", nil}}, {`{a: 1, "b": n, c: operation.id}`, map[string]any{"a": 1, "b": 2}},
		{`n`, 2}, {`call.state`, "established"}, {`call["state"]`, "established"}, {`call?.state`, "established"},
		{`steps.move.call.state`, "established"}, {`steps["move"].attempts`, int64(2)}, {`run.id`, "r1"},
		{`event.raw.value[0].n`, 3.0}, {`event.raw["value"][-1]["n"]`, 3.0}, {`people[0]`, "carol"}, {`people[-1]`, "dora"}, {`people[2]`, absent},
		{`people[0:1]`, []any{"carol"}}, {`people[:-1]`, []any{"carol"}}, {`people[5:]`, []any{}}, {`"abc"[1:]`, "bc"},
		{`"äöü"[1:2]`, "ö"}, {`"äöü"[-1:]`, "ü"}, {`"äöü"[5:]`, ""}, {`len("äöü")`, 3}, {`indexOf("äöü", "ü")`, 2}, {`"ä@ö"[:indexOf("ä@ö", "@")]`, "ä"},
		{`-9223372036854775807 - 1 < 0`, true}, {`4611686018427387904 * -2 < 0`, true}, {`9223372036854775806 + 1 > 0`, true}, {`duration("1h") * 2 == duration("2h")`, true},
		{`calls[p2pCall].state`, "terminated"}, {`calls["` + strings.ToUpper(carol) + `"].state`, "terminated"},

		// Absent values: what is not there, and everything made from it.
		{`operation`, absent}, {`operation.id`, absent}, {`call.resultInfo.code`, absent}, {`call.resultInfo?.code`, absent}, {`event.raw.x.y.z`, absent},
		{`event.raw.a.b`, absent}, {`event.raw.a[0]`, absent}, {`calls["nobody"]`, absent}, {`calls["nobody"].state`, absent}, {`calls["nobody"].resultInfo.code`, absent},
		{`operation.status == "completed"`, false}, {`operation.status != "completed"`, false}, {`"completed" == operation.status`, false}, {`"completed" != operation.status`, false},
		{`operation.id == call.resultInfo.message`, false}, {`operation.id != call.resultInfo.message`, false},
		{`call.resultInfo.code < 1`, false}, {`call.resultInfo.code >= 1`, false}, {`1 <= call.resultInfo.code`, false}, {`1 > call.resultInfo.code`, false},
		{`operation.status in ["completed"]`, false}, {`operation.status not in ["completed"]`, false}, {`"a" in event.raw.list`, false}, {`"a" not in event.raw.list`, false},
		{`operation.id matches "."`, false}, {`operation.id not matches "."`, false}, {`operation.id contains ""`, false}, {`operation.id not contains ""`, false},
		{`operation.id startsWith ""`, false}, {`operation.id not startsWith ""`, false}, {`operation.id endsWith ""`, false}, {`"a" contains operation.id`, false},
		{`calls["nobody"].state == "terminated"`, false}, {`calls["nobody"].state != "terminated"`, false},
		{`!(operation.status == "completed")`, true}, {`not (operation.status == "completed")`, true}, {`!(operation.status in ["completed"])`, true}, {`not (operation.status != "completed")`, true},
		{`operation == nil`, true}, {`operation != nil`, false}, {`nil == operation.id`, true}, {`call != nil`, true}, {`call.state == nil`, false}, {`nil != call.state`, true}, {`nil == nil`, true},
		{`calls["nobody"] == nil`, true}, {`calls[p2pCall] != nil`, true}, {`call.resultInfo.code == nil`, true}, {`operation == operation`, false},
		{`call.muted`, absent}, {`!call.muted`, true}, {`call.muted and true`, false}, {`call.muted or true`, true}, {`true and call.muted`, false}, {`false or call.muted`, false},
		{`call.muted ? 1 : 2`, 2}, {`call.muted == false`, false}, {`if call.muted { 1 } else { 2 }`, 2},
		{`any(event.raw.list, true)`, false}, {`all(event.raw.list, true)`, false}, {`none(event.raw.list, true)`, false}, {`one(event.raw.list, true)`, false},
		{`!any(event.raw.list, true)`, true}, {`!none(event.raw.list, true)`, true}, {`not all(event.raw.list, true)`, true},
		{`count(event.raw.list, true)`, absent}, {`count(event.raw.list, true) == 0`, false}, {`filter(event.raw.list, true)`, absent}, {`map(event.raw.list, #)`, absent},
		{`find(event.raw.list, true)`, absent}, {`findIndex(event.raw.list, true)`, absent}, {`sum(event.raw.list)`, absent}, {`len(event.raw.list)`, absent}, {`len(event.raw.list) == 0`, false},
		{`n + call.resultInfo.code`, absent}, {`call.resultInfo.code * 2`, absent}, {`-call.resultInfo.code`, absent}, {`"a" + operation.id`, absent}, {`call.resultInfo.code / 2 < 1`, false},
		{`1..call.resultInfo.code`, absent}, {`upper(operation.id)`, absent}, {`string(operation)`, absent}, {`replace("a", operation.id, "b")`, absent}, {`type(operation)`, "nil"},
		{`max(1, call.resultInfo.code)`, absent}, {`operation.id ?? "none"`, "none"}, {`call.state ?? "none"`, "established"}, {`operation ?? call.resultInfo ?? 1`, 1},
		{`(operation.status ?? "none") != "completed"`, true}, {`any(participants, .info.identity.user.displayName == operation.id)`, false},

		// An empty list is present.
		{`any([], true)`, false}, {`all([], false)`, true}, {`none([], true)`, true}, {`one([], true)`, false}, {`count([], true)`, 0}, {`len([])`, 0}, {`first([])`, absent},

		// Ids compare in one form, other strings as they are.
		{`call.id == p2pCall`, true}, {`call.id == "` + short + `"`, true}, {`p2pCall == "` + short + `"`, true}, {`call.id != p2pCall`, false}, {`call.id in ["x", p2pCall]`, true},
		{`call.id not in [p2pCall]`, false}, {`p2pCall in calls`, true}, {`"nobody" in calls`, false}, {`[call.id] == [p2pCall]`, true}, {`len(uniq([call.id, p2pCall]))`, 1},
		{`{id: call.id} == {id: p2pCall}`, true}, {`"/communications/calls/` + carol + `" == call.id`, false}, {`"ABC" == "abc"`, false}, {`call.id == call.id + " "`, false},
		{`"` + short[:31] + `" == "` + strings.ToUpper(short[:31]) + `"`, false}, {`"` + carol[:35] + `g" == "` + strings.ToUpper(carol[:35]) + `g"`, false},

		// Comparisons; numbers whatever their kind.
		{`n == 2.0`, true}, {`steps.move.attempts == n`, true}, {`event.raw.b == 1`, true}, {`event.raw.b in [1]`, true}, {`anything.code == 486`, true}, {`anything.code > 400.5`, true},
		{`n != 3`, true}, {`1 < 2`, true}, {`2 <= 2`, true}, {`1 < n < 3`, true}, {`"a" < "b"`, true}, {`wait > duration("2s")`, true}, {`wait == duration("3s")`, true},
		{`call.state != "terminated"`, true}, {`call.state in ["established", "terminated"]`, true}, {`"audio" in call.modalities`, true}, {`"video" not in call.modalities`, true},
		{`call.state matches "^est"`, true}, {`call.state matches ("^" + "x")`, false}, {`call.state contains "tab"`, true}, {`call.state startsWith "est"`, true}, {`call.state not endsWith "ed"`, false},
		{`[1, 2] == [1.0, 2.0]`, true}, {`{a: 1} == {a: 1, b: 2}`, false}, {`anything == 1`, false}, {`event.raw.a == 1`, false}, {`event.raw.a != 1`, true},

		// Logic.
		{`flag && !false`, true}, {`not flag`, false}, {`flag or false and false`, true}, {`flag ? "yes" : "no"`, "yes"}, {`false ? 1 : nil`, absent},

		// Arithmetic.
		{`1 + 2 * 3`, 7}, {`n + f`, 4.5}, {`7 / 2`, 3.5}, {`7 % 4`, 3}, {`2 ** 3`, 8.0}, {`2 ^ 3`, 8.0}, {`-n`, -2}, {`+f`, 2.5}, {`"a" + "b"`, "ab"}, {`3 - 5`, -2}, {`event.raw.b + 1`, 2.0},
		{`wait + duration("1s")`, 4 * time.Second}, {`wait - duration("1s")`, 2 * time.Second}, {`wait * 2`, 6 * time.Second}, {`0.5 * wait`, 1500 * time.Millisecond}, {`-wait`, -3 * time.Second},
		{`1..3`, []any{1, 2, 3}}, {`3..1`, []any{}}, {`-1..1`, []any{-1, 0, 1}},

		// Lists.
		{`any(participants, .info.identity.user.id == p2pCall)`, true}, {`all(participants, .isMuted == false)`, true}, {`one(participants, .info.identity.user.displayName == "Dora")`, true},
		{`none(people, # == "fred")`, true}, {`count(participants, .info.identity.user.id != p2pCall)`, 1}, {`map(participants, .info.identity.user.displayName)`, []any{"Carol", "Dora"}},
		{`filter(people, # startsWith "d")`, []any{"dora"}}, {`find(people, # startsWith "x")`, absent}, {`find(participants, #index == 1).info.identity.user.displayName`, "Dora"},
		{`findIndex(people, # == "dora")`, 1}, {`findLast(1..4, # < 3)`, 2}, {`findLastIndex(1..4, # < 3)`, 1}, {`sum(1..4)`, 10}, {`sum(people, len(#))`, 9}, {`count([true, false, true])`, 2},
		{`map(1..2, map(1..2, #index))`, []any{[]any{0, 1}, []any{0, 1}}}, {`all(people, any(people, # == "dora"))`, true}, {`people | map(upper(#)) | join("-")`, "CAROL-DORA"},
		{`map(people, {any([1], # == 1)})`, []any{true, true}},

		// Functions.
		{`len("héllo")`, 5}, {`len(call.modalities)`, 1}, {`len({a: 1})`, 1}, {`upper("a") + lower("B")`, "Ab"}, {`trim(" a ")`, "a"}, {`trim("--a-", "-")`, "a"}, {`trimPrefix("tel:1", "tel:")`, "1"},
		{`trimSuffix("a.wav", ".wav")`, "a"}, {`hasPrefix("ab", "a")`, true}, {`hasSuffix("ab", "b")`, true}, {`indexOf("abab", "b")`, 1}, {`lastIndexOf("abab", "b")`, 3}, {`replace("aba", "a", "c")`, "cbc"},
		{`split("a,b", ",")`, []any{"a", "b"}}, {`last(split("/calls/7", "/"))`, "7"}, {`join(people, ", ")`, "carol, dora"}, {`join(people)`, "caroldora"}, {`toBase64("a")`, "YQ=="}, {`fromBase64("YQ==")`, "a"},
		{`string(1)`, "1"}, {`string(1.0)`, "1"}, {`string(wait)`, "3s"}, {`string([1])`, "[1]"}, {`string(true)`, "true"}, {`int("12")`, 12}, {`int(2.7)`, 2}, {`float("1.5")`, 1.5}, {`duration("1m30s")`, 90 * time.Second},
		{`toJSON({b: 1, a: [true]})`, `{"a":[true],"b":1}`}, {`fromJSON("{\"a\": 1}").a`, 1.0}, {`type(1)`, "int"}, {`type(wait)`, "duration"}, {`abs(-2)`, 2}, {`ceil(1.2)`, 2.0}, {`floor(1.8)`, 1.0}, {`round(1.5)`, 2.0},
		{`max(1, 3, 2)`, 3}, {`min([4, 2.5])`, 2.5}, {`first(people)`, "carol"}, {`take(people, 1)`, []any{"carol"}}, {`take(people, 9)`, []any{"carol", "dora"}}, {`reverse(1..3)`, []any{3, 2, 1}},
		{`uniq([1, 1.0, 2])`, []any{1, 2}}, {`sort([3, 1, 2])`, []any{1, 2, 3}}, {`sort(people, "desc")`, []any{"dora", "carol"}}, {`concat([1], [2])`, []any{1, 2}}, {`flatten([1, [2, [3]]])`, []any{1, 2, 3}},
		{`keys(event.raw)`, []any{"a", "b", "value"}}, {`values({b: 2, a: 1})`, []any{1, 2}}, {`toPairs({b: 2, a: 1})`, []any{[]any{"a", 1}, []any{"b", 2}}},

		// A name that may be missing, used with care.
		{`maybe ?? "none"`, "none"}, {`maybe == nil`, true}, {`maybe != nil && maybe == "x"`, false}, {`maybe == nil or maybe == "x"`, true}, {`maybe != nil ? maybe : "none"`, "none"},
		{`flag && maybe == "x"`, false}, {`op == "x" and flag and maybe == "x"`, false}, {`flag ? maybe : "none"`, nil},
		{`steps.probe.outcome ?? "failed"`, "failed"}, {`!(maybe == nil) and maybe == "x"`, false}, {`steps.probe != nil and steps.probe.outcome == "x"`, false},

		{"call.state ==\n  \"established\" // a comment\n", true}, {"  n\n", 2},
	}
	for _, tt := range tests {
		e := Compile(tt.text, 0, straight, testScope(), nil, func(p problem.Problem) { t.Errorf("%s: %s", tt.text, p) })
		if e == nil {
			continue
		}
		got, err := e.Eval(testNames())
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.text, diff)
		}
	}
}

// An expression with a value of a type that nothing tells before the run.
func TestEvalErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{`n == 2 && event.raw.a < 1`, `t.yaml:1:11: cannot evaluate n == 2 && event.raw.a < 1: "x" and 1 cannot be ordered by <`},
		{`event.raw.b contains "x"`, `t.yaml:1:1: cannot evaluate event.raw.b contains "x": a string is wanted, and this is 1`},
		{`any(event.raw.a, true)`, `t.yaml:1:5: cannot evaluate any(event.raw.a, true): any wants a list, and this is "x"`},
		{`event.raw.a and true`, `t.yaml:1:1: cannot evaluate event.raw.a and true: true or false is wanted, but this is "x"`},
		{`any(people, event.raw.a)`, `t.yaml:1:1: cannot evaluate any(people, event.raw.a): any wants true or false, and the predicate is "x"`},
		{`event.raw.a + 1`, `t.yaml:1:1: cannot evaluate event.raw.a + 1: + does not go with "x" and 1`},
		{`-event.raw.a`, `t.yaml:1:2: cannot evaluate -event.raw.a: - wants a number, and this is "x"`},
		{`1 / 0`, `t.yaml:1:1: cannot evaluate 1 / 0: the result is not a number`},
		{`1 % 0`, `t.yaml:1:1: cannot evaluate 1 % 0: % wants whole numbers, the second not 0, and these are 1 and 0`},
		{`n in event.raw.a`, `t.yaml:1:6: cannot evaluate n in event.raw.a: in wants a list, and this is "x"`},
		{`"a" matches anything.code`, `t.yaml:1:13: cannot evaluate "a" matches anything.code: a string is wanted, and this is 486`},
		{`"a" matches (event.raw.a + "(")`, "t.yaml:1:14: cannot evaluate \"a\" matches (event.raw.a + \"(\"): not a regular expression: missing closing ): `x(`"},
		{`upper(event.raw.b)`, `t.yaml:1:1: cannot evaluate upper(event.raw.b): upper: a string is wanted, and this is 1`},
		{`int("x")`, `t.yaml:1:1: cannot evaluate int("x"): int: "x" is not a whole number`},
		{`duration("soon")`, `t.yaml:1:1: cannot evaluate duration("soon"): duration: "soon" is not a duration such as 500ms, 30s or 1m30s`},
		{`sort([1, "a"])`, `t.yaml:1:1: cannot evaluate sort([1, "a"]): sort: "a" and 1 have no order`},
		{`9223372036854775807 + 1`, `t.yaml:1:1: cannot evaluate 9223372036854775807 + 1: the result is too large`},
		{`-9223372036854775807 - 2`, `t.yaml:1:1: cannot evaluate -9223372036854775807 - 2: the result is too large`},
		{`4611686018427387904 * -3`, `t.yaml:1:1: cannot evaluate 4611686018427387904 * -3: the result is too large`},
		{`duration("2562047h") + duration("1h")`, `t.yaml:1:1: cannot evaluate duration("2562047h") + duration("1h"): the result is too large`},
		{`duration("2562047h") * 1.5`, `t.yaml:1:1: cannot evaluate duration("2562047h") * 1.5: the result is too large`},
		{`1..anything.code * 100`, `t.yaml:1:1: cannot evaluate 1..anything.code * 100: a range may have at most 10000 elements, and this is 1..48600`},
	}
	for _, tt := range tests {
		v, err := compileTest(t, tt.text).Eval(testNames())
		if err == nil {
			t.Errorf("%s: no error, but %v", tt.text, v)
		} else if err.Error() != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.text, err, tt.want)
		}
	}
	if _, err := compileTest(t, `event.raw.a`).Test(testNames()); err == nil || !strings.Contains(err.Error(), `true or false is wanted, but its value is "x"`) {
		t.Errorf("Test of a string: %v", err)
	}
	if ok, err := compileTest(t, `call.muted`).Test(testNames()); ok || err != nil {
		t.Errorf("Test of an absent value: %v %v", ok, err)
	}
}

// What would run for ever, or build huge values, is stopped.
func TestBounds(t *testing.T) {
	names := testNames()
	big := make([]any, 2000)
	for i := range big {
		big[i] = strings.Repeat("x", 100)
	}
	names["anything"] = map[string]any{"list": big, "text": strings.Repeat("y", 900_000)}
	for _, text := range []string{
		`all(anything.list, all(anything.list, # == # and len(#) > 0))`,
		`map(anything.list, map(anything.list, #))`,
		`all(anything.list, all(anything.list, true))`,
		`anything.text + anything.text`,
		`replace(anything.text, "y", "yyy")`,
		`replace(anything.text, "", "yyy")`,
		`split(anything.text, "")`,
		`join(map(1..3, anything.text))`,
		`all(anything.list, anything.text matches "(x+x+)+z" or true) and all(anything.list, anything.text contains "z" or true)`,
		`len(uniq(flatten(map(anything.list, anything.list)))) > 0`,
		`all(anything.list, anything.list == anything.list)`,
		`len(map(anything.list, toJSON(anything.list))) > 0`,
		`map(anything.list, anything.text + #)`,
		`all(anything.list, sort(anything.list) != nil)`,
	} {
		start := time.Now()
		e := compileTest(t, text)
		v, err := e.Eval(names)
		if err == nil {
			t.Errorf("%s: not stopped: %s", text, Show(v))
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s took %s", text, took)
		}
	}
}
