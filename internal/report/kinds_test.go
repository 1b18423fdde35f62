package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"callflow/internal/history"
	"callflow/schema"
	"callflow/steps"
)

// reportOf writes a report of some runs.
func reportOf(t testing.TB, kind string, total Total, runs ...*Run) string {
	t.Helper()
	return reportWith(t, kind, Options{}, total, runs...)
}

// refused is a run whose transfer was refused with a code, after a first attempt that was throttled, and whose outcome came late.
func refused() []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	ms := time.Millisecond
	file := "scenarios/transfer/blind.yaml"
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{RunID: "r2", Scenario: "A transfer that is declined", Row: "target=dora", File: file,
		Target: "staging", Dialect: "v1.0", Seed: 42, Steps: 2, Tags: []string{"transfer", "slow"}, Chaos: "reorder", Started: s.start}})
	s.add(0, "leg", steps.Record{StepStart: &steps.StepStart{Verb: "parallel", Label: "leg", File: file, Line: 10}})
	s.records = append(s.records, steps.Record{Seq: 3, At: s.start, Step: "move", Branch: "left",
		StepStart: &steps.StepStart{Verb: "transfer", Label: "move", File: file, Line: 12, Goal: "transferred"}})
	left := func(at time.Duration, r steps.Record) {
		s.add(at, "move", r)
		s.records[len(s.records)-1].Branch = "left"
	}
	left(10*ms, steps.Record{Request: &steps.Sent{Attempt: 1, Verb: "transfer", Method: "POST", Path: "/v1.0/communications/calls/x/transfer", Call: p2p}})
	left(30*ms, steps.Record{Response: &steps.Received{Attempt: 1, Status: 429, Took: 20 * ms}})
	left(30*ms, steps.Record{Retry: &steps.Retried{Attempt: 1, Of: 3, Wait: time.Second, Reason: "429 Too Many Requests"}})
	left(1030*ms, steps.Record{Request: &steps.Sent{Attempt: 2, Verb: "transfer", Method: "POST", Path: "/v1.0/communications/calls/x/transfer", Call: p2p}})
	left(1050*ms, steps.Record{Response: &steps.Received{Attempt: 2, Status: 202, Took: 20 * ms, Operation: invited}})
	f := &steps.Failure{Kind: "outcome", Pos: schema.Pos{File: file, Line: 12, Col: 5}, Text: "transfer failed: the target declined",
		Waited: 3 * time.Second, Code: &steps.Explained{Name: "603/10037", Code: 603, Subcode: 10037, Status: "documented", Meaning: "the callee declined",
			Causes: []string{"the person pressed decline"}, Next: []string{"expect it, or try another one"}},
		Facts: []steps.Fact{{At: s.start.Add(1050 * ms), Text: "transfer was accepted with 202"}}}
	left(4050*ms, steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed, Attempts: 2, Took: 4050 * ms, Failure: f}})
	s.add(4050*ms, "leg", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Failed, Took: 4050 * ms}})
	s.add(5050*ms, "", steps.Record{Event: &steps.Arrived{Seq: 1, Kind: "operation", Call: p2p, Summary: "operation failed 408/10057", Origin: "notification", Late: "move",
		Means: &steps.Explained{Name: "408/10057", Code: 408, Subcode: 10057, Status: "seen", Meaning: "nobody answered in time", Next: []string{"wait for longer"}}}})
	s.add(5100*ms, "", steps.Record{RunEnd: &steps.RunEnd{Status: steps.Failed, Took: 5100 * ms, Failed: "move", Failure: f, Legs: 1}})
	return s.records
}

