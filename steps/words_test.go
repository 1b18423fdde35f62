package steps

import (
	"encoding/json"
	"strings"
	"testing"

	"callflow/schema"
)

// Every word that an editor offers says what it means, and nothing is said of words that there are no more.
func TestWords(t *testing.T) {
	var root any
	if err := json.Unmarshal(schema.JSONSchema(Vocabulary()), &root); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{} // word and meaning
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if docs, ok := v["markdownEnumDescriptions"].([]any); ok {
				for i, word := range v["enum"].([]any) {
					if docs[i] == "" {
						t.Errorf("%s: nothing says what %q means", path, word)
					}
					told[word.(string)+": "+docs[i].(string)] = true
				}
			}
			for key, x := range v {
				walk(path+"/"+key, x)
			}
		case []any:
			for _, x := range v {
				walk(path, x)
			}
		}
	}
	walk("", root)
	for key, doc := range words {
		word := key[strings.LastIndex(key, " ")+1:]
		if !told[word+": "+doc] {
			t.Errorf("%q stands nowhere as %q", key, doc)
		}
	}
}
