package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
)

// Rule is what a finding breaks.
type Rule string

// The rules.
const (
	Member   Rule = "member"   // the type does not declare it
	Type     Rule = "type"     // another JSON type, or an @odata.type that cannot stand here
	Word     Rule = "word"     // no member of the enum
	Case     Rule = "case"     // a member of the enum in another case
	Null     Rule = "null"     // null where the type allows none
	Required Rule = "required" // absent where the type requires it
	Status   Rule = "status"   // another HTTP status than the page says
	Location Rule = "location" // of a response: absent, or naming something else
)

// Finding is one place where a message is not what the types declare.
type Finding struct {
	Dialect  graph.Dialect
	Message  string // request, response, notification
	What     string // the operation, or of a notification the kind of its resource
	Path     string // in the body: /value/0/resourceData/state
	In       string // the type that it is in: call
	Member   string
	Rule     Rule
	Seen     string // as JSON, clipped; "" when absent
	Expected string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s %s %s: %s (%s.%s, %s): saw %s, expected %s", f.Dialect, f.Message, f.What, f.Path, f.In, f.Member, f.Rule, f.Seen, f.Expected)
}

// checker looks through one message.
type checker struct {
	*Types
	message, what string
	found         []Finding
}

// Request checks a request's body.
func (t *Types) Request(c Call, body []byte) []Finding {
	k := &checker{Types: t, message: "request", what: c.Name}
	if c.op == nil {
		k.say("", "", "", Type, "", "a request of the API")
		return k.found
	}
	value, ok := k.parse(body)
	switch {
	case !ok:
	case value == nil && c.op.sends == "":
	case c.op.sends == "":
		k.say("", c.Name, "", Type, value, "no body")
	case t.params(c.op) != nil:
		k.parameters(t.params(c.op), value)
	case t.types[c.op.sends] == nil:
		k.say("", c.Name, "", Type, value, "an action that the dialect has")
	default:
		k.value("", "", "", c.op.sends, value)
	}
	return k.found
}

// parameters checks an action's body.
func (k *checker) parameters(a *action, value any) {
	o, ok := value.(map[string]any)
	if !ok && value != nil {
		k.say("", a.Name, "", Type, value, "an object")
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if typ := a.Parameters[name]; typ != "" {
			k.value("/"+name, a.Name, name, typ, o[name])
		} else {
			k.say("/"+name, a.Name, name, Member, o[name], "a parameter: "+strings.Join(slices.Sorted(maps.Keys(a.Parameters)), ", "))
		}
	}
	for _, name := range k.required[a.Name] {
		if _, ok := o[name]; !ok {
			k.say("/"+name, a.Name, name, Required, nil, a.Parameters[name])
		}
	}
}

// Response checks the answer to a request: its status, its Location, and its body.
func (t *Types) Response(c Call, status int, location string, body []byte) []Finding {
	k := &checker{Types: t, message: "response", what: c.Name}
	value, ok := k.parse(body)
	if !ok {
		return k.found
	}
	if status >= 400 {
		k.envelope(value)
		return k.found
	}
	if c.op == nil {
		k.say("", "", "", Type, "", "a refusal: the API has no such request")
		return k.found
	}
	if status != c.op.status && c.op.status != 0 {
		k.say("", c.Name, "", Status, status, strconv.Itoa(c.op.status))
	}
	k.location(c.op, location, value)
	switch {
	case c.op.yields == "" && value != nil:
		k.say("", c.Name, "", Type, value, "no body")
	case c.op.yields == "":
	case value == nil:
		k.say("", c.Name, "", Type, value, c.op.yields)
	case strings.HasPrefix(c.op.yields, "Collection("):
		o, _ := value.(map[string]any)
		k.annotations("", o)
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if !strings.HasPrefix(name, "@odata.") && name != "value" {
				k.say("/"+name, c.op.yields, name, Member, o[name], "value")
			}
		}
		k.value("/value", c.op.yields, "value", c.op.yields, o["value"])
	default:
		k.value("", "", "", c.op.yields, value)
	}
	return k.found
}

// location: a new call and an operation are named there.
func (k *checker) location(o *operation, location string, value any) {
	body, _ := value.(map[string]any)
	id, _ := body["id"].(string)
	wants := o.begins || o.name == "createCall"
	if !wants {
		if location != "" {
			k.say("", o.name, "Location", Location, location, "no Location")
		}
		return
	}
	if location == "" {
		k.say("", o.name, "Location", Location, nil, "the new resource's URL")
		return
	}
	at := location[strings.LastIndexByte(location, '/')+1:]
	if id != "" && graph.CanonicalID(at) != graph.CanonicalID(id) {
		k.say("", o.name, "Location", Location, location, "a URL that ends in "+id)
	}
}

