package world

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Settings are the rules of a simulated world that may be other than usual: limits of the service, and our choices where
// Graph's pages say nothing. Tags: source names the page or issue that a default is from, "ours" where there is none; form
// says what a text must look like: result is "603/0", with a message behind it if wanted, status is "409/Conflict".
type Settings struct {
	AnswerDeadline    time.Duration `json:"answerDeadline" default:"15s" source:"call: answer" doc:"How long a bot may take to answer, reject or redirect an incoming call."`
	RecordingDeadline time.Duration `json:"recordingDeadline" default:"5s" source:"call: answer" doc:"The same for a call of policy-based recording."`
	RingTime          time.Duration `json:"ringTime" default:"60s" source:"issues 408, 479 and 17" doc:"How long somebody rings who is called or invited; beta's ringingTimeoutInSeconds goes first."`
	ForwardTime       time.Duration `json:"forwardTime" default:"55s" source:"call: redirect" doc:"How long the one target of a redirect rings, when the request has no timeout."`
	RedirectTime      time.Duration `json:"redirectTime" default:"60s" source:"call: redirect" doc:"The same for several targets."`
	KeepAlive         time.Duration `json:"keepAlive" default:"45m" source:"call: keepAlive" doc:"How long an established call goes on without a keepAlive; legacy calls need none."`
	LobbyTime         time.Duration `json:"lobbyTime" default:"30m" source:"ours" doc:"How long somebody waits in a lobby before they are sent away."`
	VoicemailTime     time.Duration `json:"voicemailTime" default:"5m" source:"ours, from an issue" doc:"When a voicemail hangs up."`
	AloneTime         time.Duration `json:"aloneTime" default:"500ms" source:"ours" doc:"How long a bot stays in a group that everybody else has left."`

	Declined        string `json:"declined" form:"result" default:"603/0" source:"ours, by analogy to ACS" doc:"How a call ends that the callee declines."`
	Busy            string `json:"busy" form:"result" default:"480/10076" source:"ours: callee unreachable" doc:"How a call ends whose callee is busy."`
	Unanswered      string `json:"unanswered" form:"result" default:"408/10057" source:"ours: no signalling from the callee" doc:"How a call ends that the callee lets ring out."`
	Unknown         string `json:"unknown" form:"result" default:"480/10037" source:"ours: no callee endpoints" doc:"How a call to nobody ends."`
	BotUnanswered   string `json:"botUnanswered" form:"result" default:"408/8544" source:"msteams-docs issue 9159" doc:"How an incoming call ends that the bot leaves unanswered."`
	CallerGone      string `json:"callerGone" form:"result" default:"487/0" source:"ours, by analogy to ACS" doc:"How an incoming call ends whose caller hangs up before the answer."`
	Forbidden       string `json:"forbidden" form:"result" default:"603/0" source:"ours" doc:"What a caller gets of a bot that rejects with the reason forbidden."`
	NobodyJoined    string `json:"nobodyJoined" form:"result" default:"200/5013" source:"call: delete; its use is ours" doc:"How a call to a group ends that nobody answers."`
	ReplacementGone string `json:"replacementGone" form:"result" default:"404/10202" source:"issues" doc:"How an invitation ends whose replacesCallId names no call, or one without that participant."`
	NoNumber        string `json:"noNumber" form:"result" default:"412/9999" source:"issue 410; for transfer and redirect ours" doc:"What becomes of a telephone that is invited, or that a call is redirected to, from a call without a resource account; a transfer there is refused with 500/7000. Legacy asks for none."`
	Replaced        string `json:"replaced" form:"result" default:"200/5001" source:"ours" doc:"How the call ends that an invitation with replacesCallId replaced; legacy says AppInitiated."`
	ConsultedLeg    string `json:"consultedLeg" form:"result" default:"200/7015" source:"ours" doc:"How the bot's call to the target of a consultative transfer ends; legacy says AppTransferred."`

	PromptTime     time.Duration `json:"promptTime" default:"3s" source:"ours" doc:"How long a prompt is taken to last whose file nobody describes and nobody fetches."`
	RecordingTime  time.Duration `json:"recordingTime" default:"1h" source:"ours" doc:"How long a recording can be fetched after it began."`
	PromptMissing  string        `json:"promptMissing" form:"result" default:"400/8536" source:"ours, by analogy to ACS" doc:"How a playPrompt fails whose file cannot be had."`
	PromptFormat   string        `json:"promptFormat" form:"result" default:"400/8535" source:"ours, by analogy to ACS" doc:"How it fails whose file is no WAV of 16 bits and 16 kHz, mono."`
	PromptFailed   string        `json:"promptFailed" form:"result" default:"500/8511" source:"ours, by analogy to ACS" doc:"How a recordResponse fails whose prompt cannot be played."`
	InitialSilence string        `json:"initialSilence" form:"result" default:"400/8510" source:"ours, by analogy to ACS" doc:"How it ends when nobody says a word; a code below 400 completes it."`
	MaxSilence     string        `json:"maxSilence" form:"result" default:"200/8509" source:"ours, by analogy to ACS" doc:"How it ends when nobody says anything more."`
	StopTone       string        `json:"stopTone" form:"result" default:"200/8514" source:"ours, by analogy to ACS" doc:"How it ends when a stop tone is pressed."`

	AudioInactive       string `json:"audioInactive" form:"status" default:"400/8503" source:"ours, by analogy to ACS" doc:"What a request about media gets while the call's audio is not active."`
	WrongMedia          string `json:"wrongMedia" form:"status" default:"400/8500" source:"ours, by analogy to ACS" doc:"What it gets when the call's media are not hosted by the service."`
	WrongState          string `json:"wrongState" form:"status" default:"409/Conflict" source:"ours" doc:"What a request gets that comes in the wrong state of a call."`
	MeetingModeTransfer string `json:"meetingModeTransfer" form:"status" default:"400/8523" source:"issue 512; its HTTP status is ours" doc:"What a transfer gets in a call that an invitation has turned into a meeting."`
	GroupTransfer       string `json:"groupTransfer" enum:"transferee,never" default:"transferee" source:"call: transfer; issue 512" doc:"Whether a transfer out of a group is taken: if it names a transferee, as the page says, or never, as was reported."`
	Gone                string `json:"gone" form:"status" default:"404/8522" source:"issues 173 and 191" doc:"What a request gets about a call that is over, or that was answered too late."`

	TransferChain string `json:"transferChain" enum:"persists,changes" default:"persists" source:"ours" doc:"Whether a transferred call and its successor have one callChainId."`
	TransferEnd   string `json:"transferEnd" enum:"documented,7015,AppTransferred" default:"documented" source:"call: transfer" doc:"How a transferred call ends: as documented (7015 when blind, AppTransferred when consultative), or one of the two always."`

	Voicemail string `json:"voicemail" enum:"hidden,shown" default:"hidden" source:"ours" doc:"Whether notifications tell that it is a voicemail that answered: answeredBy and the roster with the endpointType voicemail."`

	Unrecorded     string `json:"unrecorded" enum:"leaves,stays" default:"leaves" source:"ours, after Teams PowerShell: New-CsTeamsComplianceRecordingApplication, -RequiredDuringCall" doc:"What becomes of somebody with a recording policy whom no bot records."`
	JoiningUnclear string `json:"joiningUnclear" enum:"newCall,accept,reject" default:"newCall" source:"ours" doc:"What follows when a webhook's answer to a participantJoiningNotification is none: a call of their own is announced to the bot for who joins, or it is taken as accepted or rejected."`

	TenantID           string   `json:"tenantId" enum:"required,optional" default:"required" source:"issues 772 and 171" doc:"Whether a new call without a tenantId is refused with 7505; legacy needs none."`
	TokenTenant        string   `json:"tokenTenant" format:"guid" source:"issues 772 and 171" doc:"The tenant in which the bot's token was taken: a call in another one is refused with 7505. When absent any tenantId is right; for clients of callflow simulate, only their token's own."`
	Registered         bool     `json:"registered" default:"true" source:"issues" doc:"Whether the bot's registration has calling enabled; 7503 otherwise."`
	Permissions        []string `json:"permissions" source:"permissions reference" doc:"The application permissions that were consented to; all when absent. 7504 for what they do not allow."`
	ResourceAccounts   []string `json:"resourceAccounts" format:"guid" source:"application: create call" doc:"The resource accounts (applicationInstance) that are the bot's; any when absent. A telephone is called from one of them, else 7507."`
	RemoveParticipants bool     `json:"removeParticipants" default:"true" source:"participant: delete" doc:"Whether the tenant lets the bot remove participants, with Set-CsApplicationMeetingConfiguration; 7504 (ours) otherwise."`
	Refusals           string   `json:"refusals" enum:"plain,wrapped" default:"plain" source:"issues" doc:"Whether the code of a 403 stands by itself or, as some were seen, as JSON text in the message of an UnknownError."`

	Requests        int           `json:"requests" default:"50000" source:"throttling limits" doc:"How many requests a bot may send within requestWindow; 0 is without limit."`
	RequestWindow   time.Duration `json:"requestWindow" default:"15s" source:"throttling limits" doc:"See requests."`
	ConcurrentCalls int           `json:"concurrentCalls" default:"0" source:"throttling (2021: 100)" doc:"How many calls a bot may have at a time; 0 is without limit."`
	MonthlyCalls    int           `json:"monthlyCalls" default:"0" source:"throttling (2021: 10,000)" doc:"How many calls a bot may create in a month; 0 is without limit."`

	WebhookTimeout   time.Duration `json:"webhookTimeout" default:"5s" source:"ours" doc:"How long the service waits for the answer to a notification."`
	WebhookRetries   int           `json:"webhookRetries" default:"0" source:"ours" doc:"How often a notification is sent again that was not taken: no answer, 408, 429 or 5xx."`
	WebhookBackoff   time.Duration `json:"webhookBackoff" default:"1s" source:"ours" doc:"How long before the first of these; twice as long before each further one."`
	WebhookRedirects int           `json:"webhookRedirects" default:"5" source:"ours" doc:"How many redirects (302, 307 with a Location) of an incoming call's first notification are followed."`
	IncomingForm     string        `json:"incomingForm" enum:"graph,skypeFirst" default:"graph" source:"Teams: incoming call notifications" doc:"Whether an incoming call is announced in the old Skype format first; the Graph format follows when that is answered 204."`
}

