package cli

import (
	"fmt"
	"io"
	"strings"

	"callflow/schema"
)

// plan prints what would run.
func (b *batch) plan(w io.Writer) error {
	fmt.Fprintln(w, b.target.hello())
	for _, j := range b.jobs {
		p, err := b.prepareJob(j)
		if err != nil {
			return &inputError{err.Error()}
		}
		fmt.Fprintf(w, "\n%s  %s\n", j.title(), j.scenario.file)
		if p.Skip != "" {
			fmt.Fprintf(w, "  skipped: %s\n", p.Skip)
			continue
		}
		fmt.Fprintf(w, "  run id %s\n", p.RunID)
		for _, block := range []struct {
			name  string
			steps schema.Block
		}{{"steps", j.scenario.plan.Steps}, {"finally", j.scenario.plan.Finally}} {
			if len(block.steps) > 0 {
				fmt.Fprintf(w, "  %s\n", block.name)
			}
			for _, s := range block.steps {
				line := fmt.Sprintf("    %-10s %-12s %s", fmt.Sprintf("line %d", s.Pos.Line), s.Verb.Name, planned(s))
				fmt.Fprintln(w, strings.TrimRight(line, " "))
			}
		}
	}
	fmt.Fprintf(w, "\n%s would run; nothing was sent\n", count(len(b.jobs), "scenario"))
	return nil
}

// planned says in a few words what is fixed about a step before it runs.
func planned(s *schema.Step) string {
	var words []string
	if s.Label() != s.Verb.Name {
		words = append(words, s.Label())
	}
	if s.Until != "" {
		words = append(words, "until "+s.Until)
	}
	if s.If != nil {
		words = append(words, "if "+s.If.Text())
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
	return strings.Join(words, ", ")
}
