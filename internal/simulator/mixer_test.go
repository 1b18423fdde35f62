package simulator

import (
	"testing"
	"time"
)

// TestConfigureMixer: it names participants who are there, in a group call, in beta.
func TestConfigureMixer(t *testing.T) {
	st := newStage(t, people())
	c := st.meeting("/beta/communications/calls", "")
	st.joins("carol")
	value, _ := st.must(200, "GET", c+"/participants", "").body["value"].([]any)
	carol, _ := value[1].(map[string]any)["id"].(string)
	level := func(who, source string) string {
		return `{"participantMixerLevels":[{"@odata.type":"#microsoft.graph.participantMixerLevel","participant":"` + who +
			`","sourceLevels":[{"participant":"` + source + `","level":50}]}]}`
	}
	path := c + "/participants/configureMixer"
	st.must(400, "POST", path, `{}`)
	st.must(400, "POST", path, `{"participantMixerLevels":[{"@odata.type":"#microsoft.graph.call"}]}`)
	st.must(404, "POST", path, level(carol, "nobody"))
	st.must(404, "POST", path, level("nobody", carol))
	if a := st.must(200, "POST", path, level(carol, carol)); a.body["status"] != "running" {
		t.Error(a.raw)
	}
	st.wait(time.Second)
	if last := st.posts[len(st.posts)-1].event; last.View["operation"].(map[string]any)["status"] != "completed" {
		t.Error(last.View)
	}
	v1 := st.meeting(calls, "")
	st.must(404, "POST", v1+"/participants/configureMixer", level(carol, carol))
}
