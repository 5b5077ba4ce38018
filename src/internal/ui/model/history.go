package model

import (
	"time"

	"cells/src/internal/cell"
)

// Kept is how many samples a history has: two minutes, one a second.
const Kept = 120

// point is one sample of one cell.
type point struct {
	at     time.Time
	cpu    time.Duration
	denied uint64
	used   float64 // percent since the point before, negative for none
	age    time.Duration
	rss    uint64
}

// History is a ring of the last samples of a cell.
type History struct {
	ring [Kept]point
	n    int // how many there ever were
}

// add appends what the kernel says now.
func (h *History) add(at time.Time, in *cell.Info) {
	p := point{at: at, cpu: in.CPU, denied: cell.Sum(in.Denied), used: -1, rss: in.RSS, age: in.Uptime}
	if last := h.last(); last != nil {
		span := at.Sub(last.at)
		if span <= 0 {
			return
		}
		p.used = 100 * max(0, float64(p.cpu-last.cpu)) / float64(span)
	}
	h.ring[h.n%Kept] = p
	h.n++
}

// last is the newest point, nil where there is none.
func (h *History) last() *point {
	if h.n == 0 {
		return nil
	}
	return &h.ring[(h.n-1)%Kept]
}

// LastCPU is the percentage of one processor, negative where there is but
// one sample.
func (h *History) LastCPU() float64 {
	if p := h.last(); p != nil {
		return p.used
	}
	return -1
}

// each calls f with the last n points, the oldest first.
func (h *History) each(n int, f func(p *point)) {
	for i := max(0, h.n-min(n, Kept)); i < h.n; i++ {
		f(&h.ring[i%Kept])
	}
}

// CPU lists the last n percentages.
func (h *History) CPU(n int) []float64 {
	out := make([]float64, 0, n)
	h.each(n, func(p *point) {
		if p.used >= 0 {
			out = append(out, p.used)
		}
	})
	return out
}

// RSS lists the last n resident sizes in bytes.
func (h *History) RSS(n int) []float64 {
	out := make([]float64, 0, n)
	h.each(n, func(p *point) { out = append(out, float64(p.rss)) })
	return out
}

// Denials is how many there were within the last span.
func (h *History) Denials(span time.Duration) uint64 {
	last := h.last()
	if last == nil {
		return 0
	}
	if last.age < span {
		return last.denied // all of it
	}
	first := last.denied
	h.each(Kept, func(p *point) {
		if last.at.Sub(p.at) <= span && p.denied < first {
			first = p.denied
		}
	})
	return last.denied - first
}
