//go:build e2e

package e2e

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"docker-credential-ssm/registry"
	"docker-credential-ssm/ssm/ssmtest"
)

// programs are clients that look for credentials with code of their own, or of a
// library that many programs share: the client itself where it runs here, else its
// own code for credentials, unmodified, in a small program of libraries/.
var programs = []puller{
	{name: "Testcontainers for Go", args: words("testcontainers IMAGE"), version: words("grep testcontainers-go libraries/go.mod"), anyhow: true, env: words("TESTCONTAINERS_RYUK_DISABLED=true")},
	{name: "Testcontainers for Node", args: words("testcontainers.mjs IMAGE"), version: words("grep testcontainers libraries/node/package.json"), env: words("TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost")},
	{name: "Dev Containers' CLI, image", args: devcontainer(`build --workspace-folder DIR`), version: words("devcontainer --version"), needs: "devcontainer", slow: true, anyhow: true},
	{name: "Dev Containers' CLI, feature", args: devcontainer(`features info manifest IMAGE`), content: configured("application/vnd.devcontainers"), version: words("devcontainer --version"), needs: "devcontainer"},
	{name: "GitLab Runner", args: steps("mkdir -p ~/.docker; cp $DOCKER_CONFIG/config.json ~/.docker; gitlabrunner IMAGE 2>DIR/runner.log"), version: words("echo 2026.09.03"), needs: "gitlabrunner", anyhow: true},
	{name: "go-dockerclient", args: words("godockerclient IMAGE"), version: words("grep go-dockerclient libraries/go.mod")},
	{name: "ko build", args: onModule("KO_DEFAULTBASEIMAGE=IMAGE ko build --push=false --sbom=none DIR"), needs: "ko"},
	{name: "cosign tree", args: words("cosign tree IMAGE")},
	{name: "grype", args: grype("IMAGE"), needs: "grype"},
	{name: "grype registry:", args: grype("registry:IMAGE"), needs: "grype"},
	{name: "trivy image", args: words("trivy image --scanners secret --skip-version-check --cache-dir DIR IMAGE")},
	{name: "pack inspect", args: words("pack inspect IMAGE"), version: words("pack version")},
	{name: "Skaffold", args: skaffold(), anyhow: true, version: words("skaffold version"), needs: "skaffold"},
}

// devcontainer is the Dev Containers' CLI in a folder whose container is the image.
func devcontainer(command string) []string {
	return steps(`mkdir .devcontainer; echo '{"image": "IMAGE"}' >.devcontainer/devcontainer.json; NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE devcontainer ` + command)
}

// grype is the scanner with a database that knows of no vulnerability.
func grype(image string) []string {
	return steps(`export GRYPE_DB_CACHE_DIR=DIR/db GRYPE_DB_AUTO_UPDATE=false GRYPE_DB_VALIDATE_AGE=false GRYPE_CHECK_FOR_APP_UPDATE=false
python3 -c 'import sqlite3
c = sqlite3.connect("empty.db")
c.execute("create table db_metadata (build_timestamp datetime not null, model integer not null, revision integer not null, addition integer not null)")
c.execute("insert into db_metadata values (?, 6, 1, 0)", ("2026-01-01 00:00:00+00:00",))
c.commit()'
grype -q db import empty.db
grype ` + image)
}

// skaffold is a build of the folder's Dockerfile by the engine.
func skaffold() []string {
	return steps(`cat >skaffold.yaml <<EOF
apiVersion: skaffold/v4beta13
kind: Config
build:
  artifacts: [{image: app, docker: {dockerfile: Dockerfile}}]
  local: {push: false}
EOF
export SKAFFOLD_UPDATE_CHECK=false SKAFFOLD_INTERACTIVE=false
skaffold build --cache-artifacts=false --tag=1`)
}

// onModule is a command in a folder with a program that needs no other module.
func onModule(command string) []string {
	cache, _ := os.UserCacheDir() // before a test has a home of its own
	return steps(`export GOFLAGS= GOCACHE=` + cmp.Or(os.Getenv("GOCACHE"), filepath.Join(cache, "go-build")) + `
printf 'module example\n\ngo 1.24\n' >go.mod
printf 'package main\n\nfunc main() {}\n' >main.go
` + command)
}

