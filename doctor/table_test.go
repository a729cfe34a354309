package doctor

import (
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/registryclient"
)

func TestTable(t *testing.T) {
	if lines := strings.Join(table([]registryclient.Quota{{As: "a", Unlimited: true}, {Limit: 3, Window: 90, Source: "here"}, {As: "b", Error: "lost"}}), "\n"); !strings.Contains(lines, "1m30s") || !strings.Contains(lines, "used up") || !strings.Contains(lines, "as b                  lost") {
		t.Errorf("%s", lines)
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "less than a minute", 90 * time.Second: "1 min", 30 * time.Hour: "30 h", 72 * time.Hour: "3 days"} {
		if got := age(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
