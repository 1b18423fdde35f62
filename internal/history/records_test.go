package history

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callflow/steps"
)

// What is read of journals, in which order, and what is said of the rest.
func TestEach(t *testing.T) {
	start := func(run, name string) string {
		tag := ""
		if run != "" {
			tag = fmt.Sprintf(`"run":%q,`, run)
		}
		return fmt.Sprintf(`{%s"seq":1,"at":"2026-01-01T00:00:00Z","type":"runStart","runStart":{"scenario":%q}}`, tag, name) + "\n"
	}
	log := func(run string) string {
		return fmt.Sprintf(`{"run":%q,"type":"log","log":{"text":"x"}}`, run) + "\n"
	}
	end := func(run string) string {
		return fmt.Sprintf(`{"run":%q,"type":"runEnd","runEnd":{"status":"passed","took":0,"legs":0}}`, run) + "\n"
	}
	for _, tt := range []struct {
		name, text string
		want       []string // name, records, status
		err        string
	}{
		{"one run", start("", "a") + log("") + end(""), []string{"a 3 passed"}, ""},
		{"runs side by side", start("1", "a") + start("2", "b") + log("1") + end("2") + log("1") + end("1"), []string{"b 2 passed", "a 4 passed"}, ""},
		{"killed", start("", "a") + log("") + `{"type":"lo`, []string{"a 2 "}, ""},
		{"killed in the first line", `{"type":"runSt`, nil, "has no record yet"},
		{"killed and made again", start("1", "a") + start("1", "a") + end("1"), []string{"a 1 ", "a 2 passed"}, ""},
		{"empty", "", nil, "has no record yet"},
		{"blank lines", "\n" + start("", "a") + "\n\n" + end(""), []string{"a 2 passed"}, ""},
		{"a line is damaged", start("1", "a") + end("1") + start("2", "b") + "{junk\n" + end("2") + start("3", "c") + end("3"), []string{"a 2 passed", "c 2 passed"},
			"has 1 line that cannot be read (4): 1 run left out"},
		{"two values in a line", start("", "a") + `{"type":"log","log":{"text":"x"}}{}` + "\n" + end(""), nil, "has 1 line that cannot be read (2): 1 run left out"},
		{"of another version", `{"type":"command","command":{}}` + "\n" + start("", "a") + `{"type":"hologram","hologram":{}}` + "\n" + end(""), []string{"a 2 passed"}, ""},
		{"a member of another type", start("", "a") + `{"type":"log","log":{"text":7}}` + "\n" + end(""), []string{"a 3 passed"}, ""},
		{"words", "hello\nworld\n", nil, "is no journal of callflow"},
		{"other JSON", `{"a":1}` + "\n" + `{"a":2}` + "\n", nil, "is no journal of callflow"},
		{"no beginning", log("") + end(""), nil, "is no journal of callflow"},
		{"a long line", start("", "a") + strings.Repeat("x", longestLine+1), nil, "has a line of more than 16 MB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			err := Each(strings.NewReader(tt.text), func(records []steps.Record) error {
				status := ""
				if end := records[len(records)-1].RunEnd; end != nil {
					status = end.Status
				}
				got = append(got, fmt.Sprintf("%s %d %s", records[0].RunStart.Scenario, len(records), status))
				return nil
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("runs (-want +got):\n%s", diff)
			}
			if text := fmt.Sprint(err); err == nil && tt.err != "" || err != nil && text != tt.err {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

// Whatever a file holds, each run that is handed on has a beginning, and at most one end, the last.
func FuzzEach(f *testing.F) {
	f.Add(`{"run":"1","type":"runStart","runStart":{"scenario":"a"}}` + "\n" + `{"run":"1","type":"runEnd","runEnd":{"status":"passed"}}`)
	f.Add(`{"type":"runStart","runStart":{}}` + "\nx\n" + `{"type":"stepStart","stepStart":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		_ = Each(strings.NewReader(text), func(records []steps.Record) error {
			for i := range records {
				if (i == 0) != (records[i].RunStart != nil) || records[i].RunEnd != nil && i != len(records)-1 {
					t.Errorf("record %d of %d: %+v", i, len(records), records[i])
				}
			}
			return nil
		})
	})
}
