package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Encode puts a command into the dialect's words. The error says why the dialect cannot say it. A body that is a struct
// of this package is written in the struct's order, without zero members, with @odata.type filled in; any other body is
// marshalled as it is.
func (d Dialect) Encode(c Command) (Wire, error) {
	if c.Op == "request" {
		return d.encodeRaw(c)
	}
	if c.Op == "getRecording" {
		return encodeFetch(c)
	}
	r := routeOf[c.Op]
	switch {
	case r == nil:
		return Wire{}, fmt.Errorf("%s is no operation of the calling API", c.Op)
	case !d.Has(c.Op):
		return Wire{}, fmt.Errorf("the %s API has no %s", d, c.Op)
	}
	path, err := d.pathFor(r, c)
	if err != nil {
		return Wire{}, err
	}
	w := Wire{Method: r.method, Path: path}
	if c.Body == nil {
		return w, nil
	}
	e := encoder{dialect: d, out: make([]byte, 0, 512)}
	if err := e.body(reflect.ValueOf(c.Body)); err != nil {
		return Wire{}, fmt.Errorf("%s: %w", c.Op, err)
	}
	w.Body = e.out
	return w, nil
}

// Lacks names the first thing a body says that the dialect has no word for, or "". The body may embed one of this
// package's; written says whether a member was given whose value is not known yet.
func (d Dialect) Lacks(body any, written func(path ...string) bool) string {
	if body == nil {
		return ""
	}
	return d.lacks(reflect.ValueOf(body), nil, written)
}

var ownPackage = reflect.TypeFor[Command]().PkgPath()

func (d Dialect) lacks(v reflect.Value, path []string, written func(path ...string) bool) string {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return d.lacks(v.Elem(), path, written)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if name := d.lacks(v.Index(i), append(path, strconv.Itoa(i)), written); name != "" {
				return name
			}
		}
	case reflect.Struct:
		for _, f := range wordsOfType(v.Type()) {
			at, field := path, v.Field(f.index)
			if !f.embedded {
				at = append(path[:len(path):len(path)], f.name)
				missing := d == Legacy && f.notLegacy || f.only != nil && !slices.Contains(f.only, string(d))
				if missing && (!field.IsZero() || written(at...)) {
					return f.name
				}
			}
			if name := d.lacks(field, at, written); name != "" {
				return name
			}
		}
	}
	return ""
}

// dialectWord is a member that some dialect lacks, or below which there may be one.
type dialectWord struct {
	index     int
	name      string
	embedded  bool
	notLegacy bool
	only      []string // the dialects that have it; nil: all
}

var dialectWords sync.Map // reflect.Type -> []dialectWord

// wordsOfType are the members of a struct at which lacks has to look: it asks before every run.
func wordsOfType(t reflect.Type) []dialectWord {
	if known, ok := dialectWords.Load(t); ok {
		return known.([]dialectWord)
	}
	var words []dialectWord
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous && t.PkgPath() != ownPackage {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		w := dialectWord{index: i, name: name, embedded: f.Anonymous, notLegacy: f.Tag.Get("legacy") == "none", only: split(f.Tag.Get("only"))}
		under := f.Type
		for under.Kind() == reflect.Pointer || under.Kind() == reflect.Slice {
			under = under.Elem()
		}
		if w.notLegacy || w.only != nil || under.Kind() == reflect.Struct {
			words = append(words, w)
		}
	}
	dialectWords.Store(t, words)
	return words
}

// encodeRaw writes Op request: its body is the author's, untranslated.
func (d Dialect) encodeRaw(c Command) (Wire, error) {
	path, err := d.rawPath(c.Path)
	if err != nil {
		return Wire{}, err
	}
	w := Wire{Method: c.Method, Path: path}
	if c.Body != nil {
		e := encoder{dialect: d}
		if err := e.plain(c.Body); err != nil {
			return Wire{}, fmt.Errorf("request: the body cannot be written as JSON: %w", err)
		}
		w.Body = e.out
	}
	return w, nil
}

// encodeFetch writes Op getRecording: a GET of a place that the service named.
func encodeFetch(c Command) (Wire, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Wire{}, fmt.Errorf("%s: the location %q is no https URL", c.Op, c.URL)
	}
	return Wire{Method: http.MethodGet, URL: c.URL}, nil
}

// encoder writes structs as a dialect's JSON.
type encoder struct {
	dialect Dialect
	out     []byte
}

func (e *encoder) body(v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return fmt.Errorf("the body is nil")
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		return e.object(shapeOf(v.Type()), v, "")
	}
	return e.plain(v.Interface())
}

// plain writes any value as encoding/json does, but leaves <, > and & as they are: people read these bodies.
func (e *encoder) plain(v any) error {
	b := bytes.NewBuffer(e.out)
	j := json.NewEncoder(b)
	j.SetEscapeHTML(false)
	if err := j.Encode(v); err != nil {
		return err
	}
	e.out = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return nil
}

