package simulator

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"callflow/internal/graph"
	"callflow/internal/world"
)

// populate makes the parties of a scene and its bots. People are sorted by name: the scene's map has no order.
func (s *Service) populate() {
	for i := range s.cfg.Bots {
		b := &s.cfg.Bots[i]
		s.bots = append(s.bots, &party{kind: "application", id: graph.CanonicalID(b.AppID), displayName: b.DisplayName,
			tenantID: b.TenantID, name: b.Name, bot: b})
		s.parties[s.bots[i].id] = s.bots[i]
	}
	if s.cfg.Scene == nil {
		return
	}
	for name := range s.cfg.Scene.People {
		s.people = append(s.people, &party{name: name})
	}
	sort.Slice(s.people, func(i, j int) bool { return s.people[i].name < s.people[j].name })
	for _, p := range s.people {
		w := s.cfg.Scene.People[p.name]
		if w == nil {
			w = &world.Person{}
		}
		s.house(p, w)
	}
}

// house makes a party of somebody who lives here.
func (s *Service) house(p *party, w *world.Person) {
	p.person, p.kind, p.displayName, p.tenantID = w, "user", w.DisplayName, w.TenantID
	if w.Kind != "" {
		p.kind = w.Kind
	}
	p.id = graph.CanonicalID(w.Identifier(p.name))
	s.parties[p.id] = p
	if w.Phone != "" {
		p.kind, p.id = "phone", w.Phone
		s.parties[p.id] = p
	}
	if p.displayName == "" {
		p.displayName = p.name
	}
	if p.tenantID == "" && len(s.bots) > 0 {
		p.tenantID = s.bots[0].tenantID
	}
}

// named finds all whom a list in a request names.
func (s *Service) named(list string, people []inviteeBody) ([]*party, error) {
	found := make([]*party, len(people))
	for i, n := range people {
		p, err := s.partyOf(n.Identity)
		if err != nil {
			return nil, fmt.Errorf("%s[%d].%w", list, i, err)
		}
		found[i] = p
	}
	return found, nil
}

// partyOf finds whom an identity set means. A world without people is full of strangers who answer like anybody who is
// told nothing else; a world with people has only those.
func (s *Service) partyOf(identity obj) (*party, error) {
	for _, kind := range []string{"user", "phone", "application", "applicationInstance", "guest", "azureCommunicationServicesUser", "onPremises"} {
		one, ok := identity[kind].(obj)
		if !ok {
			continue
		}
		id, _ := one["id"].(string)
		if id == "" {
			return nil, fmt.Errorf("identity.%s has no id", kind)
		}
		return s.partyWith(kind, id, one), nil
	}
	return nil, errors.New("identity names nobody: it needs user, phone or application with an id")
}

func (s *Service) partyWith(kind, id string, one obj) *party {
	id = graph.CanonicalID(id)
	now := s.cfg.Clock.Now()
	if p := s.parties[id]; p != nil {
		p.named = now
		return p
	}
	s.forgetStrangers()
	p := &party{kind: kind, id: id, name: id, stranger: true, named: now}
	p.displayName, _ = one["displayName"].(string)
	p.tenantID, _ = one["tenantId"].(string)
	if len(s.people) == 0 {
		p.person = &world.Person{}
	}
	s.parties[id] = p
	return p
}

func (s *Service) person(name string) (*party, error) {
	for _, p := range s.people {
		if p.name == name {
			return p, nil
		}
	}
	if len(s.people) == 0 {
		return nil, fmt.Errorf("nobody here is called %q; this world has nobody with a name", name)
	}
	return nil, fmt.Errorf("nobody here is called %q; there are %s", name, names(s.people))
}

// Start begins the scene's script. What is wrong with the scene is observed, and does not happen.
func (s *Service) Start() {
	if s.cfg.Scene == nil {
		return
	}
	for _, problem := range s.cfg.Scene.Check() {
		s.observe("", problem.Error(), "")
	}
	for _, f := range s.faults {
		if f.bad != nil {
			s.observe("", f.bad.Error(), "")
		}
	}
	var when []world.Action
	for _, a := range s.cfg.Scene.Script {
		if n := len(when); a.At == 0 && n > 0 {
			a.At = when[n-1].At
		}
		when = append(when, a)
	}
	s.script = make([]scripted, len(when))
	for i, a := range when {
		d := a.At
		a.At = 0
		s.script[i].at = d
		s.cfg.Clock.After(d, func() {
			err := s.Act(a)
			if s.script[i].over, s.script[i].err = true, err; err != nil {
				s.observe("", fmt.Sprintf("script[%d] cannot happen: %v", i, err), "")
			}
		})
	}
}

