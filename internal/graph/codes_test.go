package graph

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		code, subcode   int
		status, meaning string
	}{
		{200, 7000, Documented, "the bot ended the call"},
		{500, 7000, Documented, "the blind transfer failed"},
		{0, 7015, Documented, "the transfer was completed"},
		{200, 7015, Documented, "its transfer was completed"},
		{500, 7117, Seen, "nobody has explained"},
		{404, 8522, Seen, "does not exist"},
		{500, 4711, Unknown, "the service is at fault"},
		{403, 4711, Unknown, "the client, or the party called, is at fault"},
		{0, 0, Unknown, "neither"},
		{-3, 99999999, Unknown, "neither"},
	} {
		e := Lookup(c.code, c.subcode)
		if e.Status != c.status || !strings.Contains(e.Meaning, c.meaning) || e.Code != c.code || e.Subcode != c.subcode {
			t.Errorf("%d/%d: %+v, want %s, %q", c.code, c.subcode, e, c.status, c.meaning)
		}
	}
	if e := Lookup(480, 8544); !strings.Contains(e.Next, "with code 408 the subcode means: ") {
		t.Errorf("a known subcode under another code is not mentioned: %+v", e)
	}
}

// The simulator says what it means by the codes that it chose; from Graph the same codes are what Graph says of them.
func TestExplainSimulated(t *testing.T) {
	for _, c := range []struct {
		code, subcode int
		simulated     bool
		status, want  string
	}{
		{603, 0, true, Simulator, "the callee declined; the code is the simulator's own choice"},
		{603, 0, false, Unknown, `in SIP, 603 means "decline"`},
		{480, 10076, true, Simulator, "the callee is busy"},
		{480, 10076, false, Documented, "the callee cannot be reached"},
		{200, 4521, true, Documented, "the other party of the 1:1 call ended it"},
		{500, 4711, true, Unknown, "neither"},
	} {
		if e := Explain(c.code, c.subcode, "", c.simulated); e.Status != c.status || !strings.Contains(e.Meaning, c.want) {
			t.Errorf("%d/%d, simulated %v: %+v, want %s, %q", c.code, c.subcode, c.simulated, e, c.status, c.want)
		}
	}
	if e := Explain(480, 10076, "", true); !strings.Contains(e.Next, "the callee cannot be reached") {
		t.Errorf("what Graph means by it is not said: %+v", e)
	}
}

// What the simulator's page says of the codes it chose, and what failures say, are the same codes.
func TestSimulatorsCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	for pair := range chosen {
		if code := strconv.Itoa(pair[0]) + "/" + strconv.Itoa(pair[1]); !strings.Contains(string(page), "`"+code+"`") {
			t.Errorf("docs/simulator.md does not name %s", code)
		}
	}
}

func TestDictionary(t *testing.T) {
	seen := map[[2]int]bool{}
	for _, e := range dictionary {
		key := [2]int{e.Code, e.Subcode}
		if seen[key] {
			t.Errorf("%v is there twice", key)
		}
		seen[key] = true
		if e.Meaning == "" || e.Source == "" || e.Status != Documented && e.Status != Seen {
			t.Errorf("incomplete: %+v", e)
		}
		if e.Status == Seen && e.Next == "" {
			t.Errorf("%v: an undocumented code should say what to do", key)
		}
	}
}

// TestDictionaryIsComplete looks for every pair of the fact sheet's tables 7.2 and 7.3.
func TestDictionaryIsComplete(t *testing.T) {
	sheet, err := os.ReadFile("../../../shared/reference/graph-calling-api.md")
	if err != nil {
		t.Skip("the reference is not there: ", err)
	}
	_, tables, _ := strings.Cut(string(sheet), "### 7.2")
	tables, _, _ = strings.Cut(tables, "## 8")
	row := regexp.MustCompile(`(?m)^\| (\d+) \| ([\d ,/]+) \|`)
	n := 0
	for _, m := range row.FindAllStringSubmatch(tables, -1) {
		code, _ := strconv.Atoi(m[1])
		for _, s := range strings.FieldsFunc(m[2], func(r rune) bool { return r < '0' || r > '9' }) {
			subcode, _ := strconv.Atoi(s)
			n++
			if Lookup(code, subcode).Status == Unknown {
				t.Errorf("%d/%d is not in the dictionary", code, subcode)
			}
		}
	}
	if n < 35 {
		t.Errorf("only %d pairs found in the sheet", n)
	}
}

func TestDiagCode(t *testing.T) {
	for _, c := range []struct {
		message       string
		code, subcode int
		ok            bool
	}{
		{"Server Internal Error. DiagCode: 3003#7106.@", 3003, 7106, true},
		{"DiagCode:500#7117", 500, 7117, true},
		{"DiagCode: none", 0, 0, false},
		{"DiagCode: 99999999999999999999#1", 0, 0, false},
		{"", 0, 0, false},
	} {
		if code, subcode, ok := DiagCode(c.message); code != c.code || subcode != c.subcode || ok != c.ok {
			t.Errorf("%q: %d %d %v", c.message, code, subcode, ok)
		}
	}
	e := Explain(412, 9999, "addParticipants failed. Could not find the PSTN content. DiagCode: 412#10073.@", false)
	if e.Subcode != 9999 || !strings.Contains(e.Next, "the message's DiagCode is 412/10073: no telephone calling plan") {
		t.Errorf("%+v", e)
	}
	if e := Explain(500, 7117, "DiagCode: 500#7117.@", false); strings.Contains(e.Next, "DiagCode") {
		t.Errorf("the pair itself is repeated: %+v", e)
	}
}

func TestLookupError(t *testing.T) {
	for _, c := range []struct {
		err  Error
		ok   bool
		want string
	}{
		{Error{Status: 403, Code: "7505"}, true, "tenantId is missing"},
		{Error{Status: 400, Code: "8523"}, true, "a meeting cannot be transferred"},
		{Error{Status: 400, Code: "4711"}, true, "neither"},
		{Error{Status: 400, Code: "BadRequest"}, false, ""},
		{Error{Status: 429, Code: "429"}, false, ""},
		{Error{Status: 500, Code: ""}, false, ""},
	} {
		e, ok := LookupError(&c.err)
		if ok != c.ok || !strings.Contains(e.Meaning, c.want) || ok && e.Code != c.err.Status {
			t.Errorf("%+v: %v %+v", c.err, ok, e)
		}
	}
}
