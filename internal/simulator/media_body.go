package simulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
)

// Bounds of media requests: Graph pages "call: playPrompt" and "call: recordResponse".
const (
	maxPrompts       = 20
	maxRecordPrompts = 1
	maxRecordTimer   = 120
	legacyRecordTime = 1800 // the 2018 page's own example has it
	recordTimer      = 5    // of each that is absent
	maxLoop          = 100  // ours
	maxTones         = 1000 // ours
)

type mediaInfoBody struct {
	URI        string `json:"uri"`
	URL        string `json:"url"` // legacy
	ResourceID string `json:"resourceId"`
	ID         string `json:"id"` // legacy
}

func (b *mediaInfoBody) uri() string {
	if b.URI != "" {
		return b.URI
	}
	return b.URL
}

type promptBody struct {
	Type      string         `json:"@odata.type"`
	MediaInfo *mediaInfoBody `json:"mediaInfo"`
	Loop      *int           `json:"loop"`     // beta and legacy
	Duration  *int           `json:"duration"` // of 2018's silencePrompt, in milliseconds
}

func (p *promptBody) silent() bool { return typed("", p.Type, "silencePrompt") == "" && p.Type != "" }

type playBody struct {
	contextBody
	Prompts []promptBody `json:"prompts"`
}

type recordBody struct {
	contextBody
	Prompts        []promptBody `json:"prompts"`
	BargeInAllowed bool         `json:"bargeInAllowed"`
	InitialSilence *int         `json:"initialSilenceTimeoutInSeconds"`
	MaxSilence     *int         `json:"maxSilenceTimeoutInSeconds"`
	MaxDuration    *int         `json:"maxRecordDurationInSeconds"`
	PlayBeep       *bool        `json:"playBeep"`
	StopTones      []string     `json:"stopTones"`
	Streams        bool         `json:"streamWhileRecording"` // legacy
	Format         string       `json:"recordingFormat"`      // legacy
}

type cancelBody struct {
	contextBody
	All *bool `json:"all"` // legacy
}

type dtmfBody struct {
	contextBody
	Tones []json.RawMessage `json:"tones"`
	Delay *int              `json:"delayBetweenTonesMs"`
}

func checkPrompts(list []promptBody, most int, d graph.Dialect) string {
	if len(list) > most {
		return fmt.Sprintf("prompts has %d entries; it may have %d", len(list), most)
	}
	for i := range list {
		p, where := &list[i], fmt.Sprintf("prompts[%d]", i)
		if p.silent() && d == graph.Legacy {
			if p.Duration == nil || *p.Duration < 0 || *p.Duration > int(time.Hour.Milliseconds()) {
				return where + ".duration is missing, or no number of milliseconds"
			}
			continue
		}
		if problem := first(typed(where, p.Type, "mediaPrompt"), checkMediaInfo(where, p.MediaInfo)); problem != "" {
			return problem
		}
		if p.Loop != nil && d != graph.V1 && (*p.Loop < 0 || *p.Loop > maxLoop) {
			return fmt.Sprintf("%s.loop is %d; it may be 0 to %d", where, *p.Loop, maxLoop)
		}
	}
	return ""
}

func checkMediaInfo(where string, m *mediaInfoBody) string {
	if m == nil || m.uri() == "" {
		return where + ".mediaInfo.uri is missing"
	}
	u, err := url.Parse(m.uri())
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Sprintf("%s.mediaInfo.uri is %q; it must be an absolute https URL", where, clip(m.uri()))
	}
	return ""
}

func (b *playBody) check(d graph.Dialect) string {
	if len(b.Prompts) == 0 {
		return "prompts is missing"
	}
	return first(checkPrompts(b.Prompts, maxPrompts, d), b.checkContext())
}

func (b *recordBody) check(d graph.Dialect) string {
	most, longest := maxRecordPrompts, maxRecordTimer
	if d == graph.Legacy { // its own example has two prompts and half an hour
		most, longest = maxPrompts, legacyRecordTime
	}
	for _, t := range []struct {
		name  string
		value *int
		most  int
	}{
		{"initialSilenceTimeoutInSeconds", b.InitialSilence, maxRecordTimer},
		{"maxSilenceTimeoutInSeconds", b.MaxSilence, maxRecordTimer},
		{"maxRecordDurationInSeconds", b.MaxDuration, longest},
	} {
		if t.value != nil && (*t.value < 1 || *t.value > t.most) {
			return fmt.Sprintf("%s is %d; it may be 1 to %d", t.name, *t.value, t.most)
		}
	}
	for i, keys := range b.StopTones {
		if _, ok := tonesOf(keys); !ok || keys == "" {
			return fmt.Sprintf("stopTones[%d] is %q; it may be 0 to 9, *, # and A to D", i, clip(keys))
		}
	}
	return first(checkPrompts(b.Prompts, most, d), b.checkContext())
}

// timer is one of a recording.
func timer(n *int) time.Duration {
	if n == nil {
		return recordTimer * time.Second
	}
	return time.Duration(*n) * time.Second
}

// tones are the words of the enum tone.
var tones = []string{"tone0", "tone1", "tone2", "tone3", "tone4", "tone5", "tone6", "tone7", "tone8", "tone9", "star", "pound",
	"a", "b", "c", "d", "flash"}

const keypad = "0123456789*#ABCD" // in the order of tones

// tonesOf are the tones of keys on a telephone.
func tonesOf(pressed string) (list []string, ok bool) {
	for _, key := range strings.ToUpper(pressed) {
		i := strings.IndexRune(keypad, key)
		if i < 0 {
			return nil, false
		}
		list = append(list, tones[i])
	}
	return list, true
}

// keyOf is the key of a tone, or the tone's own word.
func keyOf(tone string) string {
	if i := slices.Index(tones, tone); i >= 0 && i < len(keypad) {
		return keypad[i : i+1]
	}
	return tone
}

// check also reads the tones: they are words on the wire, and objects with a tone in the page's table.
func (b *dtmfBody) check() (list []string, problem string) {
	if len(b.Tones) == 0 {
		return nil, "tones is missing"
	}
	if len(b.Tones) > maxTones {
		return nil, fmt.Sprintf("tones has %d entries; it may have %d", len(b.Tones), maxTones)
	}
	for i, raw := range b.Tones {
		var word string
		var info struct{ Tone string }
		if json.Unmarshal(raw, &word) != nil && json.Unmarshal(raw, &info) == nil {
			word = info.Tone
		}
		at := slices.IndexFunc(tones, func(t string) bool { return strings.EqualFold(t, word) })
		if at < 0 {
			return nil, fmt.Sprintf("tones[%d] is %s; it may be %s", i, clip(string(raw)), strings.Join(tones, ", "))
		}
		list = append(list, tones[at])
	}
	if b.Delay != nil && (*b.Delay < 0 || *b.Delay > 60_000) {
		return nil, fmt.Sprintf("delayBetweenTonesMs is %d; it may be 0 to 60000", *b.Delay)
	}
	return list, b.checkContext()
}