// Setting is one of the Settings, for documentation.
type Setting struct {
	Name, Default, Source, Doc string
	Values                     []string // of an enum
}

// AllSettings lists the settings in the order of the documentation.
func AllSettings() []Setting {
	t := reflect.TypeFor[Settings]()
	list := make([]Setting, t.NumField())
	for i := range list {
		tag := t.Field(i).Tag
		list[i] = Setting{Name: tag.Get("json"), Default: tag.Get("default"), Source: tag.Get("source"), Doc: tag.Get("doc")}
		if enum := tag.Get("enum"); enum != "" {
			list[i].Values = strings.Split(enum, ",")
		}
	}
	return list
}

// DefaultSettings are those of a world that is told nothing.
func DefaultSettings() *Settings {
	s := *defaults()
	return &s
}

// defaults reads them once: every run has a world of its own.
var defaults = sync.OnceValue(func() *Settings {
	s := &Settings{}
	for _, x := range AllSettings() {
		if x.Default == "" {
			continue
		}
		if err := s.Set(x.Name, x.Default); err != nil {
			panic(fmt.Sprintf("world: the default of %s: %v", x.Name, err)) // a slip in the table above
		}
	}
	return s
})

// Set gives one setting a value that was written as text; lists are separated by commas.
func (s *Settings) Set(name, value string) error {
	v := reflect.ValueOf(s).Elem()
	names := make([]string, v.NumField())
	for i := range names {
		f := v.Type().Field(i)
		if names[i] = f.Tag.Get("json"); names[i] != name {
			continue
		}
		x, wants := parseSetting(f.Type, value)
		if wants != "" {
			return fmt.Errorf("setting %s is %q; it is %s", name, value, wants)
		}
		if text := checkSetting(f, x); text != "" {
			return fmt.Errorf("setting %s %s", name, text)
		}
		v.Field(i).Set(x)
		return nil
	}
	return fmt.Errorf("there is no setting %q; there are %s", name, strings.Join(names, ", "))
}

