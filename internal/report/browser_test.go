package report_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"callflow/internal/cli"
	"callflow/internal/nodetest"
)

// evil has a name that would be a page of its own.
const evil = `
name: "</script><img src=x onerror=alert(1)> \u202egnp"
steps:
  - log: <b>bold</b>
`

// toGive is run with flags of all kinds.
const toGive = `
name: Given
vars: {word: none}
steps:
  - {id: first, log: "${{ word }}"}
  - log: not reached
`

// many makes a thousand runs, some of which fail where disorder comes upon them.
const many = `
name: Reach somebody under disorder
tags: [outgoing]
matrix:
  who: [dora, heidi]
  try: [%s]
simulate:
  people:
    dora: {id: 2f1a1100-b174-40a0-aba7-0b405e01ed92, displayName: Dora, answers: {after: 3s}}
    heidi: {id: 550fae72-d251-43ec-868c-373732c2704f, displayName: Heidi, answers: {after: 1s}}
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ matrix.who == 'dora' ? '2f1a1100-b174-40a0-aba7-0b405e01ed92' : '550fae72-d251-43ec-868c-373732c2704f' }}"}}}]
    until: accepted
  - await: call.state == "established"
    timeout: 3200ms
`

// TestBrowser uses the HTML report in a real browser: see node/page.mjs. It needs Node, Chromium and three packages from npm,
// pinned by the lockfile, so it runs when it is asked for: make browser, which make check does too.
func TestBrowser(t *testing.T) {
	node, browser := setUpBrowser(t)
	reportsFor(t, node.Path)
	said, err := node.Run(nil, "node", "page.mjs", browser, node.Path)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
}

// setUpBrowser finds a browser, and makes a folder with what drives it.
func setUpBrowser(t *testing.T) (node *nodetest.Folder, browser string) {
	t.Helper()
	node = nodetest.New(t, "CALLFLOW_BROWSER", "node")
	for _, name := range []string{os.Getenv("CALLFLOW_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return node, path
		}
	}
	t.Skip("not tried: there is no Chromium (apt-get install chromium)")
	return nil, ""
}

// reportsFor makes the pages from real runs.
func reportsFor(t *testing.T, dir string) {
	t.Helper()
	shipped, err := filepath.Abs(filepath.Join("..", "..", "scenarios"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(shipped))
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var tries []string
	for n := range 500 {
		tries = append(tries, fmt.Sprint(n))
	}
	for _, r := range []struct {
		page string
		code int
		args []string
	}{
		{"all.html", 1, []string{"scenarios"}},
		{"given.html", 0, []string{"--var", "word=it's", "--timeout", "90s", "--until", "first", "--dialect", "beta", "--chaos", "reorder", "--seed", "7", write("given.yaml", toGive)}},
		{"evil.html", 0, []string{write("evil.yaml", evil)}},
		{"flaky.html", 1, []string{"--chaos", "all", "--repeat", "20", write("flaky.yaml", fmt.Sprintf(many, "1"))}},
		{"many.html", 1, []string{"--chaos", "all", "--seed", "2", write("many.yaml", fmt.Sprintf(many, strings.Join(tries, ", ")))}},
	} {
		args := append([]string{"run", "--quiet", "--report", "html=" + filepath.Join(dir, r.page)}, r.args...)
		var out bytes.Buffer
		began := time.Now()
		if code := cli.Main(args, strings.NewReader(""), &out, &out); code != r.code {
			t.Fatalf("callflow %q ended with %d, want %d\n%s", args, code, r.code, out.String())
		}
		info, err := os.Stat(filepath.Join(dir, r.page))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d KiB; runs and report took %s", r.page, info.Size()/1024, time.Since(began).Round(time.Millisecond))
	}
}
