package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// What becomes of a notification at the bot's webhook. The pages tell no time to answer, no retries and no back-off, and
// follow a redirect for the first notification of an incoming call only; the rest is settings (Teams, "Incoming call
// notifications").

// A Receipt is what a webhook made of a delivery.
type Receipt struct {
	Status   int    // HTTP status; 0: there was no answer
	Location string // of a redirect
	Text     string // the beginning of the answer's body, or why there was no answer
	Took     time.Duration
}

// post makes a delivery. attempt counts from 0.
func (s *Service) post(p *parcel, attempt int) {
	d := p.Delivery
	d.Timeout, d.Posted = s.settings.WebhookTimeout, s.cfg.Clock.Now()
	d.Done = func(r Receipt) { s.received(p, attempt, r) }
	if p.slow > 0 && attempt == 0 { // when it is sent again the webhook is awake
		s.postSlow(p, d)
		return
	}
	s.cfg.Deliver(d)
}

// postSlow makes a delivery to a webhook that is slow, as one that has to start first: the service may have given up
// waiting by then, and the bot gets the notification nevertheless.
func (s *Service) postSlow(p *parcel, d Delivery) {
	slow, patience := p.slow, d.Timeout
	if slow >= patience {
		d.Done = func(Receipt) {}
		s.cfg.Clock.After(patience, func() { s.received(p, 0, Receipt{Text: "no answer in time", Took: patience}) })
	} else {
		d.Done = func(r Receipt) { r.Took += slow; s.received(p, 0, r) }
	}
	s.cfg.Clock.After(slow, func() { s.cfg.Deliver(d) })
}

// received is the webhook's answer to a delivery, or that there was none.
func (s *Service) received(p *parcel, attempt int, r Receipt) {
	p.held.release()
	c := p.call
	taken := r.Status/100 == 2
	switch {
	case p.skype && r.Status == http.StatusNoContent:
		if c.state == incoming && !c.ended {
			s.send(c, s.incomingNote(c))
		}
	case p.skype && taken:
		// Ours: an answer other than 204 is from a bot that lives with the old format, and the service does not go on in it.
		s.observe(c.bot.shown(), fmt.Sprintf("answers the call's first notification, in the Skype format, with %d: only 204 brings it in the Graph format", r.Status), c.id)
	case taken:
		if p.note.answered != nil {
			p.note.answered(r)
		}
	case r.redirects() && p.note.first && p.hops < s.settings.WebhookRedirects:
		s.redirectedTo(p, r)
	case attempt < s.settings.WebhookRetries && r.passing():
		wait := s.settings.WebhookBackoff << min(attempt, 20)
		s.observe(c.bot.shown(), fmt.Sprintf("%s; it is sent again in %s", p.say(r), wait), c.id)
		s.cfg.Clock.After(wait, func() { s.post(p, attempt+1) })
	default:
		s.observe(c.bot.shown(), p.say(r), c.id)
		if p.note.answered != nil {
			p.note.answered(r)
		}
	}
}

// redirects says that the webhook sends the notification on. The page says 302, the sample 307.
func (r Receipt) redirects() bool {
	return r.Location != "" && slices.Contains([]int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}, r.Status)
}

// passing says that a notification may be taken another time.
func (r Receipt) passing() bool {
	return r.Status == 0 || r.Status == http.StatusRequestTimeout || r.Status == http.StatusTooManyRequests || r.Status >= 500
}

// redirectedTo follows a redirect of the first notification. Where it leads, the call is at home from then on (ours).
func (s *Service) redirectedTo(p *parcel, r Receipt) {
	from, err := url.Parse(p.URL)
	var to *url.URL
	if err == nil {
		to, err = from.Parse(r.Location)
	}
	if err != nil || checkCallback(to.String()) != "" {
		s.observe(p.call.bot.shown(), fmt.Sprintf("redirects its call to %q, which is no http or https URL", clip(r.Location)), p.call.id)
		return
	}
	s.observe(p.call.bot.shown(), "redirects its call to "+to.String(), p.call.id)
	if p.call.callbackURI == p.URL {
		p.call.callbackURI = to.String()
	}
	p.URL = to.String()
	p.hops++
	s.post(p, 0)
}

// say words what happened to a notification.
func (p *parcel) say(r Receipt) string {
	what := p.note.words()
	if p.skype {
		what += " in the Skype format"
	}
	after := ""
	if r.Took > 0 {
		after = " after " + r.Took.Round(time.Millisecond).String()
	}
	text := ""
	if r.Text != "" {
		text = fmt.Sprintf(": %q", clip(r.Text))
	}
	if r.Status == 0 {
		return "does not answer a notification (" + what + ")" + after + text
	}
	return fmt.Sprintf("answers a notification (%s) with %d %s%s%s", what, r.Status, http.StatusText(r.Status), after, text)
}

// announce tells a bot of its incoming call, in the old Skype format first if the settings want that.
func (s *Service) announce(c *call) {
	n := s.incomingNote(c)
	if s.settings.IncomingForm != "skypeFirst" || c.callbackURI == "" {
		s.send(c, n)
		return
	}
	c.notified++
	s.deliver(&parcel{call: c, note: n, skype: true, Delivery: Delivery{URL: c.callbackURI, Call: c.id, Body: encode(s.skypeForm(c)),
		Headers: s.noteHeaders(c, n), Number: c.notified, Sent: s.cfg.Clock.Now()}}, notifyLatency)
}

// skypeForm is an incoming call in the old format, with the members that were observed (BotBuilder-RealTimeMediaCalling,
// issue 30).
func (s *Service) skypeForm(c *call) obj {
	caller := "29:" + c.offer.caller.id
	if c.offer.caller.kind == "phone" {
		caller = address(c.offer.caller)
	}
	o := obj{"id": c.id, "callState": "incoming", "isMultiparty": c.room.mode != peer, "presentedModalityTypes": c.modalities,
		"participants": []obj{
			{"identity": caller, "originator": true, "isHidden": false},
			{"identity": address(c.bot), "originator": false, "isHidden": false},
		}}
	if c.chatInfo["threadId"] != nil {
		o["threadId"] = c.chatInfo["threadId"]
	}
	if c.meetingInfo["token"] != nil {
		o["joinToken"] = c.meetingInfo["token"]
	}
	return o
}
