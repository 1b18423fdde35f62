package problem

import "testing"

func TestNearest(t *testing.T) {
	tones := []string{"tone0", "tone1", "tone9", "star", "pound", "a", "b"}
	states := []string{"established", "transferring", "terminated"}
	for _, c := range []struct {
		got  string
		from []string
		want string
	}{
		{"1", tones, "tone1"}, // and not "a", which differs by one letter too
		{"#", tones, "pound"},
		{"*", tones, "star"},
		{"A", tones, "a"},
		{"x", tones, ""},
		{"ton9", tones, "tone9"},
		{"connected", states, "established"},
		{"ended", states, "terminated"},
		{"ended", []string{"completed"}, ""},
		{"terminate", states, "terminated"},
		{"consultative", []string{"who", "to", "consult"}, "consult"},
		{"time", []string{"id", "timeout"}, "timeout"},
		{"to", []string{"tone0", "token"}, ""},
	} {
		if got := Nearest(c.got, c.from); got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.got, c.from, got, c.want)
		}
	}
}
