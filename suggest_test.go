package main

import "testing"

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{
		"gte":       "get",
		"gets":      "get",
		"got":       "get",
		"lst":       "list",
		"liste":     "list",
		"sotre":     "store",
		"delete":    "",
		"earse":     "erase",
		"configrue": "configure",
		"config":    "configure",
		"conf":      "configure",
		"co":        "",
		"docter":    "doctor",
		"hlep":      "help",
		"verison":   "version",
		"":          "",
		"x":         "",
		"ab":        "",
		"go":        "",
		"pull":      "",
	} {
		if got := nearest(word); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "get", 3}, {"get", "get", 0}, {"gt", "get", 1}, {"geet", "get", 1}, {"gat", "get", 1}, {"gte", "get", 1}, {"größe", "grösse", 2}} {
		if got, back := distance(tt.a, tt.b), distance(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("distance(%q, %q) = %d, and back %d, want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}
