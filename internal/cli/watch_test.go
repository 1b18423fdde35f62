package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"callflow/internal/report"
)

// watched is a `run --watch` under way, in a folder of its own.
type watched struct {
	t     *testing.T
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
	end   context.CancelFunc
	ended chan error
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	select {
	case w.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

func watchRun(t *testing.T, files map[string]string, f runFlags, args ...string) *watched {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		save(t, name, text)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &watched{t: t, wrote: make(chan struct{}, 1), end: cancel, ended: make(chan error, 1)}
	f.parallel, f.repeat, f.seed, f.dialect, f.watch, f.noColor = 1, 1, 1, "v1.0", true, true
	io := streams{out: w, err: w}
	if f.format == "json" {
		io.stream = report.NewStream(w)
	}
	go func() { w.ended <- f.watching(ctx, args, nil, io) }()
	t.Cleanup(func() {
		if w.end != nil {
			w.stop()
		}
	})
	return w
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	// As editors do: a new file in the place of the old one.
	if err := os.WriteFile(name+"~", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+"~", name); err != nil {
		t.Fatal(err)
	}
}

// until waits for the end of a round, and returns what it printed.
func (w *watched) until(last string) string {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		text := w.text.String()
		if i := strings.Index(text, last); i >= 0 {
			w.text.Next(i + len(last))
			w.mu.Unlock()
			return text[:i+len(last)]
		}
		w.mu.Unlock()
		select {
		case <-w.wrote:
		case err := <-w.ended:
			w.ended <- err
			w.t.Fatalf("ended with %v; printed:\n%s", err, text)
		case <-deadline:
			w.t.Fatalf("no %q in:\n%s", last, text)
		}
	}
}

func (w *watched) stop() {
	w.t.Helper()
	w.end()
	w.end = nil
	if err := <-w.ended; exitCode(err) != 130 {
		w.t.Errorf("ended with %v", err)
	}
}

const roundEnd = "; Ctrl-C ends\n"

func ran(text string) (names []string) {
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "▸ "); ok {
			names = append(names, strings.Fields(name)[0])
		}
	}
	return names
}

// TestWatch: what changes is run again, and nothing else, whatever it is that a scenario is made of.
func TestWatch(t *testing.T) {
	log := func(name string) string { return "name: " + name + "\nsteps:\n  - log: hi\n" }
	w := watchRun(t, map[string]string{
		"s/a.yaml":         log("A"),
		"s/b.yaml":         "name: B\nvars: {who: nobody}\nsteps:\n  - include: ../parts/login.yaml\n",
		"s/c.yaml":         "name: C\nmatrix: {file: ../rows.csv}\nsteps:\n  - log: ${{ matrix.n }}\n",
		"parts/login.yaml": log("login"),
		"rows.csv":         "n\n1\n",
		"vars.yaml":        "who: carol\n",
		"callflow.yaml":    "targets: {}\n",
	}, runFlags{varFiles: []string{"vars.yaml"}}, "s")
	check := func(want string, also ...string) {
		t.Helper()
		text := w.until(roundEnd)
		if got := strings.Join(ran(text), " "); got != want {
			t.Fatalf("ran %q, want %q:\n%s", got, want, text)
		}
		for _, a := range also {
			if !strings.Contains(text, a) {
				t.Fatalf("does not say %q:\n%s", a, text)
			}
		}
	}
	check("A B C", "3 passed")
	save(t, "s/a.yaml", log("A2"))
	check("A2", "changed: s/a.yaml\n")
	save(t, "parts/login.yaml", log("login2"))
	check("B", "changed: parts/login.yaml\n")
	save(t, "rows.csv", "n\n1\n2\n")
	check("C C", "changed: rows.csv\n")
	save(t, "vars.yaml", "who: dave\n")
	check("A2 B C C", "changed: vars.yaml\n")
	save(t, "callflow.yaml", "targets:  {}\n")
	check("A2 B C C", "changed: callflow.yaml\n")

	// A file with problems is shown, the others go on; what it needs may appear later.
	save(t, "s/a.yaml", "name: A3\nsteps:\n  - include: new/part.yaml\n")
	check("", "there is no file s/new/part.yaml", "not run, for they have problems: s/a.yaml")
	save(t, "s/b.yaml", log("B2"))
	check("B2", "not run, for they have problems: s/a.yaml")
	save(t, "s/new/part.yaml", log("part"))
	check("A3 part", "changed: s/new/part.yaml\n")

	// New files and folders below, and files that go.
	save(t, "s/deep/er/d.yaml", log("D"))
	check("D", "changed: s/deep/er/d.yaml\n")
	if err := os.Remove("s/deep/er/d.yaml"); err != nil {
		t.Fatal(err)
	}
	check("", "gone: s/deep/er/d.yaml\n")

	// A save without a change, and a file that is none of ours, are no reason; so the next round is that of b alone.
	save(t, "s/a.yaml", "name: A3\nsteps:\n  - include: new/part.yaml\n")
	save(t, "s/notes.txt", "hm")
	save(t, "s/b.yaml", log("B3"))
	check("B3", "changed: s/b.yaml\n")
	w.stop()
}

