//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// day is what the store has, and what is seen of it.
type day struct {
	name     string
	password string // of alice, in the store; "" for no credential
	denied   bool
}

// days are the four.
var days = []day{
	{name: "there", password: "s3cret"},
	{name: "none"},
	{name: "denied", denied: true},
	{name: "wrong", password: "old"},
}

// place is a registry that the clients pull from on the days.
type place struct {
	host      string         // as an image's name begins
	section   string         // of docs/clients-details.md that has what is seen there
	refusal   *regexp.Regexp // what a client shows that was refused without a credential
	refused   string         // the same, in the page's words
	rejection *regexp.Regexp // what a client shows whose password was rejected
	quiet     bool           // credsStore has the helper, which has no note then
	registry  interface {
		Push(image string, img v1.Image) error
		Forget()
		Pulls() map[string]int // by the user, "" for nobody
	}
}

var (
	limit    = regexp.MustCompile(`(?i)toomanyrequests|too many requests|pull rate limit|status:? 429 `)
	unsigned = regexp.MustCompile(`(?i)unauthorized|authentication required|no basic auth credentials|basic credential not found`)
	rejected = regexp.MustCompile(`(?i)incorrect username or password|unauthorized|authentication required`)
	mistaken = regexp.MustCompile(`(?i)unauthorized|authentication required|no such manifest`) // which docker manifest takes a rejection for
)

// TestDays runs every client on each of the days, at a Docker Hub whose
// anonymous pulls are used up, and at a registry that has none, and holds
// docs/clients-details.md to what it saw.
func TestDays(t *testing.T) { everywhere(t, pullers, func(*testing.T) {}) }

// everywhere runs clients at both places, with what they want behind them, and
// once more at Docker Hub with the helper for credsStore. The second time is for the
// run of all clients, and for the docker command 29.
func everywhere(t *testing.T, clients []puller, behind func(*testing.T)) {
	t.Run("Docker Hub", func(t *testing.T) {
		h, store := atDockerHub(t)
		behind(t)
		onDays(t, store, place{host: "docker.io", section: "Docker Hub", refusal: limit, refused: "429", rejection: rejected, registry: h}, clients)
	})
	t.Run("credsStore", func(t *testing.T) {
		var chosen []puller
		for _, c := range clients {
			if all || strings.HasSuffix(c.name, ", 29") {
				chosen = append(chosen, c)
			}
		}
		h, store := atDockerHub(t)
		writeConfig(t, os.Getenv("DOCKER_CONFIG"), `{"credsStore": "ssm"}`)
		behind(t)
		onDays(t, store, place{host: "docker.io", section: "Docker Hub, under credsStore", refusal: limit, refused: "429", rejection: rejected, registry: h, quiet: true}, chosen)
	})
	t.Run("private registry", func(t *testing.T) {
		r, store := atPrivateRegistry(t)
		behind(t)
		onDays(t, store, place{host: private, section: "A private registry", refusal: unsigned, refused: "“unauthorized”", rejection: mistaken, registry: r}, clients)
	})
}

// onDays runs clients at a place on each of the days.
func onDays(t *testing.T, store string, at place, clients []puller) {
	denied := ssmtest.NewServer()
	defer denied.Close()
	denied.Deny("ssm:GetParameters", "*")
	denied.Deny("ssm:GetParametersByPath", "*")

	rows := map[string]string{}
	calls, cases := 0, 0
	for _, client := range clients {
		t.Run(client.name, func(t *testing.T) {
			client.need(t)
			var asks, cells string
			for i, day := range days {
				t.Setenv("AWS_ENDPOINT_URL", store)
				if keep(t, at.host, day.password); day.denied {
					t.Setenv("AWS_ENDPOINT_URL", denied.URL)
				}
				repository := fmt.Sprintf("team/app-%d-%d", cases, i)
				image, content := client.image(t, repository)
				if err := at.registry.Push(image, content); err != nil {
					t.Fatal(err)
				}
				at.registry.Forget()
				asked := recording(t)

				said, status := client.run(t, at.host+"/"+image)
				o := outcome{at: at, quiet: at.quiet || client.merges, said: said, status: status, asked: asked(), pulls: at.registry.Pulls()}
				calls += len(o.asked)
				cases++
				problem := o.check(day.name)
				if at.quiet && client.blind {
					problem = o.checkBlind()
				}
				if problem != "" {
					t.Errorf("%s: %s; status %d, helper calls %+v, pulls %v\n%s", day.name, problem, status, o.asked, o.pulls, said)
				}
				if i == 0 {
					asks = strings.ReplaceAll(o.questions(client.anyhow), repository, "REPOSITORY")
				}
				cells += " " + o.cell(day.name) + " |"
			}
			if !t.Failed() {
				rows[client.name] = "| " + client.name + " | " + client.release(t) + " | " + asks + " |" + cells
			}
		})
	}
	count(t, at.section, rows, cases, calls)
	compare(t, at.section, names(slices.Concat(pullers, rarePullers)), rows)
}

