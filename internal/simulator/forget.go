package simulator

import "time"

// What the service keeps of what is over, so that a world can go on for ever. The numbers are ours.
const (
	maxIdle      = 1000            // rooms in which no bot is: people alone with each other, and empty meetings
	maxStrangers = 10_000          // parties, before those of whom nothing more is heard are forgotten
	strangerLife = 5 * time.Minute // since a request named them
)

// vacate forgets a room in which nobody is. One without a bot's leg, where people talk among themselves, and a meeting that
// is empty stay as long as there are not many others: somebody may come back to them.
func (s *Service) vacate(r *room) {
	if r.legs > 0 || r.ringing > 0 {
		return
	}
	if len(r.members) == 0 && r.mode != meeting {
		s.forget(r)
		return
	}
	if s.idle.add(r); s.idle.len() > maxIdle {
		for oldest := range s.idle.all() {
			s.forget(oldest)
			return
		}
	}
}

// forget takes a room out of the world, with whoever may still be in it.
func (s *Service) forget(r *room) {
	s.idle.remove(r)
	s.rooms.remove(r)
	if s.meetings[r.thread] == r {
		delete(s.meetings, r.thread)
	}
	delete(s.meetings, "token:"+r.token)
	for _, m := range r.members {
		m.room = nil
		if m.stop != nil {
			m.stop()
		}
	}
	r.members = nil
}

// forgetStrangers forgets those who are in no call and were not named for a while, whenever there have come to be many.
func (s *Service) forgetStrangers() {
	if len(s.parties) < s.crowd {
		return
	}
	here := map[*party]bool{}
	for r := range s.rooms.all() {
		for _, m := range r.members {
			here[m.party] = true
		}
	}
	for r := range s.rings.all() {
		here[r.party], here[r.caller], here[r.transferor] = true, true, true
	}
	before := s.cfg.Clock.Now().Add(-strangerLife)
	for id, p := range s.parties {
		if p.stranger && !here[p] && p.named.Before(before) {
			delete(s.parties, id)
		}
	}
	s.crowd = 2*len(s.parties) + maxStrangers
}
