package graph

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"callflow/internal/world"
)

func TestResult(t *testing.T) {
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
		{603, 0, Related, "declined"},
		{500, 4711, Unknown, "the service is at fault"},
		{403, 4711, Unknown, "the client, or the party called, is at fault"},
		{488, 560488, Unknown, `answers of the telephone network to an outgoing call: 488, "not acceptable here"`},
		{3002, 4711, Unknown, "3002 is no status"},
		{404, 7505, Unknown, "neither"}, // 7505 is a 403's
		{0, 0, Unknown, "neither"},
		{-3, 99999999, Unknown, "neither"},
	} {
		e := Codes().Result(c.code, c.subcode)
		if e.Status != c.status || !strings.Contains(e.Meaning, c.meaning) || e.Code != pairKey(c.code, c.subcode) {
			t.Errorf("%d/%d: %+v, want %s, %q", c.code, c.subcode, e, c.status, c.meaning)
		}
	}
	if e := Codes().Result(480, 8544); len(e.Next) != 1 || !strings.HasPrefix(e.Next[0], "with the code 408 the subcode means: ") {
		t.Errorf("a known subcode under another code is not mentioned: %+v", e)
	}
}

// What holds of an answer only is not said of another verb.
func TestArticleForAVerb(t *testing.T) {
	e := Codes().Result(404, 8522)
	for _, c := range []struct {
		verb, cause string
		causes      int
	}{{"answer", "sent more than 15 s", 3}, {"playPrompt", "the call had ended", 1}} {
		got := e.For(c.verb)
		if len(got.Causes) != c.causes || !slices.ContainsFunc(got.Causes, func(x string) bool { return strings.HasPrefix(x, c.cause) }) {
			t.Errorf("%s: causes %q", c.verb, got.Causes)
		}
		if slices.ContainsFunc(got.Next, func(x string) bool { return strings.HasPrefix(x, "look at the time") }) != (c.verb == "answer") {
			t.Errorf("%s: next %q", c.verb, got.Next)
		}
	}
}

// The simulator says what it means by the codes that it chose; from Graph the same codes are what Graph says of them.
func TestExplainResultSimulated(t *testing.T) {
	for _, c := range []struct {
		code, subcode int
		simulated     bool
		status, want  string
	}{
		{603, 0, true, Simulator, "the callee declined; the code is the simulator's own choice"},
		{603, 0, false, Related, "the callee declined the call"},
		{480, 10076, true, Simulator, "the callee is busy"},
		{480, 10076, false, Documented, "the callee cannot be reached"},
		{200, 4521, true, Documented, "the other party of the 1:1 call ended it"},
		{500, 4711, true, Unknown, "neither"},
	} {
		got := Codes().ExplainResult(c.code, c.subcode, "", c.simulated)
		if e := got[0].Entries[0]; len(got) != 1 || e.Status != c.status || !strings.Contains(e.Meaning, c.want) {
			t.Errorf("%d/%d, simulated %v: %+v, want %s, %q", c.code, c.subcode, c.simulated, got, c.status, c.want)
		}
	}
	if e := Codes().ExplainResult(480, 10076, "", true)[0].Entries[0]; !strings.Contains(e.Meaning, "from Graph the pair means: the callee cannot be reached") || len(e.Next) == 0 ||
		strings.Contains(e.Next[0], "means") {
		t.Errorf("what Graph means by it, and what to do then, is not said: %+v", e)
	}
}

// What the simulator's page says of the codes it chose, and what failures say, are the same codes.
func TestSimulatorsCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range Codes().All() {
		if e.Simulator == "" {
			continue
		}
		n++
		if !strings.Contains(string(page), e.Code) {
			t.Errorf("docs/simulator.md does not name %s", e.Code)
		}
	}
	if n < 7 {
		t.Errorf("only %d codes of the simulator's own", n)
	}
}

func TestDictionary(t *testing.T) {
	where := map[string]bool{"call end": true, "any request": true, "DiagCode": true, "token": true, "SDK": true}
	thread := regexp.MustCompile(`^[\w.-]+/[\w.-]+#\d+$`)
	for _, e := range Codes().All() {
		if key, ok := CodeKey(e.Code); !ok || key != e.Code {
			t.Errorf("%s is no key of a code", e.Code)
		}
		switch e.Status {
		case Documented, Related:
		case Seen:
			isThread := func(s string) bool { return thread.MatchString(s) || strings.Contains(s, "/answers/") }
			if !slices.ContainsFunc(e.Source, isThread) {
				t.Errorf("%s was seen, and no thread is named: %v", e.Code, e.Source)
			}
			if len(e.Next) == 0 {
				t.Errorf("%s: an undocumented code should say what to do", e.Code)
			}
		default:
			t.Errorf("%s has the status %q", e.Code, e.Status)
		}
		if e.Meaning == "" || len(e.Source) == 0 || len(e.In) == 0 {
			t.Errorf("incomplete: %+v", e)
		}
		for _, in := range e.In {
			if !where[in] && !V1.Has(in) && !Beta.Has(in) {
				t.Errorf("%s is met in %q, which is no operation", e.Code, in)
			}
		}
		for _, text := range append(append([]string{e.Meaning}, e.Causes...), e.Next...) {
			if strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) {
				t.Errorf("%s: %q", e.Code, text)
			}
		}
	}
}

