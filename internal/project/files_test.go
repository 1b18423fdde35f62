package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"callflow.yaml", "README.md", "scenarios/a.yaml", "scenarios/b.yml", "scenarios/x/c.yaml", "scenarios/x/y/d.yaml",
		"scenarios/_shared/e.yaml", "scenarios/x/_f.yaml", "scenarios/.g.yaml", "scenarios/.git/h.yaml", "scenarios/i.txt",
		"other/j.yaml", "empty/k.txt",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, tt := range []struct {
		args string
		want string
	}{
		{"", "scenarios/a.yaml scenarios/b.yml scenarios/x/c.yaml scenarios/x/y/d.yaml"},
		{"scenarios/x other", "scenarios/x/c.yaml scenarios/x/y/d.yaml other/j.yaml"},
		{"scenarios/a.yaml ./scenarios/a.yaml", "scenarios/a.yaml"},
		{filepath.Join(dir, "other"), "other/j.yaml"},
		{"scenarios/_shared/e.yaml", "scenarios/_shared/e.yaml"},
		{"scenarios/i.txt", "scenarios/i.txt"},
		{"scenarios/*.yaml", "scenarios/a.yaml"},
		{"scenarios/**/*.yaml", "scenarios/a.yaml scenarios/x/c.yaml scenarios/x/y/d.yaml"},
		{"**/[cd].yaml", "scenarios/x/c.yaml scenarios/x/y/d.yaml"},
		{"scenarios/?/**", "scenarios/x/c.yaml scenarios/x/y/d.yaml"},
		{"../" + filepath.Base(dir) + "/other", "../" + filepath.Base(dir) + "/other/j.yaml"},
	} {
		got, err := Find(strings.Fields(tt.args))
		if err != nil {
			t.Errorf("%q: %v", tt.args, err)
			continue
		}
		if diff := cmp.Diff(strings.Fields(tt.want), got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", tt.args, diff)
		}
	}
	for _, bad := range []string{"nowhere", "empty", "nowhere/*.yaml", "scenarios/[.yaml", "scenarios/*.json"} {
		if got, err := Find([]string{bad}); err == nil {
			t.Errorf("%q: found %v, want an error", bad, got)
		} else if !strings.Contains(err.Error(), strings.Split(bad, "/")[0]) {
			t.Errorf("%q: the error does not name it: %v", bad, err)
		}
	}
}
