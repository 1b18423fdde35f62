package simulator

import (
	"strings"
	"time"

	"callflow/internal/graph"
)

// updateRecordingStatus tells the others that the bot records, or does not any more. Graph page "call:
// updateRecordingStatus".
func (s *Service) updateRecordingStatus(c *call, q *request) reply {
	var b recordingBody
	if e := q.read(&b); e != nil {
		return *e
	}
	status := ""
	for _, word := range []string{"notRecording", "recording", "failed"} {
		if strings.EqualFold(b.Status, word) {
			status = word
		}
	}
	switch {
	case b.checkContext() != "":
		return badRequest("%s", b.checkContext())
	case status == "":
		return badRequest("status is %q; it may be notRecording, recording or failed", b.Status)
	case c.state != established || c.ending:
		return s.wrongState(c, "recorded", established)
	}
	s.setRecording(c, status)
	return s.completed(c, "updateRecordingStatusOperation", b.contextBody, 200)
}

func (s *Service) setRecording(c *call, status string) {
	if s.serving.muffles() {
		return
	}
	if c.me.recording != status && !s.serving.muffles() {
		c.me.recording = status
		s.changed(c.me)
		if c.recorder != nil {
			for _, m := range c.recorder.seats {
				s.changed(m)
			}
		}
	}
}

// addLargeGalleryView adds a view of many people to the meeting. Graph page "call: addLargeGalleryView".
func (s *Service) addLargeGalleryView(c *call, q *request) reply {
	return s.soon(c, q, "addLargeGalleryViewOperation", func() {})
}

// soon answers 202 with an operation that completes a little later, when do is done.
func (s *Service) soon(c *call, q *request, kind string, do func()) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	op := s.newOperation(c, kind, b.context())
	s.step(c, firstStep+nextStep, func() {
		do()
		s.finish(op, done)
	})
	return s.began(op, 202)
}

// startRecording begins a recording of the meeting. Graph page "call: startRecording" (beta). That the roster shows it as
// the bot's recording, that a second one is refused, and that nothing can be stopped that did not begin, is ours.
func (s *Service) startRecording(c *call, q *request) reply {
	if c.me.recording == "recording" {
		return s.settings.wrongState.with("The call is being recorded already.")
	}
	return s.soon(c, q, "startRecordingOperation", func() { s.setRecording(c, "recording") })
}

// stopRecording ends it; its operation is complete at once. Graph page "call: stopRecording" (beta).
func (s *Service) stopRecording(c *call, q *request) reply {
	var b contextBody
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	if c.me.recording != "recording" {
		return s.settings.wrongState.with("The call is not being recorded.")
	}
	s.setRecording(c, "notRecording")
	return s.completed(c, "stopRecordingOperation", b, 202)
}

// startTranscription begins a transcription, of which every bot in the call is told by the call's transcription. Graph
// page "call: startTranscription" (beta); that it is told so is inferred.
func (s *Service) startTranscription(c *call, q *request) reply {
	if p := q.checkLanguage(); p != nil {
		return *p
	}
	if c.room.transcribed() {
		return s.settings.wrongState.with("The call is being transcribed already.")
	}
	return s.soon(c, q, "startTranscriptionOperation", func() { s.transcribe(c.room, "active") })
}

// stopTranscription ends it; its operation is complete at once. Graph page "call: stopTranscription" (beta).
func (s *Service) stopTranscription(c *call, q *request) reply {
	var b contextBody
	if p := q.checkLanguage(); p != nil {
		return *p
	}
	if e := s.readInGroup(c, q, &b); e != nil {
		return *e
	}
	if !c.room.transcribed() {
		return s.settings.wrongState.with("The call is not being transcribed.")
	}
	s.transcribe(c.room, "inactive")
	return s.completed(c, "stopTranscriptionOperation", b, 202)
}

func (r *room) transcribed() bool { return r.transcription["state"] == "active" }

func (s *Service) transcribe(r *room, state string) {
	if s.serving.muffles() {
		return
	}
	r.transcription = obj{"@odata.type": typeOf("callTranscriptionInfo"), "state": state,
		"lastModifiedDateTime": s.cfg.Clock.Now().UTC().Format(time.RFC3339)}
	for _, m := range r.present() {
		if c := m.call; c != nil && c.state == established && c.dialect != graph.Legacy {
			n := s.stateNote(c, established)
			n.data.(obj)["transcription"] = r.transcription
			s.send(c, n)
		}
	}
}

// checkLanguage: the pages say "Currently supporting: en-us".
func (q *request) checkLanguage() *reply {
	var b languageBody
	if e := q.readContext(&b); e != nil {
		return e
	}
	if b.Language != "" && !strings.EqualFold(b.Language, "en-us") {
		rep := badRequest("language is %q; it may be en-us", b.Language)
		return &rep
	}
	return nil
}

// updateMetadata attaches data to the bot's place in the roster. Legacy page "call: updateMetadata"; how its operation
// ends is ours.
func (s *Service) updateMetadata(c *call, q *request) reply {
	var b metadataBody
	if e := q.readContext(&b); e != nil {
		return *e
	}
	return s.soon(c, q, "commsOperation", func() {
		if c.me.metadata != b.Metadata {
			c.me.metadata = b.Metadata
			s.changed(c.me)
		}
	})
}