// keys give the helper registries in credHelpers, as configure writes them.
func keys(registries ...string) string {
	var entries []string
	for _, key := range registries {
		for _, name := range registry.Lookups(key) {
			entries = append(entries, `"`+name+`": "ssm"`)
		}
	}
	return `{"credHelpers": {` + strings.Join(entries, ", ") + `}}`
}

// The sections of docs/clients-details.md that have what is seen.
const (
	byName      = "Libraries and other programs"
	underStore  = byName + ", under credsStore"
	atPrivate   = byName + ", at a private registry"
	besideOther = byName + ", with another entry"
)

// TestPrograms runs programs on each of the days, with the helper for one registry
// and as the store of all, and holds docs/clients-details.md to what it saw.
func TestPrograms(t *testing.T) {
	t.Run("Docker Hub", func(t *testing.T) {
		h, store := atDockerHub(t)
		at := place{host: "docker.io", refusal: limit, refused: "429", registry: h}
		onProgramDays(t, store, at, byName, keys("docker.io"))
		onProgramDays(t, store, at, underStore, `{"credsStore": "ssm"}`)
	})
	t.Run("private registry", func(t *testing.T) {
		r, store := atPrivateRegistry(t)
		at := place{host: private, refusal: unsigned, refused: "“unauthorized”", registry: r}
		onProgramDays(t, store, at, atPrivate, keys(private))
	})
}

// onProgramDays runs the programs at a place, with a configuration.
func onProgramDays(t *testing.T, store string, at place, which, configuration string) {
	denied := ssmtest.NewServer()
	defer denied.Close()
	denied.Deny("ssm:GetParameters", "*")
	denied.Deny("ssm:GetParametersByPath", "*")
	writeConfig(t, os.Getenv("DOCKER_CONFIG"), configuration)

	rows := map[string]string{}
	calls, cases := 0, 0
	for n, client := range programs {
		t.Run(which+": "+client.name, func(t *testing.T) {
			if client.need(t); client.slow && !(all && which == byName) {
				t.Skip("it takes minutes: only with E2E_ALL, and once")
			}
			var asks, cells string
			for i, day := range programDays(which) {
				t.Setenv("AWS_ENDPOINT_URL", store)
				if keep(t, at.host, day.password); day.denied {
					t.Setenv("AWS_ENDPOINT_URL", denied.URL)
				}
				t.Setenv("DOCKER_CREDENTIAL_SSM_REQUIRED", strconv.FormatBool(day.name == "required"))
				repository := fmt.Sprintf("team/program-%d-%d-%d", len(which), n, i)
				image, content := client.image(t, repository)
				if err := at.registry.Push(image, content); err != nil {
					t.Fatal(err)
				}
				at.registry.Forget()
				asked := recording(t)

				said, status := client.run(t, at.host+"/"+image)
				o := outcome{at: at, said: said, status: status, asked: asked(), pulls: at.registry.Pulls()}
				calls += len(o.asked)
				cases++
				switch {
				case strings.Contains(said, "s3cret"):
					t.Errorf("%s: the password is on the screen", day.name)
				case o.pulls[""] > 0:
					t.Errorf("%s: an anonymous pull", day.name)
				case day.name != "there" && o.pulls["alice"] > 0:
					t.Errorf("%s: it pulls as alice", day.name)
				}
				if testing.Verbose() {
					t.Logf("%s: status %d, pulls %v, helper calls %+v\n%s", day.name, status, o.pulls, o.asked, said)
				}
				if i == 0 {
					asks = strings.ReplaceAll(cmp.Or(o.questions(client.anyhow), "nothing"), repository, "REPOSITORY")
				}
				cells += " " + o.seen(day.name, which == underStore) + " |"
			}
			if !t.Failed() {
				rows[client.name] = "| " + client.name + " | " + client.release(t) + " | " + asks + " |" + cells
			}
		})
	}
	count(t, which, rows, cases, calls)
	compare(t, which, names(programs), rows)
}

