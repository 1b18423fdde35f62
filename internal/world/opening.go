package world

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"time"
)

// WorldsPath is where a simulator on a port opens a world of its own for whoever POSTs an Opening, as JSON or YAML. It
// answers 201 with an Opened. Under WorldsPath/{id} it then serves that world: calling API, ActionPath, and DELETE, which
// ends it.
const WorldsPath = "/callflow/worlds"

// Opening says what a new world is like.
type Opening struct {
	Scene   *Scene `json:"scene" doc:"Its people, what they do, and what goes wrong; absent: strangers who all answer."`
	Address string `json:"address" format:"uri" doc:"The bot's registered address in this world: where incoming calls are announced. Absent: nobody can call the bot."`
	Dialect string `json:"dialect" enum:"v1.0,beta,legacy" default:"v1.0" doc:"The dialect of incoming calls."`
	Chaos   string `json:"chaos" doc:"The disorder in which notifications come: reorder, early, duplicate and delay, between commas, or all."`
	Seed    int64  `json:"seed" doc:"What chance and chaos are drawn from; another one for each world when absent."`
	Watch   string `json:"watch" format:"uri" doc:"Where to POST each Happening as it happens. Absent: nowhere."`
}

// Opened says where a new world is.
type Opened struct {
	ID      string `json:"id"`
	Root    string `json:"root"`    // of its calling API; to end the world, DELETE it
	Actions string `json:"actions"` // POST one Action
	Faults  string `json:"faults"`  // see FaultPath
	People  string `json:"people"`  // see PeoplePath
}

// Happening is what somebody did, or a fault that struck.
type Happening struct {
	Who  string `json:"who,omitempty"`
	Did  string `json:"did"`
	Call string `json:"call,omitempty"`
	// Notification is what the notification tells that a fault struck, or the disorder of --chaos; Fault the fault's number, from
	// 1 in the order in which the simulator learnt of them, 0 of none.
	Notification string `json:"notification,omitempty"`
	Fault        int    `json:"fault,omitempty"`
}

// MarshalJSON writes an opening as an author would: durations as text, and nothing that was not said.
func (o Opening) MarshalJSON() ([]byte, error) { return json.Marshal(plain(reflect.ValueOf(o))) }

// MarshalJSON likewise.
func (a Action) MarshalJSON() ([]byte, error) { return json.Marshal(plain(reflect.ValueOf(a))) }

// MarshalJSON likewise.
func (f Fault) MarshalJSON() ([]byte, error) { return json.Marshal(plain(reflect.ValueOf(f))) }

// MarshalJSON likewise.
func (p Person) MarshalJSON() ([]byte, error) { return json.Marshal(plain(reflect.ValueOf(p))) }

// plain lays a value out under the names of its JSON members. Zero values are left out, except where leaving them out
// would bring a default back.
func plain(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case Answers:
		if x.Never != "" {
			return x.Never
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return map[string]any{}
		}
		return plain(v.Elem())
	case reflect.Struct:
		members := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				maps.Copy(members, plain(v.Field(i)).(map[string]any))
				continue
			}
			if _, hasDefault := f.Tag.Lookup("default"); name != "-" && (hasDefault || !v.Field(i).IsZero()) {
				members[name] = plain(v.Field(i))
			}
		}
		return members
	case reflect.Map:
		members := map[string]any{}
		for _, key := range v.MapKeys() {
			members[key.String()] = plain(v.MapIndex(key))
		}
		return members
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	}
	return v.Interface()
}
