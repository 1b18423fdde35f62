package schema

import (
	"reflect"
	"time"

	"callflow/schema/expr"
)

// Role is what kind of word a verb is.
type Role string

// The roles. Only a verb that acts has goals and takes retry; only a verb that watches claims events.
const (
	Acts    Role = "acts"    // sends a request to the service
	Reads   Role = "reads"   // sends a request that changes nothing (may stand in a poll)
	Watches Role = "watches" // looks at events: await, expectNone, poll
	Speaks  Role = "speaks"  // a word of the language: set, parallel, include …
)

// Goal is an outcome that `until` may name.
type Goal struct {
	Name    string
	Doc     string
	Pending bool // the outcome is still to come: a later step waits for it
}

// Example is YAML with a sentence about what it shows. A test checks it.
type Example struct{ Text, YAML string }

// Verb describes one word of the vocabulary. Strict decoding, JSON Schema, documentation, completion and the types of
// expressions all follow from it. schema itself knows no verb: package steps hands it a Vocabulary.
//
// Params and Outputs are struct types whose fields carry these tags:
//
//	json:"name"        the key in YAML (and in the request's JSON, where the struct is Graph's own)
//	doc:"…"            one sentence for the reference, the JSON Schema and hover text
//	required:"true"    the key must be there
//	default:"30s"      shown in the docs; applied by decoding when the key is absent
//	enum:"a,b,c"       allowed values (types with a method EnumValues() []string need no tag)
//	short:"true"       a scalar or a list in place of the mapping fills this field (await: call.state == "…")
//	inline:"true"      on a schema.Map field: every key not named by another field (set: {a: 1})
//	scope:"event"      on an *Expr: it sees the event's names too; "outputs": this verb's own outputs;
//	                   "step:read": the outputs of the nested step in field `read`
//	want:"any"         on an *Expr: any type (default: bool)
//	call:"true"        on a string: its value names the call that the verb acts on
//	operation:"true"   on a string: its value names an operation
//	keys:"any"         on an output: its value is a key of that parameter, without which there is no such output
//	optional:"true"    on a Map of PartsFields: only one of its parts is there in the end (await: any)
//	alias:"callback"   what an older dialect calls the key: it is refused with the right word as hint
//	step:"true"        on a string: a literal that is start, now, or the id of a step that runs earlier
//	called:"true"      on an identity set: it is somebody to be called, invited or transferred to
//	people:"true"      on a map in the scene: its keys are the people of the simulated world
//	person:"true"      on a string: it names one of them; "orBot": or a bot, "bot" being the name of one that has no other
//	stepId:"true"      on a string in the scene: it is the id of a step; of an included file's, include/step
//	expression:"event" on a string: its literal text is an expression over an event, compiled by whoever takes it
//	format:"e164"      on a string: a phone number in E.164 form is expected ("uri", "guid", and "identity": a GUID, or an
//	                   address with a : or @, likewise)
//	ids:"guid"         on a pointer to an identity, in an identity set: the form of the id in it (e164, guid, any)
//
// Field types: string, bool, int, int64, float64, time.Duration, any (arbitrary YAML), pointers to these (absent: nil),
// structs (the fields of an embedded one count as the outer's), slices, map[string]T, Map[T] (ordered), *Expr, Block (a list of steps), *Step (one nested step).
type Verb struct {
	Name       string
	Summary    string // one line, begins with a verb: "place an outgoing call or join a meeting"
	Detail     string // Markdown
	Role       Role
	Params     reflect.Type
	Outputs    reflect.Type
	Goals      []Goal    // default first; empty for verbs that do not act
	Dialects   []string  // the dialects that have it; empty: all
	Idempotent bool      // may be repeated after an ambiguous failure
	Creates    bool      // its outputs carry the id of a new call
	Operates   bool      // its outputs carry the id of an operation that a notification will end
	Ends       bool      // it ends the call that it acts on (hangUp)
	Incoming   bool      // it wants a call that is incoming still (answer, reject); what acts otherwise on a call wants it established
	Finishes   bool      // with its first goal the call that it acts on is over (transfer) ...
	KeptBy     string    // ... unless this parameter is given (transferee)
	Groups     bool      // its call is in meeting mode afterwards, whatever comes of it (invite); see Gathers
	Shuns      []string  // kinds of identity that the service was seen to refuse as its targets
	BetweenTwo bool      // it wants a call that is not in meeting mode (transfer)
	Lasts      []string  // the goals after which what it began on its call goes on (transfer: accepted)
	Binds      bool      // its inline keys become names for later steps (set)
	Misnomers  []string  // what people call it who have another API in mind: they are told its name
	Example    string    // a YAML step, checked by a test
	Examples   []Example // more of them

	// PartsField names the Params fields (of type Map[*Expr]) whose keys become the outputs, each with the event's
	// names below it: await's all, any, inOrder. Outputs then holds what is there besides.
	PartsFields []string
	// Foreign are keys that other verbs take and this one does not, each with what to write instead. Optional.
	Foreign map[string]string
	// Check looks at what Params says literally (dynamic values are zero, pointers to them nil) and reports what is wrong. Optional.
	Check func(params any, at func(path ...string) Pos, report func(Problem))
	// Gathers says of a verb that creates calls that the call is in meeting mode, with these literal parameters. Optional.
	Gathers func(params any) bool
	// Takes is how long the verb always takes, with these literal parameters (sleep, expectNone). Optional.
	Takes func(params any) time.Duration
	// Harmless says of an acting verb that with these literal parameters it changes nothing (request: GET). Optional.
	Harmless func(params any) bool
	// Run is opaque to schema; package steps keeps the verb's function here.
	Run any
}

// Vocabulary is all that schema must be told about the verbs and about the names expressions see.
type Vocabulary struct {
	Verbs []*Verb
	Event reflect.Type // struct: the names that match, failOn and never see: call, operation, participants, tone, event
	Call  reflect.Type // struct: what calls[id] is
	Run   reflect.Type // struct: what `run` is
	Scene reflect.Type // struct: the top-level section `simulate`
	// CheckScene looks at what that section says literally, given a pointer to a Scene. Optional.
	CheckScene func(scene any) []Finding
	// Identify is the id of a person of the scene, by name, who was given none. Optional.
	Identify func(name string) string
	// Dials says of a Scene, given a pointer to it, and of a verb's parameters, whether they may let somebody call the bot. Optional.
	Dials func(what any) bool
	// SceneExamples are whole scenarios that show it.
	SceneExamples []Example
	// Words says what a word means that a value can be: by the key it stands at and the word ("reason busy"), or by the word
	// alone where it means the same everywhere.
	Words map[string]string

	settings reflect.Type // what the file holds in place of a scenario; see SettingsVocabulary
}

// Finding is something wrong with a value. Path leads there, by keys and indices of lists. A finding about a value that an
// expression decides is dropped: only the run can tell.
type Finding struct {
	Path       []string
	Text, Hint string
}

// Globals are the types behind the names that expressions see.
func (v *Vocabulary) Globals() expr.Globals {
	return expr.Globals{Event: v.Event, Call: v.Call, Run: v.Run}
}

// Verb returns the verb of that name, or nil.
func (v *Vocabulary) Verb(name string) *Verb {
	for _, verb := range v.Verbs {
		if verb.Name == name {
			return verb
		}
	}
	return nil
}
