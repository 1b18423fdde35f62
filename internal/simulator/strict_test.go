package simulator

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNoCallNamed: a path with nothing where the call's id belongs is no resource's.
func TestNoCallNamed(t *testing.T) {
	st := newStage(t, people())
	for _, path := range []string{calls + "//participants/invite", calls + "//answer", calls + "//operations/x", "/app/calls//participants"} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if a := st.do(method, path, `{}`); a.status != 404 {
				t.Errorf("%s %s: %d %s", method, path, a.status, a.raw)
			}
		}
	}
}

// TestStrictBodies: what encoding/json would put up with is refused as the service refuses it, and changes nothing.
func TestStrictBodies(t *testing.T) {
	good := createBodyFor(user(doraID))
	with := func(more string) string { return good[:len(good)-1] + "," + more + "}" }
	nested := func(n int) string { return with(`"x":` + strings.Repeat("[", n) + strings.Repeat("]", n)) }
	tests := []struct {
		name, body string
		heads      []string
		status     int
		want       string
	}{
		{"twice", with(`"callbackUri":"` + callback + `"`), nil, 400, `says \"callbackuri\" twice`},
		{"twice, in another case", with(`"TARGETS":[]`), nil, 400, `says \"targets\" twice`},
		{"twice, escaped", with(`"\u0074argets":[]`), nil, 400, `says \"targets\" twice`},
		{"twice, inside", with(`"chatInfo":{"a":1, "b":{"a":1}, "a" : 2}`), nil, 400, `says \"a\" twice`},
		{"twice, in two objects", with(`"x":[{"a":"a","b":"a:"},{"a":1}]`), nil, 201, ""},
		{"no UTF-8", with("\"x\":\"\xff\""), nil, 400, "not UTF-8"},
		{"deep", nested(100), nil, 400, "more than 100"},
		{"as deep as may be", nested(99), nil, 201, ""},
		{"deeper than a stack", nested(100000), nil, 400, "no valid JSON"},
		{"a huge number", strings.Replace(good, `"targets":[`, `"targets":[1e999,`, 1), nil, 400, "targets is a JSON number"},
		{"a huge whole number", with(`"ringingTimeoutInSeconds":99999999999999999999`), nil, 400, "ringingTimeoutInSeconds is a JSON number"},
		{"a fraction", with(`"ringingTimeoutInSeconds":1.5`), nil, 400, "ringingTimeoutInSeconds is a JSON number"},
		{"a huge number where anything may be", with(`"subject":1e999`), nil, 400, "subject is a JSON number"},
		{"null", "null", nil, 400, "callbackUri is missing"},
		{"a form", good, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "JSON Content-Type"},
		{"no type at all", good, []string{"Content-Type", ";;"}, 415, "JSON Content-Type"},
		{"UTF-16", good, []string{"Content-Type", "application/json; charset=utf-16"}, 415, "UTF-8"},
		{"packed", good, []string{"Content-Encoding", "gzip"}, 415, "gzip"},
		{"OData's JSON", good, []string{"Content-Type", "application/json;odata.metadata=minimal;charset=UTF-8"}, 201, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := newStage(t, people())
			if a := st.do("POST", calls, tt.body, tt.heads...); a.status != tt.status || !strings.Contains(a.raw, tt.want) {
				t.Errorf("%d %.300s\nwant %d %q", a.status, a.raw, tt.status, tt.want)
			}
			if made := len(st.calls()) > 0; made != (tt.status == 201) {
				t.Errorf("made a call: %v", made)
			}
		})
	}
}

// FuzzOdd: of any valid JSON it says without crashing whether a name comes twice, as a reading by tokens finds it.
func FuzzOdd(f *testing.F) {
	for _, s := range []string{`{"a":1,"A":2}`, `{"a":{"a":1},"b":[{"a":"\"a\":"}]}`, `{"\u0061":1,"a":2}`, `["a","a"]`, `{"a" :1,"b": "a"}`, `"\\"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		got := odd([]byte(text))
		if strings.Contains(got, "UTF-8") || strings.Contains(got, "inside each other") {
			return
		}
		if want := twice(json.NewDecoder(strings.NewReader(text))); (got != "") != want {
			t.Errorf("%s: %q, a name comes twice: %v", text, got, want)
		}
	})
}

// twice reads one value.
func twice(dec *json.Decoder) bool {
	token, err := dec.Token()
	if err != nil {
		return false
	}
	found := false
	switch token {
	case json.Delim('['):
		for dec.More() {
			found = twice(dec) || found
		}
		_, _ = dec.Token()
	case json.Delim('{'):
		names := map[string]bool{}
		for dec.More() {
			name, _ := dec.Token()
			s, _ := name.(string)
			found = names[strings.ToLower(s)] || found
			names[strings.ToLower(s)] = true
			found = twice(dec) || found
		}
		_, _ = dec.Token()
	}
	return found
}
