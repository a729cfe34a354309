package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"docker-credential-ssm/internal/registryclient"
)

// table lays quotas out side by side.
func table(quotas []registryclient.Quota) []string {
	lines := []string{fmt.Sprintf("%-21s %9s %9s  %-6s  %s", "", "limit", "remaining", "window", "counted for")}
	for _, q := range quotas {
		who := "as " + q.As
		if q.As == "" {
			who = "anonymous, from here"
		}
		limit, remaining, window, source := strconv.Itoa(q.Limit), strconv.Itoa(q.Remaining), span(q.Window), q.Source
		switch {
		case q.Error != "":
			lines = append(lines, fmt.Sprintf("%-21s %s", who, q.Error))
			continue
		case q.Unlimited:
			limit, remaining, window = "unlimited", "unlimited", "-"
		case q.Limit == 0:
			limit = "?"
		}
		if q.UsedUp() {
			source += " (used up)"
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%-21s %9s %9s  %-6s  %s", who, limit, remaining, window, source), " "))
	}
	return lines
}

// span is a window as people say it.
func span(seconds int) string {
	if seconds%3600 == 0 && seconds > 0 {
		return fmt.Sprintf("%d h", seconds/3600)
	}
	return (time.Duration(seconds) * time.Second).String()
}
