package report

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"callflow/steps"
)

// notifiedText is what was notified, and what is out of the ordinary in how it came. Which step it served is told then
// only: most rungs are read for what they say.
func (b *diagramBuilder) notifiedText(r *steps.Record) string {
	e := r.Event
	text := clean(e.Summary)
	odd := b.came.odd(r)
	if e.Late != "" {
		odd = append(odd, "too late for "+b.name(e.Late))
	}
	if odd == nil {
		return text
	}
	return text + " (" + strings.Join(odd, ", ") + ")" + b.came.by(e, b.Style, b.name)
}

// leftUndone says that a bot did not do something, or what its webhook made of a notification: no request shows that. What
// the listener answered stands beside the notification itself.
func leftUndone(w *steps.Happened) bool {
	switch {
	case strings.HasPrefix(w.Did, "answers a notification ("):
		return strings.Contains(w.Did, "; it is sent again in ")
	case strings.HasPrefix(w.Did, "does not "):
		return true
	}
	return strings.Contains(w.Did, " notification")
}

// worldText is what somebody did in the simulated world. What nobody did, a fault or a slip in the scenario, keeps its ids
// whole, for they are looked for.
func worldText(w *steps.Happened) string {
	if w.Who == "" {
		return clean(w.Did)
	}
	return ShortIDs(clean(w.Who + " " + w.Did))
}

func retryText(r *steps.Retried) string {
	return fmt.Sprintf("attempt %d of %d failed: %s; again in %s", r.Attempt, r.Of, clean(r.Reason), duration(r.Wait))
}

// cleanupText is what cleanup did with a call. who is on it, or "": ids alone say little to people.
func cleanupText(c *steps.Cleaned, who string) string {
	call := short(c.Call)
	if notHungUp(c) {
		call = clean(c.Call) // whole: somebody has to hang it up by hand
	}
	if who != "" {
		call += " (" + who + ")"
	}
	if c.Action == "none" {
		return fmt.Sprintf("%s: call %s: %s", whose(c), call, clean(c.Result))
	}
	return fmt.Sprintf("%s: %s %s: %s", whose(c), clean(c.Action), call, clean(c.Result))
}

// whose says who tidied up.
func whose(c *steps.Cleaned) string {
	if c.Afterwards {
		return "callflow hangup"
	}
	return "cleanup"
}

// cutOff says that a limit of the whole run, or of a step around it, ended a step.
func cutOff(end *steps.StepEnd) bool {
	limit := end.Failure != nil && end.Failure.Kind == "timeout" || strings.HasPrefix(end.Reason, "scenario timeout of ")
	return end.Status == steps.Cancelled && limit
}

// failedText says behind a step's name that it failed or was cut off, and why.
func failedText(end *steps.StepEnd) string {
	words, why := " failed", ""
	if cutOff(end) {
		words, why = " was cut off", end.Reason
	}
	if end.Failure != nil {
		why = end.Failure.Text
	}
	if why == "" {
		return words
	}
	return words + ": " + clean(why)
}

func requestText(q *steps.Sent) string {
	text := q.Method + " " + shortPath(q.Path)
	if q.Attempt > 1 {
		text += fmt.Sprintf(" (attempt %d)", q.Attempt)
	}
	return text
}

// neverSent says that the request never went out: there was no token, no connection, or it was cancelled before.
func neverSent(a *steps.Received) bool { return strings.HasPrefix(a.Error, "not sent: ") }

func responseText(a *steps.Received) (text, how string) {
	switch {
	case neverSent(a):
		return clean(a.Error), bad
	case a.Error != "":
		return "no response: " + clean(a.Error), bad
	}
	text = statusText(a.Status)
	if a.Status >= 400 {
		how = warn
	}
	if after := a.Headers.Get("Retry-After"); after != "" {
		text += ", Retry-After " + clean(after)
	}
	switch {
	case a.File > 0:
		text += fmt.Sprintf(", %d bytes", a.File)
	case a.Operation != "":
		text += ", operation " + short(a.Operation)
	case a.Status == 201 && a.Call != "":
		text += ", call " + short(a.Call)
	}
	return text, how
}

// shortPath leaves out what is the same in every request: the version, and the folder of today's calling API.
func shortPath(path string) string {
	path = ShortIDs(clean(path))
	if u, err := url.Parse(path); err == nil && u.Host != "" { // a file: where it is kept says little
		segments := strings.Split(strings.Trim(u.Path, "/"), "/")
		return "…/" + strings.Join(segments[max(0, len(segments)-2):], "/")
	}
	if rest := strings.TrimPrefix(path, "/v1.0"); rest != path {
		path = rest
	} else {
		path = strings.TrimPrefix(path, "/beta")
	}
	if rest := strings.TrimPrefix(path, "/communications/calls"); rest != path {
		path = "/calls" + rest
	}
	return path
}

var longID = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b[0-9a-fA-F]{32}\b`)

// ShortIDs leaves the first eight digits of every GUID in text.
func ShortIDs(text string) string {
	return longID.ReplaceAllStringFunc(text, func(id string) string { return strings.ToLower(id[:8]) })
}

// short is an id as ladders and lists show it.
func short(id string) string {
	id = ShortIDs(clean(id))
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	return id
}
