package graph

import (
	"fmt"
	"regexp"
	"strconv"
)

// What is known of a code.
const (
	Documented = "documented" // on a page of Graph's documentation
	Seen       = "seen"       // in traffic that people reported; the meaning is theirs, not Microsoft's
	Simulator  = "simulator"  // the simulator's own choice for something that Graph's pages map no code to
	Unknown    = "unknown"
)

// Entry is what the offline dictionary knows of a code. Only the pair of code and subcode has a meaning: 200/7000 is a
// bot that hung up, 500/7000 a transfer that failed.
type Entry struct {
	Code    int
	Subcode int
	Status  string // Documented, Seen, Simulator or Unknown
	Meaning string // one sentence
	Next    string // what to look at next; "" when there is nothing to say
	Source  string // where that was read
}

// The pages and reports that entries come from.
const (
	sourceCallEnd  = "learn.microsoft.com/graph/api/call-delete, table of result codes"
	sourceTransfer = "learn.microsoft.com/graph/api/call-transfer"
	sourcePlay     = "learn.microsoft.com/graph/api/call-playprompt"
	sourceRecord   = "learn.microsoft.com/graph/api/call-record"
	sourceCancel   = "learn.microsoft.com/graph/api/call-cancelmediaprocessing"
	sourceIssues   = "microsoft-graph-comms-samples, issues "
)

const (
	nextSupport = "give Microsoft's support the call id, its callChainId and the request-id of the last response"
	nextAlive   = "the callee was not reachable: check that they are signed in, licensed for calls and not blocking the bot"
	unexplained = "the call ended with a server error that nobody has explained"
	nextConsent = "grant the application permission in the tenant of the call and consent to it, then wait some minutes for it to spread"
)