// scripted is what became of an action of the script.
type scripted struct {
	at   time.Duration
	over bool
	err  error // why it could not happen
}

// Unheeded is what the scene says and nothing has come of: faults that struck nothing, and actions that could not happen or have
// not yet. What strikes by chance is no part of it.
func (s *Service) Unheeded() (list []world.Problem) {
	for i, a := range s.script {
		path := []string{"script", strconv.Itoa(i)}
		switch {
		case a.err != nil:
			list = append(list, world.Problem{Path: path, Text: fmt.Sprintf("could not happen at %s: %v", a.at, a.err)})
		case !a.over:
			list = append(list, world.Problem{Path: path, Text: fmt.Sprintf("never happened: its time is %s, and the run was over before", a.at), Late: true})
		}
	}
	if s.cfg.Scene == nil {
		return list
	}
	for _, f := range s.faults {
		if f.number > len(s.cfg.Scene.Faults) || f.left < max(1, f.Times) || f.Chance != nil && *f.Chance < 1 {
			continue
		}
		text := "struck nothing"
		if f.bad != nil {
			text += ": " + f.bad.Error()
		}
		list = append(list, world.Problem{Path: []string{"faults", strconv.Itoa(f.number - 1)}, Text: text})
	}
	return list
}

// Act does one action now; the error says which name or state was wrong.
func (s *Service) Act(a world.Action) error {
	if err := a.Check(); err != nil {
		return err
	}
	if a.At != 0 {
		return errors.New("at belongs into a script; this action happens now")
	}
	switch {
	case a.Dial != nil:
		return s.dial(a.Dial)
	case a.HangUp != nil:
		return s.hangsUp(a.HangUp.Who)
	case a.Leave != nil:
		return s.leave(a.Leave.Who)
	case a.Join != nil:
		return s.joinMeeting(a.Join)
	case a.Press != nil:
		return s.press(a.Press)
	case a.Speak != nil:
		return s.speak(a.Speak)
	case a.Mute != nil:
		return s.muteSelf(a.Mute.Who)
	case a.Unmute != nil:
		return s.unmuteSelf(a.Unmute.Who)
	case a.Transfer != nil:
		return s.hand(a.Transfer)
	case a.Admit != nil:
		return s.admit(a.Admit.Who)
	case a.Remove != nil:
		return s.expel(a.Remove.Who)
	case a.Share != nil:
		return s.share(a.Share.Who)
	}
	return s.unshare(a.Unshare.Who)
}

func (s *Service) dial(d *world.Dial) error {
	from, err := s.person(d.From)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	to, err := s.personOrBot(d.To)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	if to.bot != nil && to.bot.Address == "" {
		return fmt.Errorf("dial: %s has no registered address, so its calls would be announced nowhere; give one: --callback of "+
			"callflow simulate, or the address of a world of its own", to.shown())
	}
	var behalf *party
	if d.OnBehalfOf != "" {
		if behalf, err = s.person(d.OnBehalfOf); err != nil {
			return fmt.Errorf("dial: onBehalfOf: %w", err)
		}
	}
	var routes []route
	if d.Number != "" {
		routes = []route{{"lookup", &party{kind: "phone", id: d.Number}, to}}
	}
	r := s.newRoom(peer)
	s.observe(from.shown(), "dials "+to.shown(), "")
	s.ring(invitation{party: to, caller: from, room: r, limit: s.settings.RingTime, modalities: modalitiesOr(d.Modalities), onBehalf: behalf, routes: routes, done: func(o outcome) {
		if o.joined == nil {
			s.observe(from.shown(), "is not connected: "+o.how.words(), "")
			return
		}
		s.observe(from.shown(), "is connected to "+o.joined.party.shown(), "")
		me := s.newMember(from, d.Modalities)
		me.onBehalf, me.method, o.joined.method = behalf, "caller", "callee"
		s.join(r, me)
		s.join(r, o.joined)
	}})
	return nil
}

