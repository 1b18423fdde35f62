package graph

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// What is known of a code.
const (
	Documented = "documented" // on a page of Graph's documentation
	Seen       = "seen"       // in traffic that people reported; the meaning is theirs, not Microsoft's
	Related    = "related"    // documented for a sister product, Azure Communication Services; Graph's pages do not list it
	Yours      = "yours"      // in a file of the user
	Simulator  = "simulator"  // the simulator's own choice for something that Graph's pages map no code to
	Unknown    = "unknown"
)

// Article is what a dictionary file says under a code.
type Article struct {
	Status    string   `json:"status" enum:"documented,seen,related" doc:"Where that is known from."`
	Meaning   string   `json:"meaning" required:"true" doc:"What it means, one sentence."`
	Causes    []string `json:"causes,omitempty" doc:"What is likely behind it."`
	Next      []string `json:"next,omitempty" doc:"What to check, in order."`
	In        []string `json:"in,omitempty" doc:"Where it is met: verbs, call end, any request, DiagCode, token, SDK."`
	HTTP      int      `json:"http,omitempty" doc:"The status of the response that carries it."`
	Source    []string `json:"source,omitempty" doc:"Pages, and threads as owner/repository#number."`
	Simulator string   `json:"simulator,omitempty" doc:"What the simulator means by it, where it had to choose a code itself."`
}

// Entry is one code of the dictionary. Code is a pair of resultInfo or of a DiagCode (500/7117), the number of an error
// response (7505), or a word (AppTransferred). Only pairs have a meaning: 200/7000 is a bot that hung up, 500/7000 a
// transfer that failed.
type Entry struct {
	Code string `json:"code"`
	Article
}

// Pair are the code and the subcode; ok is false for numbers of error responses and words.
func (e *Entry) Pair() (code, subcode int, ok bool) { return pairOf(e.Code) }

// pairOf reads "500/7117" and "500#7117".
func pairOf(key string) (code, subcode int, ok bool) {
	at := strings.IndexAny(key, "/#")
	if at < 0 {
		return 0, 0, false
	}
	code, err := strconv.Atoi(key[:at])
	subcode, err2 := strconv.Atoi(key[at+1:])
	return code, subcode, err == nil && err2 == nil && code >= 0 && subcode >= 0
}

func pairKey(code, subcode int) string { return strconv.Itoa(code) + "/" + strconv.Itoa(subcode) }

// CodeKey is a key of a dictionary file in the form that entries have; ok is false for what cannot be a code.
func CodeKey(text string) (key string, ok bool) {
	if code, subcode, ok := pairOf(text); ok {
		return pairKey(code, subcode), true
	}
	if n, err := strconv.Atoi(text); err == nil {
		return strconv.Itoa(n), n >= 0
	}
	return text, codeWord.MatchString(text)
}

// The dictionary is a file and no Go table, so that it has the very form that users extend it with, and so that somebody
// who knows codes but no Go can add to it. It is read when the first code is looked up: runs that pass never do.
//
//go:embed codes.yaml
var shipped []byte

// Dictionary is a set of entries.
type Dictionary struct {
	entries map[string]*Entry
	sorted  []*Entry
	words   map[string]*Entry // by lower case
}

// Codes returns callflow's own dictionary.
var Codes = sync.OnceValue(func() *Dictionary {
	var file map[string]Article
	dec := yaml.NewDecoder(bytes.NewReader(shipped))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		panic("codes.yaml, which is part of the program: " + err.Error()) // a test reads it
	}
	entries := make([]Entry, 0, len(file))
	for code, a := range file {
		entries = append(entries, Entry{code, a})
	}
	return (&Dictionary{}).With(entries)
})

// With returns the dictionary with further entries, which replace those of the same code.
func (d *Dictionary) With(more []Entry) *Dictionary {
	out := &Dictionary{entries: map[string]*Entry{}, words: map[string]*Entry{}}
	for _, e := range d.sorted {
		out.entries[e.Code] = e
	}
	for _, e := range more {
		if key, ok := CodeKey(e.Code); ok {
			e.Code = key
		}
		out.entries[e.Code] = &e
	}
	for _, e := range out.entries {
		out.sorted = append(out.sorted, e)
	}
	slices.SortFunc(out.sorted, byCode)
	for _, e := range out.sorted {
		out.words[strings.ToLower(e.Code)] = e
	}
	return out
}

