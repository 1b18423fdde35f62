package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// What a request must get past before anything is done about it: who sends it, how much they send, and what they were
// granted.

// A Caller is whom a request's token was given to.
type Caller struct {
	AppID    string
	TenantID string   // in which the token was taken; "": in whichever the call is
	Roles    []string // the application permissions in it; nil: all
}

// authorize finds the bot that a request is from.
func (s *Service) authorize(r *http.Request) (*party, Caller, *reply) {
	refuse := func(rep reply) (*party, Caller, *reply) { return nil, Caller{}, &rep }
	caller, ok := Caller{}, true
	switch {
	case s.cfg.Authorize != nil:
		caller, ok = s.cfg.Authorize(r)
	case len(s.bots) > 0:
		caller.AppID = s.bots[0].id
	}
	if !ok {
		return refuse(failure(401, "InvalidAuthenticationToken", "Access token is missing or invalid."))
	}
	caller = s.overruled(caller)
	for _, b := range s.bots {
		if b.id == graph.CanonicalID(caller.AppID) && s.settings.Registered {
			return b, caller, nil
		}
	}
	return refuse(s.forbidden("7503", "Application is not registered in our store."))
}

// overruled is a caller as the settings want it.
func (s *Service) overruled(c Caller) Caller {
	if s.settings.Permissions != nil {
		c.Roles = s.settings.Permissions
	}
	if s.settings.TokenTenant != "" {
		c.TenantID = s.settings.TokenTenant
	}
	return c
}

// Standing is how a caller stands in this world, all roles named.
func (s *Service) Standing(c Caller) world.Standing {
	c = s.overruled(c)
	if c.Roles == nil {
		c.Roles = world.Permissions
	}
	return world.Standing{Tenant: c.TenantID, Roles: c.Roles, Calling: s.settings.Registered}
}

// forbidden is a 403 with a code of the calling service, which some clients got wrapped (a setting).
func (s *Service) forbidden(code, message string) reply {
	if s.settings.Refusals == "wrapped" {
		return wrapped(403, code, message)
	}
	return failure(403, code, message)
}

// wrapped is a failure as a 403 with 7503 was seen: the service's own error, as text, in the gateway's.
func wrapped(status int, code, message string) reply {
	return failure(status, "UnknownError", string(encode(obj{"errorCode": code, "message": message})))
}

// A quota is what a bot has used up of its limits.
type quota struct {
	window   time.Time // when the current one began
	requests int
	month    string
	calls    int // created in that month
}

// throttle counts a request, and refuses it when there were too many. Graph page "throttling limits". Windows follow one
// another (ours: the page says no more than "per 15 seconds"); a request that is refused counts too.
func (s *Service) throttle(bot *party) *reply {
	most := s.settings.Requests
	if most == 0 {
		return nil
	}
	now := s.cfg.Clock.Now()
	q := &bot.quota
	if q.window.IsZero() || now.Sub(q.window) >= s.settings.RequestWindow {
		q.window, q.requests = now, 0
	}
	q.requests++
	if q.requests <= most {
		return nil
	}
	rep := tooMany("Please retry again later.", s.settings.RequestWindow-now.Sub(q.window))
	return &rep
}

// tooMany is a 429. Graph page "throttling".
func tooMany(message string, retryAfter time.Duration) reply {
	return failure(429, "TooManyRequests", message).throttled(retryAfter)
}

// throttled completes a 429.
func (rep reply) throttled(retryAfter time.Duration) reply {
	inner := rep.body.(errorBody).Error.Inner
	inner["code"], inner["status"], inner["message"] = "429", "429", "Please retry after"
	rep.retryAfter = seconds(retryAfter)
	return rep
}

// mayCreate counts a new call against the limits on calls, which are off unless they are set. What the service says about
// these two was in no source; the words are ours.
func (s *Service) mayCreate(bot *party) *reply {
	q := &bot.quota
	now := s.cfg.Clock.Now()
	if month := now.UTC().Format("2006-01"); q.month != month {
		q.month, q.calls = month, 0
	}
	if most := s.settings.MonthlyCalls; most > 0 && q.calls >= most {
		first := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		rep := tooMany(fmt.Sprintf("The monthly call creation limit of %d has been reached.", most), first.Sub(now))
		return &rep
	}
	if most := s.settings.ConcurrentCalls; most > 0 {
		live := 0
		for _, c := range s.calls {
			if c.bot == bot {
				live++
			}
		}
		if live >= most {
			rep := tooMany(fmt.Sprintf("The application has %d concurrent calls, which is the limit.", live), 0)
			return &rep
		}
	}
	q.calls++
	return nil
}

