package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestStanding: on a port too, a refusal shows the roles that count in the scenario's own world, not the token's, and whether
// calling is enabled.
func TestStanding(t *testing.T) {
	dir, hook := t.TempDir(), freePort(t)
	config := writeFile(t, dir, "callflow.yaml", fmt.Sprintf(`
targets:
  local:
    simulator: true
    root: %s
    callback: {listen: %q, publicUrl: "http://%s"}
`, serve(t), hook, hook))
	for name, test := range map[string]struct{ settings, want string }{
		"roles":   {"permissions: [Calls.JoinGroupCall.All]", "the token's roles: Calls.JoinGroupCall.All"},
		"calling": {"registered: false", "the bot's registration does not have calling enabled"},
	} {
		file := writeFile(t, dir, name+".yaml", `
name: Refused
simulate:
  settings: {`+test.settings+`}
steps:
  - createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
`)
		var out bytes.Buffer
		code := Main([]string{"run", "--config", config, "--target", "local", file}, strings.NewReader(""), &out, &out)
		if said := strings.Join(strings.Fields(out.String()), " "); code != 3 || !strings.Contains(said, test.want) {
			t.Errorf("%s: exit code %d, and not %q:\n%s", name, code, test.want, out.String())
		}
	}
}