func parseSetting(t reflect.Type, value string) (v reflect.Value, wants string) {
	switch reflect.Zero(t).Interface().(type) {
	case time.Duration:
		if d, err := time.ParseDuration(value); err == nil && d >= 0 {
			return reflect.ValueOf(d), ""
		}
		return v, "a duration such as 500ms, 15s or 1m30s"
	case int:
		if n, err := strconv.Atoi(value); err == nil {
			return reflect.ValueOf(n), ""
		}
		return v, "a whole number"
	case bool:
		if b, err := strconv.ParseBool(value); err == nil {
			return reflect.ValueOf(b), ""
		}
		return v, "true or false"
	case []string:
		list := []string{}
		if inner, ok := strings.CutPrefix(value, "["); ok && strings.HasSuffix(inner, "]") {
			value = strings.TrimSuffix(inner, "]") // as a scene writes it
		}
		for word := range strings.SplitSeq(value, ",") {
			if word = strings.TrimSpace(word); word != "" {
				list = append(list, word)
			}
		}
		return reflect.ValueOf(list), ""
	}
	return reflect.ValueOf(value), ""
}

var (
	resultForm = regexp.MustCompile(`^(\d{1,9})/(\d{1,9})(?: +(\S.*))?$`)
	statusForm = regexp.MustCompile(`^([45]\d\d)/(\w{1,50})$`)
)

