package report

import (
	"bytes"
	"encoding/json"
	"io"

	"callflow/steps"
)

// Journal writes a run's records as JSON Lines: one compact object a record, in order.
type Journal struct {
	w   io.Writer
	err error
}

// NewJournal writes to w, which should be buffered.
func NewJournal(w io.Writer) *Journal { return &Journal{w: w} }

// Record writes one record. After a failed write it does nothing; see Err.
func (j *Journal) Record(r steps.Record) {
	if j.err != nil {
		return
	}
	line, err := encode(r)
	if err == nil {
		_, err = j.w.Write(line)
	}
	j.err = err
}

// Err is the first error there was.
func (j *Journal) Err() error { return j.err }

// encode is a record as one line of JSON. Expressions keep their < and >.
func encode(r steps.Record) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return b.Bytes(), err
}
