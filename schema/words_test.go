package schema

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"callflow/schema/expr"
)

// A small vocabulary for the tests: each kind of parameter that verbs can have.

type smallCall struct {
	ID         string         `json:"id"`
	State      string         `json:"state" enum:"incoming,establishing,established,terminated"`
	Source     *smallWho      `json:"source"`
	ResultInfo *smallResult   `json:"resultInfo"`
	Targets    []smallInvitee `json:"targets"`
}

type smallResult struct {
	Code    int    `json:"code"`
	Subcode int    `json:"subcode"`
	Message string `json:"message"`
}

type smallOperation struct {
	ID     string `json:"id"`
	Status string `json:"status" enum:"running,completed,failed"`
}

type smallWho struct {
	Identity *smallIdentitySet `json:"identity" required:"true" doc:"Who it is."`
}

type smallIdentitySet struct {
	ODataType string         `json:"@odata.type"`
	User      *smallIdentity `json:"user" doc:"A person."`
	Phone     *smallIdentity `json:"phone" doc:"A telephone."`
}

type smallIdentity struct {
	ID          string `json:"id" doc:"The id."`
	DisplayName string `json:"displayName"`
}

type smallInvitee struct {
	Identity       *smallIdentitySet `json:"identity" required:"true" doc:"Who it is."`
	ReplacesCallID string            `json:"replacesCallId" call:"true" doc:"The call that is replaced."`
}

type smallEvent struct {
	Call         *smallCall      `json:"call"`
	Operation    *smallOperation `json:"operation"`
	Participants []smallWho      `json:"participants"`
	Tone         map[string]any  `json:"tone"`
	Event        map[string]any  `json:"event"`
}

type smallRun struct {
	ID string `json:"id" doc:"The run's id."`
}

type smallModality string

func (smallModality) EnumValues() []string { return []string{"audio", "video"} }

type createParams struct {
	Subject     string          `json:"subject" doc:"The subject."`
	CallbackURI string          `json:"callbackUri" alias:"callback" format:"uri" doc:"Where notifications go."`
	Targets     []smallInvitee  `json:"targets" doc:"Whom to call."`
	Modalities  []smallModality `json:"requestedModalities" doc:"The media to ask for."`
	Tenant      string          `json:"tenantId" format:"guid" doc:"The tenant."`
	Number      string          `json:"number" format:"e164" doc:"A number."`
	Ring        *int            `json:"ringSeconds" doc:"How long to ring."`
	Hidden      *bool           `json:"hidden" doc:"Hide it."`
	Share       float64         `json:"share" default:"0.5" doc:"A share."`
	Extra       any             `json:"extra" doc:"Anything."`
	Headers     map[string]string
	Wait        time.Duration `json:"wait" default:"2s" doc:"How long to wait."`
}

type actedOutputs struct {
	Call       *smallCall      `json:"call"`
	Operation  *smallOperation `json:"operation"`
	ResultInfo *smallResult    `json:"resultInfo"`
	Outcome    string          `json:"outcome"`
}

type inviteParams struct {
	Call         string         `json:"call" call:"true" required:"true" doc:"The call."`
	Participants []smallInvitee `json:"participants" required:"true" doc:"Whom to invite."`
}

type callParams struct {
	Call string `json:"call" short:"true" call:"true" required:"true" doc:"The call."`
}

type awaitParams struct {
	Match     *expr.Expr      `json:"match" short:"true" scope:"event" doc:"What the event must be."`
	All       Map[*expr.Expr] `json:"all" scope:"event" doc:"Events that must all come."`
	Any       Map[*expr.Expr] `json:"any" scope:"event" optional:"true" doc:"Events of which one must come."`
	FailOn    *expr.Expr      `json:"failOn" scope:"event" doc:"Ends the await as failed."`
	Never     *expr.Expr      `json:"never" scope:"event" doc:"Must not come."`
	From      string          `json:"from" step:"true" doc:"start, now or a step."`
	Count     int             `json:"count" default:"1" doc:"How many."`
	Operation string          `json:"operation" operation:"true" doc:"Only this operation."`
}

type awaitOutputs struct {
	Matched string `json:"matched" keys:"any"`
}

type noneParams struct {
	Match *expr.Expr    `json:"match" scope:"event" required:"true" doc:"What must not come."`
	For   time.Duration `json:"for" required:"true" doc:"How long."`
}

type pollParams struct {
	Read     *Step         `json:"read" required:"true" doc:"A reading step."`
	Until    *expr.Expr    `json:"until" scope:"step:read" required:"true" doc:"When it is enough."`
	Interval time.Duration `json:"interval" default:"2s" doc:"How often."`
}

type deedParams struct {
	Who string `json:"who" short:"true" person:"true" doc:"Who does it."`
}

type setParams struct {
	Values Map[any] `json:"-" inline:"true" doc:"Names and values."`
}

type expectParams struct {
	That []*expr.Expr `json:"that" short:"true" required:"true" doc:"What must hold."`
}

type sleepParams struct {
	For time.Duration `json:"for" short:"true" required:"true" doc:"How long."`
}

type logParams struct {
	Text  string `json:"text" short:"true" required:"true" doc:"What to write."`
	Level string `json:"level" enum:"info,warning" default:"info" doc:"How loud."`
}

type parallelParams struct {
	Branches Map[Block] `json:"-" inline:"true" doc:"Steps by branch."`
}

