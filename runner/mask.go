package runner

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"callflow/internal/graph"
	"callflow/steps"
)

// Masked stands where a secret was.
const Masked = "***"

// shortestSecret is the least number of bytes of a secret that is masked: shorter ones would blot out ordinary text and
// keep nothing secret.
const shortestSecret = 4

// Mask takes secrets out of records: those it is told of, in every form in which they travel, and whatever looks like a
// token wherever it comes from. It changes the values of JSON strings only, so what it leaves is a record again.
type Mask struct {
	secrets []string
	forms   [][]byte
	known   *strings.Replacer
}

// NewMask returns a mask of those secrets.
func NewMask(secrets []string) *Mask {
	m := &Mask{}
	m.Add(secrets)
	return m
}

// Add takes in further secrets, once they are known.
func (m *Mask) Add(secrets []string) {
	before := len(m.secrets)
	for _, s := range secrets {
		if len(s) >= shortestSecret && !slices.Contains(m.secrets, s) {
			m.secrets = append(m.secrets, s)
		}
	}
	if len(m.secrets) == before {
		return
	}
	forms := formsOf(m.secrets)
	m.forms = make([][]byte, len(forms))
	pairs := make([]string, 0, 2*len(forms))
	for i, f := range forms {
		m.forms[i] = []byte(f)
		pairs = append(pairs, f, Masked)
	}
	m.known = strings.NewReplacer(pairs...)
}

// formsOf are all texts as which secrets may stand in a record, longest first.
func formsOf(secrets []string) (forms []string) {
	for _, s := range secrets {
		query := url.QueryEscape(s)
		forms = append(append(forms, s, query), idForms(s)...)
		forms = append(forms, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)),
			base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	// A form stands inside a JSON string as JSON writes it; inside JSON that is itself in a string, twice so.
	for range 2 {
		for _, f := range slices.Clone(forms) {
			forms = append(forms, escaped(f, true), escaped(f, false))
		}
	}
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(forms)
}

// idForms are the forms in which an id comes back, when the secret is one: services and the views of events write it in
// their own.
func idForms(s string) []string {
	id := graph.CanonicalID(s)
	if id == graph.LegacyID(id) { // no id of 32 hex digits
		return nil
	}
	plain := strings.ReplaceAll(id, "-", "")
	return []string{id, strings.ToUpper(id), plain, strings.ToUpper(plain)}
}

// escaped is text as it stands between the quotes of a JSON string.
func escaped(text string, html bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	if enc.Encode(text) != nil {
		return text
	}
	quoted := strings.TrimSpace(b.String())
	return quoted[1 : len(quoted)-1]
}

// learn takes in the token that an operation carries: whoever has it has the recording, and steps pass it on by other names.
func (m *Mask) learn(operation map[string]any) {
	if token := text(operation["recordingAccessToken"]); token != "" {
		m.Add([]string{token})
	}
}

// Record returns r without secrets. A record that has none comes back as it is.
func (m *Mask) Record(r steps.Record) steps.Record {
	line, err := encode(r)
	if err != nil {
		return r
	}
	masked := m.line(line)
	if len(masked) == len(line) && bytes.Equal(masked, line) {
		return r
	}
	out, err := decode(masked)
	if err != nil { // a secret that is also one of the record's own words
		return steps.Record{Seq: r.Seq, At: r.At, Type: "log", Step: r.Step, Branch: r.Branch, Log: &steps.Logged{Level: "warning",
			Text: "a " + r.Type + " record holds a secret that cannot be masked; it is left out"}}
	}
	return out
}

// The shapes of secrets that nobody told us of. Names are those of OAuth's and Graph's members: tokenMeetingInfo.token,
// joinMeetingIdMeetingInfo.passcode, recordingInfo and callRecording tokens.
const secretNames = `access_token|refresh_token|id_token|client_secret|clientSecret|client_assertion|recordingAccessToken|recordResourceAccessToken|` +
	`meetingToken|joinToken|token|passcode|password|authorization`

var (
	// hints are parts of the words below, each beginning with a letter as rare as can be: a line is searched for all of
	// them, and the search goes from one such letter to the next.
	hints = [][]byte{[]byte("yJ"), []byte("ken"), []byte("kie"), []byte("zation"), []byte("word"), []byte("cret"), []byte("scode"),
		[]byte("sertion"), []byte("rer ")}
	member  = regexp.MustCompile(`(?i)("(?:` + secretNames + `)"\s*:\s*")((?:[^"\\]|\\.)+)"`)
	quoted  = regexp.MustCompile(`(?i)(\\"(?:` + secretNames + `)\\"\s*:\s*\\")(.+?)(\\")`)
	field   = regexp.MustCompile(`(?i)\b((?:` + secretNames + `)=)[^&"'\s\\]+`)
	header  = regexp.MustCompile(`(?i)("name":"(?:proxy-)?(?:authorization|cookie|set-cookie)","value":")((?:[^"\\]|\\.)*)"`)
	bearer  = regexp.MustCompile(`(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}`)
	jwt     = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`)
	anyHint = func(line []byte) bool {
		return slices.ContainsFunc(hints, func(h []byte) bool { return bytes.Contains(line, h) })
	}
)

// line masks one record's line of JSON: first what is known, whole, then what looks like a token.
func (m *Mask) line(line []byte) []byte {
	if slices.ContainsFunc(m.forms, func(f []byte) bool { return bytes.Contains(line, f) }) {
		line = m.strings(line)
	}
	if anyHint(line) {
		line = member.ReplaceAll(line, []byte("${1}"+Masked+`"`))
		line = header.ReplaceAll(line, []byte("${1}"+Masked+`"`))
		line = quoted.ReplaceAll(line, []byte("${1}"+Masked+"${3}"))
		line = field.ReplaceAll(line, []byte("${1}"+Masked))
		line = bearer.ReplaceAll(line, []byte("${1}"+Masked))
		line = jwt.ReplaceAll(line, []byte(Masked))
	}
	return line
}

// strings masks the known secrets in the values of a line's JSON strings, and numbers that are a secret. Members' names
// and JSON's own words stay.
func (m *Mask) strings(line []byte) []byte {
	var out bytes.Buffer
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '"':
			end := i + 1
			for end < len(line) && line[end] != '"' {
				if line[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(line))
			if end < len(line) && line[end] == ':' {
				out.Write(line[i:end])
			} else {
				out.WriteString(m.known.Replace(string(line[i:end])))
			}
			i = end
		case c >= '0' && c <= '9':
			end := i + 1
			for end < len(line) && (line[end] >= '0' && line[end] <= '9' || line[end] == '.') {
				end++
			}
			m.number(&out, line[i:end])
			i = end
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.Bytes()
}

// number writes a number, unless it is a secret of at least six digits: a shorter one is no secret in a journal full of
// numbers.
func (m *Mask) number(out *bytes.Buffer, digits []byte) {
	if len(digits) >= 6 && m.known.Replace(string(digits)) == Masked {
		out.WriteString(`"` + Masked + `"`)
		return
	}
	out.Write(digits)
}