// envelope checks an error. https://learn.microsoft.com/graph/errors
func (k *checker) envelope(value any) {
	o, _ := value.(map[string]any)
	e, ok := o["error"].(map[string]any)
	if !ok || len(o) != 1 {
		k.say("", "error", "", Type, value, `{"error": {…}}`)
		return
	}
	for name, v := range map[string]any{"code": e["code"], "message": e["message"]} {
		if _, ok := v.(string); !ok {
			k.say("/error/"+name, "error", name, Type, v, "a string")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if !slices.Contains([]string{"code", "message", "innerError", "target", "details"}, name) {
			k.say("/error/"+name, "error", name, Member, e[name], "code, message, target, details, innerError")
		}
	}
	if _, ok := e["innerError"].(map[string]any); !ok && e["innerError"] != nil {
		k.say("/error/innerError", "error", "innerError", Type, e["innerError"], "an object")
	}
}

// Notification checks the body of a POST to a bot.
func (t *Types) Notification(body []byte) []Finding {
	k := &checker{Types: t, message: "notification", what: "envelope"}
	value, ok := k.parse(body)
	o, isObject := value.(map[string]any)
	if !ok {
		return k.found
	}
	items, isList := o["value"].([]any)
	if !isObject || !isList {
		k.say("", "commsNotifications", "value", Type, value, "an object with a list value")
		return k.found
	}
	envelope := maps.Clone(o)
	delete(envelope, "value")
	k.value("", "", "", "commsNotifications", envelope)
	for i, item := range items {
		k.item(fmt.Sprintf("/value/%d", i), item)
	}
	return k.found
}

// item checks one notification; resourceData is not declared, what it holds follows from the resource's path.
func (k *checker) item(at string, value any) {
	k.what = "envelope"
	o, ok := value.(map[string]any)
	if !ok {
		k.say(at, "commsNotification", "", Type, value, "an object")
		return
	}
	envelope := maps.Clone(o)
	data, there := envelope["resourceData"]
	delete(envelope, "resourceData")
	k.value(at, "", "", "commsNotification", envelope)
	if !there {
		k.say(at+"/resourceData", "commsNotification", "resourceData", Required, nil, "the resource")
		return
	}
	url, _ := o["resourceUrl"].(string)
	if k.dialect == graph.Legacy {
		url, _ = o["resource"].(string)
	}
	segs := strings.Split(strings.Trim(url, "/"), "/")
	if segs[0] == "applications" && len(segs) > 1 {
		segs = segs[1:]
	}
	typ, tail := "", ""
	if len(segs) > 3 {
		tail = strings.ToLower(segs[3])
	}
	switch list, _ := data.([]any); {
	case len(segs) == 3:
		typ, k.what = "call", "call"
	case tail == "operations" && len(segs) == 5:
		typ, k.what = "commsOperation", "operation"
	case tail == "participants" && len(segs) == 4 && len(list) == 1 && odata(list[0]) == "deltaParticipants":
		typ, k.what = "Collection(deltaParticipants)", "delta roster"
	case tail == "participants" && len(segs) == 4:
		typ, k.what = "Collection(participant)", "roster"
	case tail == "participants" && len(segs) == 5 && odata(data) == "participantJoiningNotification":
		typ, k.what = odata(data), "joining"
	case tail == "participants" && len(segs) == 5:
		typ, k.what = "participantLeftNotification", "leaving"
	case tail == "contentsharingsessions":
		typ, k.what = "Collection(contentSharingSession)", "content sharing"
	case tail == "unknownfutureresources": // the fault unknownType: nobody is to know it
		return
	default:
		k.say(at+"/resourceUrl", "commsNotification", "resourceUrl", Type, url, "a call, or its operation, roster or content sharing sessions")
		return
	}
	k.value(at+"/resourceData", "", "", typ, data)
}

func (k *checker) parse(body []byte) (value any, ok bool) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, true
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		k.say("", "", "", Type, string(body), "JSON: "+err.Error())
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		k.say("", "", "", Type, string(body), "one JSON value")
		return nil, false
	}
	return value, true
}

func (k *checker) say(path, in, member string, rule Rule, seen any, expected string) {
	text, _ := json.Marshal(seen)
	if len(text) > 120 {
		text = append(text[:120:120], "…"...)
	}
	if rule == Required {
		text = []byte("nothing")
	}
	k.found = append(k.found, Finding{k.dialect, k.message, k.what, path, in, member, rule, string(text), expected})
}

