package cli

import (
	"fmt"
	"io"
	"strings"

	"callflow/internal/report"
	"callflow/schema"
)

// outline prints a plan's steps as they are nested: branches by name, included files with their steps, finally apart. It
// is what list and run --dry-run show.
type outline struct {
	w     io.Writer
	style report.Style
	verbs int // how wide their column is
}

// plan prints the steps of a file.
func (o outline) plan(p *schema.Plan, indent string) {
	o.block(p.Steps, indent)
	if len(p.Finally) > 0 {
		fmt.Fprintf(o.w, "%s  finally:\n", indent)
		o.block(p.Finally, indent+"  ")
	}
}

func (o outline) block(b schema.Block, indent string) {
	for _, s := range b {
		o.step(s, indent)
	}
}

// step prints one step and those inside it.
func (o outline) step(s *schema.Step, indent string) {
	lead := fmt.Sprintf("%s%4d  %-*s ", indent, s.Pos.Line, o.verbs, s.Verb.Name)
	for _, line := range o.style.Fold(lead, planned(s), strings.Repeat(" ", len(lead)+2)) {
		fmt.Fprintln(o.w, strings.TrimRight(line, " "))
	}
	inner := indent + "      "
	for _, in := range s.Inner {
		if name := branchOf(s, in); name != "" {
			fmt.Fprintf(o.w, "%s%s:\n", inner, name)
		}
		o.block(in.Steps, inner+"  ")
	}
	if s.Include != nil {
		fmt.Fprintf(o.w, "%s%s:\n", inner, s.Include.File)
		o.plan(s.Include, inner+"  ")
	}
}

// branchOf is the name of a parallel branch; "" for other steps inside steps.
func branchOf(s *schema.Step, in schema.Inner) string {
	if !in.Beside || len(in.Steps) == 0 {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(in.Steps[0].Path, s.Path+"."), "[")
	return name
}

// planned says in a few words what is fixed about a step before it runs.
func planned(s *schema.Step) string {
	var words []string
	switch {
	case s.ID != "" && s.Name != "":
		words = append(words, s.ID+": "+s.Name)
	case s.Label() != s.Verb.Name:
		words = append(words, s.Label())
	}
	if s.Until != "" {
		words = append(words, "until "+s.Until)
	}
	if s.If != nil {
		words = append(words, "if "+strings.Join(strings.Fields(s.If.Text()), " "))
	}
	if s.ForEach != nil {
		words = append(words, "for each "+s.As)
	}
	if s.Retry != nil {
		words = append(words, "with retry")
	}
	for _, c := range s.Capture {
		words = append(words, "captures "+c.Name)
	}
	if s.ContinueOnError {
		words = append(words, "may fail")
	}
	return strings.Join(words, ", ")
}
