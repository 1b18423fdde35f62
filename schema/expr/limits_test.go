package expr

import (
	"strings"
	"testing"
	"time"

	"callflow/schema/problem"
)

// TestRegularExpressionsEndSoon matches patterns that make RE2 itself slow: it takes time in proportion to the text times
// the pattern with its repetitions written out.
func TestRegularExpressionsEndSoon(t *testing.T) {
	names := testNames()
	names["p2pCall"] = strings.Repeat("a", 1<<20)
	for _, tt := range []struct{ text, want string }{
		{`p2pCall matches "(a?){1000}b"`, "this takes too long"},
		{`p2pCall matches ("(a?){1000}" + event.raw.a)`, "this takes too long"},
		{`p2pCall matches "^(a|aa|aaa)*b$"`, "this takes too long"},
		{`p2pCall matches ("` + strings.Repeat("[a-z]{0,1000}", 250) + `" + event.raw.a)`, "with its repetitions written out it has more than 5000 parts"},
		{`p2pCall[:1000] matches "^(a|aa|aaa)*b$"`, ""},
		{`p2pCall matches "^a"`, ""},
	} {
		start := time.Now()
		_, err := compileTest(t, tt.text).Eval(names)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%.60s took %s", tt.text, took)
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60s: %v, want %q", tt.text, err, tt.want)
		}
	}
	var problems problem.Problems
	Compile(`p2pCall matches "`+strings.Repeat("(a{0,1000}){1}", 200)+`"`, 0, straight, testScope(), nil, func(p problem.Problem) { problems = append(problems, p) })
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "more than 5000 parts") {
		t.Errorf("got %v", problems)
	}
}