// All lists the entries: pairs by code and subcode, then numbers, then words.
func (d *Dictionary) All() []Entry {
	out := make([]Entry, len(d.sorted))
	for i, e := range d.sorted {
		out[i] = *e
	}
	return out
}

func byCode(a, b *Entry) int {
	rank := func(e *Entry) (kind, first, second int) {
		if code, subcode, ok := e.Pair(); ok {
			return 0, code, subcode
		}
		if n, err := strconv.Atoi(e.Code); err == nil {
			return 1, n, 0
		}
		return 2, 0, 0
	}
	ak, a1, a2 := rank(a)
	bk, b1, b2 := rank(b)
	return cmp.Or(ak-bk, a1-b1, a2-b2, strings.Compare(strings.ToLower(a.Code), strings.ToLower(b.Code)), strings.Compare(a.Code, b.Code))
}

// Result looks up a resultInfo's code and subcode. A pair that nobody has documented or reported gets status Unknown, a
// meaning that follows from the numbers alone, and in Next the known pairs with that subcode.
func (d *Dictionary) Result(code, subcode int) Entry {
	if e := d.entries[pairKey(code, subcode)]; e != nil {
		return *e
	}
	if e := d.entries[strconv.Itoa(subcode)]; e != nil && (e.HTTP == 0 || e.HTTP == code) {
		out := *e // an error response, written as its status and its number
		out.Code = pairKey(code, subcode)
		return out
	}
	return d.unknown(code, subcode)
}

// NextSupport is the advice for what only the service itself can explain.
const NextSupport = "give Microsoft's support the call id, its callChainId, the time in UTC and the request-id of the last response"

// unknown says of a pair what its numbers tell, and no more.
func (d *Dictionary) unknown(code, subcode int) Entry {
	e := Entry{pairKey(code, subcode), Article{Status: Unknown,
		Meaning: "neither Microsoft's pages nor any report known here explain this pair"}}
	if text := numbersTell(code, subcode); text != "" {
		e.Meaning += "; " + text
	}
	for _, near := range d.WithSubcode(subcode) {
		if other, _, _ := near.Pair(); subcode != 0 {
			e.Next = append(e.Next, fmt.Sprintf("with the code %d the subcode means: %s", other, near.Meaning))
		}
	}
	if e.Next == nil && code >= 400 {
		e.Next = []string{NextSupport}
	}
	return e
}

// WithSubcode lists the pairs with that subcode.
func (d *Dictionary) WithSubcode(subcode int) (out []Entry) {
	for _, e := range d.sorted {
		if _, s, ok := e.Pair(); ok && s == subcode {
			out = append(out, *e)
		}
	}
	return out
}

// classes say what the code alone tells.
var classes = map[int]string{
	2: "the code says success", 4: "the code says that the client, or the party called, is at fault",
	5: "the code says that the service is at fault",
}

// sip are the answers of SIP that say why nobody is talking (RFC 3261, section 21). The service's codes follow them.
var sip = map[int]string{
	403: "forbidden", 404: "not found", 408: "request timeout", 480: "temporarily unavailable", 484: "address incomplete",
	486: "busy here", 487: "request terminated", 488: "not acceptable here", 500: "server internal error",
	503: "service unavailable", 600: "busy everywhere", 603: "decline", 604: "does not exist anywhere",
}

// numbersTell is what an unlisted pair says by its numbers: the code's class, SIP's word for it, and the telephone
// network's answer, which is the end of subcodes 540xxx (incoming) and 560xxx (outgoing). That rule is of Azure
// Communication Services' page about its telephone codes.
func numbersTell(code, subcode int) string {
	var told []string
	if class := classes[code/100]; class != "" && code < 1000 {
		told = append(told, class)
	}
	if word := sip[code]; word != "" {
		told = append(told, fmt.Sprintf("in SIP, %d means %q", code, word))
	}
	if code >= 1000 {
		told = append(told, strconv.Itoa(code)+" is no status: it is a code of a deeper layer")
	}
	if network, answer := subcode/1000, subcode%1000; network == 540 || network == 560 {
		way := map[int]string{540: "an incoming", 560: "an outgoing"}[network]
		text := fmt.Sprintf("subcodes %dxxx are answers of the telephone network to %s call: %03d", network, way, answer)
		if word := sip[answer]; word != "" {
			text += fmt.Sprintf(", %q", word)
		}
		told = append(told, text)
	}
	return strings.Join(told, "; ")
}

