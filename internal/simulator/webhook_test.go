package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/world"
)

// hooked is a world in which webhook answers each delivery; told is what it was told: when, where, and what.
func hooked(t *testing.T, webhook func(n int, d Delivery) Receipt, set ...string) (st *stage, told *[]string) {
	told = &[]string{}
	n := 0
	st = newStage(t, withSettings(t, append(set, "tenantId", "optional")...), func(c *Config) {
		clock := c.Clock
		c.Deliver = func(d Delivery) {
			form := "graph"
			if strings.Contains(string(d.Body), `"callState"`) {
				form = "skype"
			}
			for _, state := range []string{"incoming", "establishing", "established", "terminated"} {
				if strings.Contains(string(d.Body), `"state":"`+state+`"`) {
					form = state
				}
			}
			*told = append(*told, fmt.Sprintf("%s %s %s", clock.Now().Sub(epoch), strings.TrimPrefix(d.URL, "https://bot.contoso.com"), form))
			n++
			d.Done(webhook(n, d))
		}
	})
	return st, told
}

func dialed(t *testing.T, st *stage) {
	t.Helper()
	if err := st.service.Act(world.Action{Deed: world.Deed{Dial: &world.Dial{From: "carol", To: "bot"}}}); err != nil {
		t.Fatal(err)
	}
}

func TestWebhook(t *testing.T) {
	status := func(list ...int) func(int, Delivery) Receipt {
		return func(n int, _ Delivery) Receipt {
			return Receipt{Status: list[min(n, len(list))-1], Took: 12 * time.Millisecond}
		}
	}
	moved := func(where string) func(int, Delivery) Receipt {
		return func(n int, d Delivery) Receipt {
			if !strings.Contains(d.URL, "other") {
				return Receipt{Status: 302, Location: where}
			}
			return Receipt{Status: 202}
		}
	}
	tests := []struct {
		name    string
		webhook func(int, Delivery) Receipt
		set     []string
		told    []string
		seen    string // part of what is observed; "": nothing of the webhook
	}{
		{"taken", status(202), nil, []string{"10ms /api/calls incoming", "15.01s /api/calls terminated"}, ""},
		{"failing", status(500, 202), nil, []string{"10ms /api/calls incoming", "15.01s /api/calls terminated"},
			"bot answers a notification (call incoming) with 500 Internal Server Error after 12ms"},
		{"retried", status(500, 0, 503, 202), []string{"webhookRetries", "5", "webhookBackoff", "2s"},
			[]string{"10ms /api/calls incoming", "2.01s /api/calls incoming", "6.01s /api/calls incoming", "14.01s /api/calls incoming", "15.01s /api/calls terminated"},
			"bot does not answer a notification (call incoming) after 12ms; it is sent again in 4s"},
		{"refused for good", status(404), []string{"webhookRetries", "5"}, []string{"10ms /api/calls incoming", "15.01s /api/calls terminated"}, "with 404 Not Found"},
		{"given up", status(503), []string{"webhookRetries", "1", "webhookBackoff", "1s", "answerDeadline", "5s"},
			[]string{"10ms /api/calls incoming", "1.01s /api/calls incoming", "5.01s /api/calls terminated", "6.01s /api/calls terminated"}, "with 503 Service Unavailable after 12ms"},
		{"redirected", moved("/other/calls"), nil, []string{"10ms /api/calls incoming", "10ms /other/calls incoming", "15.01s /other/calls terminated"},
			"bot redirects its call to https://bot.contoso.com/other/calls"},
		{"redirected nowhere", moved("mailto:x"), nil, []string{"10ms /api/calls incoming", "15.01s /api/calls terminated"}, `redirects its call to "mailto:x"`},
		{"in circles", moved("/api/calls"), []string{"webhookRedirects", "2"},
			[]string{"10ms /api/calls incoming", "10ms /api/calls incoming", "10ms /api/calls incoming", "15.01s /api/calls terminated"}, "with 302 Found"},
		{"both forms", status(204, 202), []string{"incomingForm", "skypeFirst"},
			[]string{"10ms /api/calls skype", "20ms /api/calls incoming", "15.01s /api/calls terminated"}, ""},
		{"the old form only", status(202), []string{"incomingForm", "skypeFirst"}, []string{"10ms /api/calls skype", "15.01s /api/calls terminated"},
			"bot answers the call's first notification, in the Skype format, with 202: only 204 brings it in the Graph format"},
		{"the old form redirected", func(n int, d Delivery) Receipt {
			if n == 1 {
				return Receipt{Status: 307, Location: "https://bot.contoso.com/other"}
			}
			return Receipt{Status: 204}
		}, []string{"incomingForm", "skypeFirst"}, []string{"10ms /api/calls skype", "10ms /other skype", "20ms /other incoming", "15.01s /other terminated"}, "redirects its call"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st, told := hooked(t, tt.webhook, tt.set...)
			dialed(t, st)
			st.wait(time.Minute)
			if diff := cmp.Diff(tt.told, *told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			var seen []string
			for _, s := range st.seen {
				if strings.HasPrefix(s, "Test Bot ") && !strings.Contains(s, "in time") || strings.HasPrefix(s, "bot ") && !strings.Contains(s, "in time") {
					seen = append(seen, s)
				}
			}
			got := strings.Join(seen, "\n")
			if tt.seen == "" && got != "" || !strings.Contains(got, strings.TrimPrefix(tt.seen, "bot ")) {
				t.Errorf("seen %q, want %q", got, tt.seen)
			}
		})
	}
}

// Only the first notification of an incoming call is redirected; and the service says how long it waits.
func TestWebhookOfACall(t *testing.T) {
	var waits []time.Duration
	st, told := hooked(t, func(_ int, d Delivery) Receipt {
		waits = append(waits, d.Timeout)
		return Receipt{Status: 302, Location: "/other"}
	}, "webhookTimeout", "3s")
	st.must(201, "POST", calls, createBodyFor(user(doraID)))
	st.wait(5 * time.Second)
	for _, s := range *told {
		if strings.Contains(s, "other") {
			t.Errorf("followed: %q", *told)
		}
	}
	if len(*told) != 3 || waits[0] != 3*time.Second {
		t.Errorf("told %q, waits %v", *told, waits)
	}
}

// A bot that has answered, or whose caller has gone, before it asked for the Graph format gets no second announcement.
func TestSkypeFormTooLate(t *testing.T) {
	var late func(Receipt)
	st, told := hooked(t, nil, "incomingForm", "skypeFirst")
	st.service.cfg.Deliver = func(d Delivery) {
		if late == nil {
			late, d.Done = d.Done, func(Receipt) {}
		}
		*told = append(*told, string(d.Body))
	}
	dialed(t, st)
	st.wait(time.Second)
	if len(*told) != 1 || !strings.Contains((*told)[0], `"identity":"29:`+carolID+`"`) || !strings.Contains((*told)[0], `"identity":"28:`+botID+`"`) {
		t.Fatalf("told %q", *told)
	}
	if err := st.service.Act(world.Action{Deed: world.Deed{HangUp: &world.Who{Who: "carol"}}}); err != nil {
		t.Fatal(err)
	}
	st.wait(time.Second)
	late(Receipt{Status: 204})
	st.wait(time.Second)
	if len(*told) != 2 || !strings.Contains((*told)[1], `"terminated"`) {
		t.Errorf("told %q", *told)
	}
}
