package world

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// Deed is what somebody does. Exactly one of its members is set.
type Deed struct {
	Dial     *Dial    `json:"dial" doc:"Somebody calls the bot, or somebody else."`
	HangUp   *Who     `json:"hangUp" doc:"Somebody hangs up whatever call they are in."`
	Leave    *Who     `json:"leave" doc:"Somebody leaves the meeting they are in."`
	Join     *Join    `json:"join" doc:"Somebody joins a meeting."`
	Press    *Press   `json:"press" doc:"Somebody presses keys on their telephone or client."`
	Speak    *Speak   `json:"speak" doc:"Somebody speaks."`
	Mute     *Who     `json:"mute" doc:"Somebody mutes themselves."`
	Unmute   *Who     `json:"unmute" doc:"Somebody ends being muted, by themselves or by the service."`
	Transfer *Handing `json:"transfer" doc:"Somebody transfers the bot, with whom they are in a call, to somebody else."`
	Admit    *Entry   `json:"admit" doc:"Somebody, or the bot, is let in from the lobby of a meeting."`
	Remove   *Removal `json:"remove" doc:"Somebody, or the bot, is removed from a meeting by its organizer."`
	Share    *Who     `json:"share" doc:"Somebody begins to share content in a meeting."`
	Unshare  *Who     `json:"unshare" doc:"Somebody ends sharing content."`
}

// Dial is a call from a person to a bot, or to another person.
type Dial struct {
	From       string   `json:"from" short:"true" required:"true" person:"true" doc:"A name from people."`
	To         string   `json:"to" person:"orBot" doc:"The bot's name, or a name from people." default:"bot"`
	Number     string   `json:"number" format:"e164" doc:"The telephone number by which they reach whom they call; the call tells it in its callRoutes."`
	OnBehalfOf string   `json:"onBehalfOf" person:"true" doc:"For whom they call, as a delegate: a name from people."`
	Modalities []string `json:"modalities" enum:"audio,video,videoBasedScreenSharing" doc:"What the caller offers; audio when absent."`
}

// Who names a person.
type Who struct {
	Who string `json:"who" short:"true" required:"true" person:"true" doc:"A name from people."`
}

// Join is a person joining a meeting.
type Join struct {
	Who    string `json:"who" short:"true" required:"true" person:"true" doc:"A name from people."`
	Thread string `json:"thread" doc:"The meeting's chatInfo.threadId; the only meeting when absent."`

	JoinMeetingID string `json:"joinMeetingId" doc:"The number of a meeting that is joined by number, in place of its thread."`
	Passcode      string `json:"passcode" doc:"The passcode that goes with joinMeetingId. The first who joins with one says what it is."`
}

// Press is keys pressed one after the other.
type Press struct {
	Who   string        `json:"who" required:"true" person:"true" doc:"A name from people."`
	Tones string        `json:"tones" required:"true" doc:"The keys, in order: 0 to 9, *, #, A to D; \"12#\"."`
	Every time.Duration `json:"every" doc:"The time from one key to the next." default:"300ms"`
}

// Speak is somebody's voice.
type Speak struct {
	Who string        `json:"who" short:"true" required:"true" person:"true" doc:"A name from people."`
	For time.Duration `json:"for" doc:"How long." default:"3s"`
}

// Handing is a person's transfer of the bot to another person.
type Handing struct {
	Who     string `json:"who" required:"true" person:"true" doc:"Who transfers: a name from people."`
	To      string `json:"to" required:"true" person:"true" doc:"To whom: a name from people."`
	Consult bool   `json:"consult" doc:"They speak with the other one first."`
	Fails   bool   `json:"fails" doc:"Their client says that the transfer failed, and the bot hears nothing of it."`
}

// Entry is somebody being let in.
type Entry struct {
	Who string `json:"who" short:"true" required:"true" person:"orBot" doc:"A name from people, or the bot's."`
}

// Removal is somebody being removed.
type Removal struct {
	Who string `json:"who" short:"true" person:"orBot" doc:"A name from people, or the bot's." default:"bot"`
}

// doer is an action's struct, which knows whom it is about.
type doer interface{ about() []string }

func (d *Dial) about() []string {
	if d.OnBehalfOf != "" {
		return []string{d.From, d.OnBehalfOf}
	}
	return []string{d.From}
}
func (w *Who) about() []string     { return []string{w.Who} }
func (j *Join) about() []string    { return []string{j.Who} }
func (p *Press) about() []string   { return []string{p.Who} }
func (s *Speak) about() []string   { return []string{s.Who} }
func (h *Handing) about() []string { return []string{h.Who, h.To} }
func (e *Entry) about() []string   { return nil } // a person or a bot: the service knows
func (r *Removal) about() []string { return nil } // likewise

// Words say the deed in a few words: "unmute dora", "transfer carol to dora".
func (d Deed) Words() string {
	v := reflect.ValueOf(d)
	for i, name := range Deeds() {
		if v.Field(i).IsNil() {
			continue
		}
		words := []string{name}
		switch deed := v.Field(i).Interface().(type) {
		case *Handing:
			words = append(words, deed.Who, "to", deed.To)
		case *Press:
			words = append(words, deed.Who, deed.Tones)
		case *Entry:
			words = append(words, deed.Who)
		case *Removal:
			words = append(words, deed.Who)
		case doer:
			words = append(words, deed.about()...)
		}
		return strings.Join(words, " ")
	}
	return ""
}

// Deeds are the names of the actions, in the order of the documentation.
func Deeds() []string {
	t := reflect.TypeFor[Deed]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("json")
	}
	return names
}

// done are the members that are set, by name and value.
func (d Deed) done() (names []string, deeds []doer) {
	v := reflect.ValueOf(d)
	for i, name := range Deeds() {
		if f := v.Field(i); !f.IsNil() {
			names, deeds = append(names, name), append(deeds, f.Interface().(doer))
		}
	}
	return names, deeds
}

// about are the people that the action names.
func (d Deed) about() (who []string) {
	_, deeds := d.done()
	for _, x := range deeds {
		who = append(who, x.about()...)
	}
	return who
}

// Check says what is wrong with an action by itself: it needs exactly one thing to be done.
func (d Deed) Check() error {
	if names, _ := d.done(); len(names) != 1 {
		return fmt.Errorf("an action needs exactly one of %s; this one has %d", strings.Join(Deeds(), ", "), len(names))
	}
	if d.Press != nil {
		return checkTones(d.Press.Tones)
	}
	return nil
}

var keys = regexp.MustCompile(`^[0-9*#A-Da-d]{1,100}$`)

// checkTones: nothing at all is for the reader of scenes to refuse.
func checkTones(tones string) error {
	if tones != "" && !keys.MatchString(tones) {
		return fmt.Errorf("tones is %q; it may be up to 100 of the keys 0 to 9, *, # and A to D", tones)
	}
	return nil
}
