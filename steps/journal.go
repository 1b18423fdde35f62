package steps

import (
	"encoding/json"
	"time"

	"callflow/internal/graph"
	"callflow/schema"
	"callflow/schema/expr"
)

// Record is one line of the journal: Type names the one pointer that is set. The journal is the one record of a run:
// console, reports and ladders read records, and none of them is called by a step. Times are UTC.
type Record struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Type   string    `json:"type"`             // the JSON name of the field that is set: runStart, stepStart, request …
	Step   string    `json:"step,omitempty"`   // schema.Step.Key, with [i] for a forEach item and the include's key before a slash
	Branch string    `json:"branch,omitempty"` // parallel branch: "left", nested "left/a"

	RunStart  *RunStart  `json:"runStart,omitempty"`
	StepStart *StepStart `json:"stepStart,omitempty"`
	Request   *Sent      `json:"request,omitempty"`
	Response  *Received  `json:"response,omitempty"`
	Event     *Arrived   `json:"event,omitempty"`
	Claim     *Claimed   `json:"claim,omitempty"`
	Outcome   *Reached   `json:"outcome,omitempty"`
	Successor *Successor `json:"successor,omitempty"`
	Retry     *Retried   `json:"retry,omitempty"`
	Capture   *Captured  `json:"capture,omitempty"`
	Log       *Logged    `json:"log,omitempty"`
	World     *Happened  `json:"world,omitempty"`
	Probe     *Probed    `json:"probe,omitempty"`
	StepEnd   *StepEnd   `json:"stepEnd,omitempty"`
	Cleanup   *Cleaned   `json:"cleanup,omitempty"`
	RunEnd    *RunEnd    `json:"runEnd,omitempty"`
}

// Kind is the JSON name of the pointer that is set; "" when none is.
func (r *Record) Kind() string {
	switch {
	case r.RunStart != nil:
		return "runStart"
	case r.StepStart != nil:
		return "stepStart"
	case r.Request != nil:
		return "request"
	case r.Response != nil:
		return "response"
	case r.Event != nil:
		return "event"
	case r.Claim != nil:
		return "claim"
	case r.Outcome != nil:
		return "outcome"
	case r.Successor != nil:
		return "successor"
	case r.Retry != nil:
		return "retry"
	case r.Capture != nil:
		return "capture"
	case r.Log != nil:
		return "log"
	case r.World != nil:
		return "world"
	case r.Probe != nil:
		return "probe"
	case r.StepEnd != nil:
		return "stepEnd"
	case r.Cleanup != nil:
		return "cleanup"
	case r.RunEnd != nil:
		return "runEnd"
	}
	return ""
}

// Unheeded is a fault of the section simulate that struck nothing, or an action of its script that did not happen.
type Unheeded struct {
	Pos  schema.Pos `json:"pos"`
	Text string     `json:"text"` // "simulate.faults[1] struck nothing"
}

// RunStart opens a journal.
type RunStart struct {
	RunID     string    `json:"runId"`
	Scenario  string    `json:"scenario"`
	File      string    `json:"file"`
	Row       string    `json:"row,omitempty"` // "k=v, …"
	Target    string    `json:"target"`        // simulator, or the target's name
	Dialect   string    `json:"dialect"`
	Simulated bool      `json:"simulated"`
	Seed      uint64    `json:"seed"`
	Chaos     string    `json:"chaos,omitempty"` // the disorder that the simulator was told to bring
	Started   time.Time `json:"started"`
	Steps     int       `json:"steps"` // of the scenario and its finally, without those inside others
	Tags      []string  `json:"tags,omitempty"`
	// Vars are those that the command line or its files of vars say. What a target's vars say is not among them.
	Vars    map[string]string `json:"vars,omitempty"`
	Timeout time.Duration     `json:"timeout,omitempty"` // nanoseconds; of the command line
	Until   string            `json:"until,omitempty"`   // the place of the step after which the command line stopped the run
	Asked
	// People names identities for ladders: canonical id -> display name.
	People []Named `json:"people,omitempty"`
	// Description is what the author says of the scenario, for who reads the run without the file.
	Description string `json:"description,omitempty"`
}

