package report

import (
	"fmt"
	"io"
	"strings"

	"callflow/schema"
)

// ProblemsGitHub writes problems as workflow commands, which GitHub Actions shows at their lines in a pull request.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
func ProblemsGitHub(w io.Writer, problems schema.Problems) error {
	for _, p := range problems {
		if err := annotate(w, string(p.Severity), p.Pos, p.Len, p.Code, textOf(p)); err != nil {
			return err
		}
	}
	return nil
}

// annotate writes one workflow command; level is error, warning or notice, and length counts characters from pos.
func annotate(w io.Writer, level string, pos schema.Pos, length int, title, text string) error {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,endColumn=%d,title=%s::%s\n", level, property(pos.File), pos.Line, pos.Col,
		pos.Col+max(length, 1), property(title), messageMarks.Replace(strings.Join(lines, "\n")))
	return err
}

// What a workflow command takes for its own is written in percents: more of it in a property than in the message.
var (
	messageMarks  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyMarks = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func property(text string) string { return propertyMarks.Replace(clean(text)) }
