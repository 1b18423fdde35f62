package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// operation is one operation of the calling API, as its documentation has it: the measure of docs/api-coverage.md. It is
// written down here apart from the routes of package graph, so that the two can disagree.
type operation struct {
	name   string // as callflow's verb would be called
	method string
	path   string // below the calls collection
	has    string // the dialects that have it: v (v1.0), b (beta), l (legacy)
	legacy string // the path in legacy, where it differs
	action string // Graph's name of the action, where it is one; "participant." before those of a participant
	page   string // of the Graph documentation, or what else tells of it
}

const (
	theirSDK  = "beta SDK (msgraph-beta-sdk-go, August 2026) and permissions reference; no page, so its status and notifications are documented nowhere"
	allowed   = "permissions reference only (microsoft-graph-devx-content, permissions.json of August 2026)"
	inSDKs    = "beta SDK (msgraph-beta-sdk-go, August 2026) only, generated from the metadata"
	checkIn18 = "microsoft-graph-docs of September 2018 only; gone in January 2019"
	docs19    = "microsoft-graph-docs of January 2019"
)

// operations is the calling API: https://learn.microsoft.com/graph/api/resources/communications-api-overview, the metadata
// of v1.0 (microsoftgraph/msgraph-metadata), the beta SDK, and for legacy microsoftgraph/microsoft-graph-docs of September
// 2018 to January 2019.
var operations = []operation{
	{"createCall", "POST", "", "vbl", "", "", "application-post-calls"},
	{"answer", "POST", "/{call}/answer", "vbl", "", "answer", "call-answer"},
	{"reject", "POST", "/{call}/reject", "vbl", "", "reject", "call-reject"},
	{"redirect", "POST", "/{call}/redirect", "vbl", "", "redirect", "call-redirect"},
	{"getCall", "GET", "/{call}", "vbl", "", "", "call-get"},
	{"hangUp", "DELETE", "/{call}", "vbl", "", "", "call-delete"},
	{"keepAlive", "POST", "/{call}/keepAlive", "vb", "", "keepAlive", "call-keepalive"},
	{"transfer", "POST", "/{call}/transfer", "vbl", "", "transfer", "call-transfer"},
	{"updateMetadata", "POST", "/{call}/updateMetadata", "l", "", "", docs19},
	{"updateCall", "PATCH", "/{call}", "", "", "", checkIn18},

	{"listParticipants", "GET", "/{call}/participants", "vbl", "", "", "call-list-participants"},
	{"getParticipant", "GET", "/{call}/participants/{participant}", "vbl", "", "", "participant-get"},
	{"invite", "POST", "/{call}/participants/invite", "vbl", "", "participants.invite", "participant-invite"},
	{"removeParticipant", "DELETE", "/{call}/participants/{participant}", "vbl", "", "", "participant-delete"},
	{"muteParticipant", "POST", "/{call}/participants/{participant}/mute", "vbl", "", "participant.mute", "participant-mute"},
	{"muteAll", "POST", "/{call}/participants/muteAll", "bl", "", "", "participant-muteall (beta, deprecated)"},
	{"startHoldMusic", "POST", "/{call}/participants/{participant}/startHoldMusic", "vb", "", "participant.startHoldMusic", "participant-startholdmusic"},
	{"stopHoldMusic", "POST", "/{call}/participants/{participant}/stopHoldMusic", "vb", "", "participant.stopHoldMusic", "participant-stopholdmusic"},
	{"configureMixer", "POST", "/{call}/participants/configureMixer", "b", "", "", "participant-configuremixer (beta), dropped from the SDK"},
	{"admitFromLobby", "POST", "/{call}/participants/{participant}/admitFromLobby", "b", "", "", theirSDK},
	{"admitAllFromLobby", "POST", "/{call}/participants/admitAllFromLobby", "b", "", "", theirSDK},
	{"removeFromLobby", "POST", "/{call}/participants/{participant}/removeFromLobby", "b", "", "", theirSDK},
	{"reportSyntheticMedia", "POST", "/{call}/participants/{participant}/reportSyntheticMedia", "b", "", "", "participant-reportsyntheticmedia"},
	{"raiseHand", "POST", "/{call}/raiseHand", "b", "", "", allowed},
	{"lowerHand", "POST", "/{call}/lowerHand", "b", "", "", allowed},
	{"lowerHandOfParticipant", "POST", "/{call}/participants/{participant}/lowerHand", "b", "", "", allowed},
	{"lowerAllHands", "POST", "/{call}/participants/lowerAllHands", "b", "", "", allowed},
	{"addParticipants", "POST", "/{call}/participants", "", "", "", checkIn18},
	{"updateParticipant", "PATCH", "/{call}/participants/{participant}", "", "", "", checkIn18},
	{"subscribeVideo", "POST", "/{call}/subscribeVideo", "", "", "", checkIn18},

	{"playPrompt", "POST", "/{call}/playPrompt", "vbl", "", "playPrompt", "call-playprompt"},
	{"recordResponse", "POST", "/{call}/recordResponse", "vbl", "/{call}/record", "recordResponse", "call-record"},
	{"cancelMediaProcessing", "POST", "/{call}/cancelMediaProcessing", "vbl", "", "cancelMediaProcessing", "call-cancelmediaprocessing"},
	{"subscribeToTone", "POST", "/{call}/subscribeToTone", "vbl", "", "subscribeToTone", "call-subscribetotone"},
	{"sendDtmfTones", "POST", "/{call}/sendDtmfTones", "vb", "", "sendDtmfTones", "call-senddtmftones"},
	{"mute", "POST", "/{call}/mute", "vbl", "", "mute", "call-mute"},
	{"unmute", "POST", "/{call}/unmute", "vbl", "", "unmute", "call-unmute"},
	{"changeScreenSharingRole", "POST", "/{call}/changeScreenSharingRole", "vbl", "", "changeScreenSharingRole", "call-changescreensharingrole"},
	{"updateRecordingStatus", "POST", "/{call}/updateRecordingStatus", "vb", "", "updateRecordingStatus", "call-updaterecordingstatus"},
	{"addLargeGalleryView", "POST", "/{call}/addLargeGalleryView", "vb", "", "addLargeGalleryView", "call-addlargegalleryview"},
	{"startRecording", "POST", "/{call}/startRecording", "b", "", "", "call-startrecording"},
	{"stopRecording", "POST", "/{call}/stopRecording", "b", "", "", "call-stoprecording"},
	{"startTranscription", "POST", "/{call}/startTranscription", "b", "", "", "call-starttranscription"},
	{"stopTranscription", "POST", "/{call}/stopTranscription", "b", "", "", "call-stoptranscription"},
	{"joinContentSharingAudioGroup", "POST", "/{call}/joinContentSharingAudioGroup", "b", "", "", allowed},
	{"leaveContentSharingAudioGroup", "POST", "/{call}/leaveContentSharingAudioGroup", "b", "", "", allowed},

	{"listOperations", "GET", "/{call}/operations", "vbl", "", "", "commsoperation-get"},
	{"getOperation", "GET", "/{call}/operations/{operation}", "vbl", "", "", "commsoperation-get"},
	{"listAudioRoutingGroups", "GET", "/{call}/audioRoutingGroups", "vbl", "", "", "call-list-audioroutinggroups"},
	{"getAudioRoutingGroup", "GET", "/{call}/audioRoutingGroups/{element}", "vbl", "", "", "audioroutinggroup-get"},
	{"createAudioRoutingGroup", "POST", "/{call}/audioRoutingGroups", "vbl", "", "", "call-post-audioroutinggroups"},
	{"updateAudioRoutingGroup", "PATCH", "/{call}/audioRoutingGroups/{element}", "vbl", "", "", "audioroutinggroup-update"},
	{"deleteAudioRoutingGroup", "DELETE", "/{call}/audioRoutingGroups/{element}", "vbl", "", "", "audioroutinggroup-delete"},
	{"listContentSharingSessions", "GET", "/{call}/contentSharingSessions", "vb", "", "", "call-list-contentsharingsessions"},
	{"getContentSharingSession", "GET", "/{call}/contentSharingSessions/{element}", "vb", "", "", "contentsharingsession-get"},
	{"record", "POST", "/{call}/record", "b", "", "", inSDKs},
	{"pngOfCurrentSlide", "GET", "/{call}/contentSharingSessions/{element}/pngOfCurrentSlide", "b", "", "", inSDKs},
	{"logTeleconferenceDeviceQuality", "POST", "/logTeleconferenceDeviceQuality", "vb", "", "calls.logTeleconferenceDeviceQuality", "call-logteleconferencedevicequality"},
}

