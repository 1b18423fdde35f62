package graph

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Finding is a code that stands in a text.
type Finding struct {
	Text    string  // as people write it: "500/7117", "DiagCode 412#10073", "7505", "AppTransferred"
	Known   bool    // some entry of the dictionary is about it
	Note    string  // what is to be said of the way it is written; "" for nothing
	Entries []Entry // one, or all that a number alone may mean
}

const maxText = 1 << 20

var (
	codeWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{2,80}$`)
	diagCode = regexp.MustCompile(`(?i)\bdiag\s?code["':=\s]{0,6}(\d{1,9})(?:\s?[#/]\s?(\d{1,9}))?`)
	// field is a member of JSON, or how loggers write one: "subcode": 7117, SubCode=8541, Code: 7505, Code-500.
	field = regexp.MustCompile(`(?i)(sub[_-]?code|(?:error|result|response)?code|terminationReason|completionReason)["']{0,2}(?:\s{0,4}[:=-]\s{0,4}|\s{1,4})["']?([A-Za-z0-9_]{1,80})`)
	pair  = regexp.MustCompile(`(\d{1,9})\s?[/#]\s?(\d{1,9})`)
	token = regexp.MustCompile(`[A-Za-z0-9_]{3,80}`)
)

// found is a finding with its place.
type found struct {
	at, end int
	Finding
}

// Find finds every code in a text: one that somebody typed (500/7117, 7505, DiagCode 412#10073, AppTransferred), a message,
// a log, or JSON, also JSON that is text inside JSON. The findings are in the order of the text, each code once.
func (d *Dictionary) Find(text string) []Finding {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = strings.TrimSpace(unescape(text))
	if f, ok := d.typed(text); ok {
		return []Finding{f}
	}
	return d.within(text)
}

// within finds the codes in prose and JSON.
func (d *Dictionary) within(text string) []Finding {
	s := search{d: d, text: text}
	s.diagCodes()
	s.fields()
	s.pairs()
	s.tokens()
	slices.SortStableFunc(s.found, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	var out []Finding
	seen := map[string]bool{}
	for _, f := range s.found {
		key := strings.Replace(strings.TrimPrefix(f.Text, "DiagCode "), "#", "/", 1)
		if !seen[key] {
			seen[key] = true
			out = append(out, f.Finding)
		}
	}
	return out
}

// unescape takes away the backslashes of JSON that is text inside JSON.
func unescape(text string) string {
	for range 3 {
		if !strings.Contains(text, `\"`) && !strings.Contains(text, `\u0022`) {
			break
		}
		text = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\u0022`, `"`).Replace(text)
	}
	return text
}

// typed takes a text that is one code and nothing else. Only here does a word or a lone number count that would be found
// everywhere in prose.
func (d *Dictionary) typed(text string) (Finding, bool) {
	if code, subcode, ok := pairOf(text); ok {
		return d.pairFound(text, code, subcode), true
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && len(text) < 10 {
		return d.numberFound(n), true
	}
	if e := d.words[strings.ToLower(text)]; e != nil {
		return Finding{Text: e.Code, Known: true, Entries: []Entry{*e}}, true
	}
	if codeWord.MatchString(text) {
		return Finding{Text: text, Entries: []Entry{{text, Article{Status: Unknown,
			Meaning: "neither Microsoft's pages nor any report known here have this word"}}}}, true
	}
	return Finding{}, false
}

// pairFound is a pair as it stands in the text. What A#B means nobody documents; reports agree on this reading.
func (d *Dictionary) pairFound(text string, code, subcode int) Finding {
	e := d.Result(code, subcode)
	f := Finding{Text: text, Known: e.Status != Unknown, Entries: []Entry{e}}
	if !f.Known && strings.Contains(text, "#") {
		f.Note = "A#B reads as code#subcode of the deeper layer that failed; that is how reports use it, no page says so"
	}
	return f
}

// numberFound is a number alone: of an error response, else a subcode, which means nothing without its code.
func (d *Dictionary) numberFound(n int) Finding {
	f := Finding{Text: strconv.Itoa(n), Known: true}
	if e := d.entries[f.Text]; e != nil {
		f.Entries = append(f.Entries, *e)
	}
	pairs := d.WithSubcode(n)
	if n == 0 {
		pairs = nil
	}
	f.Entries = append(f.Entries, pairs...)
	switch {
	case len(pairs) > 1:
		f.Note = f.Text + " is a subcode of several pairs; only the code beside it says which is meant"
	case len(pairs) == 1 && len(f.Entries) == 2:
		f.Note = f.Text + " is the number of an error response, and a subcode"
	case len(pairs) == 1:
		f.Note = f.Text + " is a subcode; with another code beside it, it may mean something else"
	}
	if f.Entries == nil && n >= 400 && n < 600 {
		f.Entries = d.withStatus(n)
		if f.Entries != nil {
			f.Note = f.Text + " is the HTTP status of these; the code in the response says which is meant"
			if pairs := d.withCode(n); pairs != "" {
				f.Note += "; with a subcode it is of a call or an operation" + pairs
			}
		}
	}
	if f.Entries != nil {
		return f
	}
	f.Known = false
	told := numbersTell(n, 0)
	if n < 1000 && told != "" {
		f.Note = "a code alone says little; the subcode beside it says more" + d.withCode(n)
	}
	e := Entry{f.Text, Article{Status: Unknown, Meaning: "neither Microsoft's pages nor any report known here explain this number"}}
	if n < 1000 && told != "" {
		e.Meaning += "; " + told
	} else if told = numbersTell(0, n); told != "" {
		e.Meaning += "; " + told
	}
	f.Entries = []Entry{e}
	return f
}

// withStatus are the words of error responses with that HTTP status, which are about any request.
func (d *Dictionary) withStatus(status int) []Entry {
	var out []Entry
	for _, e := range d.sorted {
		if e.HTTP == status && slices.Contains(e.In, "any request") {
			out = append(out, *e)
		}
	}
	return out
}

// withCode lists the pairs with that code.
func (d *Dictionary) withCode(code int) string {
	var keys []string
	for _, e := range d.sorted {
		if c, _, ok := e.Pair(); ok && c == code {
			keys = append(keys, e.Code)
		}
	}
	if keys == nil {
		return ""
	}
	return ": " + strings.Join(keys, ", ")
}

// search is a text while it is searched. Each kind of code takes its places, so that none is read twice.
type search struct {
	d     *Dictionary
	text  string
	found []found
}

func (s *search) taken(at, end int) bool {
	return slices.ContainsFunc(s.found, func(f found) bool { return at < f.end && f.at < end })
}

func (s *search) add(at, end int, f Finding) { s.found = append(s.found, found{at, end, f}) }

func (s *search) diagCodes() {
	for _, m := range diagCode.FindAllStringSubmatchIndex(s.text, maxFindings) {
		first, _ := strconv.Atoi(s.text[m[2]:m[3]])
		if m[4] < 0 { // the older form, a subcode alone
			f := s.d.numberFound(first)
			f.Text = "DiagCode " + f.Text
			s.add(m[0], m[1], f)
			continue
		}
		second, _ := strconv.Atoi(s.text[m[4]:m[5]])
		f := s.d.pairFound(s.text[m[2]:m[3]]+"#"+s.text[m[4]:m[5]], first, second)
		f.Text = "DiagCode " + f.Text
		s.add(m[0], m[1], f)
	}
}

// maxFindings bounds what one pattern is looked for in a text.
const maxFindings = 2000

// codeField is a member with its value.
type codeField struct {
	at, end int
	sub     bool // a subcode
	value   string
	used    bool
}

// fields reads members: a code and a subcode of the same object are a pair; a code alone is of an error response.
func (s *search) fields() {
	var all []codeField
	for _, m := range field.FindAllStringSubmatchIndex(s.text, maxFindings) {
		if s.taken(m[0], m[1]) || m[0] > 0 && isWordByte(s.text[m[0]-1]) ||
			m[1] < len(s.text) && strings.IndexByte("/#", s.text[m[1]]) >= 0 { // "code 500/7117" is a pair
			continue
		}
		name := strings.ToLower(s.text[m[2]:m[3]])
		all = append(all, codeField{at: m[0], end: m[1], sub: strings.HasPrefix(name, "sub"), value: s.text[m[4]:m[5]]})
	}
	for i := range all {
		if k := s.partner(all, i); k >= 0 {
			all[i].used, all[k].used = true, true
			code, subcode, _ := pairOf(all[k].value + "/" + all[i].value)
			f := s.d.pairFound(pairKey(code, subcode), code, subcode)
			s.add(all[i].at, all[i].end, f) // what stands between the two may hold other codes
			s.add(all[k].at, all[k].end, f)
		}
	}
	for _, m := range all {
		if !m.used {
			s.lone(m)
		}
	}
}

// partner is the code that belongs to the subcode all[i]: the nearest in the same object; -1 if there is none.
func (s *search) partner(all []codeField, i int) int {
	if !all[i].sub || !isNumber(all[i].value) {
		return -1
	}
	best, distance := -1, 600
	for k := max(0, i-3); k < min(len(all), i+4); k++ {
		c := &all[k]
		if k == i || c.sub || c.used || !isNumber(c.value) {
			continue
		}
		between := s.text[min(c.end, all[i].end):max(c.at, all[i].at)]
		if len(between) < distance && !strings.ContainsAny(between, "{}") {
			best, distance = k, len(between)
		}
	}
	return best
}

// lone is a member without a partner.
func (s *search) lone(m codeField) {
	if n, err := strconv.Atoi(m.value); err == nil {
		if m.sub || n >= 1000 { // below: the status of a response, most likely
			s.add(m.at, m.end, s.d.numberFound(n))
		}
		return
	}
	if e := s.d.words[strings.ToLower(m.value)]; e != nil {
		s.add(m.at, m.end, Finding{Text: e.Code, Known: true, Entries: []Entry{*e}})
	}
}

// pairs reads 500/7117 and 500#7117 in prose, and takes no dates, fractions or issue numbers for codes.
func (s *search) pairs() {
	for _, m := range pair.FindAllStringSubmatchIndex(s.text, maxFindings) {
		code, _ := strconv.Atoi(s.text[m[2]:m[3]])
		subcode, _ := strconv.Atoi(s.text[m[4]:m[5]])
		if s.taken(m[0], m[1]) || !s.alone(m[0], m[1]) {
			continue
		}
		f := s.d.pairFound(s.text[m[0]:m[1]], code, subcode)
		if f.Known || subcode >= 1000 && (code == 0 || code >= 100 && code < 700) {
			s.add(m[0], m[1], f)
		}
	}
}

// tokens reads numbers of error responses and words that stand in prose: known ones only, and of words only those that
// are no English.
func (s *search) tokens() {
	for _, m := range token.FindAllStringIndex(s.text, 20*maxFindings) {
		text := s.text[m[0]:m[1]]
		e := s.d.entries[text]
		if e == nil || s.taken(m[0], m[1]) || !s.alone(m[0], m[1]) {
			continue
		}
		if isNumber(text) {
			s.add(m[0], m[1], s.d.numberFound(mustNumber(text)))
		} else if strings.ToLower(text[1:]) != text[1:] && s.wordHere(m[0]) {
			s.add(m[0], m[1], Finding{Text: e.Code, Known: true, Entries: []Entry{*e}})
		}
	}
}

// wordHere leaves out the states of calls, which have the same names as legacy's words.
func (s *search) wordHere(at int) bool {
	before := strings.ToLower(strings.TrimRight(s.text[max(0, at-20):at], `"': =`))
	return !strings.HasSuffix(before, "state")
}

// alone says that a piece of text is not part of an id, an address, a date or a version.
func (s *search) alone(at, end int) bool {
	if at > 0 && (isWordByte(s.text[at-1]) || strings.IndexByte("./-#:@", s.text[at-1]) >= 0) {
		return false
	}
	if end < len(s.text) && (isWordByte(s.text[end]) || strings.IndexByte("/-#@", s.text[end]) >= 0) {
		return false
	}
	return end+1 >= len(s.text) || strings.IndexByte(".:", s.text[end]) < 0 || !isWordByte(s.text[end+1])
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isNumber(text string) bool {
	return text != "" && len(text) < 10 && strings.Trim(text, "0123456789") == ""
}

func mustNumber(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