type includeParams struct {
	File string   `json:"file" required:"true" doc:"The file."`
	With Map[any] `json:"with" doc:"Its inputs."`
}

type smallScene struct {
	People map[string]*smallPerson `json:"people" people:"true" doc:"Who lives here."`
	Script []smallDeed             `json:"script" doc:"What happens."`
}

type smallDeed struct {
	Dial  *smallDial `json:"dial" doc:"Who calls."`
	Match string     `json:"match" expression:"event" doc:"An event."`
}

type smallDial struct {
	From       string          `json:"from" person:"true" doc:"Who calls."`
	To         string          `json:"to" doc:"Whom."`
	Modalities []smallModality `json:"modalities" doc:"How."`
}

// checkScene wants people with one reaction at most, and deeds.
func checkScene(scene any) (findings []Finding) {
	s := scene.(*smallScene)
	for _, name := range slices.Sorted(maps.Keys(s.People)) {
		if p := s.People[name]; p != nil && p.Answers != nil && p.Declines != nil {
			findings = append(findings, Finding{Path: []string{"people", name, "declines"}, Text: "answers and declines exclude each other"})
		}
	}
	for i, d := range s.Script {
		if d.Dial == nil {
			findings = append(findings, Finding{Path: []string{"script", strconv.Itoa(i)}, Text: "nothing is done"})
		}
	}
	return findings
}

type smallPerson struct {
	ID       string      `json:"id" format:"guid" doc:"Object id."`
	Phone    string      `json:"phone" format:"e164" doc:"Number."`
	Answers  *smallAfter `json:"answers" doc:"When they pick up."`
	Declines *smallAfter `json:"declines" doc:"They decline."`
}

type smallAfter struct {
	After time.Duration `json:"after" default:"1s" doc:"How long it takes."`
	Never string        `json:"-" short:"true" enum:"never" doc:"never"`
}

var operationGoals = []Goal{{Name: "completed", Doc: "The operation completed."}, {Name: "accepted", Doc: "The request was accepted.", Pending: true}, {Name: "failed", Doc: "The operation failed."}}

func smallVocabulary() *Vocabulary {
	params := func(v Verb, p, o reflect.Type) *Verb { v.Params, v.Outputs = p, o; return &v }
	return &Vocabulary{
		Event: reflect.TypeFor[smallEvent](), Call: reflect.TypeFor[smallCall](), Run: reflect.TypeFor[smallRun](), Scene: reflect.TypeFor[smallScene](), CheckScene: checkScene,
		Verbs: []*Verb{
			params(Verb{Name: "createCall", Summary: "place a call", Role: Acts, Creates: true,
				Goals:   []Goal{{Name: "established", Doc: "The call is up."}, {Name: "accepted", Doc: "The request was accepted."}, {Name: "terminated", Doc: "The call ended."}},
				Example: "- createCall:\n    subject: Hello\n"},
				reflect.TypeFor[createParams](), reflect.TypeFor[actedOutputs]()),
			params(Verb{Name: "invite", Summary: "invite somebody", Role: Acts, Operates: true, Goals: operationGoals, Lasts: []string{"accepted"}},
				reflect.TypeFor[inviteParams](), reflect.TypeFor[actedOutputs]()),
			params(Verb{Name: "hangUp", Summary: "hang up", Role: Acts, Ends: true, Goals: []Goal{{Name: "terminated", Doc: "It ended."}, {Name: "accepted", Doc: "It was accepted."}}},
				reflect.TypeFor[callParams](), reflect.TypeFor[actedOutputs]()),
			params(Verb{Name: "getCall", Summary: "read a call", Role: Reads}, reflect.TypeFor[callParams](), reflect.TypeFor[actedOutputs]()),
			params(Verb{Name: "await", Summary: "wait for an event", Role: Watches, PartsFields: []string{"all", "any"}, Check: checkAwait},
				reflect.TypeFor[awaitParams](), reflect.TypeFor[awaitOutputs]()),
			params(Verb{Name: "expectNone", Summary: "see to it that nothing comes", Role: Watches}, reflect.TypeFor[noneParams](), nil),
			params(Verb{Name: "poll", Summary: "read until", Role: Watches}, reflect.TypeFor[pollParams](), nil),
			params(Verb{Name: "deed", Summary: "let somebody do something", Role: Speaks}, reflect.TypeFor[deedParams](), nil),
			params(Verb{Name: "set", Summary: "name values", Role: Speaks, Binds: true}, reflect.TypeFor[setParams](), nil),
			params(Verb{Name: "expect", Summary: "hold something true", Role: Speaks}, reflect.TypeFor[expectParams](), nil),
			params(Verb{Name: "sleep", Summary: "wait", Role: Speaks}, reflect.TypeFor[sleepParams](), nil),
			params(Verb{Name: "log", Summary: "write a line", Role: Speaks}, reflect.TypeFor[logParams](), nil),
			params(Verb{Name: "parallel", Summary: "do things side by side", Role: Speaks}, reflect.TypeFor[parallelParams](), nil),
			params(Verb{Name: "include", Summary: "run another file", Role: Speaks}, reflect.TypeFor[includeParams](), nil),
		},
	}
}

func checkAwait(params any, at func(...string) Pos, report func(Problem)) {
	p := params.(*awaitParams)
	if p.Match == nil && p.All == nil && p.Any == nil {
		report(Problem{Pos: at(), Code: "missing-key", Text: "an await needs match, all or any"})
	}
}
