package simulator

import (
	"testing"
	"time"

	"callflow/internal/world"
)

// TestStranded: a bot hangs up in the middle of a transfer. Who was to be handed over is cut off, and the target, if it
// answers, hears silence.
func TestStranded(t *testing.T) {
	const deb, vera = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"
	for name, test := range map[string]struct {
		target  string
		hangUp  time.Duration // after the transfer
		silence bool
	}{
		"while the target rings":  {doraID, 500 * time.Millisecond, true},
		"in the moment it takes":  {doraID, 1070 * time.Millisecond, true},
		"the target declines":     {deb, 500 * time.Millisecond, false},
		"a voicemail takes it":    {vera, 500 * time.Millisecond, true},
		"when all has gone well":  {doraID, 5 * time.Second, false},
		"before it has even rung": {doraID, 10 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			scene := people()
			scene.People["deb"].ID, scene.People["vera"].ID = deb, vera
			scene.People["dora"].Answers = &world.Answers{After: time.Second}
			st := newStage(t, scene)
			c := st.answeredCall("carol")
			st.must(202, "POST", c+"/transfer", to(test.target))
			st.wait(test.hangUp)
			if test.hangUp < 2*time.Second {
				st.must(204, "DELETE", c, "")
			}
			st.wait(10 * time.Minute)
			silence := false
			for _, who := range []string{"Dora", "deb", "vera"} {
				silence = silence || st.saw(who+" hears silence: Carol is not there")
			}
			if silence != test.silence {
				t.Errorf("silence is %t, want %t: %q", silence, test.silence, st.seen)
			}
			st.must(404, "GET", c, "")
		})
	}
}
