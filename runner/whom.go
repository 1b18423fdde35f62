package runner

import (
	"encoding/json"
	"strings"

	"callflow/internal/graph"
	"callflow/schema"
)

// addressed says of a failed action whom it was about, where the run knows them by name: "the transfer of Carol to Dora was
// refused" for "transfer was refused". Who reads it was not there, and knows people rather than ids.
func (t *turn) addressed(text string) string {
	verb := t.step.Verb.Name
	doing := t.doing()
	if t.step.Verb.Role != schema.Acts || doing == verb {
		return text
	}
	for _, lead := range []string{"", "; last: ", " was waiting: "} { // what stands before it where several attempts or a limit failed
		if before, after, ok := strings.Cut(text, lead+verb+" "); ok && (lead != "" || before == "") {
			return before + lead + doing + " " + after
		}
	}
	return text
}

// doing is the last request of a turn in words with the people in it; its verb where none is known.
func (t *turn) doing() string {
	verb := t.step.Verb.Name
	var body map[string]any
	_ = json.Unmarshal(t.sent.body, &body)
	party := t.run.otherParty(t.sent.call)
	switch verb {
	case "transfer":
		if who := t.run.whom(body["transferee"]); who != "" {
			party = who
		}
		return phrase(verb, "the transfer", " of ", party, " to ", t.run.whomOrID(party, body["transferTarget"]))
	case "redirect":
		return phrase(verb, "the redirect", " of ", party, " to ", t.run.whomOrID(party, body["targets"]))
	case "createCall":
		return phrase(verb, "the call", " to ", t.run.whom(body["targets"]), "", "")
	case "invite":
		return phrase(verb, "the invite", " of ", t.run.whom(body["participants"]), "", "")
	case "answer":
		return phrase(verb, "the answer", " to ", party, "", "")
	case "reject":
		return phrase(verb, "the reject", " of ", party, "", "")
	case "playPrompt":
		return phrase(verb, "the prompt", " to ", party, "", "")
	case "recordResponse":
		return phrase(verb, "the recording", " of ", party, "", "")
	case "hangUp":
		return phrase(verb, "the hang-up", " of the call with ", party, "", "")
	}
	// muteParticipant, removeParticipant …
	return phrase(verb, verb, " of ", t.run.calls.listed(t.sent.participant), "", "")
}

// phrase is what was done with those that are known; the verb alone when nobody is.
func phrase(verb, what, of, who, to, whom string) string {
	if who == "" && whom == "" {
		return verb
	}
	if who != "" {
		what += of + who
	}
	if whom != "" {
		what += to + whom
	}
	return what
}

// otherParty is the name of the one at the other end of a call between two; "" when it is not known.
func (r *run) otherParty(call string) string {
	known := r.calls.of(call)
	if known == nil {
		return ""
	}
	if targets, _ := known["targets"].([]any); known["direction"] == "outgoing" {
		return r.whom(targets)
	}
	return r.whom(known["source"])
}

// whom names those in a part of a request or a call, up to three; "" when one of them has no name that people know.
func (r *run) whom(part any) string {
	list, several := part.([]any)
	if !several {
		list = []any{part}
	}
	var names []string
	for _, one := range list {
		name := r.nameOf(object(one))
		if name == "" {
			return ""
		}
		names = append(names, name)
	}
	return listed(names)
}

// listed are names in words, up to three.
func listed(names []string) string {
	if len(names) > 3 {
		names = append(names[:2:2], "others")
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// whomOrID is whom, beside somebody who has a name: one whom nobody knows has their id then.
func (r *run) whomOrID(beside string, part any) string {
	if who := r.whom(part); who != "" || beside == "" {
		return who
	}
	one := object(part)
	if list, _ := part.([]any); len(list) == 1 {
		one = object(list[0])
	}
	if ids := graph.IdentityIDs(object(one["identity"])); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// nameOf is what the run calls a participant, else the message; a telephone number is a name, an id is none.
func (r *run) nameOf(p map[string]any) string {
	info := p
	if inner := object(p["info"]); inner != nil {
		info = inner
	}
	ids := graph.IdentityIDs(object(info["identity"]))
	if name := r.known(ids); name != "" {
		return name
	}
	name := graph.PersonName(p)
	for _, id := range ids {
		if graph.CanonicalID(name) == id && !strings.HasPrefix(name, "+") {
			return ""
		}
	}
	return name
}

// known is what the run calls the first of these ids that it knows; "" when it knows none.
func (r *run) known(ids []string) string {
	for _, id := range ids {
		for _, p := range r.people {
			if p.ID == id {
				return p.Name
			}
		}
	}
	return ""
}