// TestDictionaryIsComplete looks for every code of the fact sheet: its tables 7.1 to 7.3, and the lists of codes in the
// notes about failures.
func TestDictionaryIsComplete(t *testing.T) {
	sheet, err := os.ReadFile("../../../shared/reference/graph-calling-api.md")
	if err != nil {
		t.Skip("the reference is not there: ", err)
	}
	known := func(text string) bool {
		for _, f := range Codes().Find(text) {
			if f.Known {
				return true
			}
		}
		return false
	}
	_, tables, _ := strings.Cut(string(sheet), "## 7. ")
	tables, _, _ = strings.Cut(tables, "## 8")
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| ([\d ,/]+) \|`).FindAllStringSubmatch(tables, -1) {
		for _, s := range strings.FieldsFunc(m[2], func(r rune) bool { return r < '0' || r > '9' }) {
			subcode, _ := strconv.Atoi(s)
			code, _ := strconv.Atoi(m[1])
			if n++; Codes().Result(code, subcode).Status == Unknown {
				t.Errorf("%d/%d is not in the dictionary", code, subcode)
			}
		}
	}
	if n < 35 {
		t.Errorf("only %d pairs found in the sheet", n)
	}
	_, words, _ := strings.Cut(tables, "SDK-side")
	words, _, _ = strings.Cut(words, "\n")
	_, words, _ = strings.Cut(words, ": ")
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return r == ',' || r == ' ' || r == '.' || r == '[' || r == ']' }) {
		if word != "samples" && !known(word) {
			t.Errorf("%s is not in the dictionary", word)
		}
	}
	pains, err := os.ReadFile("../../../shared/reference/pains.md")
	if err != nil {
		t.Fatal(err)
	}
	threads := regexp.MustCompile(`[A-Za-z]#\d+(, #\d+)*`).ReplaceAllString(string(pains), "")
	for _, m := range regexp.MustCompile(`\b(?:\d{3,4}#|[2-6]\d\d/)\d{4,7}\b|\b[78]5\d\d\b|\b9999\b`).FindAllString(threads, -1) {
		if n++; !known(m) {
			t.Errorf("%s is not in the dictionary", m)
		}
	}
	if n < 70 {
		t.Errorf("only %d codes found in the notes", n)
	}
}

func TestExplainError(t *testing.T) {
	names := func(found []Finding) string {
		var out []string
		for _, f := range found {
			out = append(out, f.Text)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct {
		err   Error
		names string
		want  string
	}{
		{Error{Status: 403, Code: "7505"}, "403/7505", "tenantId is missing"},
		{Error{Status: 403, Code: "7503", Outer: "UnknownError", Message: "Application is not registered in our store."},
			"403/7503, UnknownError", "not registered for calling"},
		{Error{Status: 400, Code: "8523"}, "400/8523", "a meeting cannot be transferred"},
		{Error{Status: 409, Code: "8522"}, "409/8522", "does not exist"},
		{Error{Status: 400, Code: "4711"}, "400/4711", "neither"},
		{Error{Status: 401, Code: "InvalidAuthenticationToken"}, "InvalidAuthenticationToken", "cannot be used"},
		{Error{Status: 500, Code: "9999", Message: "Failed. DiagCode: 412#10073.@"}, "500/9999, DiagCode 412#10073", "no code for"},
		{Error{Status: 400, Code: "BadRequest", Message: "Unauthorized"}, "", ""}, // it repeats the status; prose is no code
		{Error{Status: 429, Code: "429"}, "", ""},
		{Error{Status: 500}, "", ""},
	} {
		got := Codes().ExplainError(&c.err)
		if names(got) != c.names || len(got) > 0 && !strings.Contains(got[0].Entries[0].Meaning, c.want) {
			t.Errorf("%+v: %s %+v", c.err, names(got), got)
		}
	}
	got := Codes().ExplainResult(412, 9999, "addParticipants failed. Could not find the PSTN content. DiagCode: 412#10073.@", false)
	if names(got) != "412/9999, DiagCode 412#10073" || !strings.Contains(got[1].Entries[0].Meaning, "no telephone calling plan") {
		t.Errorf("%+v", got)
	}
	if got := Codes().ExplainResult(500, 7117, "DiagCode: 500#7117.@", false); len(got) != 1 {
		t.Errorf("the pair itself is repeated: %+v", got)
	}
}

func TestWith(t *testing.T) {
	d := Codes().With([]Entry{
		{"412#4711", Article{Status: Yours, Meaning: "our trunk is down"}},
		{"7505", Article{Status: Yours, Meaning: "ask Jane"}},
	})
	if e := d.Result(412, 4711); e.Status != Yours || e.Meaning != "our trunk is down" {
		t.Errorf("an entry of one's own: %+v", e)
	}
	if found := d.ExplainError(&Error{Status: 403, Code: "7505"}); found[0].Entries[0].Meaning != "ask Jane" {
		t.Errorf("an entry that overrides: %+v", found)
	}
	if e := Codes().Result(403, 7505); e.Status != Seen {
		t.Errorf("callflow's own dictionary has changed: %+v", e)
	}
	if len(d.All()) != len(Codes().All())+1 {
		t.Errorf("%d entries, callflow's own has %d", len(d.All()), len(Codes().All()))
	}
}

// Whatever code the simulator answers with by itself can be explained.
func TestSimulatorsCodesAreKnown(t *testing.T) {
	settings := reflect.TypeFor[world.Settings]()
	n := 0
	for field := range settings.Fields() {
		form, code := field.Tag.Get("form"), field.Tag.Get("default")
		if form != "result" && form != "status" {
			continue
		}
		n++
		found := Codes().Find(code)
		if _, word, _ := strings.Cut(code, "/"); len(found) == 0 && form == "status" {
			found = Codes().Find(word)
		}
		if len(found) != 1 || !found[0].Known {
			t.Errorf("%s is %s, which the dictionary does not explain: %+v", field.Name, code, found)
		}
	}
	if n < 15 {
		t.Errorf("only %d settings are codes", n)
	}
}
