// Package nodetest lets a test hold what we write against programs of others that come from npm, pinned by a lockfile: a
// parser, a schema's validator, a client, a language server. What it takes can not be had everywhere, so such a test runs
// when it is asked for, as make check does, and is skipped with the reason where Node or npm's registry is missing.
package nodetest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// limit is for all that one test has Node do, the installation included.
const limit = 5 * time.Minute

// offline is how npm says that it reaches no registry.
var offline = regexp.MustCompile(`ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|network`)

// A Folder is a test's own copy of a folder with a package.json and its lockfile, with the packages installed. It is gone
// when the test has ended.
type Folder struct {
	Path string
	ctx  context.Context
}

// New copies folder and installs what its lockfile names. The test is skipped unless the environment variable asked is
// set, and where the programs cannot be had; any other failure of npm fails it.
func New(t *testing.T, asked, folder string) *Folder {
	t.Helper()
	if os.Getenv(asked) == "" {
		t.Skipf("not asked for: make check sets %s=1", asked)
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("not tried: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	f := &Folder{Path: t.TempDir(), ctx: ctx}
	if err := os.CopyFS(f.Path, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if said, err := f.Run(nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"); err != nil {
		if offline.Match(said) {
			t.Skipf("not tried: npm cannot fetch what it takes:\n%s", said)
		}
		t.Fatalf("npm ci: %v\n%s", err, said)
	}
	return f
}

// Run runs a program in the folder and gives what it wrote to both its outputs.
func (f *Folder) Run(stdin []byte, program string, args ...string) ([]byte, error) {
	c := f.Command(program, args...)
	c.Stdin = bytes.NewReader(stdin)
	return c.CombinedOutput()
}

// Command is a program yet to be started in the folder, for a test that talks with it. It is killed when the test ends.
func (f *Folder) Command(program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(f.ctx, program, args...)
	c.Dir = f.Path
	c.WaitDelay = 5 * time.Second
	return c
}
