package doctor

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/registryclient"
)

// TestPage: docs/doctor.md names every step with its deadline, every outcome, every
// field of --json and the schema's version.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	source, err := os.ReadFile("examine.go")
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]bool{}
	for _, m := range regexp.MustCompile(`x\.do\(ctx, "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		steps[m[1]] = true
	}
	if len(steps) != 13 {
		t.Errorf("%d steps in examine.go, want 13: %v", len(steps), steps)
	}
	for name := range steps {
		limit := localLimit
		if own, ok := limits[name]; ok {
			limit = own
		}
		if row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(name) + "` \\|.*\\| " + fmt.Sprintf("%d s", limit/time.Second) + "[ ,]"); !row.MatchString(page) {
			t.Errorf("there is no row of the step %s with %v", name, limit)
		}
	}
	for _, o := range []outcome{passed, warned, failed, skipped} {
		if mark, _ := o.mark(); !strings.Contains(page, "| "+mark+" | `"+string(o)+"` |") {
			t.Errorf("there is no row of %s", o)
		}
	}
	for _, of := range []any{report{}, clients{}, step{}, hint{}, registryclient.Quota{}} {
		for i := range reflect.TypeOf(of).NumField() {
			field := reflect.TypeOf(of).Field(i)
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && !strings.Contains(page, "`"+name+"`") {
				t.Errorf("the field %s of %T is not on the page", name, of)
			} else if name == "" && field.IsExported() {
				t.Errorf("the field %s of %T has no name in JSON", field.Name, of)
			}
		}
	}
	if !strings.Contains(page, fmt.Sprintf("`schemaVersion` is %d;", schemaVersion)) {
		t.Error("the schema's version is another")
	}
}