// dictionary has every pair that Graph documents and those that people have reported. Error codes of HTTP responses are
// there too, with subcode 0.
var dictionary = []Entry{
	// How calls end.
	{0, 7015, Documented, "the transfer was completed; the bot has left the call", "", sourceTransfer},
	{200, 4097, Documented, "the other participant ended the call", "", sourceCallEnd},
	{200, 4521, Documented, "the other party of the 1:1 call ended it", "", sourceCallEnd},
	{200, 5000, Documented, "the bot was removed from the call by another participant", "", sourceCallEnd},
	{200, 5001, Documented, "the conversation has ended", "", sourceCallEnd},
	{200, 5002, Documented, "everybody else has left the call", "", sourceCallEnd},
	{200, 5003, Documented, "the conversation has ended", "", sourceCallEnd},
	{200, 5007, Documented, "the initiator of the group call has left", "", sourceCallEnd},
	{200, 5010, Documented, "only one participant was left in the call", "", sourceCallEnd},
	{200, 5012, Documented, "the roster came in empty", "", sourceCallEnd},
	{200, 5013, Documented, "nobody else joined the group call", "check that the people called are signed in and answer", sourceCallEnd},
	{200, 5014, Documented, "no participant could take over as host", "", sourceCallEnd},
	{200, 5020, Documented, "only hidden participants were left in the call", "", sourceCallEnd},
	{200, 5030, Documented, "the time of the breakout room is over", "", sourceCallEnd},
	{200, 5300, Documented, "the bot was removed from the call by another participant", "", sourceCallEnd},
	{200, 5855, Documented, "nobody let the bot in from the lobby in time", "let the bot bypass the lobby, or admit it", sourceCallEnd},
	{200, 7000, Documented, "the bot ended the call", "", sourceCallEnd},
	{200, 7015, Documented, "the call ended because its transfer was completed", "", sourceCallEnd},
	{200, 10550, Documented, "the bot ended the call", "", sourceCallEnd},
	{200, 18503, Documented, "the other party of the 1:1 call left", "", sourceCallEnd},
	{200, 540000, Documented, "the party on the telephone network ended the call", "", sourceCallEnd},
	{200, 560000, Documented, "the party on the telephone network ended the call", "", sourceCallEnd},
	{408, 1106, Documented, "the acceptance of the call was not acknowledged in time", nextSupport, sourceCallEnd},
	{408, 8537, Documented, "the service heard no keepAlive for 45 minutes", "send keepAlive at least every 15 minutes", sourceCallEnd},
	{408, 10057, Documented, "none of the callee's clients answered the service's signalling", nextAlive, sourceCallEnd},
	{410, 301005, Documented, "no media connection could be made", "check the network between the media host and the service", sourceCallEnd},
	{480, 10037, Documented, "the callee has no client that could ring", nextAlive, sourceCallEnd},
	{480, 10076, Documented, "the callee cannot be reached", nextAlive, sourceCallEnd},
	{480, 10134, Documented, "the call cannot be routed to the callee", "check the callee's id and tenant, and calling policies", sourceCallEnd},
	{480, 10199, Documented, "the callee has private calling disabled", "enable private calls in the callee's calling policy", sourceCallEnd},
	{500, 1005, Documented, "no media connection could be made to the bot", "check that the bot's media ports can be reached", sourceCallEnd},

	// Operations and transfers.
	{200, 0, Documented, "the action was completed", "", sourcePlay},
	{200, 8515, Documented, "the recording reached its longest time", "", sourceRecord},
	{400, 8508, Documented, "the prompt or recording was cancelled", "", sourceCancel},
	{500, 7000, Documented, "the blind transfer failed; the call is back with the bot", "the page gives no reason: look whether the target declined, was busy or could not be reached", sourceTransfer},
	{500, 7700, Documented, "the consultative transfer failed; the call is back with the bot", "check that the call named by replacesCallId is still up", sourceTransfer},

	// Error codes of responses.
	{403, 7503, Seen, "the application is not registered for calling", "enable calling on the bot's Teams channel; the app id must be the bot's", sourceIssues + "432"},
	{403, 7504, Seen, "the tenant has not given the application enough permissions", nextConsent, "msteams-docs, issue 13004"},
	{403, 7505, Seen, "the token's tenant is not the tenant of the call, or the call's tenantId is missing", "give tenantId, and take the token in that tenant, not in `common`", sourceIssues + "29, 171 and 772"},
	{403, 7507, Seen, "the identity in the call's source is not valid", "to call a telephone, source names the resource account (applicationInstance), and it needs a number", "microsoft-graph-docs-contrib, issue 649"},
	{404, 8522, Seen, "the call does not exist: it has ended, or it was answered too late", "answer, reject and redirect must come within 15 s of the incoming notification (5 s for policy recording)", sourceIssues + "173 and 191"},
	{0, 8523, Seen, "a call that has become a meeting cannot be transferred like this", "transfer before inviting others, or name the transferee", sourceIssues + "512"},
	{412, 9999, Seen, "the participant could not be added", "the DiagCode in the message has the cause: 412#10073 was a telephone invite without a calling plan", sourceIssues + "410"},

	// Reported, unexplained.
	{400, 2203, Seen, "joining a meeting was refused; reports say it began from one day to the next", "check chatInfo and meetingInfo; " + nextSupport, sourceIssues + "433"},
	{400, 8541, Seen, "the callee's clients could not be reached", nextAlive, sourceIssues + "343"},
	{404, 10202, Seen, "the call named by replacesCallId was not found; all legs of the transfer ended", "it may have ended before the transfer reached the service: keep it up until the transfer's outcome", "azure-sdk-for-js, issue 28369"},
	{408, 8544, Seen, "the callee could not be reached; seen when a bot did not answer an incoming call in time", "look why no answer was sent within 15 s", "msteams-docs issue 9159; " + sourceIssues + "752"},
	{408, 13025, Seen, "the call ended with a timeout that nobody has explained", nextSupport, sourceIssues + "721"},
	{410, 301004, Seen, "the invite failed because the invitee's client had a media error", "try again, and look at the invitee's network", sourceIssues + "700"},
	{403, 10151, Seen, "no dial-out data for the telephone network", "the inviting user or resource account needs a licence to dial out", sourceIssues + "410"},
	{412, 10073, Seen, "no telephone calling plan for the sponsor of the invite", "the sponsor needs a calling plan", sourceIssues + "410"},
	{500, 3002, Seen, unexplained, nextSupport, sourceIssues + "725"},
	{500, 3003, Seen, unexplained, nextSupport, sourceIssues + "632"},
	{500, 7106, Seen, unexplained, nextSupport, sourceIssues + "667"},
	{500, 7112, Seen, unexplained, nextSupport, sourceIssues + "571"},
	{500, 7117, Seen, "the call ended with a server error after about a minute of establishing; it comes and goes, nobody has explained it", "try again later; " + nextSupport, sourceIssues + "750"},
	{500, 1203002, Seen, unexplained, nextSupport, sourceIssues + "870"},
}

var entries = func() map[[2]int]*Entry {
	m := make(map[[2]int]*Entry, len(dictionary))
	for i := range dictionary {
		m[[2]int{dictionary[i].Code, dictionary[i].Subcode}] = &dictionary[i]
	}
	return m
}()

