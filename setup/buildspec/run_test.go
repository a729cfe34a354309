package buildspec

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"docker-credential-ssm/internal/testenv"
)

// TestSameCredentials runs the commands of each buildspec before and after, in a shell whose docker, aws and docker-credential-ssm are
// stubs, and compares who signs in where, and with what.
func TestSameCredentials(t *testing.T) {
	testenv.NeedPOSIX(t)
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash to run the commands")
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("there is no jq, which some of the commands call")
	}
	stubs := t.TempDir()
	for name, text := range stubScripts {
		if err := os.WriteFile(filepath.Join(stubs, name), []byte("#!"+bash+"\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"curl", "ssh", "make", "retry", "envsubst"} {
		if err := os.Symlink("sudo", filepath.Join(stubs, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"podman", "buildah", "skopeo", "crane", "helm", "oras", "nerdctl"} {
		if err := os.Symlink("docker", filepath.Join(stubs, name)); err != nil {
			t.Fatal(err)
		}
	}
	archives, _ := filepath.Glob("testdata/*.txtar")
	ran := 0
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before := archive.Files[0].Data
		p, err := Read("buildspec.yml", before)
		if err != nil || !p.Changed() {
			continue
		}
		ran++
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			want, got := signIns(t, bash, stubs, before), signIns(t, bash, stubs, p.Result)
			compare(t, "sign-ins", strings.Join(want, ""), strings.Join(got, ""))
			if len(want) == 0 {
				t.Error("nothing signs in")
			}
		})
	}
	if ran < 40 {
		t.Errorf("%d buildspecs were run", ran)
	}
}

// stubScripts write each sign-in as one line of arguments to $LOG.
var stubScripts = map[string]string{
	"docker": `
password= user= registry= config=
while [ $# -gt 0 ]; do
	case $1 in
	--config) DOCKER_CONFIG=$2; shift;;
	login) login=1;;
	auth|registry) ;;
	-u|--username) user=$2; shift;;
	-p|--password) password=$2; shift;;
	--authfile) shift;;
	-u=*) user=${1#-u=};;
	-u*) user=${1#-u};;
	-p=*) password=${1#-p=};;
	-p*) password=${1#-p};;
	--username=*) user=${1#*=};;
	--password=*) password=${1#*=};;
	--password-stdin) IFS= read -r password;;
	-*) ;;
	*) [ "$login" ] || exit 0; registry=$1;;
	esac
	shift
done
[ "$login" ] || exit 0
printf '%s\t' login "$registry" "$user" "$password" >>"$LOG"
echo >>"$LOG"
`,
	"docker-credential-ssm": `printf '%s\t' "$@" >>"$LOG"; echo >>"$LOG"`,
	"sudo":                  `[ "${0##*/}" = sudo ] || exit 1; while [ "${1#-}" != "$1" ]; do shift; done; exec "$@"`,
	"aws": `
region= profile=$AWS_PROFILE name= query= service=
while [ $# -gt 0 ]; do
	case $1 in
	--region) region=$2; shift;;
	--profile) profile=$2; shift;;
	--name|--names|--secret-id) name=$2; shift;;
	--query) query=$2; shift;;
	--output) shift;;
	ssm|secretsmanager|ecr) service=$1;;
	esac
	shift
done
case $query in *Name==*) name=${query#*\'}; name=${name%%\'*};; esac
case $name in arn:*) region=;; esac
[ "$region" != "$AWS_REGION" ] || region=
case $service in
ssm) value="$name/in/$region/as/$profile"; path='{Parameter: {Value: $v}}';;
ecr) echo ecr; exit;;
*) value=${FIELDS//@/$name/in/$region/as/$profile}; path='{SecretString: $v}';;
esac
if [ "$query" ]; then printf '%s\n' "$value"; else jq -cn --arg v "$value" "$path"; fi
`,
}

// fields is what every secret holds, with its name in the place of each @.
const fields = `{"username":"username/@","password":"password/@","user":"user/@","token":"token/@","accessToken":"accessToken/@",` +
	`"secret":"secret/@","UserName":"UserName/@","Password":"Password/@","hub":"hub/@","DOCKERHUB_USERNAME":"DOCKERHUB_USERNAME/@",` +
	`"DOCKERHUB_PASSWORD":"DOCKERHUB_PASSWORD/@","dockerhub":{"user":"nested/user/@","pass-word":"nested/password/@"}}`

