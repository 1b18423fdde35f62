package report

import (
	"io"

	"callflow/steps"
)

// jsonl writes every record of every run, one JSON object a line, each with the id of its run: a journal of many runs.
type jsonl struct{ w io.Writer }

func newJSONL(w io.Writer, _ Options) Report { return &jsonl{w} }

// runRecord is a record as a stream of several runs has it.
type runRecord struct {
	Run string `json:"run"`
	steps.Record
}

func (j *jsonl) Add(r *Run) error {
	for _, record := range r.Records {
		line, err := compact(runRecord{r.Start.RunID, record})
		if err != nil {
			return err
		}
		if _, err := j.w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonl) Close(Total) error { return nil }