// Asked is what else the command line said of how to run: without it the same run is not made again.
type Asked struct {
	Config   string   `json:"config,omitempty"`   // the file of --config
	Codes    string   `json:"codes,omitempty"`    // the file of --codes
	RealTime bool     `json:"realTime,omitempty"` // the simulator waited on the wall clock
	Secrets  []string `json:"secrets,omitempty"`  // names of those that were given; their values are nowhere
}

// Named is an id with a name a person knows.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"` // person, bot
}

// StepStart says a step began (for each forEach item anew).
type StepStart struct {
	Verb  string `json:"verb"`
	Label string `json:"label"` // its name, else its id, else its verb
	File  string `json:"file"`
	Line  int    `json:"line"`
	Goal  string `json:"goal,omitempty"` // what it waits for when it acts: established, accepted …
	Text  string `json:"text,omitempty"` // what it waits for or does, in one line: the await's expression, the target
}

// Sent is one attempt's request; Authorization is never in it.
type Sent struct {
	Attempt int             `json:"attempt"` // from 1
	Bot     string          `json:"bot"`
	Verb    string          `json:"verb"`
	Method  string          `json:"method"`
	Path    string          `json:"path"`
	Call    string          `json:"call,omitempty"` // which it is about
	Headers graph.Headers   `json:"headers,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
	Cleanup bool            `json:"cleanup,omitempty"` // no step sent it, but the run's cleanup
}

// Received is what an attempt came to: a status, or Error when there was no response.
type Received struct {
	Attempt   int             `json:"attempt"`
	Status    int             `json:"status,omitempty"`
	Headers   graph.Headers   `json:"headers,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
	Text      string          `json:"text,omitempty"` // the body, where it is no JSON
	Call      string          `json:"call,omitempty"` // that it named
	Operation string          `json:"operation,omitempty"`
	File      int             `json:"file,omitempty"` // bytes of a file that was fetched; it is not kept
	Took      time.Duration   `json:"took"`           // nanoseconds
	Error     string          `json:"error,omitempty"`
}

// Arrived is one event of the run's inbox, or what is told beside it: a notification that the listener did not take (its
// kind is "refused"), one of the run's call that went to another address ("misrouted"), or that of an incoming call that
// nobody took ("unclaimed"). Those have no Seq, and no expression sees them; what such a notification said is in Summary, and not verified where it was refused.
type Arrived struct {
	Seq        uint64          `json:"seq"`
	Kind       graph.EventKind `json:"kind"`
	ChangeType string          `json:"changeType,omitempty"`
	Resource   string          `json:"resource,omitempty"`
	Call       string          `json:"call,omitempty"`
	Operation  string          `json:"operation,omitempty"`
	Summary    string          `json:"summary"` // "call terminated 500/7000", "operation completed", "roster of 2: Carol, Test Bot"
	Origin     string          `json:"origin"`
	MessageID  string          `json:"messageId,omitempty"`
	Repeat     bool            `json:"repeat,omitempty"`
	Late       string          `json:"late,omitempty"` // key of the step that had stopped waiting for it
	// Came is when it came to the bot's registered address, if it waited there for somebody to ask for the call. Of a call that
	// nobody took (its kind is "unclaimed") the record itself stands where the run found that out.
	Came    time.Time       `json:"came,omitzero"`
	Means   *Explained      `json:"means,omitempty"` // of one that is late: what the code in it says
	Problem string          `json:"problem,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"` // of the webhook, where it decides something
	Raw     json.RawMessage `json:"raw,omitempty"`
	// Number is the notification's place among its call's as the service had them to send, and Sent when it had this one:
	// known of a simulator in this process only.
	Number int       `json:"number,omitempty"`
	Sent   time.Time `json:"sent,omitzero"`
	// Status is what the listener answered, Took how long its answer took from the POST (nanoseconds), and Refused why it did
	// not take it. Address is the path of one that was refused, or came to another address than the run's.
	Status  int           `json:"status,omitempty"`
	Took    time.Duration `json:"took,omitempty"`
	Refused string        `json:"refused,omitempty"`
	Address string        `json:"address,omitempty"`
}

