package doctor

import (
	"strings"
	"testing"

	"docker-credential-ssm/internal/registryclient"
)

func TestTable(t *testing.T) {
	if lines := strings.Join(table([]registryclient.Quota{{As: "a", Unlimited: true}, {Limit: 3, Window: 90, Source: "here"}, {As: "b", Error: "lost"}}), "\n"); !strings.Contains(lines, "1m30s") || !strings.Contains(lines, "used up") || !strings.Contains(lines, "as b                  lost") {
		t.Errorf("%s", lines)
	}
}