// ended is a run in which little happened.
func ended(status, reason string) []steps.Record {
	s := &story{start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.add(0, "", steps.Record{RunStart: &steps.RunStart{RunID: "r-" + status, Scenario: "A run that is " + status, File: "scenarios/" + status + ".yaml",
		Target: "staging", Dialect: "beta", Seed: 1, Started: s.start}})
	if status == steps.Interrupted {
		s.add(0, "hold", steps.Record{StepStart: &steps.StepStart{Verb: "sleep", Label: "hold", Line: 3, File: "scenarios/interrupted.yaml"}})
		s.add(time.Second, "hold", steps.Record{StepEnd: &steps.StepEnd{Status: steps.Cancelled, Reason: "interrupted", Took: time.Second}})
	}
	s.add(time.Second, "", steps.Record{RunEnd: &steps.RunEnd{Status: status, Reason: reason, Took: time.Second}})
	return s.records
}

// everyEnd is a run of each way to end, and a repetition that makes one flaky.
func everyEnd() []*Run {
	runs := []*Run{
		NewRun(transfer(false)), NewRun(transfer(true)), NewRun(refused()), NewRun(ended(steps.Skipped, "needs a target, and this is the simulator")),
		NewRun(ended(steps.Broken, "no token: 401 invalid_client\nstack")), NewRun(ended(steps.Interrupted, "interrupted")), NewRun(refused()[:8]),
	}
	runs[1].Repeat = 1
	return runs
}

// Each format of every way in which a run ends.
func TestKinds(t *testing.T) {
	t.Setenv("GITHUB_REPOSITORY", "")
	t.Setenv("GITHUB_WORKSPACE", inHere(t)("GITHUB_WORKSPACE"))
	total := Total{Command: "callflow run", Version: "1.2.3", Wall: 1500 * time.Millisecond, NotRun: 2}
	for _, kind := range []string{"junit", "json", "tap", "markdown", "github"} {
		t.Run(kind, func(t *testing.T) {
			got := reportOf(t, kind, total, everyEnd()...)
			if kind == "json" {
				var b bytes.Buffer
				if err := json.Indent(&b, []byte(got), "", "  "); err != nil {
					t.Fatal(err)
				}
				got = b.String()
			}
			golden(t, "report-"+kind+".golden", got)
		})
	}
}

// Reports of nothing are whole all the same.
func TestKindsOfNothing(t *testing.T) {
	for kind, want := range map[string]string{
		"junit": xml.Header + "<testsuites>\n  <!-- there was nothing to run -->\n</testsuites>\n",
		"tap":   "TAP version 14\n# 0 passed: there was nothing to run\n1..0 # SKIP there was nothing to run\n",
		"jsonl": "",
	} {
		if got := reportOf(t, kind, Total{}); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if got := reportOf(t, "json", Total{}); !json.Valid([]byte(got)) {
		t.Errorf("json: %s", got)
	}
}

// evil is what the name of a person, a scenario or an answer of a service may hold.
const evil = "x\n::error::pwned\r\n## h | <script>alert(1)</script> & ]]> -->\n```\nnot ok 1 - no # TODO\nBail out!\n  ---\n[l](http://e.x) @all www.e.x " +
	"\x00\x1b[31m\u202e\u2028\xff\U000e0041 %0A ,line=7 \"'` $x$ :smile:"

// hostile is runs of which every text is evil, but for what callflow itself decides between.
func hostile() []*Run {
	keep := map[string]bool{"Status": true, "Type": true, "Kind": true, "Step": true, "Branch": true, "Late": true, "Action": true, "Origin": true, "Level": true}
	var spoil func(v reflect.Value)
	spoil = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if v.CanSet() {
				v.SetString(v.String() + evil)
			}
		case reflect.Pointer:
			if !v.IsNil() {
				spoil(v.Elem())
			}
		case reflect.Slice:
			if v.Type().Elem().Kind() != reflect.Uint8 { // bodies are JSON
				for i := range v.Len() {
					spoil(v.Index(i))
				}
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if !keep[v.Type().Field(i).Name] && v.Type() != reflect.TypeFor[time.Time]() {
					spoil(v.Field(i))
				}
			}
		}
	}
	runs := everyEnd()
	for i := range runs {
		records := runs[i].Records
		done := map[*steps.Failure]bool{}
		for k := range records {
			if end := records[k].RunEnd; end != nil && end.Failure != nil {
				if done[end.Failure] { // the step's own
					copied := *end.Failure
					copied.Text += "the end"
					end.Failure = &copied
					continue
				}
			}
			if end := records[k].StepEnd; end != nil && end.Failure != nil {
				done[end.Failure] = true
			}
			spoil(reflect.ValueOf(&records[k]))
		}
		repeat := runs[i].Repeat
		runs[i] = NewRun(records)
		runs[i].Repeat = repeat
	}
	return runs
}

var (
	tagsOfOurs  = regexp.MustCompile(`</?(details|summary|b|sub)( open)?>`)
	githubLine  = regexp.MustCompile(`^::(notice|error|warning) (file=[^,:]*,)?(line=\d+,endLine=\d+,)?(col=\d+,)?title=[^,:]*::`)
	whatControl = regexp.MustCompile("[\x00-\x09\x0b-\x1f\x7f\u202e\u2028]")
)

