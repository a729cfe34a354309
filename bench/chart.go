package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// chart draws the medians as bars on a logarithmic scale: the slowest takes some
// thirty times as long as get, which would leave nothing to see of the others. It
// brings its own background, for pages of any colour.
func (r *report) chart() string {
	const (
		left, width, bar, gap, top = 250.0, 460.0, 22.0, 12.0, 46.0
	)
	least, most := math.Inf(1), 0.0
	for _, c := range r.contestants {
		ms := median(c.times).Seconds() * 1000
		least, most = math.Min(least, ms), math.Max(most, ms)
	}
	from, to := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	x := func(ms float64) float64 { return left + width*(math.Log10(ms)-from)/(to-from) }
	height := top + float64(len(r.contestants))*(bar+gap) + 40

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 %.0f" font-family="sans-serif" font-size="13" role="img">`+"\n", height)
	fmt.Fprintf(&b, `<title>Medians in milliseconds, on a logarithmic scale</title><rect width="800" height="%.0f" fill="#ffffff"/>`+"\n", height)
	fmt.Fprintf(&b, `<text x="16" y="26" fill="#1f2328" font-size="15">Milliseconds from start to answer (median, logarithmic scale; shorter is better)</text>`+"\n")
	for e := from; e <= to; e++ {
		ms := math.Pow(10, e)
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#d0d7de"/><text x="%.1f" y="%.1f" fill="#59636e" text-anchor="middle">%g</text>`+"\n", x(ms), top-6, x(ms), height-34, x(ms), height-16, ms)
	}
	for i, c := range r.contestants {
		y := top + float64(i)*(bar+gap)
		ms := median(c.times).Seconds() * 1000
		colour := "#8c959f"
		if c.id == "get" || c.id == "cached" {
			colour = "#1a7f37"
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" fill="#1f2328" text-anchor="end">%s</text>`, left-8, y+16, escape(c.name))
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, left, y, x(ms)-left, bar, colour)
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" fill="#1f2328">%.1f</text>`+"\n", x(ms)+6, y+16, ms)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
