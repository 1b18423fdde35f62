package simulator

import (
	"fmt"
	"strconv"
	"strings"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// The service writes one JSON for today's dialects and another for legacy: there the ids in paths are upper case without
// hyphens, most entities carry @odata.id and @odata.etag, and few carry an id.

func typeOf(name string) string { return "#microsoft.graph." + name }

// pathID writes an id as it stands in a dialect's paths.
func (s *Service) pathID(c *call, id string) string {
	if c.dialect == graph.Legacy {
		return strings.ToUpper(strings.ReplaceAll(id, "-", ""))
	}
	return id
}

// resource is a call's path.
func (s *Service) resource(c *call) string {
	if c.dialect == graph.Legacy {
		return "/app/calls/" + s.pathID(c, c.id)
	}
	return "/communications/calls/" + c.id
}

// root is what stands before resource in a Location.
func (s *Service) root(c *call) string {
	version := "/v1.0"
	if c.dialect != graph.V1 {
		version = "/beta"
	}
	return s.cfg.Root + version
}

func (s *Service) context(c *call, tail string) string {
	return fmt.Sprintf("%s/$metadata#communications/calls('%s')%s", s.root(c), c.id, tail)
}

// identityOf is a party's identity set.
func identityOf(d graph.Dialect, p *party) obj {
	one := obj{"id": p.id}
	if p.displayName != "" {
		one["displayName"] = p.displayName
	}
	if d == graph.Legacy {
		if p.kind != "phone" && p.kind != "azureCommunicationServicesUser" && p.kind != "onPremises" {
			one["id"] = strings.ToUpper(p.id)
		}
		if p.kind == "guest" { // the page of January 2019, "create call", example of a guest
			one["identityProvider"] = "None"
		}
		return obj{p.member(d): one}
	}
	one["@odata.type"] = typeOf("identity")
	if p.kind == "user" && p.tenantID != "" {
		one["tenantId"] = p.tenantID
	}
	return obj{"@odata.type": typeOf("identitySet"), p.kind: one}
}

// member is the member of an identity set that a party stands under; legacy had no guests.
func (p *party) member(d graph.Dialect) string {
	if d == graph.Legacy && p.kind == "guest" {
		return "user"
	}
	return p.kind
}

// region and language are what the service says of everybody here.
const (
	region   = "westus"
	language = "en-US"
)

// sourceInfo is a participantInfo. In legacy's incoming notification the language stands within the identity.
func sourceInfo(c *call, p *party) obj {
	info := obj{"@odata.type": typeOf("participantInfo"), "identity": identityOf(c.dialect, p)}
	if c.dialect == graph.Legacy {
		within(info, p, "language", language)
		return info
	}
	if p.kind != "application" {
		info["region"], info["languageId"] = region, language
	}
	return info
}

func within(info obj, p *party, key, value string) {
	info["identity"].(obj)[p.member(graph.Legacy)].(obj)[key] = value
}

func targetInfo(c *call, p *party) obj {
	info := sourceInfo(c, p)
	if c.dialect != graph.Legacy {
		info["@odata.type"] = typeOf("invitationParticipantInfo")
	}
	return info
}

// invitationInfo echoes an invitee as operations and calls show it.
func invitationInfo(c *call, p *party, b inviteeBody) obj {
	info := obj{"@odata.type": typeOf("invitationParticipantInfo"), "identity": identityOf(c.dialect, p)}
	if b.ReplacesCallID != "" {
		info["replacesCallId"] = b.ReplacesCallID
	}
	if b.ParticipantID != "" {
		info["participantId"] = b.ParticipantID
	}
	if one, ok := b.Identity[p.kind].(obj); ok && one["identityProvider"] != nil && c.dialect != graph.Legacy {
		info["identity"].(obj)[p.kind].(obj)["identityProvider"] = one["identityProvider"] // an open member, told again
	}
	if b.EndpointType != nil {
		info["endpointType"] = *b.EndpointType
	}
	return info
}

// withNulls adds the members that the service's replies spell out as null.
func withNulls(o obj, keys ...string) obj {
	for _, k := range keys {
		if _, ok := o[k]; !ok {
			o[k] = nil
		}
	}
	return o
}

// callBody is a call as GET and createCall answer it, with the nulls of the pages' examples.
func (s *Service) callBody(c *call) obj {
	b := obj{"@odata.type": typeOf("call"), "@odata.context": s.root(c) + "/$metadata#app/calls/$entity",
		"id": c.id, "state": c.state, "direction": c.direction, "callbackUri": c.callbackURI, "callChainId": c.room.chain,
		"source": c.source, "targets": c.targets, "requestedModalities": c.modalities, "myParticipantId": c.me.id,
		"subject": c.subject, "tenantId": c.tenantID, "mediaConfig": orNil(c.media), "chatInfo": orNil(c.chatInfo),
		"meetingInfo": orNil(c.meetingInfo), "callOptions": orNil(c.options), "answeredBy": orNil(c.answeredBy)}
	if c.targets == nil {
		b["targets"] = []obj{}
	}
	if c.modalities == nil {
		b["requestedModalities"] = []string{}
	}
	if c.incoming != nil {
		b["incomingContext"] = c.incoming
	}
	if c.metadata != nil {
		b["applicationMetadata"] = c.metadata
	}
	if c.audio != "" {
		b["mediaState"] = obj{"@odata.type": typeOf("callMediaState"), "audio": c.audio}
	}
	if c.dialect == graph.Legacy {
		delete(b, "@odata.context")
		delete(b, "callOptions")
		b["activeModalities"] = c.active()
	}
	if c.dialect == graph.Beta { // every example of beta's pages has these three, empty
		b["activeModalities"], b["callRoutes"], b["routingPolicies"] = []string{}, append([]obj{}, c.routes...), []string{}
	}
	if c.chatInfo == nil && c.room.mode == meeting && c.dialect != graph.Legacy {
		// Who joins by a number or a token is told the meeting's chat. Beta's "application: create call", examples 6 and 7.
		b["chatInfo"] = obj{"@odata.type": typeOf("chatInfo"), "threadId": "19:meeting_" + strings.ReplaceAll(world.IDFor(c.room.thread), "-", "") + "@thread.v2",
			"messageId": "0", "replyChainMessageId": nil}
	}
	if c.room.transcription != nil {
		b["transcription"] = c.room.transcription
	}
	return withNulls(b, "ringingTimeoutInSeconds", "mediaState", "resultInfo", "transcription", "toneInfo")
}

func orNil(o obj) any {
	if o == nil {
		return nil
	}
	return o
}

// active are the modalities that are really there.
func (c *call) active() []string {
	if c.state != established || len(c.me.modalities) == 0 {
		return []string{}
	}
	return c.me.modalities
}

// created answers createCall. Legacy's 2018 examples have no body.
func (s *Service) created(c *call) reply {
	rep := reply{status: 201, location: s.root(c) + s.resource(c)}
	if c.dialect != graph.Legacy {
		rep.body = s.callBody(c)
	}
	return rep
}

// operationBody is an operation as it is read.
func (s *Service) operationBody(op *operation) obj {
	b := obj{"id": op.id, "status": op.status, "clientContext": op.clientContext}
	if op.call.dialect == graph.Legacy {
		if op.clientContext == nil {
			delete(b, "clientContext")
		}
		b["createdDateTime"], b["lastActionDateTime"] = stamp(op.created), stamp(op.last)
		if op.result != nil {
			b["resultInfo"] = resultInfo(op.call, *op.result)
		}
		op.ownWords(b)
		delete(b, "@odata.type")
		return b
	}
	b["@odata.type"] = typeOf(op.kind)
	b["resultInfo"] = nil
	if op.result != nil {
		b["resultInfo"] = resultInfo(op.call, *op.result)
	}
	if op.participants != nil {
		b["participants"] = op.participants
	}
	op.ownWords(b)
	return b
}

// invited answers an invitation.
func (s *Service) invited(op *operation) reply {
	c := op.call
	rep := reply{status: 200, location: s.root(c) + s.resource(c) + "/operations/" + s.pathID(c, op.id)}
	body := s.operationBody(op)
	if c.dialect != graph.Legacy {
		body["status"] = "Running" // as the page's examples write it
		var echo []obj
		for i, p := range op.participants {
			e := withNulls(clone(p), "endpointType", "id", "replacesCallId")
			if op.invited != nil {
				e["id"] = op.invited[i].id
			}
			e["identity"] = withNulls(clone(e["identity"].(obj)), "user", "application", "device", "phone")
			echo = append(echo, e)
		}
		body["participants"] = echo
	}
	rep.body = body
	return rep
}

func clone(o obj) obj {
	n := make(obj, len(o))
	for k, v := range o {
		n[k] = v
	}
	return n
}

// legacyAnswered: in the 2018 document's flow an answer is an operation, of which nothing more is heard.
func (s *Service) legacyAnswered(c *call) reply {
	op := s.newOperation(c, "commsOperation", nil)
	op.quiet = true
	body := s.operationBody(op)
	s.finish(op, done)
	if s.cfg.SeedSlips {
		slipReply(body)
	}
	return reply{status: 200, body: body}
}

// resultInfo is a result in a dialect's words: legacy writes code and subCode as strings.
func resultInfo(c *call, r result) obj {
	if c.dialect != graph.Legacy {
		return obj{"@odata.type": typeOf("resultInfo"), "code": r.code, "subcode": r.subcode, "message": r.message}
	}
	o := obj{"code": strconv.Itoa(r.code), "subCode": strconv.Itoa(r.subcode)}
	if r.reason == transferring || r.reason == transferAccepted {
		o["subCode"] = r.reason
	}
	if r.message != "" {
		o["message"] = r.message
	}
	return o
}

// transferResult: the pages' examples of a failed transfer write subCode, where everything else writes subcode.
func transferResult(c *call, r result) obj {
	o := resultInfo(c, r)
	if c.dialect != graph.Legacy {
		o["subCode"] = o["subcode"]
		delete(o, "subcode")
	}
	return o
}