// The application permissions, by what they allow. Microsoft Graph permissions reference.
const (
	mayInitiate  = "Calls.Initiate.All"
	mayGroup     = "Calls.InitiateGroupCall.All"
	mayJoin      = "Calls.JoinGroupCall.All"
	mayGuest     = "Calls.JoinGroupCallAsGuest.All"
	mayMedia     = "Calls.AccessMedia.All"
	mayJoinChat  = "Calls.JoinGroupCalls.Chat"
	mayMediaChat = "Calls.AccessMedia.Chat"
	mayReport    = "Calls.ReportSyntheticMedia.All"
)

var (
	accessMedia = []string{mayMedia, mayMediaChat}
	joinGroup   = []string{mayJoin, mayGuest, mayJoinChat}
)

// permissions are those of which an operation needs one. createCall and answer depend on the call, and look for
// themselves. An operation that is not here needs any of them at all: the pages contradict each other, and the newest of
// them say that permissions are checked when a call is created, not again. reject needs none.
var permissions = map[string][]string{
	"redirect": {mayInitiate},
	"transfer": {mayInitiate, mayGroup},
	"invite":   {mayGroup},

	"getParticipant": joinGroup, "removeParticipant": joinGroup, "muteParticipant": joinGroup, "muteAll": joinGroup,
	"configureMixer": {mayGroup, mayJoin, mayGuest, mayJoinChat},
	"startHoldMusic": joinGroup, "stopHoldMusic": joinGroup, "admitFromLobby": joinGroup, "removeFromLobby": joinGroup,
	"admitAllFromLobby":      joinGroup,
	"addLargeGalleryView":    {mayJoin, mayGuest, mayGroup, mayJoinChat},
	"listAudioRoutingGroups": {mayJoin, mayGroup, mayJoinChat}, "getAudioRoutingGroup": {mayJoin, mayGroup, mayJoinChat},
	"createAudioRoutingGroup": {mayJoin, mayGroup, mayJoinChat}, "updateAudioRoutingGroup": {mayJoin, mayGroup, mayJoinChat},
	"deleteAudioRoutingGroup":    {mayJoin, mayGroup, mayJoinChat},
	"listContentSharingSessions": {mayGuest, mayJoin, mayGroup, mayInitiate, mayJoinChat},
	"getContentSharingSession":   {mayGuest, mayJoin, mayGroup, mayInitiate, mayJoinChat},
	"startRecording":             {mayJoin}, "stopRecording": {mayJoin}, "startTranscription": {mayJoin}, "stopTranscription": {mayJoin},

	"recordResponse": accessMedia, "subscribeToTone": accessMedia, "changeScreenSharingRole": accessMedia,
	"logTeleconferenceDeviceQuality": accessMedia,
	"updateRecordingStatus":          {mayMedia, mayMediaChat, mayJoin},
	"reportSyntheticMedia":           {mayReport},
}

// permitted refuses a request whose sender has none of the permissions that it needs.
func (s *Service) permitted(q *request) *reply {
	if q.verb == "createCall" || q.verb == "answer" || q.verb == "reject" {
		return nil
	}
	needed := permissions[q.verb]
	if needed == nil {
		needed = world.Permissions
	}
	if q.verb == "removeParticipant" && !s.settings.RemoveParticipants {
		rep := s.forbidden("7504", "The tenant does not allow the application to remove participants.")
		return &rep
	}
	return s.grants(q.caller, needed)
}

// grants refuses a caller who has none of these permissions.
func (s *Service) grants(caller Caller, needed []string) *reply {
	if caller.Roles == nil || slices.ContainsFunc(needed, func(p string) bool { return slices.Contains(caller.Roles, p) }) {
		return nil
	}
	rep := s.forbidden("7504", "Insufficient enterprise tenant permissions, cannot access this API. It takes "+strings.Join(needed, " or ")+".")
	return &rep
}

// admitCall refuses a new call that is not to be.
func (s *Service) admitCall(q *request, b *createBody, targets []*party) *reply {
	if no := s.mayCall(q, b); no != nil {
		return no
	}
	if no := s.sameTenant(q, b); no != nil {
		return no
	}
	if no := s.knownSource(q, b, targets); no != nil {
		return no
	}
	return s.mayCreate(q.bot)
}