// outcome is what the three sides have seen.
type outcome struct {
	at     place
	quiet  bool // the helper has no note
	said   string
	status int
	asked  []call
	pulls  map[string]int
}

func (o outcome) note() bool   { return strings.Contains(o.said, "the client goes on anonymously") }
func (o outcome) reason() bool { return strings.Contains(o.said, "is denied") }

// check says what is wrong with an outcome; "" for nothing.
func (o outcome) check(day string) string {
	switch {
	case strings.Contains(o.said, "s3cret"):
		return "the password is on the screen"
	case len(o.asked) == 0:
		return "the helper was not asked"
	case o.pulls[""] > 0:
		return "an anonymous pull"
	case day == "there" && (o.status != 0 || o.pulls["alice"] == 0):
		return "not signed in"
	case day != "there" && (o.status == 0 || o.pulls["alice"] > 0):
		return "it succeeds"
	case day == "none" && !o.at.refusal.MatchString(o.said):
		return "the refusal is not on the screen"
	case day == "none" && o.note() == o.quiet:
		return "the note is missing, or there is one where there must be none"
	case day == "denied" && !o.reason():
		return "the reason is not on the screen"
	case day == "wrong" && !o.at.rejection.MatchString(o.said):
		return "the rejection is not on the screen"
	}
	return ""
}

// checkBlind is [outcome.check] for a client that does not look at credsStore.
func (o outcome) checkBlind() string {
	switch {
	case len(o.asked) > 0:
		return "the helper was asked"
	case o.status == 0 || !o.at.refusal.MatchString(o.said):
		return "it was not refused"
	}
	return ""
}

// cell is the outcome of a day as the page has it.
func (o outcome) cell(day string) string {
	switch {
	case len(o.asked) == 0:
		return "does not ask: " + o.at.refused
	case o.status == 0 && o.pulls["alice"] > 0:
		return "signed in"
	case o.note():
		return o.at.refused + ", and the note says why"
	case day == "none" && o.at.quiet:
		return o.at.refused
	case day == "none":
		return o.at.refused + ", without the note"
	case o.reason() && o.at.refusal.MatchString(o.said):
		return "goes on anonymously: " + o.at.refused + ", and the reason"
	case o.reason():
		return "fails with the reason"
	case strings.Contains(o.said, "incorrect username or password"):
		return "“incorrect username or password”"
	case strings.Contains(o.said, "no such manifest"):
		return "“no such manifest”"
	}
	return "“unauthorized”"
}

// questions are those that the helper was asked, each once.
func (o outcome) questions(sorted bool) string {
	var each []string
	for _, c := range o.asked {
		if q := strings.TrimSpace("`"+c.Verb+" "+c.Server) + "`"; !slices.Contains(each, q) {
			each = append(each, q)
		}
	}
	if sorted {
		slices.Sort(each)
	}
	if len(each) == 0 {
		return "nothing"
	}
	return strings.Join(each, ", ")
}

// fresh is an image that nobody has pulled before, with something to run.
func fresh(t *testing.T) v1.Image {
	t.Helper()
	img, err := random.Image(500, 1)
	if err == nil {
		var layer v1.Layer
		if layer, err = busybox(t); err == nil {
			img, err = mutate.AppendLayers(img, layer)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", "amd64"
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// busybox is a layer with something to run.
func busybox(t *testing.T) (v1.Layer, error) {
	t.Helper()
	program, err := os.ReadFile(testenv.Need(t, "busybox"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "busybox", Mode: 0o755, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
}