// ParseResult reads a setting of the form result: "603/0", or "603/0 The callee declined.".
func ParseResult(text string) (code, subcode int, message string, ok bool) {
	m := resultForm.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, "", false
	}
	code, _ = strconv.Atoi(m[1]) // nine digits
	subcode, _ = strconv.Atoi(m[2])
	return code, subcode, m[3], true
}

// ParseStatus reads a setting of the form status: "409/Conflict" is an HTTP status and the code in the body.
func ParseStatus(text string) (status int, code string, ok bool) {
	m := statusForm.FindStringSubmatch(text)
	if m == nil {
		return 0, "", false
	}
	status, _ = strconv.Atoi(m[1])
	return status, m[2], true
}

// Permissions are the application permissions of the calling API that the service looks at. Microsoft Graph permissions
// reference; those that end in Chat are resource-specific consent.
var Permissions = []string{"Calls.Initiate.All", "Calls.InitiateGroupCall.All", "Calls.JoinGroupCall.All",
	"Calls.JoinGroupCallAsGuest.All", "Calls.AccessMedia.All", "Calls.JoinGroupCalls.Chat", "Calls.AccessMedia.Chat",
	"Calls.ReportSyntheticMedia.All"}

// checkSetting says what is wrong with a value, "" when nothing is.
func checkSetting(f reflect.StructField, v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		if x <= 0 {
			return "is 0; nothing takes no time here"
		}
	case int:
		if x < 0 {
			return fmt.Sprintf("is %d; it cannot be negative", x)
		}
	case []string:
		for _, word := range x {
			if f.Name == "Permissions" && !slices.Contains(Permissions, word) {
				return fmt.Sprintf("names %q; there are %s", word, strings.Join(Permissions, ", "))
			}
		}
	case string:
		return checkText(f.Tag, x)
	}
	return ""
}

func checkText(tag reflect.StructTag, text string) string {
	if enum := tag.Get("enum"); enum != "" && !slices.Contains(strings.Split(enum, ","), text) {
		return fmt.Sprintf("is %q; it may be %s", text, strings.ReplaceAll(enum, ",", ", "))
	}
	switch tag.Get("form") {
	case "result":
		if _, _, _, ok := ParseResult(text); !ok {
			return fmt.Sprintf("is %q; it is a code, a slash and a subcode, like %s", text, tag.Get("default"))
		}
	case "status":
		if _, _, ok := ParseStatus(text); !ok {
			return fmt.Sprintf("is %q; it is an HTTP status of 400 or more, a slash and the error's code, like %s", text, tag.Get("default"))
		}
	}
	return ""
}

// problems says what is wrong with each setting.
func (s *Settings) problems(say func(text string, path ...string)) {
	if s == nil {
		return
	}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if text := checkSetting(f, v.Field(i)); text != "" {
			name := f.Tag.Get("json")
			say(name+" "+text, "settings", name)
		}
	}
}
