package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFlowsAreTheReferences: the archive's flows have the messages that the reference lists for them, in its order.
func TestFlowsAreTheReferences(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(house, "..", "shared", "reference", "examples", "flows.tsv"))
	if err != nil {
		t.Skip("the reference is not here: ", err)
	}
	want, got := map[string][]string{}, map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := strings.Split(line, "\t")
		page := strings.NewReplacer("api-reference/", "", "/api/", "/", ".md", "", ".pt-BR", "").Replace(f[0])
		if strings.HasPrefix(page, "seed ") {
			page = "docs of 2019-01-10 " + f[1]
		}
		want[page+" | "+f[2]] = append(want[page+" | "+f[2]], f[4]+" "+f[7])
	}
	for _, e := range examples(t) {
		if strings.HasPrefix(e.page, "docs@") || strings.HasPrefix(e.page, "docs of") {
			got[e.page] = append(got[e.page], e.kind+" "+e.file)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the flows of testdata/examples.txt (-reference +ours):\n%s", diff)
	}
}
