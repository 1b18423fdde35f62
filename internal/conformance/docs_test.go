package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"callflow/internal/conformance"
)

var update = flag.Bool("update", false, "write the tables of docs/conformance.md")

const page = house + "/docs/conformance.md"

// TestDocs: the tables of docs/conformance.md are those of the code; make generate writes them.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for name, table := range map[string]string{"deviations": deviationTable(), "requests": excuseTable(), "messages": oddityTable(),
		"flows": flowTable(t), "flow exceptions": flowExceptionTable()} {
		begin, end := "<!-- generated: "+name+" -->\n", "<!-- end: "+name+" -->\n"
		before, rest, ok := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("docs/conformance.md has no place for the table %s", name)
		}
		want = before + begin + table + end + after
	}
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatal("docs/conformance.md is stale; run make generate")
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func row(b *strings.Builder, cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func deviationTable() string {
	var b strings.Builder
	row(&b, "Where", "What", "Why", "Source", "Shown by")
	row(&b, "---", "---", "---", "---", "---")
	for _, d := range conformance.Deviations {
		var where []string
		for _, x := range d.Dialects {
			where = append(where, string(x))
		}
		if where == nil {
			where = []string{"all"}
		}
		what := d.In
		if d.Member != "" {
			what = strings.TrimPrefix(what+": "+d.Member, ": ")
		}
		row(&b, strings.TrimSpace(strings.Join(where, ", ")+" "+d.Message+" "+d.What), code(what)+" ("+string(d.Rule)+")", d.Why, d.Source, code(d.Example))
	}
	return b.String()
}

func excuseTable() string {
	var b strings.Builder
	row(&b, "What", "Member or message", "Example", "Why")
	row(&b, "---", "---", "---", "---")
	for _, x := range excuses {
		row(&b, strings.TrimSpace(string(x.dialect)+" "+x.what), code(strings.TrimSpace(x.at+" "+x.line)), code(x.file), x.why)
	}
	return b.String()
}

func oddityTable() string {
	var b strings.Builder
	row(&b, "What", "Message", "Member", "Why")
	row(&b, "---", "---", "---", "---")
	for _, x := range oddities {
		row(&b, x.what, code(x.kind), code(x.path), x.why)
	}
	return b.String()
}

// flowTable counts the flows that are played, by dialect, and those that are not, by the reason.
func flowTable(t *testing.T) string {
	flows, messages := map[string]int{}, map[string]int{}
	for _, f := range flowsOf(examples(t)) {
		what := unplayed(f)
		if what == "" {
			what = string(f.spoken)
		} else {
			what = "not played: " + what
		}
		flows[what]++
		for _, e := range f.messages {
			if e.kind != "request" {
				messages[what]++
			}
		}
	}
	var b strings.Builder
	row(&b, "Dialect", "Flows", "Responses and notifications")
	row(&b, "---", "---", "---")
	for _, what := range sortedKeys(flows) {
		row(&b, what, fmt.Sprint(flows[what]), fmt.Sprint(messages[what]))
	}
	return b.String()
}

func flowExceptionTable() string {
	var b strings.Builder
	row(&b, "Flow", "What", "Member or message", "Why")
	row(&b, "---", "---", "---", "---")
	for _, x := range flowExceptions {
		row(&b, code(x.flow), x.what, code(strings.TrimSpace(x.at+" "+x.detail)), x.why)
	}
	return b.String()
}
