package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"callflow/steps"
)

// junit writes the XML that CI servers read: a testsuite for each scenario file, a testcase for each run. It keeps to what
// the schemas of Jenkins' junit and xunit plugins have in common. Runs of one file that follow one another share a suite; a
// suite that has grown large goes on in another one, so that what is in memory stays bounded.
type junit struct {
	w     io.Writer
	suite *junitSuite
	id    int
	empty bool // so far
	err   error
}

type junitSuite struct {
	file       string
	about      steps.RunStart
	cases      bytes.Buffer
	properties [][2]string
	took       time.Duration

	tests, failures, errors, skipped int
}

// mostSuite is how many bytes of testcases are held until their suite is written.
const mostSuite = 8 << 20

func newJUnit(w io.Writer, _ Options) Report {
	j := &junit{w: w, empty: true}
	j.print(xml.Header + "<testsuites>\n")
	return j
}

func (j *junit) print(text string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, text)
	}
}

func (j *junit) Add(r *Run) error {
	if s := j.suite; s != nil && (s.file != r.Start.File || s.cases.Len() > mostSuite) {
		j.flush()
	}
	if j.suite == nil {
		j.suite = &junitSuite{file: r.Start.File, about: r.Start}
	}
	j.empty = false
	j.suite.add(r)
	return j.err
}

func (j *junit) Close(Total) error {
	j.flush()
	if j.empty {
		j.print("  <!-- " + nothingToRun + " -->\n")
	}
	j.print("</testsuites>\n")
	return j.err
}

func (s *junitSuite) add(r *Run) {
	s.tests++
	s.took += r.Took()
	name := r.title()
	s.properties = append(s.properties, [2]string{"run: " + name, fmt.Sprintf("%s, seed %d", r.Start.RunID, r.Start.Seed)})
	b := &s.cases
	fmt.Fprintf(b, "    <testcase name=%s classname=%s time=%s>\n", quoteXML(name), quoteXML(className(r.Start.File)), quoteXML(seconds(r.Took())))
	why := quoteXML(brief(r.Why(), 1000))
	kind := r.Status()
	if f := r.Failure(); f != nil {
		kind = f.Kind
		if f.Reason != "" {
			kind = f.Reason
		}
	}
	switch status := r.Status(); status {
	case steps.Passed:
	case steps.Skipped:
		s.skipped++
		fmt.Fprintf(b, "      <skipped>%s</skipped>\n", escapeXML(r.Why()))
	default:
		element := "error"
		s.errors++
		if status == steps.Failed {
			element = "failure"
			s.failures++
			s.errors--
		}
		fmt.Fprintf(b, "      <%s message=%s type=%s>%s</%s>\n", element, why, quoteXML(kind), escapeXML(text(r.Alone(plainStyle), mostText)), element)
	}
	fmt.Fprintf(b, "      <system-out>%s</system-out>\n    </testcase>\n", escapeXML(text(r.Transcript(plainStyle), mostText)))
}

// flush writes the suite at hand.
func (j *junit) flush() {
	s := j.suite
	if s == nil {
		return
	}
	j.suite = nil
	properties := [][2]string{{"target", s.about.Target}, {"dialect", s.about.Dialect}}
	if len(s.about.Tags) > 0 {
		properties = append(properties, [2]string{"tags", strings.Join(s.about.Tags, ", ")})
	}
	if s.about.Chaos != "" {
		properties = append(properties, [2]string{"chaos", s.about.Chaos})
	}
	j.print(fmt.Sprintf("  <testsuite name=%s package=%s id=\"%d\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=%s timestamp=%s hostname=\"callflow\">\n    <properties>\n",
		quoteXML(s.file), quoteXML(className(path.Dir(s.file)+"/")), j.id, s.tests, s.failures, s.errors, s.skipped,
		quoteXML(seconds(s.took)), quoteXML(s.about.Started.UTC().Format("2006-01-02T15:04:05"))))
	for _, p := range append(properties, s.properties...) {
		j.print(fmt.Sprintf("      <property name=%s value=%s/>\n", quoteXML(p[0]), quoteXML(p[1])))
	}
	j.print("    </properties>\n")
	j.print(s.cases.String())
	j.print("  </testsuite>\n")
	j.id++
}

// className is a file's path as a class's name, by which CI servers group: scenarios/transfer/blind.yaml is
// scenarios.transfer.blind.
func className(file string) string {
	var parts []string
	for part := range strings.SplitSeq(clean(strings.TrimSuffix(file, path.Ext(file))), "/") {
		if part = strings.ReplaceAll(part, ".", "_"); strings.Trim(part, "_") != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ".")
}

// escapeXML is text as XML may hold it: what no XML may is replaced by U+FFFD.
func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}

func quoteXML(text string) string { return `"` + escapeXML(clean(text)) + `"` }
