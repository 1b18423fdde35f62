package graph

// Encode puts a command into the dialect's words. The error says why the dialect cannot say it.
func (d Dialect) Encode(c Command) (Wire, error) { panic("not written yet") }

// Has says whether the dialect has that operation (a Command's Op).
func (d Dialect) Has(op string) bool { panic("not written yet") }

// Decode reads a response to c, in any dialect's shape. It never fails: what it cannot read stays in Raw or Text.
func (d Dialect) Decode(c Command, status int, headers Headers, body []byte) *Reply {
	panic("not written yet")
}

// DecodeNotification reads the body of one POST to a callback URI, in any dialect's shape, one event per item of value.
// It never fails: a body that is no JSON, too large, empty or of unknown types becomes an event of KindOther with its
// Problem said.
func DecodeNotification(headers Headers, body []byte) []*Event { panic("not written yet") }
