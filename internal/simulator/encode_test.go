package simulator

import (
	"bytes"
	"encoding/json"
	"testing"
)

func byTheLibrary(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func TestEncode(t *testing.T) {
	text := "x"
	for _, v := range []any{
		nil, "", "a<b>&c", true, 5, -1, 1.5, 1e30, &text, []string(nil), []string{}, []string{"a"}, obj(nil), obj{}, []obj(nil), []obj{}, []obj{nil},
		obj{"b": 1, "a": []any{nil, obj{"z": "ü", "y": []obj{{"k": (*string)(nil)}}}}, "": json.Number("12.50")},
		envelope("c", "m"),
	} {
		if got, want := string(encode(v)), byTheLibrary(t, v); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// FuzzEncode: any JSON value, and any string, is written as encoding/json writes it.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{`{"b":[1,2.5,"x\u2028\"\\\u0001\b\f\n\r\t/"],"a":null}`, "\xff\xfe", "\u2029\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := string(encode(s)), byTheLibrary(t, s); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		var v any
		if json.Unmarshal([]byte(s), &v) == nil {
			if got, want := string(encode(v)), byTheLibrary(t, v); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		}
	})
}