// admitAnswer refuses an answer by a token of another tenant, or without the permissions. A call between two takes none;
// a call from a group or a meeting is joined. Graph page "call: answer".
func (s *Service) admitAnswer(q *request, c *call, b *answerBody) *reply {
	if token := q.caller.TenantID; token != "" && c.bot.tenantID != "" && graph.CanonicalID(token) != graph.CanonicalID(c.bot.tenantID) {
		return s.mismatch()
	}
	if c.room.mode != peer {
		if no := s.grants(q.caller, joinGroup); no != nil {
			return no
		}
	}
	return s.mayHost(q, b.MediaConfig)
}

// mayCall refuses a new call that its sender has not the permissions for. They depend on where it goes.
func (s *Service) mayCall(q *request, b *createBody) *reply {
	needed := []string{mayJoin, mayJoinChat, mayGuest}
	switch {
	case len(b.Targets) == 1:
		needed = []string{mayInitiate, mayGroup}
	case len(b.Targets) > 1:
		needed = []string{mayGroup}
	case b.Source.Identity["guest"] != nil:
		needed = []string{mayGuest}
	}
	if rep := s.grants(q.caller, needed); rep != nil {
		return rep
	}
	return s.mayHost(q, b.MediaConfig)
}

// mayHost: media that the application hosts take a permission of their own.
func (s *Service) mayHost(q *request, media obj) *reply {
	if kind, _ := media["@odata.type"].(string); strings.HasSuffix(lower(kind), ".apphostedmediaconfig") {
		return s.grants(q.caller, accessMedia)
	}
	return nil
}

// encrypted is somebody's identity as an application sees it that may not know it: always the same text for the same
// party. What is in the real one is not documented.
func encrypted(p *party) obj {
	sum := sha256.Sum256([]byte(p.kind + ":" + p.id))
	return obj{"@odata.type": typeOf("identitySet"), "encrypted": obj{"@odata.type": typeOf("identity"), "id": base64.StdEncoding.EncodeToString(sum[:])}}
}

// sameTenant refuses a new call into another tenant than the token's, or into none. Graph pages do not list tenantId as
// required; without it the service was seen to answer 7505. The 2018 API did not ask.
func (s *Service) sameTenant(q *request, b *createBody) *reply {
	if q.dialect == graph.Legacy {
		return nil
	}
	tenant := ""
	if b.TenantID != nil {
		tenant = *b.TenantID
	}
	if tenant == "" {
		organizer, _ := b.MeetingInfo["organizer"].(obj)
		user, _ := organizer["user"].(obj)
		tenant, _ = user["tenantId"].(string)
	}
	right := s.settings.TenantID == "optional"
	if tenant != "" {
		right = q.caller.TenantID == "" || graph.CanonicalID(tenant) == graph.CanonicalID(q.caller.TenantID)
	}
	if right {
		return nil
	}
	return s.mismatch()
}

func (s *Service) mismatch() *reply {
	rep := s.forbidden("7505", "Request authorization tenant mismatch.")
	return &rep
}

// misnamed says that a resource account is named by another member of the identity set than its own, or a user as a resource
// account. A resource account named as application was seen to be refused with 7505, as user not to be reached
// (microsoft-graph-comms-samples issues 260 and 295); that a user is not reached as a resource account is ours.
func misnamed(identity obj, p *party) (member string, wrong bool) {
	if p.kind == "user" && !p.stranger && identity["applicationInstance"] != nil {
		return "applicationInstance", true
	}
	if p.kind != "applicationInstance" {
		return "", false
	}
	for _, member := range []string{"application", "user"} {
		if identity[member] != nil {
			return member, true
		}
	}
	return "", false
}

// knownSource refuses a call in the name of another application, and one to a telephone from no number of its own. Graph
// page "application: create call".
func (s *Service) knownSource(q *request, b *createBody, targets []*party) *reply {
	id := func(kind string) string {
		one, _ := b.Source.Identity[kind].(obj)
		text, _ := one["id"].(string)
		return graph.CanonicalID(text)
	}
	why := ""
	app, number := id("application"), id("applicationInstance")
	switch {
	case app != "" && app != q.bot.id && q.dialect != graph.Legacy:
		why = "The application is not the token's."
	case number != "" && s.settings.ResourceAccounts != nil && !slices.ContainsFunc(s.settings.ResourceAccounts, func(own string) bool {
		return graph.CanonicalID(own) == number
	}):
		why = "The application instance is not the application's."
	case number == "" && q.dialect != graph.Legacy && slices.ContainsFunc(targets, func(p *party) bool { return p.kind == "phone" }):
		why = "A telephone is called from source.identity.applicationInstance."
	default:
		return nil
	}
	rep := s.forbidden("7507", "Call source identity invalid. "+why)
	return &rep
}