// botCalled finds a bot by its name; "bot", the default, is the only one.
func (s *Service) botCalled(name string) (*party, error) {
	for _, b := range s.bots {
		if b.name == name {
			return b, nil
		}
	}
	if (name == "" || name == "bot") && len(s.bots) == 1 {
		return s.bots[0], nil
	}
	return nil, fmt.Errorf("no bot is called %q; there are %s", name, names(s.bots))
}

// hangsUp is somebody hanging up: every call they are in, that they ring with, and that rings at them.
func (s *Service) hangsUp(name string) error {
	p, err := s.person(name)
	if err != nil {
		return fmt.Errorf("hangUp: %w", err)
	}
	var rings []*ring
	for r := range s.rings.all() {
		if r.party == p && !r.away || r.caller == p && r.transferor == nil {
			rings = append(rings, r)
		}
	}
	in := s.memberships(p)
	switch {
	case len(in) > 0:
		s.observe(p.shown(), "hangs up", s.callOf(in[0].room))
	case len(rings) > 0:
		s.observe(p.shown(), "hangs up", "")
	default:
		return fmt.Errorf("hangUp: %s is in no call", name)
	}
	for _, r := range rings {
		if r.party == p {
			r.settle(outcome{how: s.settings.declined})
		} else {
			r.cancel()
		}
	}
	for _, m := range in {
		s.depart(m)
	}
	return nil
}

// memberships are all rooms somebody is in.
func (s *Service) memberships(p *party) []*member {
	var list []*member
	for r := range s.rooms.all() {
		if m := r.find(p); m != nil {
			list = append(list, m)
		}
	}
	return list
}

func (s *Service) leave(name string) error {
	p, err := s.person(name)
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	found := false
	for _, m := range s.memberships(p) {
		if m.room != nil && m.room.mode != peer {
			found = true
			s.observe(p.shown(), "leaves", s.callOf(m.room))
			s.depart(m)
		}
	}
	if !found {
		return fmt.Errorf("leave: %s is in no meeting", name)
	}
	return nil
}

func (s *Service) joinMeeting(j *world.Join) error {
	p, err := s.person(j.Who)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	thread := j.Thread
	switch {
	case j.JoinMeetingID != "" && thread != "":
		return errors.New("join: a meeting has a thread or a joinMeetingId here, not both")
	case j.JoinMeetingID != "":
		thread = numbered(j.JoinMeetingID)
	}
	if thread == "" {
		known := []string{}
		for r := range s.rooms.all() {
			if r.mode == meeting {
				known = append(known, r.thread)
			}
		}
		if len(known) == 0 {
			return errors.New("join: there is no meeting here to join: no thread is named, and nobody is in one")
		}
		if len(known) != 1 {
			return fmt.Errorf("join: thread is needed, because there are %d meetings here%s", len(known), listed(known))
		}
		thread = known[0]
	}
	r := s.meetingOf(thread)
	if r.find(p) != nil {
		return fmt.Errorf("join: %s is in the meeting already", j.Who)
	}
	if !r.opens(j.Passcode) {
		return fmt.Errorf("join: the passcode of %s is not that of the meeting", j.Who)
	}
	r.learnPasscode(j.Passcode)
	s.observe(p.shown(), "joins the meeting", s.callOf(r))
	m := s.newMember(p, nil)
	m.inLobby = p.person.Lobby
	s.join(r, m)
	return nil
}

func listed(known []string) string {
	if len(known) == 0 {
		return ""
	}
	return " (" + strings.Join(known, ", ") + ")"
}

func modalitiesOr(m []string) []string {
	if len(m) == 0 {
		return []string{"audio"}
	}
	return m
}

func (r result) words() string {
	if r.message == "" {
		return "rejected"
	}
	return fmt.Sprintf("%s (%d/%d)", r.message, r.code, r.subcode)
}

func names(list []*party) string { return each(list, func(p *party) string { return p.name }) }

// shown lists parties as people call them.
func shown(list []*party) string { return each(list, (*party).shown) }

func each(list []*party, word func(*party) string) string {
	var out []string
	for _, p := range list {
		out = append(out, word(p))
	}
	if out == nil {
		return "nobody"
	}
	return strings.Join(out, ", ")
}
