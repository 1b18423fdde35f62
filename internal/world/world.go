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
	People map[string]*Person `json:"people" people:"true" doc:"Who lives in this world, by name."`
	Script []Action           `json:"script" doc:"What happens, in order, from the start of the run."`
	Faults []Fault            `json:"faults" doc:"What goes wrong."`
}

// Person is somebody with a Teams client or a telephone. Without a reaction they answer after one second.
type Person struct {
	ID          string   `json:"id" format:"guid" doc:"Object id in the directory; derived from the name when absent."`
	DisplayName string   `json:"displayName" doc:"As rosters show it; the name when absent."`
	TenantID    string   `json:"tenantId" format:"guid" doc:"Their tenant; the bot's when absent."`
	Phone       string   `json:"phone" format:"e164" doc:"A telephone number: this person is on the telephone network."`
	Answers     *Answers `json:"answers" doc:"When they pick up: {after: 2s}, or never."`
	Declines    *After   `json:"declines" doc:"They decline, after a while."`
	Busy        bool     `json:"busy" doc:"They are in another call and do not ring."`
	Voicemail   *After   `json:"voicemail" doc:"Their voicemail picks up, after a while."`
	HangsUp     *After   `json:"hangsUp" doc:"They hang up that long after the call was established."`
}

// After is a delay.
type After struct {
	After time.Duration `json:"after" short:"true" doc:"How long it takes." default:"1s"`
}

// Answers is a delay, or never.
type Answers struct {
	After time.Duration `json:"after" doc:"How long it rings." default:"1s"`
	Never string        `json:"-" short:"true" enum:"never" doc:"never: it rings out."`
}

// Action is one thing that somebody does. Exactly one of its pointers is set.
type Action struct {
	At     time.Duration `json:"at" doc:"When, since the start of the run; at once after the action before when absent."`
	Dial   *Dial         `json:"dial" doc:"Somebody calls the bot."`
	HangUp *Who          `json:"hangUp" doc:"Somebody hangs up whatever call they are in."`
	Leave  *Who          `json:"leave" doc:"Somebody leaves the meeting they are in."`
	Join   *Join         `json:"join" doc:"Somebody joins a meeting."`
}

// Dial is a call from a person to a bot.
type Dial struct {
	From       string   `json:"from" required:"true" person:"true" doc:"A name from people."`
	To         string   `json:"to" doc:"The bot's name." default:"bot"`
	Modalities []string `json:"modalities" enum:"audio,video,videoBasedScreenSharing" doc:"What the caller offers; audio when absent."`
}

// Who names a person.
type Who struct {
	Who string `json:"who" short:"true" required:"true" person:"true" doc:"A name from people."`
}

// Join is a person joining a meeting.
type Join struct {
	Who    string `json:"who" required:"true" person:"true" doc:"A name from people."`
	Thread string `json:"thread" doc:"The meeting's chatInfo.threadId; the only meeting when absent."`
}

// Fault is something that goes wrong, on a request (its verb's name in Fault) or on a notification.
type Fault struct {
	Fault      string        `json:"fault" required:"true" enum:"notification,createCall,answer,reject,redirect,transfer,invite,hangUp,getCall,listParticipants,getOperation,request" doc:"What it hits: a notification, the request of a verb, or any other request."`
	Status     int           `json:"status" doc:"The HTTP status that the request gets instead of an answer."`
	Code       string        `json:"code" doc:"The error code in its body."`
	Message    string        `json:"message" doc:"The message in its body."`
	RetryAfter time.Duration `json:"retryAfter" doc:"The Retry-After header."`
	Lost       bool          `json:"lost" doc:"The service acts, but its response is lost."`
	Reset      bool          `json:"reset" doc:"The connection is refused; the service never sees the request."`
	Drop       bool          `json:"drop" doc:"The notification is never sent."`
	Duplicate  bool          `json:"duplicate" doc:"The notification is delivered twice."`
	Early      bool          `json:"early" doc:"The notification is delivered before the response that caused it."`
	Delay      time.Duration `json:"delay" doc:"How much later the response or the notification comes."`
	Match      string        `json:"match" expression:"event" doc:"For a notification: which one; an expression over the event, such as call.state == \"terminated\"."`
	Times      int           `json:"times" doc:"How often; 1 when absent." default:"1"`
}

// IDFor is the object id of a person who was given none: always the same one for the same name.
func IDFor(name string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