// Claimed says which await took an event.
type Claimed struct {
	Event uint64 `json:"event"`          // its seq
	Part  string `json:"part,omitempty"` // of an await with several
}

// Reached is the outcome of an acting verb.
type Reached struct {
	Goal       string            `json:"goal"`
	Wanted     string            `json:"wanted"`
	Event      uint64            `json:"event,omitempty"` // the event that decided it
	ResultInfo *graph.ResultInfo `json:"resultInfo,omitempty"`
}

// Successor says which call goes on where another one was transferred away, and what shows it.
type Successor struct {
	Of    string   `json:"of"` // the call that it continues
	Call  string   `json:"call"`
	Event uint64   `json:"event"`
	By    string   `json:"by"`    // the strongest rule that matched: chain, transferor, identity, roster, time
	Rules []string `json:"rules"` // all that matched
	Text  string   `json:"text"`  // for people: "matched by transferor; the chain id did not persist"
}

// Retried says an action will be repeated.
type Retried struct {
	Attempt int           `json:"attempt"` // the one that failed
	Of      int           `json:"of"`
	Wait    time.Duration `json:"wait"` // nanoseconds
	Reason  string        `json:"reason"`
}

// Captured is a name given to a value.
type Captured struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Logged is a line from the verb log, or a warning of the runner's.
type Logged struct {
	Level string `json:"level"` // info, warning, error
	Text  string `json:"text"`
}

// Happened is something the simulated people did, or a fault that struck.
type Happened struct {
	Who  string `json:"who"`
	Did  string `json:"did"`
	Call string `json:"call,omitempty"`
	// Notification is what the notification tells that a fault struck, or the disorder of --chaos; Fault the fault's number, from
	// 1 in the order in which the simulator learnt of them, 0 of none.
	Notification string `json:"notification,omitempty"`
	Fault        int    `json:"fault,omitempty"`
}

// Probed is what became of a request that the run sent to its own callback address, because a wait had ended in silence.
type Probed struct {
	Address string        `json:"address"`
	Reached bool          `json:"reached"`          // the listener got it, and its answer came back
	Status  int           `json:"status,omitempty"` // whoever it was that answered
	Took    time.Duration `json:"took"`             // nanoseconds
	Error   string        `json:"error,omitempty"`  // why there was no answer
	Text    string        `json:"text"`             // for people
}

// The statuses of a step and of a run.
const (
	Passed      = "passed"
	Failed      = "failed"
	Skipped     = "skipped"
	Cancelled   = "cancelled"   // a step ended by a sibling, never, a timeout above it, or Ctrl-C
	Broken      = "broken"      // a run that could not test: listener, token, 401/403 before any call existed
	Interrupted = "interrupted" // a run ended by Ctrl-C
)

// OverTime is the CutShort of what the end of the whole run's time cut off; the other one is Interrupted.
const OverTime = "timeout"

// StepEnd closes a step.
type StepEnd struct {
	Status   string        `json:"status"`           // passed, failed, skipped, cancelled
	Reason   string        `json:"reason,omitempty"` // why skipped or cancelled
	Took     time.Duration `json:"took"`             // nanoseconds
	Attempts int           `json:"attempts,omitempty"`
	Outcome  string        `json:"outcome,omitempty"`
	Excused  bool          `json:"excused,omitempty"`  // failed, but continueOnError
	CutShort string        `json:"cutShort,omitempty"` // "timeout" or "interrupted": it was under way when the whole run was cut short by that
	Failure  *Failure      `json:"failure,omitempty"`
}

