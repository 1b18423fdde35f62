// Package steps is the vocabulary: what a verb is, the table of verbs, and one file per verb.
package steps

import (
	"reflect"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
	"callflow/schema"
	"callflow/schema/expr"
)

// Outputs is what a verb yields, as expressions see it: the keys are the JSON names of its outputs struct.
type Outputs = map[string]any

// Run does one attempt of a verb. Retry, timeout, expect, capture and the journal's step records are the runner's.
// Outputs may come with an error: captures are evaluated as soon as there are outputs.
type Run func(env Env, params any) (Outputs, error)

// Define makes a verb from its parameters' type P (a struct, see schema.Verb) and its outputs' type R (a struct that
// only describes; run returns the map). v has all but Params, Outputs and Run.
func Define[P, R any](v schema.Verb, run func(env Env, p *P) (Outputs, error)) *schema.Verb {
	v.Params, v.Outputs = reflect.TypeFor[P](), reflect.TypeFor[R]()
	v.Run = Run(func(env Env, params any) (Outputs, error) { return run(env, params.(*P)) })
	return &v
}

// Env is what a verb may use besides its parameters. The runner implements it, anew for each attempt.
type Env interface {
	Host() Host
	Step() *schema.Step
	Target() Target
	// Names are the names that this step's expressions see; do not keep or change the map.
	Names() map[string]any
	// Goal is the step's `until`.
	Goal() string
	// Deadline is when the step's timeout ends.
	Deadline() time.Time

	// Send makes one attempt of a command: encodes it in the target's dialect, journals request and response, opens the
	// attempt's window (events received from now on), and keeps the run's picture of calls. A status >= 400 is a
	// *GraphError. A final operation in the response is put into the inbox as an event with origin response.
	Send(c graph.Command) (*graph.Reply, error)
	// Follow waits until judge reaches Goal over the events of this attempt's window, claiming nothing. Another final
	// goal is an *OutcomeError; the step's timeout a *FailureError that says what arrived, a limit above it a *CutError.
	Follow(judge Judge) (Verdict, error)
	// Await claims events; see Watch. Its error is a *FailureError, or a *CutError when a limit above the step ended it.
	Await(w *Watch) (Found, error)

	// Linger is Follow without an end that fails: it looks for a goal for up to limit, in which nothing has to come.
	Linger(limit time.Duration, judge Judge) (Verdict, error)
	// Ask sends a request that only reads, beside the step's own: journalled and learnt from, but it opens no window and
	// is no attempt. A refusal is a reply.
	Ask(c graph.Command) (*graph.Reply, error)
	// Events are the run's so far, in order and without repeats: all, or those of this attempt's window.
	Events(window bool) []Event
	// Transfer is the transfer of a call that was accepted and has not come to an end: which step sent it, and when.
	Transfer(call string) (step string, sent time.Time, underWay bool)
	// Person is what people call somebody: the name given, else the one the run knows them by, else the id.
	Person(id, given string) string
	// Succeeded journals which call goes on where another one was transferred away.
	Succeeded(s Successor)

	// Block runs nested steps in this branch, Branches each list in a branch of its own; captures made in a branch are
	// visible after the join. A failing branch ends its siblings.
	Block(b schema.Block) error
	Branches(b schema.Map[schema.Block]) error
	// Read runs one nested reading step (poll) and returns its outputs.
	Read(s *schema.Step) (Outputs, error)
	// Include runs the included plan of this step and returns its outputs.
	Include(with schema.Map[any]) (Outputs, error)
	// Bind names a value for later steps (set).
	Bind(name string, value any)
	// Log writes a line to the journal. Level is info or warning.
	Log(level, text string)
	// NewID returns a fresh GUID from the host's randomness.
	NewID() string
}

// Target is where a run's requests go, without secrets.
type Target struct {
	Name      string // simulator, or the name in callflow.yaml
	Dialect   graph.Dialect
	Cloud     graph.Cloud // "" is the global one
	Chaos     string      // the disorder that a simulator is told to bring; "" none
	Simulated bool        // the embedded simulator, or a target that says it is one
	Remote    bool        // across the network: it may go away in the middle of a run
	Bot       Bot
	Callback  string // the run's own callback URI
}

// Bot is the application that a run speaks as.
type Bot struct {
	Name     string
	AppID    string
	TenantID string
}

// Verdict is what an event says about an acting verb's outcome. Goal "" says nothing.
type Verdict struct {
	Goal       string
	Final      bool // no other goal can follow
	Event      uint64
	ResultInfo map[string]any
	Text       string // for people: "call terminated"
	// Against is why the event speaks against the goal that it states: "with 500/7000". Follow then fails with Reason.
	Against, Reason string
}

