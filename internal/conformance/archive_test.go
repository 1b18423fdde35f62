package conformance_test

import (
	"os"
	"strings"
	"testing"

	"callflow/internal/conformance"
	"callflow/internal/graph"
)

// example is one message of Graph's documentation, or of an issue.
type example struct {
	page    string // and the number of the example in it
	kind    string // request, response, notification, error, fragment
	line    string // the request or status line
	file    string // what it is called; "-": it has no body
	body    []byte
	dialect graph.Dialect
}

// examples reads testdata/examples.txt: the messages in the documentation's order.
func examples(t *testing.T) []example {
	t.Helper()
	text, err := os.ReadFile("testdata/examples.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	page, bodies := "", map[string][]byte{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "== "):
			page = line[3:]
		case strings.HasPrefix(line, "-- "):
			e := example{page: page, file: "-"}
			fields := strings.Split(line[3:], " | ")
			e.kind, e.line = fields[0], fields[1]
			for _, f := range fields[2:] {
				if f == "-" || strings.HasSuffix(f, ".json") {
					e.file = f
					break
				}
				e.line += " | " + f
			}
			e.dialect = e.speaks()
			list = append(list, e)
		case strings.HasPrefix(line, "{"):
			bodies[list[len(list)-1].file] = []byte(line)
		}
	}
	for i := range list {
		if e := &list[i]; e.file != "-" {
			if e.body = bodies[e.file]; e.body == nil {
				t.Fatalf("%s has no body", e.file)
			}
		}
	}
	return list
}

// speaks says which dialect a message is in.
func (e *example) speaks() graph.Dialect {
	switch {
	case strings.Contains(e.page, "2018-09-13"), strings.Contains(e.page, "2019-01-1"):
		return graph.Legacy
	case strings.Contains(e.page, " beta/"), strings.HasPrefix(e.file, "v1/beta-"):
		return graph.Beta
	}
	return graph.V1
}

// location is what a response's line says beside the status.
func (e *example) location() string {
	_, at, _ := strings.Cut(e.line, "Location: ")
	return at
}

// call is the request that a message of a page belongs to: its own, or of a response the one before it.
func callOf(list []example, i int) conformance.Call {
	for ; i >= 0; i-- {
		if list[i].kind == "request" {
			method, path, _ := strings.Cut(list[i].line, " ")
			c := conformance.Read(method, path)
			c.Dialect = list[i].dialect
			return c
		}
	}
	return conformance.Call{}
}

// status of a response's line: HTTP 201 Created.
func (e *example) status() int {
	status := 0
	for _, c := range strings.TrimPrefix(e.line, "HTTP ") {
		if c < '0' || c > '9' {
			break
		}
		status = status*10 + int(c-'0')
	}
	return status
}

// findings checks an example against the types of its dialect.
func findings(list []example, i int) []conformance.Finding {
	e := &list[i]
	types := conformance.TypesOf(e.dialect)
	switch e.kind {
	case "request":
		return types.Request(callOf(list, i), e.body)
	case "response":
		return types.Response(callOf(list, i), e.status(), e.location(), e.body)
	case "notification":
		return types.Notification(e.body)
	}
	return nil
}
