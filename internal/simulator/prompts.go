package simulator

import (
	"path"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// playPrompt plays files to everybody else in the call. Graph page "call: playPrompt".
func (s *Service) playPrompt(c *call, q *request) reply {
	var b playBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if p := b.check(q.dialect); p != "" {
		return badRequest("%s", p)
	}
	if e := s.noMedia(c, "played to"); e != nil {
		return *e
	}
	op := s.newOperation(c, playing, b.context())
	s.enqueue(c, &turn{op: op, prompts: b.Prompts})
	return s.taken(op, 200)
}

// play plays a turn's prompts from the i-th on, and then what follows them.
func (s *Service) play(c *call, t *turn, i int) {
	if i == len(t.prompts) {
		if t.take == nil {
			s.complete(c, t, done)
			return
		}
		s.beep(c, t)
		return
	}
	p := &t.prompts[i]
	if p.silent() {
		t.stop = s.cfg.Clock.After(time.Duration(*p.Duration)*time.Millisecond, func() { s.play(c, t, i+1) })
		return
	}
	s.fetch(p.MediaInfo, func(length time.Duration, why result) {
		switch {
		case t.over || c.ended:
			return
		case why.code != 0 && t.take != nil:
			s.complete(c, t, s.settings.promptFailed.because(why.message))
			return
		case why.code != 0:
			s.complete(c, t, why)
			return
		}
		if p.Loop != nil && c.dialect != graph.V1 && *p.Loop > 1 {
			length *= time.Duration(*p.Loop)
		}
		s.heard(c, path.Base(p.MediaInfo.uri())+", "+brief(length))
		t.stop = s.cfg.Clock.After(length, func() { s.play(c, t, i+1) })
	})
}

// heard notes what the others in a call hear of it.
func (s *Service) heard(c *call, what string) {
	if names := audience(c); names != "" {
		s.observe(names, "hears "+what, c.id)
	}
}

func audience(c *call) string {
	var list []string
	for _, m := range c.room.others(c.me) {
		list = append(list, m.party.shown())
	}
	return strings.Join(list, ", ")
}

func brief(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }

// A file is what became of fetching a prompt: how long it is, or why it cannot be played.
type file struct {
	length time.Duration
	why    result
}

// fetch finds a prompt's file: as the scene describes it, else from where it is if the service was given a way, else it is
// assumed to be there and of the usual length. A file with a resourceId is fetched once. Graph resource "mediaInfo".
func (s *Service) fetch(m *mediaInfoBody, then func(length time.Duration, why result)) {
	uri := m.uri()
	if s.cfg.Scene != nil && s.cfg.Scene.Media[uri] != nil {
		f := s.described(s.cfg.Scene.Media[uri])
		then(f.length, f.why)
		return
	}
	if s.cfg.Fetch == nil {
		then(s.settings.PromptTime, result{})
		return
	}
	id := m.ResourceID + m.ID
	key := id + " " + uri
	if f, ok := s.files[key]; ok && id != "" {
		then(f.length, f.why)
		return
	}
	s.cfg.Fetch(uri, func(content []byte, err error) {
		f := s.examine(content, err)
		if id != "" && len(s.files) < maxFiles {
			if s.files == nil {
				s.files = map[string]file{}
			}
			s.files[key] = f
		}
		then(f.length, f.why)
	})
}

// maxFiles bounds what is known of files.
const maxFiles = 10_000

func (s *Service) described(m *world.Sound) file {
	switch {
	case m.Missing:
		return file{why: s.settings.promptMissing}
	case m.Unplayable:
		return file{why: s.settings.promptFormat}
	case m.Duration > 0:
		return file{length: m.Duration}
	}
	return file{length: s.settings.PromptTime}
}

func (s *Service) examine(content []byte, err error) file {
	if err != nil {
		return file{why: s.settings.promptMissing.because(err.Error() + ".")}
	}
	sound, err := graph.ReadSound(content)
	if err != nil {
		return file{why: s.settings.promptFormat.because(err.Error() + ".")}
	}
	if odd := sound.ForPrompts(); odd != "" {
		return file{why: s.settings.promptFormat.because(odd + ".")}
	}
	return file{length: sound.Duration}
}

// preFetch fetches what a call's mediaConfig names, so that it is there when it is played.
func (s *Service) preFetch(c *call) {
	if s.cfg.Fetch == nil {
		return
	}
	list, _ := c.media["preFetchMedia"].([]any)
	for i, x := range list {
		if i >= maxPrompts {
			return
		}
		one, _ := x.(obj)
		m := &mediaInfoBody{}
		m.URI, _ = one["uri"].(string)
		m.URL, _ = one["url"].(string)
		m.ResourceID, _ = one["resourceId"].(string)
		if m.ResourceID != "" && checkMediaInfo("", m) == "" {
			s.fetch(m, func(time.Duration, result) {})
		}
	}
}
