package world

import "testing"

// TestWords: a deed in a few words, as a step's title has it.
func TestWords(t *testing.T) {
	for want, d := range map[string]Deed{
		"":                       {},
		"dial carol":             {Dial: &Dial{From: "carol", To: "bot"}},
		"dial carol dora":        {Dial: &Dial{From: "carol", OnBehalfOf: "dora"}},
		"hangUp carol":           {HangUp: &Who{Who: "carol"}},
		"join carol":             {Join: &Join{Who: "carol", Thread: "19:m@thread.v2"}},
		"press carol 12#":        {Press: &Press{Who: "carol", Tones: "12#"}},
		"speak carol":            {Speak: &Speak{Who: "carol"}},
		"transfer carol to dora": {Transfer: &Handing{Who: "carol", To: "dora"}},
		"admit bot":              {Admit: &Entry{Who: "bot"}},
		"remove bot":             {Remove: &Removal{Who: "bot"}},
	} {
		if got := d.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
