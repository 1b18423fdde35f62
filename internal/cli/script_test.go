package cli

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite golden and generated files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"callflow": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command as a user would: each script in testdata/script has its own folder, and says what must be
// printed and how the command must end.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "dated": dated},
		Condition: func(cond string) (bool, error) {
			if cond == "hangup" { // not where the tests run under nohup
				return !signal.Ignored(syscall.SIGHUP), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// exits is `exits CODE command…`: the command must end with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command…")
	}
	err := ts.Exec(args[1], args[2:]...)
	if got := exitStatus(err); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// dated is `dated TIME GLOB`: the files were written at that time.
func dated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: dated TIME GLOB")
	}
	at, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	files, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no file %s", args[1])
	}
	for _, file := range files {
		ts.Check(os.Chtimes(file, at, at))
	}
}
