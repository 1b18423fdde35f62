package cli

import (
	"strings"
	"testing"

	"callflow/internal/project"
)

func TestTags(t *testing.T) {
	for _, tt := range []struct {
		expr string
		tags string
		want bool
	}{
		{"transfer", "transfer smoke", true},
		{"transfer", "smoke", false},
		{"transfer and smoke", "transfer smoke", true},
		{"transfer and not slow", "transfer smoke", true},
		{"transfer and not slow", "transfer slow", false},
		{"a or b and c", "a", true},
		{"(a or b) and c", "a", false},
		{"(a or b)and(c)", "b c", true},
		{"not (a or b)", "c", true},
		{"not not a", "a", true},
		{"pre-release", "pre-release", true},
	} {
		f, err := project.ParseTags(tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		if got := f(strings.Fields(tt.tags)); got != tt.want {
			t.Errorf("%q on tags %q: %v, want %v", tt.expr, tt.tags, got, tt.want)
		}
	}
	for _, bad := range []string{"", "a b", "and", "a and", "(a", "a)", "not", "a or or b", "()"} {
		if _, err := project.ParseTags(bad); err == nil {
			t.Errorf("%q was understood", bad)
		} else if !strings.Contains(err.Error(), "write it like") {
			t.Errorf("%q: the error does not say what would be right: %v", bad, err)
		}
	}
}
