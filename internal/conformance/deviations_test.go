package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"callflow/internal/conformance"
)

// TestDeviations: the message that a known deviation names does show it, so that none is made up.
func TestDeviations(t *testing.T) {
	list := examples(t)
	for _, d := range conformance.Deviations {
		name := strings.TrimPrefix(d.Example, "the response to ")
		switch {
		case d.Why == "" || d.Source == "":
			t.Errorf("%+v: say why, and by which source", d)
			continue
		case d.Example == "":
			continue
		}
		shown := false
		for i := range list {
			if list[i].file != name {
				continue
			}
			if name != d.Example {
				i++
			}
			shown = shown || slices.ContainsFunc(findings(list, i), d.Explains)
		}
		if !shown {
			t.Errorf("%s does not show this: %+v", d.Example, d)
		}
	}
}