// Judge reads events in order and says which goals they reach. A judge may keep state: Follow gets a fresh one for each
// attempt.
type Judge func(e Event) Verdict

// Mode is how the parts of a Watch go together.
type Mode string

// The modes.
const (
	One       Mode = "match"
	All       Mode = "all"
	Any       Mode = "any"
	InOrder   Mode = "inOrder"
	ExpectNot Mode = "expectNone"
)

// Part is one expression of a Watch; Name is "" in mode One.
type Part struct {
	Name string
	Expr *expr.Expr
}

// Watch is an await or expectNone.
type Watch struct {
	Mode      Mode
	Parts     []Part
	Count     int // mode One: how many events; 0 and 1: one
	FailOn    *expr.Expr
	Never     *expr.Expr
	Call      string        // only events of this call
	Operation string        // only events of this operation
	From      string        // start, now, or a step id; "": start
	For       time.Duration // expectNone: how long
}

// Found is what an await claimed.
type Found struct {
	Matched string           // mode Any: the part
	Events  []Event          // in the order of parts; mode One: count events
	Parts   map[string]Event // by part name
}

// Vocabulary is what package schema is told.
func Vocabulary() *schema.Vocabulary {
	return &schema.Vocabulary{
		Verbs: Verbs(),
		Event: reflect.TypeFor[graph.EventNames](),
		Call:  reflect.TypeFor[CallPicture](),
		Run:   reflect.TypeFor[RunNames](),
		Scene: reflect.TypeFor[world.Scene](),

		CheckScene: checkScene, Dials: Dials, Identify: world.IDFor, SceneExamples: sceneExamples,

		Words: words,
	}
}

// eventNames are enough for conditions over events that verbs make themselves.
var eventNames = expr.Globals{Event: reflect.TypeFor[graph.EventNames]()}

// Verbs is the table of verbs, in the order of the documentation.
func Verbs() []*schema.Verb {
	return []*schema.Verb{
		createCall,
		answer,
		reject,
		redirect,
		transfer,
		invite,
		hangUp,
		getCall,
		listParticipants,
		getParticipant,
		removeParticipant,
		muteParticipant,
		muteAll,
		configureMixer,
		mute,
		unmute,
		startHoldMusic,
		stopHoldMusic,
		admitFromLobby,
		admitAllFromLobby,
		removeFromLobby,
		reportSyntheticMedia,
		changeScreenSharingRole,
		listContentSharingSessions,
		getContentSharingSession,
		addLargeGalleryView,
		updateRecordingStatus,
		startRecording,
		stopRecording,
		startTranscription,
		stopTranscription,
		listAudioRoutingGroups,
		getAudioRoutingGroup,
		createAudioRoutingGroup,
		updateAudioRoutingGroup,
		deleteAudioRoutingGroup,
		updateMetadata,
		listOperations,
		getOperation,
		keepAlive,
		logTeleconferenceDeviceQuality,
		playPrompt,
		recordResponse,
		getRecording,
		cancelMediaProcessing,
		subscribeToTone,
		sendDtmfTones,
		request,

		await,
		awaitSuccessor,
		expectNone,
		poll,

		set,
		expect,
		sleep,
		log,
		parallel,
		include,
		simulate,
	}
}

// RunNames is what expressions see as `run`.
type RunNames struct {
	ID      string `json:"id" doc:"The run's id; also the last segment of its callback URI."`
	Target  string `json:"target" doc:"simulator, or the target's name."`
	Dialect string `json:"dialect" enum:"v1.0,beta,legacy" doc:"The dialect spoken."`
}

// CallPicture is what expressions see as calls[id]: what the run has learnt of a call so far.
type CallPicture struct {
	ID           string                                          `json:"id" doc:"The call's id."`
	State        string                                          `json:"state" enum:"incoming,establishing,ringing,established,hold,transferring,transferAccepted,redirecting,terminating,terminated" doc:"Its last known state."`
	Direction    string                                          `json:"direction" enum:"incoming,outgoing" doc:"Its direction."`
	CallChainID  string                                          `json:"callChainId" doc:"Equal for all legs of one conversation, as far as it persists."`
	Source       graph.Object[graph.ParticipantInfo]             `json:"source" doc:"Who called."`
	Targets      []graph.Object[graph.InvitationParticipantInfo] `json:"targets" doc:"Who was called."`
	Ended        bool                                            `json:"ended" doc:"True once an event showed its end."`
	ResultInfo   graph.Object[graph.ResultInfo]                  `json:"resultInfo" doc:"How it ended; absent when the service did not say."`
	Reason       string                                          `json:"terminationReason" doc:"A word for how it ended, where the service gives one: AppTransferred, AppInitiated …"`
	Participants []graph.Object[graph.Participant]               `json:"participants" doc:"Its last known roster."`
}
