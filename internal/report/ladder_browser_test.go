package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"callflow/internal/cli"
)

// strange has names that mean something in SVG, in HTML and in Mermaid, and many legs and branches.
const strange = `
name: "</svg><script>alert(1)</script> ; # %% end"
simulate:
  people:
    carol: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698, displayName: "Carol & <b>Zoë</b> 日本; #1 \"end\" %%{init}%%"}
    fred: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d57269a, displayName: end, answers: never}
steps:
  - parallel:
      left:
        - id: "one"
          name: "rect rgb(0,0,0) ; participant x"
          forEach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
          createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}}]}
      right:
        - name: "Note over p0: no #quot; <br/> ` + "`a`" + `"
          createCall: {targets: [{identity: {user: {id: 8a34a46b-3d17-4adc-8dce-dc4e7d57269a}}}]}
`

// TestBrowserLadders has Mermaid itself draw the Mermaid text of every run that we ship, and a browser the SVGs: see
// node/ladders.mjs.
func TestBrowserLadders(t *testing.T) {
	node, browser := setUpBrowser(t)
	dir := node.Path
	if err := os.WriteFile(filepath.Join(dir, "strange.yaml"), []byte(strange), 0o644); err != nil {
		t.Fatal(err)
	}
	shipped, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(shipped)
	journals := filepath.Join(dir, "journals")
	for _, c := range []struct {
		code int
		args []string
	}{
		{1, []string{"run", "--quiet", "--journal", journals, "scenarios", filepath.Join(dir, "strange.yaml")}},
		{0, []string{"ladder", journals, "--format", "svg", "-o", filepath.Join(dir, "ladders")}},
		{0, []string{"ladder", journals, "--format", "mermaid", "-o", filepath.Join(dir, "ladders")}},
	} {
		var out bytes.Buffer
		if code := cli.Main(c.args, strings.NewReader(""), &out, &out); code != c.code {
			t.Fatalf("callflow %q ended with %d, want %d\n%s", c.args, code, c.code, out.String())
		}
	}
	said, err := node.Run(nil, "node", "ladders.mjs", browser, filepath.Join(dir, "ladders"))
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
}
