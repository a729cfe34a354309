package cli

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "less than a minute", 90 * time.Second: "1 min", 30 * time.Hour: "30 h", 72 * time.Hour: "3 days"} {
		if got := Age(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