// Whatever a service, a scenario or a person is called, each report stays what it is: nothing breaks out of its place.
func TestKindsHarmless(t *testing.T) {
	runs := hostile()
	for i := range Kinds {
		kind := Kinds[i].Name
		t.Run(kind, func(t *testing.T) {
			got := reportOf(t, kind, Total{}, runs...)
			if at := whatControl.FindStringIndex(got); at != nil && kind != "html" {
				t.Errorf("a control character gets through: %q", got[max(0, at[0]-40):at[1]])
			}
			switch kind {
			case "json":
				if !json.Valid([]byte(got)) {
					t.Error("no JSON")
				}
			case "jsonl":
				for line := range strings.Lines(got) {
					if !json.Valid([]byte(line)) {
						t.Errorf("no JSON: %s", line)
					}
				}
			case "junit":
				if n := elements(t, got)["testcase"]; n != len(runs) {
					t.Errorf("%d testcases of %d runs", n, len(runs))
				}
			case "tap":
				p := readTAP(t, got)
				if p.points != len(runs) || p.failed != 5 {
					t.Errorf("%d points, %d failed; want %d and 5", p.points, p.failed, len(runs))
				}
			case "markdown":
				bare := tagsOfOurs.ReplaceAllString(unfenced(got), "")
				for _, bad := range []string{"<", "```", "http:", "www.", "@all", "](", ":smile:", "$x$"} {
					if at := strings.Index(bare, bad); at >= 0 {
						t.Errorf("%q gets through: %q", bad, bare[max(0, at-40):at+len(bad)])
					}
				}
				for line := range strings.Lines(bare) {
					if n := strings.Count(line, "|"); n != 0 && n != 6 {
						t.Errorf("%d bars in %q", n, line)
					}
				}
			case "github":
				for line := range strings.Lines(got) {
					if !githubLine.MatchString(line) {
						t.Errorf("no command of ours: %q", line)
					}
				}
			}
		})
	}
}

// unfenced is Markdown without its code: what stands between a line of backticks and the next one that has as many.
func unfenced(text string) string {
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(text) {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence == "":
			b.WriteString(line)
		case len(ticks) >= len(fence) && strings.TrimSpace(line) == ticks:
			fence = ""
		}
	}
	return b.String()
}

// elements counts the elements of XML by name.
func elements(t *testing.T, text string) map[string]int {
	t.Helper()
	count := map[string]int{}
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			count[e.Name.Local]++
		}
	}
}

// The XML is valid by the schema that Jenkins published, also of hostile and of giant texts.
func TestJUnitSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("the XML is not held against the schema: xmllint is not installed (libxml2-utils)")
	}
	giant := refused()
	giant[len(giant)-1].RunEnd.Failure.Text = strings.Repeat("a very long story ", 100_000)
	for name, runs := range map[string][]*Run{"every-end": everyEnd(), "hostile": hostile(), "giant": {NewRun(giant)}, "nothing": nil} {
		file := filepath.Join(t.TempDir(), name+".xml")
		if err := os.WriteFile(file, []byte(reportOf(t, "junit", Total{}, runs...)), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command(xmllint, "--noout", "--nonet", "--schema", filepath.Join("testdata", "junit", "jenkins-junit.xsd"), file).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%.3000s", name, err, said)
		}
	}
}

// tapResult is what a TAP consumer makes of a stream.
type tapResult struct{ points, failed int }

var tapPoint = regexp.MustCompile(`^(not )?ok (\d+)( - .*)?$`)

// readTAP reads TAP 14 strictly: numbers in order, each plan as long as what it plans, YAML blocks closed, nothing unknown.
func readTAP(t *testing.T, text string) tapResult {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "TAP version 14" {
		t.Fatalf("begins with %q", lines[0])
	}
	at := 1
	r := readPoints(t, lines, &at, "")
	if at != len(lines) {
		t.Fatalf("line %d is not understood: %q", at+1, lines[at])
	}
	return r
}

func readPoints(t *testing.T, lines []string, at *int, indent string) (r tapResult) {
	t.Helper()
	planned := -1
	for ; *at < len(lines); *at++ {
		line, inside := strings.CutPrefix(lines[*at], indent)
		switch {
		case !inside:
			if planned != r.points {
				t.Errorf("line %d: %d points, planned %d", *at+1, r.points, planned)
			}
			return r
		case strings.HasPrefix(line, "    "):
			readPoints(t, lines, at, indent+"    ")
			*at--
		case strings.HasPrefix(line, "#"), line == "":
		case line == "  ---":
			for *at++; *at < len(lines) && lines[*at] != indent+"  ..."; *at++ {
				if !strings.HasPrefix(lines[*at], indent+"  ") {
					t.Fatalf("line %d leaves the YAML: %q", *at+1, lines[*at])
				}
			}
		case strings.HasPrefix(line, "1.."):
			if _, err := fmt.Sscanf(line, "1..%d", &planned); err != nil {
				t.Fatal(err)
			}
		default:
			m := tapPoint.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("line %d is not understood: %q", *at+1, lines[*at])
			}
			if r.points++; m[2] != fmt.Sprint(r.points) {
				t.Errorf("line %d: number %s, want %d", *at+1, m[2], r.points)
			}
			if m[1] != "" && !strings.Contains(m[3], " # TODO") {
				r.failed++
			}
		}
	}
	if planned != r.points {
		t.Errorf("%d points, planned %d", r.points, planned)
	}
	return r
}