// text writes a string. Most need no escapes.
func (e *encoder) text(s string) error {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return e.plain(s)
		}
	}
	e.out = append(append(append(e.out, '"'), s...), '"')
	return nil
}

// object writes a struct. odata is the type that its parent says it is, "" if it says nothing.
func (e *encoder) object(s *shape, v reflect.Value, odata string) error {
	e.out = append(e.out, '{')
	for _, m := range s.fields {
		f := v.Field(m.index)
		name := m.name
		if name == "@odata.type" && f.IsZero() {
			if odata == "" {
				odata = typeOf(v)
			}
			if odata != "" && (e.dialect != Legacy || legacyTyped[odata]) {
				e.name(name)
				e.out = strconv.AppendQuote(e.out, "#microsoft.graph."+odata)
			}
			continue
		}
		if f.IsZero() {
			if e.dialect == Legacy && m.preset != "" {
				e.name(name)
				e.out = strconv.AppendQuote(e.out, m.preset)
			}
			continue
		}
		if m.only != nil && !slices.Contains(m.only, string(e.dialect)) {
			return fmt.Errorf("the %s API has no %s", e.dialect, name)
		}
		if e.dialect == Legacy && m.legacy != "" {
			switch m.legacy {
			case "omit":
				continue
			case "none":
				return fmt.Errorf("the legacy API has no %s", name)
			}
			name = m.legacy
		}
		e.name(name)
		if err := e.value(m, f); err != nil {
			return err
		}
	}
	e.out = append(e.out, '}')
	return nil
}

func (e *encoder) name(name string) {
	if e.out[len(e.out)-1] != '{' {
		e.out = append(e.out, ',')
	}
	e.out = append(e.out, '"')
	e.out = append(e.out, name...)
	e.out = append(e.out, '"', ':')
}

func (e *encoder) value(m *member, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch m.kind {
	case object:
		return e.object(m.shape, v, m.odata)
	case list:
		e.out = append(e.out, '[')
		for i := 0; i < v.Len(); i++ {
			if i > 0 {
				e.out = append(e.out, ',')
			}
			if err := e.value(m.elem, v.Index(i)); err != nil {
				return err
			}
		}
		e.out = append(e.out, ']')
		return nil
	}
	if m.call {
		id := CanonicalID(v.String())
		if e.dialect == Legacy {
			id = "/app/calls/" + LegacyID(id)
		}
		return e.text(id)
	}
	if v.Kind() == reflect.String {
		return e.text(v.String())
	}
	return e.plain(v.Interface())
}

// typeNames are the names in Graph of the types that requests name.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[ParticipantMixerLevel]():     "participantMixerLevel",
	reflect.TypeFor[AudioDuckingParameters]():    "audioDuckingParameters",
	reflect.TypeFor[AudioSourceLevel]():          "audioSourceLevel",
	reflect.TypeFor[CreateCallBody]():            "call",
	reflect.TypeFor[ParticipantInfo]():           "participantInfo",
	reflect.TypeFor[InvitationParticipantInfo](): "invitationParticipantInfo",
	reflect.TypeFor[IdentitySet]():               "identitySet",
	reflect.TypeFor[Identity]():                  "identity",
	reflect.TypeFor[ChatInfo]():                  "chatInfo",
	reflect.TypeFor[MediaInfo]():                 "mediaInfo",
	reflect.TypeFor[MediaPrompt]():               "mediaPrompt",

	reflect.TypeFor[TeleconferenceDeviceQuality](): "teleconferenceDeviceQuality",
}

// typeOf is the name in Graph of a struct's type; two of ours stand for several.
func typeOf(v reflect.Value) string {
	if name, ok := typeNames[v.Type()]; ok {
		return name
	}
	switch x := v.Interface().(type) {
	case MeetingInfo:
		return x.kind()
	case MediaConfig:
		return x.kind()
	}
	return ""
}

func (c MediaConfig) kind() string {
	if c.Blob != "" {
		return "appHostedMediaConfig"
	}
	return "serviceHostedMediaConfig"
}

func (m MeetingInfo) kind() string {
	switch {
	case m.Token != "":
		return "tokenMeetingInfo"
	case m.JoinMeetingID != "":
		return "joinMeetingIdMeetingInfo"
	}
	return "organizerMeetingInfo"
}

// legacyTyped are the types that the 2019 examples name in requests; they leave out the others.
var legacyTyped = map[string]bool{
	"participantInfo": true, "invitationParticipantInfo": true, "mediaPrompt": true, "organizerMeetingInfo": true,
	"tokenMeetingInfo": true, "serviceHostedMediaConfig": true, "appHostedMediaConfig": true,
}
