package expr

import (
	"reflect"
	"strings"
	"testing"
)

func TestCompileMatch(t *testing.T) {
	type names struct {
		Call struct {
			State string `json:"state" enum:"established,terminated"`
		} `json:"call"`
	}
	g := Globals{Event: reflect.TypeFor[names]()}
	e, err := CompileMatch(`call.state == "terminated"`, g)
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[string]bool{"terminated": true, "established": false} {
		if got, err := e.Test(map[string]any{"call": map[string]any{"state": state}}); err != nil || got != want {
			t.Errorf("%s: %v %v", state, got, err)
		}
	}
	for text, want := range map[string]string{
		`call.stat == "terminated"`: "match:1:",
		`steps.x`:                   "match:1:1",
		`call.state ==`:             "match:1:",
		``:                          "match:1:",
	} {
		if _, err := CompileMatch(text, g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
