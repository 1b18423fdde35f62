package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"sync"
)

// queue holds the messages that wait. It is read ahead of the answers, so that the server knows of a newer text, or that
// nobody wants an answer any more.
type queue struct {
	messages chan incoming
	mu       sync.Mutex
	dropped  map[string]bool // the ids of requests that the client has cancelled
}

func newQueue() *queue {
	return &queue{messages: make(chan incoming, 256), dropped: map[string]bool{}}
}

// fill reads messages until there are none, or the server is gone.
func (q *queue) fill(r *bufio.Reader, gone <-chan struct{}) {
	for {
		body, err := readMessage(r)
		if err == nil {
			q.noteCancel(body)
		}
		select {
		case q.messages <- incoming{body, err}:
		case <-gone:
			return
		}
		if err != nil && !errors.Is(err, errTooLong) {
			return
		}
	}
}

func (q *queue) noteCancel(body []byte) {
	var m struct {
		Method string `json:"method"`
		Params struct {
			ID json.RawMessage `json:"id"`
		} `json:"params"`
	}
	if !bytes.Contains(body, []byte("$/cancelRequest")) {
		return
	}
	if json.Unmarshal(body, &m) == nil && m.Method == "$/cancelRequest" {
		q.mu.Lock()
		if len(q.dropped) > 1000 {
			clear(q.dropped) // of requests that were answered long ago
		}
		q.dropped[string(m.Params.ID)] = true
		q.mu.Unlock()
	}
}

func (q *queue) cancelled(id json.RawMessage) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.dropped[string(id)]
	delete(q.dropped, string(id))
	return was
}

// next returns the next message. When there is other work it does not wait for one.
func (q *queue) next(busy bool) (incoming, bool) {
	if !busy {
		return <-q.messages, true
	}
	select {
	case m := <-q.messages:
		return m, true
	default:
		return incoming{}, false
	}
}
