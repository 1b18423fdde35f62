package report

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"callflow/steps"
)

// Masked stands where a secret was.
const Masked = "***"

// shortestSecret is the least number of bytes of a secret that is masked: shorter ones would blot out ordinary text and
// keep nothing secret.
const shortestSecret = 4

// Mask returns a function that takes secrets out of records: their text, and how it looks in a URL, in base64, and inside
// JSON. Without secrets records pass as they are.
func Mask(secrets []string) func(steps.Record) steps.Record {
	var forms []string
	for _, s := range secrets {
		if len(s) < shortestSecret {
			continue
		}
		forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)),
			base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	if len(forms) == 0 {
		return func(r steps.Record) steps.Record { return r }
	}
	// In the line of JSON each form stands as JSON writes it, and raw bodies are not written anew: so both ways.
	for _, f := range slices.Clone(forms) {
		if b, err := json.Marshal(f); err == nil {
			forms = append(forms, string(b[1:len(b)-1]))
		}
	}
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	forms = slices.Compact(forms)
	var pairs []string
	for _, f := range forms {
		pairs = append(pairs, f, Masked)
	}
	mask := strings.NewReplacer(pairs...)
	return func(r steps.Record) steps.Record {
		line, err := encode(r)
		if err != nil {
			return r
		}
		text := string(line)
		masked := mask.Replace(text)
		if masked == text {
			return r
		}
		return decodeMasked(masked, r)
	}
}

// decodeMasked reads a record back. A secret that is also part of JSON's own words (a secret "true") can leave text that
// is no record any more; then nothing of it is shown but what it was.
func decodeMasked(text string, r steps.Record) steps.Record {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var out steps.Record
	if dec.Decode(&out) != nil {
		return steps.Record{Seq: r.Seq, At: r.At, Type: r.Type, Log: &steps.Logged{Level: "warning",
			Text: "this record holds a secret that cannot be masked; it is left out"}}
	}
	return out
}
