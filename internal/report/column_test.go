package report

import (
	"testing"
	"testing/fstest"

	"callflow/schema"
	"callflow/steps"
)

// TestVerbColumn: the column has room for the longest verb, moved in where it stands inside others.
func TestVerbColumn(t *testing.T) {
	files := fstest.MapFS{"tones.yaml": {Data: []byte("name: tones\nsteps:\n  - subscribeToTone: x\n")}}
	for _, tt := range []struct {
		name, text string
		flat, deep int // with an indent of 0 and of 2
	}{
		{"short", "steps:\n  - log: x\n", 12, 12},
		{"top", "steps:\n  - subscribeToTone: x\n", 15, 15},
		{"in a branch", "steps:\n  - parallel:\n      a: [{subscribeToTone: x}]\n", 15, 17},
		{"in a branch of a branch", "steps:\n  - parallel:\n      a:\n        - parallel:\n            b: [{subscribeToTone: x}]\n", 15, 19},
		{"included", "steps:\n  - include: tones.yaml\n", 15, 17},
		{"at the end", "steps:\n  - log: x\nfinally:\n  - subscribeToTone: x\n", 15, 15},
		{"sticks out", "steps:\n  - parallel:\n      a:\n        - changeScreenSharingRole: {call: x, role: viewer}\n        - parallel:\n            b: [{listContentSharingSessions: x}]\n", 26, 26},
	} {
		plan, problems := schema.Check(schema.Source{Name: "test.yaml", Text: []byte("name: x\n" + tt.text), FS: files}, steps.Vocabulary())
		if plan == nil {
			t.Errorf("%s: %v", tt.name, problems)
			continue
		}
		for indent, want := range map[int]int{0: tt.flat, 2: tt.deep} {
			if got := VerbColumn(plan, indent); got != want {
				t.Errorf("%s, moved in by %d: %d, want %d", tt.name, indent, got, want)
			}
		}
	}
}
