package debug

import (
	"slices"
	"testing"
)

func TestComplete(t *testing.T) {
	var offered []string
	at := complete([]string{"print", "set", "step", "steps", "leg", "steps.ring", "c-1", ".state", ".direction",
		"steps.ring.call", "steps.ring.call.id", "steps.ring.call.state", "steps.ring.resultInfo"}, func(fits []string) { offered = fits })
	tests := []struct{ line, want string }{
		{"pri", "print "},
		{"print", "print "},
		{"st", "step"},
		{"step", ""},
		{"print calls[le", "print calls[leg"},
		{"print calls[leg].st", "print calls[leg].state"},
		{"print calls[c-1].d", "print calls[c-1].direction"},
		{"print steps.r", "print steps.ring"},
		{"print steps.ring.c", "print steps.ring.call"},
		{"print steps.ring.call.s", "print steps.ring.call.state"},
		{"print steps.ring.call.", ""},
		{"print [1,le", "print [1,leg"},
		{"print ", ""},
		{"print other.st", ""},
	}
	for _, test := range tests {
		got, pos, _ := at(test.line, len(test.line), '\t')
		if got != test.want || got != "" && pos != len(got) {
			t.Errorf("Tab behind %q makes %q, the cursor at %d; want %q", test.line, got, pos, test.want)
		}
		if test.line == "print steps.ring.call." && !slices.Equal(offered, []string{"id", "state"}) {
			t.Errorf("Tab behind %q offers %q", test.line, offered)
		}
	}
}