// LeftOut is a step that did not begin, because the run was told to stop before it.
type LeftOut struct {
	Step  string `json:"step"` // key
	Label string `json:"label"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

// Failure is why a step or run failed, with all a reader needs: the console and the reports only lay it out.
type Failure struct {
	Kind string     `json:"kind"` // await, expect, outcome, graph, network, timeout, never, value, interrupted …
	Pos  schema.Pos `json:"pos"`
	Text string     `json:"text"` // one sentence
	// Untested says that the target could not be tested at all: no token, nobody there, or no permission before any call existed.
	Untested bool `json:"untested,omitempty"`
	// Included are the steps that include the file in which Pos lies, the nearest first.
	Included []Inclusion `json:"included,omitempty"`
	// Reason is a word for programs, where the outcome contradicts itself, such as not_on_roster.
	Reason string `json:"reason,omitempty"`
	// Facts are what does not go together, or what decided, side by side and in order.
	Facts []Fact `json:"facts,omitempty"`
	// Excerpt is the scenario's lines around Pos, each with its number: "12 |   - await: …".
	Excerpt []string `json:"excerpt,omitempty"`
	// Expression is the value tree of the expression that was false.
	Expression *expr.Explanation `json:"expression,omitempty"`
	// Also are the other expressions that were false.
	Also []expr.Explanation `json:"also,omitempty"`
	// Awaited and Waited say what an await or a goal waited for, and how long.
	Awaited string        `json:"awaited,omitempty"`
	Waited  time.Duration `json:"waited,omitempty"`
	// Arrivals are the events that did arrive, in order; the nearest carry why they did not match.
	Arrivals []Miss `json:"arrivals,omitempty"`
	// Code explains a result or error code.
	Code *Explained `json:"code,omitempty"`
	// Graph is the service's error envelope.
	Graph *graph.Error `json:"graph,omitempty"`
	// Trace is what a service's own support looks for; nil on a simulator.
	Trace *Trace `json:"trace,omitempty"`
	// Hints say how to find out more.
	Hints []string `json:"hints,omitempty"`
}

// Inclusion is a step that includes a file, and where it does.
type Inclusion struct {
	Step string     `json:"step"`
	Pos  schema.Pos `json:"pos"`
}

// The reasons of failures in which the service contradicts itself, or the scenario its own transfer.
const (
	VoicemailSuspected   = "voicemail_suspected"    // answered, but by a voicemail or a machine
	NotOnRoster          = "not_on_roster"          // the operation completed, and who was invited is not there
	GhostParticipant     = "ghost_participant"      // the operation completed, and who was invited is on the roster without media
	StillOnRoster        = "still_on_roster"        // who was transferred out of a group is still there
	EstablishedWithError = "established_with_error" // state established with a resultInfo.code of 400 or more
	BackButGone          = "back_but_gone"          // the call was said to be up, or back, and the next request finds none
	HungUpInTransfer     = "hung_up_in_transfer"    // the scenario hung up while the transfer was under way
	MeetingMode          = "meeting_mode"           // a transfer in a call that a request of the run made a meeting
	ReplacedLegRace      = "replaced_leg_race"      // the call that a transfer should replace had ended, or ended meanwhile
	ReplacedLegUp        = "replaced_leg_up"        // the transfer completed, and the call that it replaced still is up
	NoSuccessor          = "no_successor"           // nothing shows where the call went on
	WrongPerson          = "wrong_person"           // it went on, with somebody else
)

// Fact is one thing that is known: when, by which event if by one, and what.
type Fact struct {
	At    time.Time `json:"at,omitzero"`
	Event uint64    `json:"event,omitempty"`
	Text  string    `json:"text"`
}

// Trace names the last request before a failure, as the service's logs do.
type Trace struct {
	At              time.Time `json:"at"` // when it was sent
	Call            string    `json:"call,omitempty"`
	CallChainID     string    `json:"callChainId,omitempty"`
	RequestID       string    `json:"requestId,omitempty"`
	ClientRequestID string    `json:"clientRequestId,omitempty"`
	ScenarioID      string    `json:"scenarioId,omitempty"`
}

// Miss is an event that an await saw and did not match.
type Miss struct {
	Event   uint64    `json:"event"`
	At      time.Time `json:"at"`
	Summary string    `json:"summary"`
	Call    string    `json:"call,omitempty"`
	Early   bool      `json:"early,omitempty"`   // it was there when the wait began
	Ignored string    `json:"ignored,omitempty"` // why the wait did not look at it: "came before `from: move`"
	Claimed string    `json:"claimed,omitempty"` // by which step
	// Unclaimed says that it is an incoming call that nobody took, so no event of the run: Event is 0 then.
	Unclaimed bool              `json:"unclaimed,omitempty"`
	Nearest   bool              `json:"nearest,omitempty"`
	Part      string            `json:"part,omitempty"`
	Why       *expr.Explanation `json:"why,omitempty"`
	Also      []PartMiss        `json:"also,omitempty"` // the further parts of the await that it came nearest to
}

// PartMiss is why an event did not match one part of an await.
type PartMiss struct {
	Part string            `json:"part"`
	Why  *expr.Explanation `json:"why"`
}

// Explained is what the code dictionary says of a code. Also holds what it says of further codes in the same message: the
// DiagCode of a deeper layer, the word that the code was wrapped in.
type Explained struct {
	Name    string      `json:"name"` // "500/7117", "DiagCode 412#10073", "InvalidAuthenticationToken"
	Code    int         `json:"code"`
	Subcode int         `json:"subcode"`
	Status  string      `json:"status"` // documented, seen, related, yours, simulator, unknown
	Meaning string      `json:"meaning"`
	Causes  []string    `json:"causes,omitempty"`
	Next    []string    `json:"next,omitempty"`
	Source  []string    `json:"source,omitempty"`
	Also    []Explained `json:"also,omitempty"`
}

// Cleaned is one call that was still up at the end.
type Cleaned struct {
	Call   string `json:"call"`
	Action string `json:"action"` // hangUp, reject, kept; none: a step had found it gone
	Status int    `json:"status,omitempty"`
	Result string `json:"result"` // hung up, gone already, failed: …
	// Orphan is set of a call that was gone although nothing had said so.
	Orphan *Orphan `json:"orphan,omitempty"`
	// Afterwards says that it was no cleanup of the run's, but callflow hangup.
	Afterwards bool `json:"afterwards,omitempty"`
}

// Orphan is a call whose end nobody was told of.
type Orphan struct {
	Last    string    `json:"last"` // what was notified of it last: "call established"; "" when nothing was
	LastAt  time.Time `json:"lastAt,omitzero"`
	Event   uint64    `json:"event,omitempty"`
	Polled  string    `json:"polled"`  // what the service said of it at the end: `404 8522 "Call not found."`
	Verdict string    `json:"verdict"` // "ended, and its notification is lost or late"
}

// RunEnd closes a journal.
type RunEnd struct {
	Status string        `json:"status"` // passed, failed, skipped, broken, interrupted
	Took   time.Duration `json:"took"`   // nanoseconds
	Reason string        `json:"reason,omitempty"`
	Failed string        `json:"failed,omitempty"` // key of the step that failed first
	// CutShort says that the run did not come to an end of its own: "timeout", of the scenario or the command line, or
	// "interrupted".
	CutShort string         `json:"cutShort,omitempty"`
	Failure  *Failure       `json:"failure,omitempty"`
	Outputs  []Captured     `json:"outputs,omitempty"`
	Steps    map[string]int `json:"steps,omitempty"`    // count by status
	Legs     int            `json:"legs"`               // calls left up
	Unheeded []Unheeded     `json:"unheeded,omitempty"` // what the section simulate says and nothing came of
	Until    string         `json:"until,omitempty"`    // key of the step after which the run was told to stop, and did
	LeftOut  []LeftOut      `json:"leftOut,omitempty"`  // the steps that it therefore left out, without those inside them
}
