package ssmtest

import "time"

// bucket is a quota: so many a second, and as many at once.
type bucket struct {
	rate, tokens float64
	last         time.Time
}

// Limit allows that many Get calls a second, with as many at once, and
// throttles the rest, as an account's quota does (40 by default, shared by all
// Get calls). 0 lifts the limit.
func (s *Server) Limit(perSecond int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = bucket{rate: float64(perSecond), tokens: float64(perSecond), last: time.Now()}
}

func (b *bucket) take(now time.Time) bool {
	if b.rate == 0 {
		return true
	}
	b.tokens = min(b.rate, b.tokens+b.rate*now.Sub(b.last).Seconds())
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
