package simulator

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// BenchmarkTakeOver is the 2018 document's whole flow on the service alone: four requests, thirteen notifications.
func BenchmarkTakeOver(b *testing.B) {
	scene := people()
	scene.Settings = world.DefaultSettings()
	scene.Settings.TenantID = "optional"
	b.ReportAllocs()
	for b.Loop() {
		c := &clock{now: epoch}
		told := 0
		s := New(Config{Clock: c, Rand: rand.New(rand.NewPCG(1, 2)).Uint64, Scene: scene, Root: "https://graph.microsoft.com",
			Bots:    []Bot{{Name: "bot", AppID: botID, DisplayName: "Test Bot", Address: address1, Dialect: graph.V1}},
			Deliver: func(d Delivery) { told++ }})
		do := func(method, path, body string) string {
			w := httptest.NewRecorder()
			r, _ := http.NewRequest(method, "http://graph"+path, strings.NewReader(body))
			s.ServeHTTP(w, r)
			c.forward(time.Second)
			l := w.Header().Get("Location")
			return l[strings.LastIndex(l, "/")+1:]
		}
		_ = s.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot"}}})
		c.forward(time.Second)
		last := ""
		for id := range s.calls { // the only one
			last = id
		}
		do("POST", calls+"/"+last+"/answer", answer)
		m := do("POST", calls, joins)
		do("POST", calls+"/"+m+"/participants/invite", `{"participants":[{"identity":{"user":{"id":"`+carolID+`"}},"replacesCallId":"`+last+`"}]}`)
		do("DELETE", calls+"/"+m, "")
		if told != 13 {
			b.Fatalf("%d notifications", told)
		}
	}
}