// classes say what the code alone tells.
var classes = map[int]string{
	2: "the code says success", 4: "the code says that the client, or the party called, is at fault",
	5: "the code says that the service is at fault",
}

// sip are the answers of SIP that say why nobody is talking (RFC 3261, section 21). The service's codes follow them.
var sip = map[int]string{
	480: "temporarily unavailable", 486: "busy here", 487: "request terminated", 600: "busy everywhere", 603: "decline",
	604: "does not exist anywhere",
}

// chosen is what the simulator means by the pairs that it had to choose itself, see docs/simulator.md.
var chosen = map[[2]int]string{
	{603, 0}:     "the callee declined",
	{487, 0}:     "the caller hung up before the answer",
	{480, 10076}: "the callee is busy",
	{408, 10057}: "the callee let it ring out",
	{480, 10037}: "the callee does not exist in this world, or has no client that could ring",
	{408, 8544}:  "the bot did not answer within 15 s",
	{404, 10202}: "replacesCallId names no call that the participant is in",
}

// lookupSimulated is Lookup for a result that comes from the simulator, which knows what it means by its own choices.
func lookupSimulated(code, subcode int) Entry {
	e := Lookup(code, subcode)
	meaning := chosen[[2]int{code, subcode}]
	if meaning == "" {
		return e
	}
	own := Entry{Code: code, Subcode: subcode, Status: Simulator,
		Meaning: meaning + "; the code is the simulator's own choice, Graph documents none for this"}
	if e.Status != Unknown {
		own.Next = "from Graph the pair means: " + e.Meaning
	}
	return own
}

// Lookup returns what is known of a resultInfo's code and subcode. A pair that nobody has documented or reported gets
// status Unknown, a meaning that follows from the code alone, and the codes with that subcode that are known.
func Lookup(code, subcode int) Entry {
	if e := entries[[2]int{code, subcode}]; e != nil {
		return *e
	}
	e := Entry{Code: code, Subcode: subcode, Status: Unknown, Meaning: "neither Microsoft's pages nor any report known here explain this pair"}
	if class := classes[code/100]; class != "" {
		e.Meaning += "; " + class
	}
	if word := sip[code]; word != "" {
		e.Meaning += fmt.Sprintf("; in SIP, %d means %q", code, word)
	}
	for i := range dictionary {
		if other := &dictionary[i]; subcode != 0 && other.Subcode == subcode {
			e.Next = "with code " + strconv.Itoa(other.Code) + " the subcode means: " + other.Meaning
			break
		}
	}
	if e.Next == "" && code >= 400 {
		e.Next = nextSupport
	}
	return e
}

// LookupError returns what is known of the code in an error response. ok is false for Graph's own words (BadRequest …),
// which say all there is.
func LookupError(e *Error) (entry Entry, ok bool) {
	n, err := strconv.Atoi(e.Code)
	if err != nil || n == e.Status {
		return Entry{}, false
	}
	for _, code := range [...]int{e.Status, 0} {
		if known := entries[[2]int{code, n}]; known != nil {
			entry := *known
			entry.Code = e.Status
			return entry, true
		}
	}
	entry = Lookup(e.Status, n)
	return entry, true
}

var diagCode = regexp.MustCompile(`DiagCode:\s*(\d{1,9})#(\d{1,9})`)

// DiagCode finds "DiagCode: 500#7117.@" in a message: the code and subcode of a deeper layer, as far as reports tell.
func DiagCode(message string) (code, subcode int, ok bool) {
	m := diagCode.FindStringSubmatch(message)
	if m == nil {
		return 0, 0, false
	}
	code, _ = strconv.Atoi(m[1])
	subcode, _ = strconv.Atoi(m[2])
	return code, subcode, true
}

// Explain returns the entry for a result, and what its message's DiagCode adds to Next: a pair that differs and is
// known better. simulated says that the result comes from the simulator.
func Explain(code, subcode int, message string, simulated bool) Entry {
	e := Lookup(code, subcode)
	if simulated {
		e = lookupSimulated(code, subcode)
	}
	c, s, ok := DiagCode(message)
	if !ok || c == code && s == subcode {
		return e
	}
	text := "the message's DiagCode is " + strconv.Itoa(c) + "/" + strconv.Itoa(s)
	if deeper := entries[[2]int{c, s}]; deeper != nil {
		text += ": " + deeper.Meaning
		if deeper.Next != "" {
			text += "; " + deeper.Next
		}
	}
	if e.Next != "" {
		text = e.Next + "; " + text
	}
	e.Next = text
	return e
}
