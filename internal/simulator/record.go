package simulator

import (
	"math"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
)

// recordResponse records what the others say. Graph page "call: recordResponse".
func (s *Service) recordResponse(c *call, q *request) reply {
	var b recordBody
	if e := q.read(&b); e != nil {
		return *e
	}
	if p := b.check(q.dialect); p != "" {
		return badRequest("%s", p)
	}
	if e := s.noMedia(c, "recorded"); e != nil {
		return *e
	}
	if e := s.mayKeep(c); e != nil {
		return *e
	}
	op := s.newOperation(c, taping, b.context())
	t := &turn{op: op, prompts: b.Prompts}
	t.take = &take{call: c, turn: t, body: b}
	if b.BargeInAllowed {
		stopped := s.bargeIn(c)
		s.step(c, firstStep, func() {
			for _, op := range stopped {
				s.finish(op, cancelled)
			}
		})
	}
	s.enqueue(c, t)
	return s.taken(op, 202)
}

// bargeIn takes what is played or recorded out of the queue; tones that are being sent go on.
func (s *Service) bargeIn(c *call) (stopped []*operation) {
	for _, t := range c.line.queue {
		stopped = append(stopped, s.abandon(t))
	}
	c.line.queue = nil
	return stopped
}

// A take is the recording of one turn.
type take struct {
	call  *call
	turn  *turn
	body  recordBody
	rolls bool // since began
	began time.Time

	voices  int    // who speaks now
	pressed string // keys since it began
	quiet   func() // stops the time of silence
	limit   func() // stops the longest time
	result  *recording
}

// A recording is a file that can be fetched for a while.
type recording struct {
	id, location, token string
	made                time.Time // when it began
	length              time.Duration
	take                *take  // goes on: its length is not known yet
	voices              []span // when somebody was heard, since it began
}

type span struct{ from, to time.Duration }

// beep comes before a recording, unless it is not wanted.
func (s *Service) beep(c *call, t *turn) {
	if b := t.take.body.PlayBeep; b != nil && !*b {
		s.roll(t.take)
		return
	}
	s.heard(c, "the beep")
	t.stop = s.cfg.Clock.After(beepTime, func() { s.roll(t.take) })
}

// roll begins to record.
func (s *Service) roll(k *take) {
	k.rolls, k.began = true, s.cfg.Clock.Now()
	k.result = s.newRecording(k)
	for _, m := range k.call.room.others(k.call.me) {
		if m.heard {
			k.voice(s, true)
		}
	}
	if k.voices == 0 {
		k.quiet = s.cfg.Clock.After(timer(k.body.InitialSilence), func() { s.complete(k.call, k.turn, s.settings.initialSilence) })
	}
	// Behind the time of silence: when nobody has said a word and both are 5 s, the silence is why (ours).
	k.limit = s.cfg.Clock.After(timer(k.body.MaxDuration), func() { s.complete(k.call, k.turn, longest) })
	if k.body.Streams && k.call.dialect == graph.Legacy {
		k.turn.op.recording = k.result
		s.send(k.call, s.operationNote(k.turn.op, "updated"))
	}
}

// voice is one more or one less who speaks.
func (k *take) voice(s *Service, speaks bool) {
	now := s.cfg.Clock.Now().Sub(k.began)
	heard := &k.result.voices
	if speaks {
		if k.voices++; k.voices == 1 {
			*heard = append(*heard, span{now, -1})
			if k.quiet != nil {
				k.quiet()
			}
		}
		return
	}
	if k.voices--; k.voices == 0 {
		(*heard)[len(*heard)-1].to = now
		k.quiet = s.cfg.Clock.After(timer(k.body.MaxSilence), func() { s.complete(k.call, k.turn, s.settings.maxSilence) })
	}
}

// press is a key that somebody pressed; it may end the recording.
func (k *take) press(s *Service, key string) {
	k.pressed += key
	for _, stop := range k.body.StopTones {
		if strings.HasSuffix(k.pressed, strings.ToUpper(stop)) {
			s.complete(k.call, k.turn, s.settings.stopTone)
			return
		}
	}
}

func (k *take) quit() {
	k.rolls = false
	for _, stop := range []func(){k.quiet, k.limit} {
		if stop != nil {
			stop()
		}
	}
}

// end closes the file. A recording that failed is not to be had.
func (k *take) end(s *Service, how result) {
	r := k.result
	if r == nil {
		return
	}
	r.close(s.cfg.Clock.Now())
	if how.code < 400 {
		k.turn.op.recording = r
	} else {
		k.turn.op.recording = nil
		delete(s.recordings, r.id)
	}
}

func (r *recording) close(now time.Time) {
	if r.take == nil {
		return
	}
	r.take, r.length = nil, now.Sub(r.made)
	if n := len(r.voices); n > 0 && r.voices[n-1].to < 0 {
		r.voices[n-1].to = r.length
	}
}

// Where recordings are: ours, for the real service has them on a host of its own.
const recordingsPath = "/callflow/recordings/"

// maxRecordings is how many files are kept; the oldest goes.
const maxRecordings = 10_000

func (s *Service) newRecording(k *take) *recording {
	r := &recording{id: s.newID(), made: s.cfg.Clock.Now(), take: k}
	r.location, r.token = s.cfg.Root+recordingsPath+r.id, r.id+"."+s.newID()
	if s.recordings == nil {
		s.recordings = map[string]*recording{}
	}
	if len(s.shelf) == maxRecordings {
		delete(s.recordings, s.shelf[0])
		s.shelf = slices.Delete(s.shelf, 0, 1)
	}
	s.recordings[r.id] = r
	s.shelf = append(s.shelf, r.id)
	return r
}

// getRecording serves a file to whoever has its token. What it answers to others is ours: Graph's page "call:
// recordResponse" shows only that it is served.
func (s *Service) getRecording(_ *call, q *request) reply {
	id, _, _ := strings.Cut(q.bearer, ".")
	owner := s.recordings[id]
	r := s.recordings[graph.CanonicalID(q.element)]
	switch {
	case owner == nil || owner.token != q.bearer:
		return failure(401, "InvalidAuthenticationToken", "The recording's access token is missing or invalid.")
	case r == nil:
		return failure(404, "ResourceNotFound", "Recording not found.")
	case r != owner:
		return failure(403, "Forbidden", "The access token is another recording's.")
	case s.cfg.Clock.Now().Sub(r.made) > s.settings.RecordingTime:
		return failure(403, "Forbidden", "The recording's access token has expired.")
	}
	return reply{status: 200, file: r.wav(s.cfg.Clock.Now())}
}

// wav is the file: a tone where somebody spoke, silence elsewhere.
func (r *recording) wav(now time.Time) []byte {
	length := r.length
	if r.take != nil {
		length = now.Sub(r.made)
	}
	at := 0
	return graph.AppendSound(nil, length, func(t time.Duration) int16 {
		for at < len(r.voices) && r.voices[at].to >= 0 && t >= r.voices[at].to {
			at++
		}
		if at == len(r.voices) || t < r.voices[at].from {
			return 0
		}
		return hum[t*16000/time.Second%time.Duration(len(hum))]
	})
}

// hum is one wave of 400 Hz at half of the loudest.
var hum = func() (wave [40]int16) {
	for i := range wave {
		wave[i] = int16(16384 * math.Sin(2*math.Pi*float64(i)/float64(len(wave))))
	}
	return wave
}()
