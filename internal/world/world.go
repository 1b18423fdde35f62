// Package world is the plain data of a simulated world: its people, what they do, and what goes wrong. Verbs and the
// simulator share it; it imports nothing of ours.
package world

import (
	"fmt"
	"hash/fnv"
	"time"
)

// ActionPath is where a simulator takes one Action as a JSON POST in the middle of a run (the verb simulate).
const ActionPath = "/callflow/world/actions"

// Scene is the section `simulate` of a scenario.
type Scene struct {
	Settings *Settings          `json:"settings" doc:"Rules of the service that are other than usual. docs/simulator.md says where each default is from."`
	People   map[string]*Person `json:"people" people:"true" doc:"Who lives in this world, by name."`
	Media    map[string]*Sound  `json:"media" doc:"The sound files of this world, by their URLs; one that is not here exists and lasts as long as settings.promptTime says."`
	Script   []Action           `json:"script" doc:"What happens, in order, from the start of the run."`
	Faults   []Fault            `json:"faults" doc:"What goes wrong."`
}

// Person is somebody with a Teams client or a telephone. Without a reaction they answer after one second.
type Person struct {
	ID          string      `json:"id" format:"identity" doc:"Object id in the directory, or what else their kind has: a GUID for user, guest and applicationInstance, 8:acs:… for azureCommunicationServicesUser. Derived from the name when absent."`
	Phone       string      `json:"phone" format:"e164" doc:"A telephone number: this person is on the telephone network."`
	DisplayName string      `json:"displayName" doc:"As rosters show it; the name when absent."`
	TenantID    string      `json:"tenantId" format:"guid" doc:"Their tenant; the bot's when absent."`
	Kind        string      `json:"kind" enum:"user,guest,applicationInstance,azureCommunicationServicesUser,onPremises" doc:"Which member of an identity set they are; user when absent, and phone with a telephone number. applicationInstance is a resource account."`
	Answers     *Answers    `json:"answers" doc:"When they pick up: {after: 2s}, or never."`
	Declines    *After      `json:"declines" doc:"They decline, after a while."`
	Busy        bool        `json:"busy" doc:"They are in another call and do not ring."`
	Voicemail   *After      `json:"voicemail" doc:"Their voicemail picks up, after a while."`
	Forwards    *Forwards   `json:"forwards" doc:"Their calls go on to somebody else, or to a bot."`
	AlsoRings   string      `json:"alsoRings" person:"orBot" doc:"Who rings at the same time whenever they are called: a name from people, or the bot's. The first to answer has the call."`
	HangsUp     *After      `json:"hangsUp" doc:"They hang up that long after the call was established."`
	Presses     *Presses    `json:"presses" doc:"They press keys some time after they have joined the call."`
	Speaks      *Speaks     `json:"speaks" doc:"They speak some time after they have joined the call."`
	RecordedBy  *RecordedBy `json:"recordedBy" doc:"They have a recording policy: whatever call or meeting they take part in, this bot is called to record them."`
	Lobby       bool        `json:"lobby" doc:"In a meeting they wait in the lobby until somebody admits them."`
}

// Sound is a file that bots play.
type Sound struct {
	Duration   time.Duration `json:"duration" short:"true" doc:"How long it is."`
	Missing    bool          `json:"missing" doc:"It cannot be fetched."`
	Unplayable bool          `json:"unplayable" doc:"It is no WAV of 16 bits and 16 kHz, mono."`
}

// After is a delay.
type After struct {
	After time.Duration `json:"after" short:"true" doc:"How long it takes." default:"1s"`
}

// Forwards is a rule by which calls go on to somebody else.
type Forwards struct {
	To    string        `json:"to" required:"true" short:"true" person:"orBot" doc:"To whom: a name from people, or the bot's."`
	After time.Duration `json:"after" doc:"How long it rings at them before; it does not when absent."`
}

// Presses is keys pressed after a delay.
type Presses struct {
	Tones string        `json:"tones" required:"true" short:"true" doc:"The keys, in order: 0 to 9, *, #, A to D; \"12#\"."`
	After time.Duration `json:"after" doc:"How long after they joined." default:"1s"`
	Every time.Duration `json:"every" doc:"The time from one key to the next." default:"300ms"`
}

// Speaks is a voice after a delay.
type Speaks struct {
	After time.Duration `json:"after" doc:"How long after they joined." default:"1s"`
	For   time.Duration `json:"for" short:"true" doc:"How long." default:"3s"`
}

// RecordedBy is a recording policy. People of one policy in one conversation share their recording bot's calls.
type RecordedBy struct {
	Bot    string `json:"bot" short:"true" doc:"The bot's name." default:"bot"`
	Policy string `json:"policy" doc:"The policy's name: policyIdentifier in what the bot is told." default:"Recording policy"`
}

// Answers is a delay, or never.
type Answers struct {
	After time.Duration `json:"after" doc:"How long it rings." default:"1s"`
	Never string        `json:"-" short:"true" enum:"never" doc:"never: it rings out."`
}

// Action is one thing that somebody does, as a script has it.
type Action struct {
	At time.Duration `json:"at" doc:"When, since the start of the run; at once after the action before when absent."`
	Deed
}

// Identifier is the id of a person of that name, as their kind has it; not their telephone number.
func (p *Person) Identifier(name string) string {
	switch {
	case p.ID != "":
		return p.ID
	case p.Kind == "azureCommunicationServicesUser":
		return "8:acs:" + IDFor("resource") + "_" + IDFor(name)
	}
	return IDFor(name)
}

// IDFor is the object id of a person who was given none: always the same one for the same name.
func IDFor(name string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