// noShape: neither the beta SDK nor the lists of beta's types (msgraph-metadata, schemas/type-mappings) have the action, an
// operation for it, or a member of participant or call that would show it.
func noShape(permissions string) string {
	return "Known are its path, and that it takes " + permissions + ": no page, no SDK and no type of the metadata tells of its body, its " +
		"answer or what it changes. `request` sends it."
}

const joining = "Calls.JoinGroupCallAsGuest.All or Calls.JoinGroupCall.All"

// gapReasons says why something is missing: the whole of the last column of docs/api-coverage.md.
var gapReasons = map[string]string{
	"updateCall":                    "The legacy dialect is the API of January 2019, which had dropped it; `request` sends it.",
	"addParticipants":               "The legacy dialect is the API of January 2019, which had dropped it for invite; `request` sends it.",
	"updateParticipant":             "The legacy dialect is the API of January 2019, which had dropped it; `request` sends it.",
	"subscribeVideo":                "The legacy dialect is the API of January 2019, which had dropped it; it is for media that the bot hosts. `request` sends it.",
	"raiseHand":                     noShape(joining),
	"lowerHand":                     noShape(joining),
	"lowerHandOfParticipant":        noShape(joining),
	"lowerAllHands":                 noShape(joining),
	"joinContentSharingAudioGroup":  noShape("Calls.AccessMedia.All"),
	"leaveContentSharingAudioGroup": noShape("Calls.AccessMedia.All"),
	"record":                        "An older name of recordResponse, with the same body; `recordResponse` does it.",
	"pngOfCurrentSlide":             "What is shown, as a picture: a file and no JSON, and no page tells when there is one.",
}

// The list has every action of Graph's own metadata.
func TestOperationsAreComplete(t *testing.T) {
	text, err := os.ReadFile("../../../shared/reference/calling-types.v1.json")
	if err != nil {
		t.Skip("the reference is not there: ", err)
	}
	var types struct {
		Actions []struct{ Name, BoundTo string }
	}
	if err := json.Unmarshal(text, &types); err != nil || len(types.Actions) < 15 {
		t.Fatal(err, len(types.Actions))
	}
	ours := map[string]operation{}
	for _, o := range operations {
		if o.action != "" {
			ours[o.action] = o
		}
	}
	for _, a := range types.Actions {
		of := map[string]string{"call": "", "participant": "participant.", "Collection(participant)": "participants.", "Collection(call)": "calls."}[a.BoundTo]
		o, ok := ours[of+a.Name]
		if !ok || !strings.Contains(o.has, "v") {
			t.Errorf("%s of %s is no operation of v1.0 in the list", a.Name, a.BoundTo)
		}
		delete(ours, of+a.Name)
	}
	for name := range ours {
		t.Errorf("%s is in the list, and Graph's metadata has no such action", name)
	}
}