// simulated is Result for a result that comes from the simulator, which knows what it means by its own choices.
func (d *Dictionary) simulated(code, subcode int) Entry {
	e := d.Result(code, subcode)
	if e.Simulator == "" {
		return e
	}
	own := Entry{e.Code, Article{Status: Simulator,
		Meaning: e.Simulator + "; the code is the simulator's own choice, Graph documents none for this"}}
	if e.Status != Related { // that says the same
		own.Meaning += "; from Graph the pair means: " + e.Meaning
		own.Causes, own.Next = e.Causes, e.Next
	}
	return own
}

// ExplainResult returns what is known of a result, then of the codes in its message: the DiagCode names the pair of a
// deeper layer, as far as reports tell. simulated says that the result comes from the simulator.
func (d *Dictionary) ExplainResult(code, subcode int, message string, simulated bool) []Finding {
	e := d.Result(code, subcode)
	if simulated {
		e = d.simulated(code, subcode)
	}
	return d.withMessage([]Finding{{Text: e.Code, Known: e.Status != Unknown, Entries: []Entry{e}}}, message)
}

// ExplainError returns what is known of the code of an error response, then of the word that this code was wrapped in and
// of the codes in the message. It is empty where there is nothing to say: a word that only repeats the status does.
func (d *Dictionary) ExplainError(e *Error) (out []Finding) {
	if n, err := strconv.Atoi(e.Code); err == nil && n != e.Status {
		entry := d.errorNumber(e.Status, n)
		out = append(out, Finding{Text: entry.Code, Known: entry.Status != Unknown, Entries: []Entry{entry}})
	}
	for _, word := range []string{e.Code, e.Outer} {
		if entry := d.words[strings.ToLower(word)]; entry != nil && codeWord.MatchString(word) && !repeatsStatus(word, e.Status) {
			out = append(out, Finding{Text: entry.Code, Known: true, Entries: []Entry{*entry}})
		}
	}
	return d.withMessage(out, e.Message)
}

// errorNumber looks up the number of an error response, which says the same under any status.
func (d *Dictionary) errorNumber(status, n int) Entry {
	e := d.Result(status, n)
	if known := d.entries[strconv.Itoa(n)]; known != nil && e.Status == Unknown {
		e = *known
		e.Code = pairKey(status, n)
	}
	return e
}

// For is what the entry says to one verb: without the texts that begin with others of its verbs ("answer, reject: sent too
// late"), and those of this verb without that beginning.
func (a Article) For(verb string) Article {
	a.Causes, a.Next = a.textsFor(verb, a.Causes), a.textsFor(verb, a.Next)
	return a
}

func (a Article) textsFor(verb string, texts []string) (out []string) {
	for _, text := range texts {
		of, rest, _ := strings.Cut(text, ": ")
		verbs := strings.Split(of, ", ")
		switch {
		case rest == "" || slices.ContainsFunc(verbs, func(v string) bool { return !slices.Contains(a.In, v) }):
			out = append(out, text)
		case slices.Contains(verbs, verb):
			out = append(out, rest)
		}
	}
	return out
}

func repeatsStatus(word string, status int) bool {
	return strings.EqualFold(word, strings.ReplaceAll(http.StatusText(status), " ", ""))
}

// withMessage adds the codes in a message that are not there yet.
func (d *Dictionary) withMessage(out []Finding, message string) []Finding {
	for _, f := range d.within(unescape(cut(message, maxMessage))) {
		if len(f.Entries) != 1 || slices.ContainsFunc(out, func(o Finding) bool { return o.Entries[0].Code == f.Entries[0].Code }) {
			continue
		}
		out = append(out, f)
	}
	return out
}
