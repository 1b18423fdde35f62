package report

import (
	"encoding/json"
	"io"

	"callflow/steps"
)

// jsonl writes every record of every run, one JSON object a line, each with the id of its run: a journal of many runs.
type jsonl struct{ enc *json.Encoder }

func newJSONL(w io.Writer) Report {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &jsonl{enc}
}

// runRecord is a record as a stream of several runs has it.
type runRecord struct {
	Run string `json:"run"`
	steps.Record
}

func (j *jsonl) Add(r *Run) error {
	for _, record := range r.Records {
		if err := j.enc.Encode(runRecord{r.Start.RunID, record}); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonl) Close(Total) error { return nil }