// value checks a value against a type as the metadata writes it.
func (k *checker) value(path, in, member, typ string, v any) {
	typ, nullable := strings.CutSuffix(typ, "?")
	if v == nil {
		if !nullable {
			k.say(path, in, member, Null, nil, typ)
		}
		return
	}
	if of, ok := strings.CutPrefix(typ, "Collection("); ok {
		of = strings.TrimSuffix(of, ")")
		list, ok := v.([]any)
		if !ok {
			k.say(path, in, member, Type, v, typ)
		}
		for i, x := range list {
			k.value(fmt.Sprintf("%s/%d", path, i), in, member, of, x)
		}
		return
	}
	if of, ok := strings.CutPrefix(typ, "Edm."); ok {
		if !primitive(of, v) {
			k.say(path, in, member, Type, v, typ)
		}
		return
	}
	d := k.types[typ]
	switch {
	case typ == "any":
	case d == nil:
		k.say(path, in, member, Type, v, "a type that is declared; "+typ+" is not")
	case d.Kind == "enum":
		k.word(path, typ, member, d, v)
	default:
		k.object(path, in, member, typ, v)
	}
}

func (k *checker) word(path, typ, member string, d *declared, v any) {
	s, ok := v.(string)
	if !ok {
		k.say(path, typ, member, Type, v, "a word of "+typ)
		return
	}
	for _, w := range d.Values {
		if w == s {
			return
		}
		if strings.EqualFold(w, s) {
			k.say(path, typ, s, Case, v, w)
			return
		}
	}
	k.say(path, typ, s, Word, v, strings.Join(d.Values, ", "))
}

// odata is the type that an object says it is, without the namespace; "" if none.
func odata(v any) string {
	o, _ := v.(map[string]any)
	s, _ := o["@odata.type"].(string)
	return strings.TrimPrefix(s, "#microsoft.graph.")
}

func (k *checker) object(path, in, member, typ string, v any) {
	o, ok := v.(map[string]any)
	if !ok {
		k.say(path, in, member, Type, v, typ)
		return
	}
	k.annotations(path, o)
	if said, ok := o["@odata.type"].(string); ok {
		name, qualified := strings.CutPrefix(said, "#microsoft.graph.")
		if !qualified || k.types[name] == nil || !k.is(name, typ) {
			k.say(path+"/@odata.type", typ, "@odata.type", Type, said, "#microsoft.graph."+typ+", or a type that comes from it")
		} else {
			typ = name
		}
	}
	if k.abstract[typ] {
		k.say(path+"/@odata.type", typ, "@odata.type", Required, nil, "which kind of "+typ+" it is")
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if strings.HasPrefix(name, "@odata.") {
			continue
		}
		t, by := k.property(typ, name)
		if t == "" {
			k.say(path+"/"+name, typ, name, Member, o[name], "a member that "+typ+" declares")
			continue
		}
		k.value(path+"/"+name, by, name, t, o[name])
	}
	if k.dialect == graph.Legacy {
		return // nothing is known to have been required
	}
	for _, name := range k.requires(typ) {
		if _, ok := o[name]; !ok && (name != "id" || k.message != "request") { // the service chooses ids
			t, by := k.property(typ, name)
			k.say(path+"/"+name, by, name, Required, nil, t)
		}
	}
}

// annotations are OData's own members: https://docs.oasis-open.org/odata/odata-json-format/v4.01
func (k *checker) annotations(path string, o map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !strings.HasPrefix(name, "@odata.") {
			continue
		}
		known := slices.Contains([]string{"@odata.type", "@odata.id", "@odata.etag", "@odata.context", "@odata.nextLink"}, name)
		if _, text := o[name].(string); !known || !text {
			k.say(path+"/"+name, "annotation", name, Type, o[name], "an annotation of OData with a text")
		}
	}
}

var (
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	duration = regexp.MustCompile(`^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`)
)

// primitive says whether a JSON value can be of that Edm type. An Int64 may be a string: OData's IEEE754Compatible.
func primitive(typ string, v any) bool {
	s, isText := v.(string)
	n, isNumber := v.(json.Number)
	whole := func(text string, bits int) bool {
		_, err := strconv.ParseInt(text, 10, bits)
		return err == nil
	}
	switch typ {
	case "String":
		return isText
	case "Boolean":
		_, ok := v.(bool)
		return ok
	case "Int32":
		return isNumber && whole(n.String(), 32)
	case "Int64":
		return isNumber && whole(n.String(), 64) || isText && whole(s, 64)
	case "Double":
		return isNumber
	case "Guid":
		return isText && guid.MatchString(s)
	case "Duration":
		return isText && len(s) > 2 && duration.MatchString(s)
	case "DateTimeOffset":
		_, err := time.Parse(time.RFC3339, s)
		return isText && err == nil
	}
	return false
}
