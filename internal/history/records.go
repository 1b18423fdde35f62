package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"callflow/steps"
)

// The bounds of what is held of a journal at a time.
const (
	longestLine = 16 << 20
	mostHeld    = 256 << 20 // of the runs that have not ended yet
)

// errNoJournal is any other file.
var errNoJournal = errors.New("is no journal of callflow")

// Each reads whole runs, one after the other, and hands each one's records to take: a journal has one run, what
// `--report jsonl` and `--format json` write has many, each record with the id of its run. A run without an end comes last;
// its process was killed, or goes on. A line that cannot be read spoils the runs that are under way there: they are left
// out, and the error says so once the others are read.
func Each(r io.Reader, take func([]steps.Record) error) error {
	e := each{take: take}
	in := bufio.NewScanner(r)
	in.Buffer(nil, longestLine)
	for in.Scan() {
		if err := e.line(in.Bytes()); err != nil {
			return err
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("has a line of more than %d MB", longestLine>>20)
	case err != nil:
		return err
	}
	return e.end()
}

// each is the state of Each.
type each struct {
	take    func([]steps.Record) error
	n       int // lines
	open    []*underWay
	held    int
	runs    int // handed on
	spoiled int // left out
	bad     []int
	cut     bool // the last line could not be read: half of one, if nothing follows
}

type underWay struct {
	id      string
	records []steps.Record
	size    int
}

// taggedRecord is a record as a stream of several runs has it.
type taggedRecord struct {
	Run string `json:"run"`
	steps.Record
}

func (e *each) line(text []byte) error {
	e.n++
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	if e.cut {
		e.spoil()
	}
	if text[0] != '{' && e.n == 1 {
		return errNoJournal
	}
	var r taggedRecord
	ok := decodeTagged(text, &r)
	if e.cut = !ok; !ok || r.Kind() == "" { // another version's, or what a stream says of the whole command
		return nil
	}
	return e.record(&r, len(text))
}

func decodeTagged(text []byte, r *taggedRecord) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(r)
	if _, more := dec.Token(); !errors.Is(more, io.EOF) {
		return false
	}
	var other *json.UnmarshalTypeError
	return err == nil || errors.As(err, &other) && r.Type != ""
}

func (e *each) record(r *taggedRecord, size int) error {
	at := slices.IndexFunc(e.open, func(u *underWay) bool { return u.id == r.Run })
	if r.RunStart != nil {
		if at >= 0 { // it was killed, and made again
			if err := e.close(at); err != nil {
				return err
			}
		}
		e.open = append(e.open, &underWay{id: r.Run})
		at = len(e.open) - 1
	}
	if at < 0 { // of a run that is left out
		return nil
	}
	u := e.open[at]
	u.records, u.size = append(u.records, r.Record), u.size+size
	if e.held += size; e.held > mostHeld {
		return fmt.Errorf("has more than %d MB of runs that have not ended: too much to report", mostHeld>>20)
	}
	if r.RunEnd != nil {
		return e.close(at)
	}
	return nil
}

func (e *each) close(at int) error {
	u := e.open[at]
	e.open = slices.Delete(e.open, at, at+1)
	e.held -= u.size
	e.runs++
	return e.take(u.records)
}

// spoil leaves out what is under way: nobody knows what the line before said of it.
func (e *each) spoil() {
	e.bad = append(e.bad, e.n-1)
	e.spoiled += len(e.open)
	e.open, e.held, e.cut = nil, 0, false
}

func (e *each) end() error {
	for len(e.open) > 0 {
		if err := e.close(0); err != nil {
			return err
		}
	}
	switch {
	case e.n == 0 || e.runs+e.spoiled == 0 && e.cut && e.n == 1:
		return errBegun
	case e.runs+e.spoiled == 0:
		return errNoJournal
	case e.spoiled > 0:
		return fmt.Errorf("has %s that cannot be read (%s): %s left out", plural(len(e.bad), "line"), lineNumbers(e.bad), plural(e.spoiled, "run"))
	}
	return nil
}

// lineNumbers names the first lines.
func lineNumbers(bad []int) string {
	var words []string
	for _, n := range bad[:min(len(bad), 3)] {
		words = append(words, fmt.Sprint(n))
	}
	if len(bad) > len(words) {
		words = append(words, "…")
	}
	return strings.Join(words, ", ")
}

// First reads how the first run of a journal began.
func First(r io.Reader) (start steps.RunStart, ok bool) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, longestLine)
	for n := 0; n < 10 && in.Scan(); n++ {
		var record taggedRecord
		if decodeTagged(in.Bytes(), &record) && record.RunStart != nil {
			return *record.RunStart, true
		}
	}
	return start, false
}