// signIns are the registries, user names and passwords of a run.
func signIns(t *testing.T, bash, stubs string, text []byte) (found []string) {
	t.Helper()
	d, err := parseDocument("", text)
	if err != nil {
		t.Fatal(err)
	}
	a := &analysis{doc: d, defs: map[string][]*definition{}, exported: map[string]bool{}}
	a.env()
	a.scripts()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(filepath.Join(dir, "user.txt"), []byte("reader\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for name, defs := range a.defs {
		d := defs[len(defs)-1]
		if n := follow(d.node); n.Kind == yaml.ScalarNode {
			value := n.Value
			if v := a.envValue(d); v.kind == kindStored {
				selector := v.stored.stage + v.stored.version
				value = stubValue(t, v.stored.kind, shown(v.stored.name), selector, "", "", v.fields)
			}
			script.WriteString("export " + name + "=" + quote(value) + "\n")
		}
	}
	for _, s := range a.all {
		for range s.lists {
			script.WriteString("eval " + quote(s.text) + "\n")
		}
	}
	cmd := exec.Command(bash, "-c", script.String())
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + stubs + string(os.PathListSeparator) + os.Getenv("PATH"), "LOG=" + log, "FIELDS=" + fields,
		"AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1", "CODEBUILD_WEBHOOK_TRIGGER=branch/main",
		"DOCKERHUB_USER=somebody", "REGISTRY=registry.example.com", "TEAM=a-team",
	}
	_ = cmd.Run() // the commands around the logins fail, and do not matter
	lines, _ := os.ReadFile(log)
	for line := range strings.Lines(string(lines)) {
		args := strings.Split(strings.TrimSuffix(line, "\t\n"), "\t")
		registry, user, password := "", "", ""
		if args[0] == "login" {
			registry, user, password = args[1], args[2], args[3]
		} else {
			registry, user, password = configured(t, args[1:])
		}
		if user != "AWS" {
			found = append(found, normal(registry, true)+" as "+user+" with "+password+"\n")
		}
	}
	return found
}

// configured is what the helper would answer for the options of a configure.
func configured(t *testing.T, args []string) (registry, user, password string) {
	o := map[string]string{"--username-field": "username", "--password-field": "password"}
	for len(args) > 0 {
		if !strings.HasPrefix(args[0], "--") {
			registry, args = args[0], args[1:]
			continue
		}
		o[args[0]], args = args[1], args[2:]
	}
	value := func(option, field string) string {
		kind, name, selector := Secret, o[option], ""
		if strings.HasSuffix(option, "parameter") {
			kind = Parameter
		}
		if id, ok := strings.CutPrefix(name, "/aws/reference/secretsmanager/"); ok {
			kind = Secret
			name, selector, _ = strings.Cut(id, ":")
		}
		var fields []string
		if field != "" {
			fields = strings.Split(o[field], ".")
		}
		return stubValue(t, kind, name, selector, o["--region"], o["--profile"], fields)
	}
	for option := range o {
		switch option {
		case "--secret", "--parameter":
			password = value(option, "--password-field")
			if user == "" {
				user = value(option, "--username-field")
			}
		case "--username-secret", "--username-parameter":
			user = value(option, "")
		case "--password-secret", "--password-parameter":
			password = value(option, "")
		}
	}
	if name, ok := o["--username"]; ok {
		user = name
	}
	return registry, user, password
}

// stubValue is what the stub of aws prints for a parameter or a secret.
func stubValue(t *testing.T, kind Kind, name, selector, region, profile string, path []string) string {
	if strings.HasPrefix(name, "arn:") {
		region = ""
	}
	p := name + selector + "/in/" + region + "/as/" + profile
	if kind == Parameter {
		return p
	}
	secret := strings.ReplaceAll(fields, "@", p)
	if len(path) == 0 {
		return secret
	}
	var value any
	if err := json.Unmarshal([]byte(secret), &value); err != nil {
		t.Fatal(err)
	}
	for _, step := range path {
		object, _ := value.(map[string]any)
		value = object[step]
	}
	s, _ := value.(string)
	if s == "" {
		t.Errorf("%s has no field %v", name, path)
	}
	return s
}
