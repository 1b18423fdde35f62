package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runWays are the flags of run that say how, each as somebody would give it.
var runWays = []string{
	"--step", "--break one", "a.yaml:4", "--until one", "--rerun-failed", "--shard 1/1", "--repeat 2", "--repeat 2 --until-fail",
	"--timeout 9s", "--report junit=r.xml", "--journal j", "--parallel 2", "--format json", "--tag x", "--run A", "--seed 3", "--chaos all",
	"--quiet", "--verbose", "--ladder", "--fail-fast", "--shuffle", "--real-time", "--dry-run", "--dialect beta", "--watch",
}

// refusedPairs are those that do not go together, with what is said of them.
var refusedPairs = map[string]string{
	"--step + --parallel 2":                "--step and --parallel 2: one run at a time can be debugged",
	"--step + --format json":               "--step talks to a person, and --format json to a program: give one",
	"--step + --quiet":                     "--step shows what happens, and --quiet does not: give one",
	"--step + --dry-run":                   "--step stops in a run, and --dry-run makes none: give one",
	"--step + --watch":                     "--step waits for commands, and --watch for changes: give one",
	"--break one + --parallel 2":           "--break and --parallel 2: one run at a time can be debugged",
	"--break one + --format json":          "--break talks to a person, and --format json to a program: give one",
	"--break one + --quiet":                "--break shows what happens, and --quiet does not: give one",
	"--break one + --dry-run":              "--break stops in a run, and --dry-run makes none: give one",
	"--break one + --watch":                "--break waits for commands, and --watch for changes: give one",
	"a.yaml:4 + --until one":               "a.yaml:4 and --until one both say where to stop: give one",
	"--rerun-failed + --chaos all":         "--rerun-failed: the last run here was one without --chaos: leave it out",
	"--rerun-failed + --dialect beta":      "--rerun-failed: the last run here was one with --dialect v1.0: give that again",
	"--rerun-failed + --watch":             "--watch runs again what changes, --rerun-failed what failed: give one",
	"--format json + --quiet":              "--format json has every record: --quiet, --verbose and --ladder are for text",
	"--format json + --verbose":            "--format json has every record: --quiet, --verbose and --ladder are for text",
	"--format json + --ladder":             "--format json has every record: --quiet, --verbose and --ladder are for text",
	"--quiet + --verbose":                  "--quiet and --verbose contradict each other",
	"--quiet + --ladder":                   "--quiet prints only what failed, and --ladder draws every run: give one",
	"--dry-run + --watch":                  "--watch runs, and --dry-run does not: give one (callflow validate checks)",
	"--repeat 2 + --repeat 2 --until-fail": "", // the same flag
}

// TestPairs gives each two of run's flags together: they are refused before anything runs, saying why, or they both hold.
func TestPairs(t *testing.T) {
	seen := 0
	for i, a := range runWays {
		for _, b := range runWays[i+1:] {
			pair := a + " + " + b
			want, refused := refusedPairs[pair]
			if refused {
				seen++
			}
			if (a == "--watch" || b == "--watch") && !refused {
				continue // it would go on; TestWatch and its neighbours have what goes with it
			}
			t.Run(pair, func(t *testing.T) { onePair(t, a, b, want) })
		}
	}
	if seen != len(refusedPairs) {
		t.Errorf("%d of %d refused pairs were tried: some are misspelt", seen, len(refusedPairs))
	}
}

func onePair(t *testing.T, a, b, want string) {
	t.Chdir(t.TempDir())
	scenario := "name: A\ntags: [x]\nsteps:\n  - {id: one, log: first}\n  - {id: two, log: second}\n  - {id: three, expect: 1 == 2}\n"
	if err := os.WriteFile("a.yaml", []byte(scenario), 0o644); err != nil {
		t.Fatal(err)
	}
	given := strings.Fields(a + " " + b)
	has := func(flag string) bool { return strings.Contains(" "+a+" "+b+" ", " "+flag) }
	if has("--rerun-failed") {
		Main([]string{"run", "a.yaml"}, strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer))
	}
	args := []string{"run"}
	for _, word := range given {
		if word != "a.yaml:4" {
			args = append(args, word)
		}
	}
	if has("a.yaml:4") {
		args = append(args, "a.yaml:4")
	} else {
		args = append(args, "a.yaml")
	}
	var out, errs bytes.Buffer
	code := Main(args, strings.NewReader("c\nc\nc\nc\nc\nc\n"), &out, &errs)
	if want != "" {
		if code != 2 || strings.Contains(out.String(), "first") || !strings.Contains(out.String()+errs.String(), want) {
			t.Errorf("it ends with %d:\n%s%swant 2 and %q", code, &out, &errs, want)
		}
		return
	}
	wantCode := 1
	if has("a.yaml:4") || has("--until one") || has("--dry-run") {
		wantCode = 0 // it stops before the step that fails
	}
	if code != wantCode {
		t.Fatalf("it ends with %d, want %d:\n%s%s", code, wantCode, &out, &errs)
	}
	bothHold(t, has, out.String())
}

// bothHold checks that what was asked for is there.
func bothHold(t *testing.T, has func(flag string) bool, out string) {
	ran := !has("--dry-run")
	if has("--format json") {
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) || !strings.HasPrefix(line, "{") {
				t.Errorf("a line is no JSON object: %q", line)
			}
		}
	}
	for flag, glob := range map[string]string{"--report": "r.xml", "--journal": "j/*.jsonl"} {
		if files, _ := filepath.Glob(glob); has(flag) && (len(files) > 0) != ran {
			t.Errorf("%s: %d files %s", flag, len(files), glob)
		}
	}
	stops := has("--step") || has("--break")
	if stops != strings.Contains(out, "(callflow)") {
		t.Errorf("whether it takes commands: %v, want %v:\n%s", !stops, stops, out)
	}
	// With --until-fail the first failure is the last run, but nothing fails before --until.
	twice := ran && has("--repeat 2") && !has("--format json") && (!has("--repeat 2 --until-fail") || has("--until one") || has("a.yaml:4"))
	if twice && !has("--fail-fast") && !strings.Contains(out, "2 passed") && !strings.Contains(out, "2 failed") {
		t.Errorf("no two runs:\n%s", out)
	}
	if limited := has("--until one") || has("a.yaml:4"); limited && ran && strings.Contains(out, "second") {
		t.Errorf("it ran on:\n%s", out)
	}
}