// TestWatchStrict: with --strict a file with warnings is not run.
func TestWatchStrict(t *testing.T) {
	w := watchRun(t, map[string]string{"odd.yaml": "vars: {x: 1}\nsteps:\n- log: odd\n", "plain.yaml": "steps:\n- log: plain\n"}, runFlags{strict: true}, ".")
	text := w.until(roundEnd)
	if got := strings.Join(ran(text), " "); got != "plain" || !strings.Contains(text, "not run, for they have problems: odd.yaml") {
		t.Errorf("ran %q, want plain alone:\n%s", got, text)
	}
}

// TestWatchEndsRuns: runs whose scenario changes are ended, with their hang-ups, and begin anew.
func TestWatchEndsRuns(t *testing.T) {
	long := "name: Long\ntimeout: 2h\nsteps:\n  - log: begun\n  - sleep: 1h\nfinally:\n  - log: tidied\n"
	w := watchRun(t, map[string]string{"long.yaml": long}, runFlags{realTime: true}, "long.yaml")
	w.until("begun")
	save(t, "long.yaml", strings.Replace(long, "1h", "1ms", 1))
	if text := w.until("changed: long.yaml"); !strings.Contains(text, "tidied") || !strings.Contains(text, "interrupted") {
		t.Errorf("the first run did not end well:\n%s", text)
	}
	if text := w.until(roundEnd); !strings.Contains(text, "1 passed") {
		t.Errorf("the second one did not pass:\n%s", text)
	}
	save(t, "long.yaml", long)
	w.until("begun")
	w.stop()
	if text := w.text.String(); !strings.Contains(text, "tidied") {
		t.Errorf("Ctrl-C did not let it tidy:\n%s", text)
	}
}

// TestWatchStream: each round is a stream of its own.
func TestWatchStream(t *testing.T) {
	w := watchRun(t, map[string]string{"a.yaml": "name: A\nsteps:\n  - log: hi\n"}, runFlags{format: "json"}, "a.yaml")
	w.until(`"exit":0}` + "\n")
	save(t, "a.yaml", "name: A\nsteps:\n  - expect: 1 == 2\n")
	if text := w.until(`"exit":1}` + "\n"); !strings.HasPrefix(text, `{"type":"command"`) || !strings.Contains(text, `"changed":["a.yaml"]`) {
		t.Errorf("%s", text)
	}
	w.stop()
}

// TestWatchCodes: the codes that callflow.yaml names explain every failure; and what did not pass in any of the rounds is noted for
// --rerun-failed, until it passes in a later one.
func TestWatchCodes(t *testing.T) {
	log := func(name string) string { return "name: " + name + "\nsteps:\n  - log: hi\n" }
	bad := func(name string) string { return "name: " + name + "\nsteps:\n  - expect: 1 == 2\n" }
	w := watchRun(t, map[string]string{
		"s/a.yaml": bad("A"), "s/b.yaml": bad("B"), "callflow.yaml": "codes: conf/codes.yaml\n",
		"conf/codes.yaml": "412#4711:\n  meaning: our trunk is down\n",
	}, runFlags{}, "s")
	check := func(want, failed string) {
		t.Helper()
		text := w.until(roundEnd)
		if got := strings.Join(ran(text), " "); got != want {
			t.Fatalf("ran %q, want %q:\n%s", got, want, text)
		}
		last, err := readLastRun()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range last.Failed {
			names = append(names, r.File)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != failed || last.Unfinished {
			t.Fatalf("noted %q, want %q (unfinished: %t)", got, failed, last.Unfinished)
		}
	}
	check("A B", "s/a.yaml s/b.yaml")
	save(t, "conf/codes.yaml", "412#4711:\n  meaning: our trunk is up again\n")
	check("A B", "s/a.yaml s/b.yaml")
	save(t, "s/a.yaml", log("A"))
	check("A", "s/b.yaml")
	save(t, "s/b.yaml", log("B"))
	check("B", "")
	w.stop()
}