func TestTAPStructure(t *testing.T) {
	if r := readTAP(t, reportOf(t, "tap", Total{}, everyEnd()...)); r != (tapResult{7, 5}) {
		t.Errorf("%+v", r)
	}
}

// GitHub shows no summary at all of more than 1 MiB, and ten annotations of a kind.
func TestLimits(t *testing.T) {
	var runs []*Run
	for i := range 3000 {
		runs = append(runs, NewRun(transfer(i%2 == 0)))
	}
	page := reportOf(t, "markdown", Total{}, runs...)
	if len(page) > 1<<20 {
		t.Errorf("the summary has %d bytes", len(page))
	}
	for _, want := range []string{"1500 passed, 1500 failed", "more runs left out", "more explanations left out"} {
		if !strings.Contains(page, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	marks := reportOf(t, "github", Total{}, runs...)
	if n := strings.Count(marks, "::error "); n != 10 || strings.Count(marks, "::warning ") != 10 {
		t.Errorf("%d errors and %d warnings", n, strings.Count(marks, "::warning "))
	}
	if !strings.Contains(marks, "1490 more failures not shown") {
		t.Errorf("%.300s", marks)
	}
}

// inHere is an environment in which the current folder is the root of the repository, wherever the tests run.
func inHere(t *testing.T) func(string) string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) string {
		if name == "GITHUB_WORKSPACE" {
			return here
		}
		return ""
	}
}

// The place of an annotation is from the root of the repository, in whatever folder the job runs.
func TestInWorkspace(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"plain/s", "clone/.git", "clone/sub/s", "worktree/sub/s"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "worktree/.git"), []byte("gitdir: elsewhere\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, in, workspace, file, want string }{
		{"in no repository", "plain", "", "s/a.yaml", "s/a.yaml"},
		{"in a clone", "clone/sub", "", "s/a.yaml", "sub/s/a.yaml"},
		{"at its root", "clone", "", "a.yaml", "a.yaml"},
		{"in a folder that is gone", "clone/sub", "", "other/a.yaml", "sub/other/a.yaml"},
		{"in a worktree", "worktree/sub", "", "s/a.yaml", "sub/s/a.yaml"},
		{"of another clone", "clone/sub", "", "../../worktree/sub/s/a.yaml", "sub/s/a.yaml"},
		{"climbing", "clone/sub", "", "../a.yaml", "a.yaml"},
		{"beside a name with dots", "clone", "", "..a/a.yaml", "..a/a.yaml"},
		{"what GitHub says", "clone/sub", ".", "s/a.yaml", "clone/sub/s/a.yaml"},
		{"outside of what GitHub says", "clone/sub", "plain", "s/a.yaml", "sub/s/a.yaml"},
		{"standard input", "clone/sub", "", "<stdin>", "<stdin>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(filepath.Join(root, test.in))
			env := func(string) string {
				if test.workspace == "" {
					return ""
				}
				return filepath.Join(root, test.workspace)
			}
			if got := inWorkspace(test.file, env); got != test.want {
				t.Errorf("%s in %s: %s, want %s", test.file, test.in, got, test.want)
			}
		})
	}
}

func BenchmarkKinds(b *testing.B) {
	runs := make([]*Run, 1000)
	for i := range runs {
		runs[i] = NewRun(transfer(i%10 == 0))
	}
	for _, k := range Kinds {
		b.Run(k.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := k.Open(io.Discard, Options{})
				for _, run := range runs {
					if err := r.Add(run); err != nil {
						b.Fatal(err)
					}
				}
				if err := r.Close(Total{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Journals are the material of others by now: no report fails at what is in one.
func FuzzKinds(f *testing.F) {
	for _, records := range [][]steps.Record{refused(), transfer(true)[:12]} {
		f.Add(reportOf(f, "jsonl", Total{}, NewRun(records)))
	}
	f.Add(`{"type":"runStart","runStart":{}}` + "\n" + `{"type":"stepEnd","step":"a","stepEnd":{"status":"failed","failure":{"expression":{"parts":[{"value":{"a":1}}]}}}}`)
	f.Fuzz(func(t *testing.T, journal string) {
		var runs []*Run
		_ = history.Each(strings.NewReader(journal), func(records []steps.Record) error {
			runs = append(runs, NewRun(records))
			return nil
		})
		for _, k := range Kinds {
			got := reportOf(t, k.Name, Total{}, runs...)
			switch k.Name {
			case "tap":
				readTAP(t, got)
			case "junit":
				elements(t, got)
			case "json":
				if !json.Valid([]byte(got)) {
					t.Errorf("no JSON: %s", got)
				}
			}
		}
	})
}
