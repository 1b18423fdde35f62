package runner

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callflow/internal/world"
	"callflow/steps"
)

func TestInWhoseName(t *testing.T) {
	const own, app, other = "7e4a47c0-0000-4000-8000-000000000001", "b0b0c0de-0000-4000-8000-000000000001", "49bfc225-8482-4ab8-94e7-76b48fdb9849"
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	from := "the request is from the application " + app + ", with a token of tenant "
	for name, test := range map[string]struct {
		token *steps.Token
		want  []string
	}{
		"no token": {nil, []string{from + own}},
		"opaque":   {&steps.Token{Opaque: true}, []string{from + own, "the token is opaque: its claims cannot be read"}},
		"all is well": {&steps.Token{Tenant: own, App: app, Audience: "https://graph.microsoft.com/", Roles: world.Permissions, Expires: at.Add(time.Hour), Calling: "enabled"},
			[]string{from + own, "the token's roles: every application permission of calls", "the bot's registration has calling enabled (Teams channel)"}},
		"another tenant's, of another cloud, too old": {&steps.Token{Tenant: other, App: app, Audience: "api://x", Expires: at.Add(-90 * time.Second), Calling: "disabled"},
			[]string{from + other, "the token's tenant is not the configured one, " + own,
				"the token has no roles: no application permission was consented to in its tenant",
				"the token expired at 2026-01-01T11:58:30Z, 1m30s before", `the token is for "api://x", and not for Graph (aud)`,
				"the bot's registration does not have calling enabled (Teams channel)"}},
		"roles of other things": {&steps.Token{Tenant: own, App: app, Roles: []string{"A", "B", "C", "D", "E", "F"}},
			[]string{from + own, "the token has no role of calls, only A, B, C, D and 2 more"}},
		"some of calls": {&steps.Token{Tenant: own, App: app, Roles: []string{"User.Read.All", "Calls.Initiate.All"}},
			[]string{from + own, "the token's roles: Calls.Initiate.All, and User.Read.All"}},
		"one without claims": {&steps.Token{}, []string{"the request is from the application (not named), with a token of tenant (not named)",
			"the token has no roles: no application permission was consented to in its tenant"}},
	} {
		r := &run{Prepared: &Prepared{}}
		r.Target.Bot = testBot
		x := &turn{frame: &frame{run: r}, sent: sending{at: at, token: test.token, body: json.RawMessage("{}")}}
		f := &steps.Failure{}
		x.inWhoseName(f)
		var got []string
		for _, fact := range f.Facts {
			got = append(got, fact.Text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
