package callflowtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"callflow/runner/callflowtest"
)

// TestShipped runs scenarios that we ship as a user would, from another folder.
func TestShipped(t *testing.T) {
	callflowtest.Run(t, "../../scenarios/transfer", callflowtest.Tags("not fails"), callflowtest.Parallel(), callflowtest.Dialect("beta"))
	callflowtest.Run(t, "../../scenarios/media/*.yaml", callflowtest.Seed(7))
}

// module is what the guide says, in a folder of its own: its files, and go.mod.
func module(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(filepath.Join(root, "docs", "guides", "go-tests.md"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	// What `go mod tidy` would write, without a network.
	requires := regexp.MustCompile(`(?ms)^require \(.*?^\)|^require \S+ \S+$`).FindAllString(string(own), -1)
	write(t, dir, "go.mod", "module example.com/calls\n\ngo 1.26\n\nrequire callflow v0.0.0\n\nreplace callflow => "+filepath.ToSlash(root)+"\n\n"+strings.Join(requires, "\n")+"\n")
	write(t, dir, "go.sum", string(sums))
	files := regexp.MustCompile("(?ms)^```(?:go|yaml)\n(?://|#) (\\S+)\n(.*?)^```").FindAllStringSubmatch(string(guide), -1)
	if len(files) != 3 {
		t.Fatalf("the guide has %d files, want 3", len(files))
	}
	for _, f := range files {
		write(t, dir, f[1], f[2])
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// goTest runs go test in a module and returns what it prints, and whether all passed.
func goTest(t *testing.T, dir string, args ...string) (out string, passed bool) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"test"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=mod", "LANG=C.UTF-8")
	text, err := cmd.CombinedOutput()
	return string(text), err == nil
}

// TestGuide does what the guide says, in a module of one's own.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a module")
	}
	dir := module(t)
	out, passed := goTest(t, dir, "-v", ".")
	for _, want := range []string{"--- PASS: TestFlows/declined/after=2s", "--- PASS: TestFlows/declined/after=20s", "--- PASS: TestBotHearsOfCalls", "✓    20.070s  createCall"} {
		if !passed || !strings.Contains(out, want) {
			t.Fatalf("the guide's tests do not print %q:\n%s", want, out)
		}
	}

	for _, tt := range []struct {
		name, file, text string
		args             []string
		passed           bool
		want             []string
	}{
		{"a failure shows its place, the values and the ladder", "scenarios/declined.yaml", "name: Dora is busy\nsimulate:\n  people:\n    dora: {id: " + doraID + ", busy: true}\nsteps:\n  - createCall: {targets: [{identity: {user: {id: " + doraID + "}}}]}\n    until: terminated\n    expect: resultInfo.code == 603\n",
			[]string{"-run", "TestFlows"}, false,
			[]string{"calls_test.go:10: scenarios/declined.yaml:8:13: does not hold: resultInfo.code == 603", "resultInfo.code  → 480", "call terminated 480", "--- FAIL: TestFlows/declined", "go test -artifacts keeps the journal"}},
		{"its journal is kept", "scenarios/declined.yaml", "", []string{"-run", "TestFlows", "-artifacts", "-outputdir", dir}, false, []string{"journal: " + dir}},
		{"-run chooses", "scenarios/other.yaml", "matrix: {n: [1, 2]}\nsteps: [{expect: matrix.n > 0}]\n", []string{"-v", "-run", "TestFlows/other/n=2"}, true, []string{"--- PASS: TestFlows/other/n=2"}},
		{"what needs another target is skipped", "scenarios/other.yaml", "vars: {who: }\nsteps: [{log: \"${{ who }}\"}]\n", []string{"-v", "-run", "TestFlows/other"}, true, []string{"--- SKIP: TestFlows/other", "the var who has no value"}},
		{"a file with a problem keeps all from running", "scenarios/other.yaml", "steps: [{lgo: hi}]\n", []string{"-run", "TestFlows"}, false, []string{"nothing was run:", "scenarios/other.yaml:1:10:", "--- FAIL: TestFlows"}},
		{"options", "options_test.go", `package calls

import (
	"testing"

	"callflow/runner/callflowtest"
)

func TestVar(t *testing.T) {
	callflowtest.Run(t, "flows/one.yaml", callflowtest.Var("who", "Carol"), callflowtest.Secret("pin", "12345678"), callflowtest.Secret("badge", "kilo-9876"))
}

func TestUnset(t *testing.T) { callflowtest.Run(t, "flows/one.yaml", callflowtest.Var("who", "Carol"), callflowtest.Secret("pin", "12345678")) }

func TestMisspelt(t *testing.T) { callflowtest.Run(t, "flows/...", callflowtest.Var("woh", "Carol")) }

func TestNoTarget(t *testing.T) { callflowtest.Run(t, "flows", callflowtest.Target("stagign"), callflowtest.Var("who", "Carol")) }

func TestNoTags(t *testing.T) { callflowtest.Run(t, "flows", callflowtest.Tags("slow")) }

func TestNoDialect(t *testing.T) { callflowtest.Run(t, "flows", callflowtest.Dialect("v2")) }
`, []string{"-v", "-run", "TestVar|TestUnset|TestMisspelt|TestNo"}, false,
			[]string{"--- PASS: TestVar/flows/one", "Carol of Contoso, ***, ***", "callflow.yaml:2:23: cannot evaluate env.NOBODY_SETS_THIS: the value is absent; set it, or give --secret badge=…; flows/one.yaml:3:61 uses it", `callflowtest.Var("woh"): no scenario here declares it; did you mean "who"?`,
				`callflow.yaml has no target "stagign"; did you mean "staging"?`, "no scenario of 1 in flows has the tags slow", `callflowtest.Dialect("v2") is not known; use v1.0, beta, legacy`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "options" {
				write(t, dir, "flows/one.yaml", "vars: {who: }\nsecrets: {pin: }\nsteps: [{log: \"${{ who }} of ${{ tenant }}, ${{ pin }}, ${{ badge }}\"}]\n")
				write(t, dir, "callflow.yaml", "vars: {tenant: Contoso}\nsecrets: {badge: \"${{ env.NOBODY_SETS_THIS }}\"}\ntargets:\n  staging: {simulator: true, root: \"http://127.0.0.1:1\", callback: {listen: \"127.0.0.1:0\", publicUrl: \"http://127.0.0.1:1\"}}\n")
			}
			if tt.text != "" {
				write(t, dir, tt.file, tt.text)
			}
			out, passed := goTest(t, dir, append(tt.args, ".")...)
			if passed != tt.passed {
				t.Errorf("passed: %v, want %v", passed, tt.passed)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

const doraID = "550fae72-d251-43ec-868c-373732c2704f"
