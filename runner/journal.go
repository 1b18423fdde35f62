package runner

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"callflow/internal/graph"
	"callflow/steps"
)

// Journal writes a run's records as JSON Lines: one compact object a record, in order, without secrets.
type Journal struct {
	w    io.Writer
	mask *Mask
	line lineBuffer
	err  error
}

// NewJournal writes to w, which should be buffered. No secret that mask knows gets through, nor anything that
// looks like a token.
func NewJournal(w io.Writer, mask *Mask) *Journal {
	return &Journal{w: w, mask: mask}
}

// Record writes one record. After a failed write it does nothing; see Err.
func (j *Journal) Record(r steps.Record) {
	if j.err != nil {
		return
	}
	line, err := j.line.encode(r)
	if err == nil {
		_, err = j.w.Write(j.mask.line(line))
	}
	j.err = err
}

// Err is the first error there was.
func (j *Journal) Err() error { return j.err }

// longestLine bounds one record of a journal that is read. A notification is at most 1 MB, and escaped six times that.
const longestLine = 16 << 20

// ReadJournal reads what a Journal wrote. A last line without its end is left out: the run was killed while it wrote. Any
// other line that is no record is an error, which comes with the records before it. Numbers in values of any type are
// json.Number.
func ReadJournal(r io.Reader) (records []steps.Record, err error) {
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF):
			if record, err := decode(line); err == nil {
				records = append(records, record)
			}
			return records, nil
		case err != nil:
			return records, fmt.Errorf("journal line %d: %w", n, err)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		record, err := decode(line)
		if err != nil {
			return records, fmt.Errorf("journal line %d: %w", n, err)
		}
		records = append(records, record)
	}
}

func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > longestLine {
			return nil, fmt.Errorf("longer than %d MB: this is no journal", longestLine>>20)
		}
	}
}

// lineBuffer makes lines of JSON of records, one after the other in the same memory.
type lineBuffer struct {
	bytes.Buffer
	record steps.Record
}

// encode is a record as one line, until the next one is made. Expressions keep their < and >.
func (b *lineBuffer) encode(r steps.Record) ([]byte, error) {
	b.Reset()
	b.record = r
	enc := json.NewEncoder(&b.Buffer)
	enc.SetEscapeHTML(false)
	err := enc.Encode(&b.record)
	return b.Bytes(), err
}

func encode(r steps.Record) ([]byte, error) { return new(lineBuffer).encode(r) }

func decode(line []byte) (r steps.Record, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("no journal record: %w", err)
	}
	if r.Kind() == "" {
		return r, fmt.Errorf("no journal record: type %q has no content", r.Type)
	}
	return r, nil
}

// emit hands one record to the host, naming the pointer that is set.
func emit(h steps.Host, step, branch string, r steps.Record) {
	r.Type, r.Step, r.Branch = r.Kind(), step, branch
	h.Emit(r)
}

// arrived is an inbox entry as the journal has it.
func arrived(e *entry) *steps.Arrived {
	a := &steps.Arrived{
		Seq: e.Seq, Kind: e.Kind, ChangeType: e.ChangeType, Resource: e.Resource, Call: e.CallID, Operation: e.OperationID,
		Summary: summary(e.Event.Event), Origin: e.Origin, MessageID: e.MessageID, Repeat: e.repeat, Late: e.late,
		Came: e.Came, Problem: e.Problem, Answer: e.Answer, Raw: e.Raw,
	}
	if d := e.Delivery; d != nil {
		a.Number, a.Sent, a.Status, a.Took, a.Refused = d.Number, d.Sent, d.Status, d.Took, d.Why
		if d.Why != "" || e.Kind == graph.KindMisrouted {
			a.Address = d.Address
		}
	}
	if about := e.About; about != nil {
		a.ChangeType, a.Resource, a.Operation = about.ChangeType, about.Resource, about.OperationID
	}
	return a
}