// programDays are the four, and one more where credHelpers names the registry: there
// is no credential, and the option required asks for one.
func programDays(which string) []day {
	if which != byName {
		return days
	}
	return slices.Insert(slices.Clone(days), 2, day{name: "required"})
}

// seen is the outcome of a day as the page has it: whether the client went on without
// a credential, and what its user learns of the reason. Under credsStore the helper has
// no note.
func (o outcome) seen(day string, noNote bool) string {
	reason := o.reason() || strings.Contains(o.said, "get "+o.at.host+" failed")
	refused := "fails" // and no more
	if o.at.refusal.MatchString(o.said) {
		refused = o.at.refused
	}
	switch {
	case o.pulls["alice"] > 0 && o.status == 0:
		return "signed in"
	case o.pulls["alice"] > 0:
		return "signed in, and fails"
	case len(o.asked) == 0:
		return "**does not ask**: " + refused
	case day == "there":
		return "**asks, and is not signed in**: " + refused
	case day == "none" && o.note():
		return refused + ", and the note says why"
	case day == "none" && noNote:
		return refused
	case day == "none":
		return refused + ", without the note"
	case day != "wrong" && reason && refused != "fails":
		return "goes on anonymously: " + refused + ", and the reason"
	case day != "wrong" && reason:
		return "fails with the reason"
	case day != "wrong" && refused != "fails":
		return "goes on anonymously: " + refused + ", without the reason"
	case day != "wrong":
		return "fails without the reason"
	}
	for _, words := range []string{"incorrect username or password", "authentication required", "unauthorized"} {
		if strings.Contains(strings.ToLower(o.said), words) {
			return "“" + words + "”"
		}
	}
	return "fails without the reason"
}

// TestOtherEntry: an entry of another registry, which has no credential, and then a
// parameter that is not there, which is an error. Some clients ask for every entry,
// and one that fails takes all registries with it.
func TestOtherEntry(t *testing.T) {
	h, store := atDockerHub(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	keep(t, "docker.io", "s3cret")
	rows := map[string]string{}
	for n, client := range programs {
		t.Run(client.name, func(t *testing.T) {
			if client.need(t); client.slow {
				t.Skip("it takes minutes, and does as docker pull")
			}
			row := "| " + client.name + " | " + client.release(t) + " |"
			for i, options := range []string{``, `, "plugins": {"docker-credential-ssm/ghcr.io": {"parameter": "/gone"}}`} {
				writeConfig(t, os.Getenv("DOCKER_CONFIG"), strings.TrimSuffix(keys("docker.io", "ghcr.io"), "}")+options+"}")
				image, content := client.image(t, fmt.Sprintf("team/entry-%d-%d", n, i))
				if err := h.Push(image, content); err != nil {
					t.Fatal(err)
				}
				h.Forget()
				asked := recording(t)
				said, status := client.run(t, "docker.io/"+image)
				o := outcome{at: place{refusal: limit, refused: "429"}, said: said, status: status, asked: asked(), pulls: h.Pulls()}
				row += " " + o.beside() + " |"
				if o.pulls[""] > 0 || strings.Contains(said, "s3cret") {
					t.Errorf("pulls %v\n%s", o.pulls, said)
				}
			}
			rows[client.name] = row
		})
	}
	compare(t, besideOther, names(programs), rows)
}

// beside is an outcome where the registry has its credential, and another may not.
func (o outcome) beside() string {
	others := slices.ContainsFunc(o.asked, func(c call) bool { return c.Server == "ghcr.io" })
	switch {
	case o.status == 0 && o.pulls["alice"] > 0 && !others:
		return "signed in; asks for its own registry alone"
	case o.status == 0 && o.pulls["alice"] > 0:
		return "signed in"
	case strings.Contains(o.said, "get ghcr.io failed"):
		return "**not signed in**: 429, and the reason"
	}
	return "**not signed in**: 429, and nothing says why"
}

// configured makes an image whose configuration has a media type of its own, as OCI
// artifacts have.
func configured(config types.MediaType) func(*testing.T) v1.Image {
	return func(t *testing.T) v1.Image {
		t.Helper()
		return mutate.ConfigMediaType(mutate.MediaType(fresh(t), types.OCIManifestSchema1), config)
	}
}
