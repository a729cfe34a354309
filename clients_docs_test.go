package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestClientsPage: each row of the first table in docs/clients.md says what the rows of
// docs/clients-details.md say that it stands for, which are what the end-to-end suite saw.
// A row of another table, on programs with ways of their own, has words of its own for what
// it hides.
func TestClientsPage(t *testing.T) {
	details := tables(t, "docs/clients-details.md")
	standsFor := map[string][]string{ // where the names do not begin with the row's
		"docker 29: pull, push, run":                                          {"docker pull, 29", "docker run, 29"},
		"docker 29: manifest, classic build":                                  {"docker manifest inspect, 29", "docker build, classic, 29"},
		"docker 28: run, create, build with BuildKit":                         {"docker run", "docker build with BuildKit, Debian's"},
		"docker 20.10 to 28: pull, push, manifest, classic build; 20.10: run": {"docker pull", "docker pull, Debian's", "docker manifest inspect", "docker build, classic", "docker run, Debian's"},
		"docker buildx, buildctl":                                             {"docker buildx build", "buildctl build"},
		"docker compose, docker-compose":                                      {"docker compose pull", "docker compose up", "docker compose build", "docker-compose pull", "docker-compose up"},
		"podman, buildah, skopeo":                                             {"podman pull", "podman pull, with Docker's file", "buildah from", "buildah bud", "skopeo inspect", "skopeo copy"},
	}
	covered := map[string]bool{}
	for title, rows := range tables(t, "docs/clients.md") {
		for _, row := range rows {
			client, works, hides := row["client"], row["works"], row["what it hides"]
			var seen []map[string]string
			for section, table := range details {
				if strings.HasSuffix(section, "under credsStore") {
					continue // the page has a word on it
				}
				for _, d := range table {
					name := d["client"]
					names, listed := standsFor[client]
					if d["credential there"] != "" && (slices.Contains(names, name) || !listed && belongs(name, client)) {
						covered[name] = true
						seen = append(seen, d)
					}
				}
			}
			switch want := summary(seen); {
			case len(seen) == 0:
				if client != "Helm" && !strings.HasPrefix(works, "not run") { // Helm's test has no days
					t.Errorf("%s: no row of the details stands behind it", client)
				}
			case works != want.works || title == "" && hides != want.hides:
				t.Errorf("%s: the page says %q and %q, the details %q and %q", client, works, hides, want.works, want.hides)
			}
		}
	}
	for section, table := range details {
		for _, d := range table {
			if d["credential there"] != "" && !covered[d["client"]] {
				t.Errorf("%s: no row of the short table has %s", section, d["client"])
			}
		}
	}
}

// belongs reports whether a row of the details is one of a client's: it has the
// client's name, or begins with it.
func belongs(name, client string) bool {
	rest, ok := strings.CutPrefix(name, client)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == ',')
}

type answer struct{ works, hides string }

// summary is what a client's rows come to.
func summary(rows []map[string]string) answer {
	has := func(column, text string) bool {
		return slices.ContainsFunc(rows, func(row map[string]string) bool { return strings.Contains(row[column], text) })
	}
	a := answer{works: "yes", hides: "nothing"}
	for _, row := range rows {
		if !strings.HasPrefix(row["credential there"], "signed in") {
			a.works = "no"
		}
	}
	switch {
	case has("store denied", "goes on anonymously") && has("store denied", "without the reason"):
		a.hides = "errors: it goes on anonymously, without a word"
	case has("store denied", "goes on anonymously"):
		a.hides = "errors: it goes on anonymously, and shows the reason"
	case has("store denied", "without the reason"):
		a.hides = "the reason of an error"
	}
	const note = "the note on a credential that is missing"
	switch {
	case has("none", "without the note") && a.hides == "nothing":
		a.hides = note
	case has("none", "without the note"):
		a.hides += "; and " + note
	}
	return a
}

// tables are a page's, by the section's heading, as rows by the columns' headings.
func tables(t *testing.T, page string) map[string][]map[string]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]map[string]string{}
	section, head := "", []string(nil)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			section, head = strings.TrimPrefix(line, "## "), nil
		case !strings.HasPrefix(line, "|"):
			head = nil
		case regexp.MustCompile(`^\|(---\|)+$`).MatchString(line):
		case head == nil:
			head = cells(line)
		default:
			row := map[string]string{}
			for i, cell := range cells(line) {
				if i < len(head) {
					row[head[i]] = cell
				}
			}
			found[section] = append(found[section], row)
		}
	}
	return found
}

func cells(row string) (cells []string) {
	for _, cell := range strings.Split(strings.Trim(row, "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells
}
