package graph

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// named are the types of the metadata that structs of this package stand for; subtypes follow their base.
var named = map[string]reflect.Type{
	"call": reflect.TypeFor[Call](), "participant": reflect.TypeFor[Participant](), "participantInfo": reflect.TypeFor[ParticipantInfo](),
	"invitationParticipantInfo": reflect.TypeFor[InvitationParticipantInfo](), "identitySet": reflect.TypeFor[IdentitySet](),
	"communicationsIdentitySet": reflect.TypeFor[IdentitySet](), "identity": reflect.TypeFor[Identity](),
	"communicationsUserIdentity": reflect.TypeFor[Identity](), "communicationsGuestIdentity": reflect.TypeFor[Identity](),
	"communicationsApplicationIdentity": reflect.TypeFor[Identity](), "azureCommunicationServicesUserIdentity": reflect.TypeFor[Identity](),
	"commsOperation": reflect.TypeFor[CommsOperation](), "inviteParticipantsOperation": reflect.TypeFor[CommsOperation](),
	"recordOperation": reflect.TypeFor[CommsOperation](), "sendDtmfTonesOperation": reflect.TypeFor[CommsOperation](),
	"resultInfo": reflect.TypeFor[ResultInfo](), "toneInfo": reflect.TypeFor[ToneInfo](), "chatInfo": reflect.TypeFor[ChatInfo](),
	"organizerMeetingInfo": reflect.TypeFor[MeetingInfo](), "tokenMeetingInfo": reflect.TypeFor[MeetingInfo](),
	"joinMeetingIdMeetingInfo": reflect.TypeFor[MeetingInfo](), "serviceHostedMediaConfig": reflect.TypeFor[MediaConfig](),
	"appHostedMediaConfig": reflect.TypeFor[MediaConfig](), "mediaInfo": reflect.TypeFor[MediaInfo](), "mediaPrompt": reflect.TypeFor[MediaPrompt](),
	"callOptions": reflect.TypeFor[CallOptions](), "callRoute": reflect.TypeFor[CallRoute](), "callMediaState": reflect.TypeFor[CallMediaState](),
	"callTranscriptionInfo": reflect.TypeFor[CallTranscriptionInfo](), "incomingContext": reflect.TypeFor[IncomingContext](),
	"mediaStream": reflect.TypeFor[MediaStream](), "recordingInfo": reflect.TypeFor[RecordingInfo](),
	"onlineMeetingRestricted": reflect.TypeFor[RestrictedAccess](),
}

// TestTypesHaveGraphsMembers: every property of the v1.0 metadata is a member of our struct, with the same enum.
func TestTypesHaveGraphsMembers(t *testing.T) {
	text, err := os.ReadFile("../../../shared/reference/calling-types.v1.json")
	if err != nil {
		t.Skip("the reference is not there: ", err)
	}
	var metadata struct {
		Types map[string]struct {
			Kind       string
			Properties map[string]string
			Values     []string
		}
	}
	if err := json.Unmarshal(text, &metadata); err != nil {
		t.Fatal(err)
	}
	for name, typ := range named {
		graphs, ok := metadata.Types[name]
		if !ok {
			t.Errorf("the metadata has no %s", name)
		}
		for property, of := range graphs.Properties {
			m := shapeOf(typ).members[property]
			if m == nil {
				t.Errorf("%s has no %s", typ, property)
				continue
			}
			if m.alias {
				t.Errorf("%s.%s is an alias only", typ, property)
			}
			of = strings.TrimSuffix(of, "?")
			if elem, ok := strings.CutPrefix(of, "Collection("); ok {
				of = strings.TrimSuffix(elem, ")")
				if m.kind != list {
					t.Errorf("%s.%s is no list", typ, property)
					continue
				}
				m = m.elem
			}
			if enum := metadata.Types[of]; enum.Kind == "enum" && m.words != nil {
				for _, word := range enum.Values {
					if word != "unknownFutureValue" && documented(m.words, strings.ToUpper(word)) == strings.ToUpper(word) {
						t.Errorf("%s.%s does not know %q", typ, property, word)
					}
				}
			}
		}
	}
}

// TestFieldsAreDescribed: every field has a sentence for the reference, and a JSON name.
func TestFieldsAreDescribed(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			if doc := f.Tag.Get("doc"); !strings.HasSuffix(doc, ".") {
				t.Errorf("%s.%s: its doc %q is no sentence", typ, f.Name, doc)
			}
			if f.Tag.Get("json") == "" {
				t.Errorf("%s.%s has no JSON name", typ, f.Name)
			}
			visit(f.Type)
		}
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[EventNames](), reflect.TypeFor[Call](), reflect.TypeFor[CommsOperation](), reflect.TypeFor[Participant](),
		reflect.TypeFor[CreateCallBody](), reflect.TypeFor[AnswerBody](), reflect.TypeFor[RejectBody](), reflect.TypeFor[RedirectBody](),
		reflect.TypeFor[TransferBody](), reflect.TypeFor[InviteBody](), reflect.TypeFor[MediaPrompt](),
		reflect.TypeFor[LogTeleconferenceDeviceQualityBody](),
	} {
		visit(typ)
	}
	if len(seen) < 20 {
		t.Errorf("only %d types visited", len(seen))
	}
}
