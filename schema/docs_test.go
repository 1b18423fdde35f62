package schema

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONSchemaIsJSON(t *testing.T) {
	var v map[string]any
	if err := json.Unmarshal(JSONSchema(smallVocabulary()), &v); err != nil {
		t.Fatal(err)
	}
	definitions := v["definitions"].(map[string]any)
	step := definitions["step"].(map[string]any)
	verbs := 0
	for _, v := range smallVocabulary().Verbs {
		if !containsWord(stepKeyNames, v.Name) {
			verbs++
		}
	}
	if got := len(step["else"].(map[string]any)["dependencies"].(map[string]any)); got != verbs {
		t.Errorf("a step has one of %d verbs, want %d", got, verbs)
	}
	checkRefs(t, v, definitions)
}

// checkRefs sees to it that every $ref leads somewhere.
func checkRefs(t *testing.T, v any, definitions map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if r, ok := v["$ref"].(string); ok && definitions[strings.TrimPrefix(r, "#/definitions/")] == nil {
			t.Errorf("%s leads nowhere", r)
		}
		for _, x := range v {
			checkRefs(t, x, definitions)
		}
	case []any:
		for _, x := range v {
			checkRefs(t, x, definitions)
		}
	}
}

func TestReferenceNamesEverything(t *testing.T) {
	text := Reference(smallVocabulary())
	for _, v := range smallVocabulary().Verbs {
		if !strings.Contains(text, "\n### "+v.Name+"\n") {
			t.Errorf("the reference lacks the verb %s", v.Name)
		}
	}
	for _, keys := range [][]frameKey{scenarioKeys, stepKeys, defaultKeys} {
		for _, k := range keys {
			if !strings.Contains(text, "| `"+k.name+"`") {
				t.Errorf("the reference lacks the key %s", k.name)
			}
		}
	}
	if strings.Contains(text, "%!") {
		t.Error("a format went wrong")
	}
}
