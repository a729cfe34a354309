//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

// TestCodeBuildInstall rehearses the builds that install the helper themselves, from the
// files of examples/codebuild as they are: from a release, a bucket, an image of one's
// own, and by the project of the CloudFormation template. Each configures the helper, has
// doctor look at it, and builds FROM an image of Docker Hub that wants a user.
func TestCodeBuildInstall(t *testing.T) {
	c := newCodebuild(t)
	c.administer(t, "ssm", "put-parameter", "--type", "SecureString", "--name", "/CodeBuild/docker-credentials/docker.io", "--value", `{"username":"alice","password":"`+password+`"}`)

	archive, sum := packed(t)
	release := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(archive))))
	t.Cleanup(release.Close)
	c.administer(t, "s3api", "create-bucket", "--bucket", "tools", "--create-bucket-configuration", "LocationConstraint=eu-central-1")
	c.administer(t, "s3", "cp", archive, "s3://tools/")
	image := c.ecr + "/docker-credential-ssm:1.0.0"
	pushHelper(t, image)

	examples := "../examples/codebuild"
	template, variables := projectOf(t, filepath.Join(examples, "template.yaml"), map[string]string{
		"HelperUrl": release.URL + "/" + filepath.Base(archive), "HelperSha256": sum,
	})
	for _, way := range []struct {
		name      string
		buildspec []byte
		variables []string
	}{
		{"release", read(t, filepath.Join(examples, "install/release.yml")), []string{"HELPER_URL=" + release.URL + "/" + filepath.Base(archive), "HELPER_SHA256=" + sum}},
		{"s3", read(t, filepath.Join(examples, "install/s3.yml")), []string{"HELPER_S3=s3://tools/" + filepath.Base(archive), "HELPER_SHA256=" + sum}},
		{"ecr", read(t, filepath.Join(examples, "install/ecr.yml")), []string{"HELPER_IMAGE=" + image}},
		{"template", template, variables},
	} {
		t.Run(way.name, func(t *testing.T) {
			layOver(t, "/usr/local/bin")
			from := "team/" + way.name
			c.base(t, from)
			printed := c.run(t, way.buildspec, from, t.TempDir(), way.variables...)
			if want := "A pull from https://index.docker.io/v1/ is signed in as alice, by this helper."; !strings.Contains(printed, want) {
				t.Errorf("doctor does not say %q in\n%s", want, printed)
			}
			if holds([]byte(printed)) {
				t.Errorf("the password is in the build's log:\n%s", printed)
			}
		})
	}

	t.Run("wrong checksum", func(t *testing.T) {
		layOver(t, "/usr/local/bin")
		commands := lines(t, read(t, filepath.Join(examples, "install/release.yml")))
		cmd := exec.Command("sh", "-ec", strings.Join(commands, "\n"))
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "HELPER_URL=" + release.URL + "/" + filepath.Base(archive), "HELPER_SHA256=" + strings.Repeat("0", 64)}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "FAILED") {
			t.Errorf("%v: %s", err, out)
		}
		if _, err := os.Stat("/usr/local/bin/docker-credential-ssm"); err == nil {
			t.Error("an archive with another checksum was installed")
		}
	})
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// lines are the commands of the install phase.
func lines(t *testing.T, text []byte) []string {
	t.Helper()
	var spec buildspec
	if err := yaml.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	return spec.Phases["install"].Commands
}

// packed is the helper in an archive as a release has it, and the archive's checksum.
func packed(t *testing.T) (path, sum string) {
	t.Helper()
	archive := testenv.Archive(t, os.Getenv(helperPath))
	path = filepath.Join(t.TempDir(), "docker-credential-ssm_1.0.0_linux_amd64.tar.gz")
	if err := os.WriteFile(path, archive, 0o644); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(archive)
	return path, hex.EncodeToString(digest[:])
}

// pushHelper makes an image of the helper and pushes it to the registry in ECR's place.
func pushHelper(t *testing.T, image string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-ssm"), read(t, os.Getenv(helperPath)), 0o755); err != nil {
		t.Fatal(err)
	}
	dockerfile := "FROM scratch\nCOPY docker-credential-ssm /usr/local/bin/\nENTRYPOINT [\"/usr/local/bin/docker-credential-ssm\"]\n"
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	host, _, _ := strings.Cut(image, "/")
	cmd := exec.Command("sh", "-ec", `docker build -q -t "$1" . && echo "$3" | docker login -u AWS --password-stdin "$2" && docker push -q "$1"`, "-", image, host, ecrToken)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=0", "DOCKER_CONFIG="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// projectOf is the buildspec and the variables of a template's project, with the
// template's parameters given.
func projectOf(t *testing.T, path string, parameters map[string]string) (buildspec []byte, variables []string) {
	t.Helper()
	var template struct {
		Resources struct {
			Project struct {
				Properties struct {
					Environment struct {
						EnvironmentVariables []struct {
							Name  string `yaml:"Name"`
							Value string `yaml:"Value"`
						} `yaml:"EnvironmentVariables"`
					} `yaml:"Environment"`
					Source struct {
						BuildSpec string `yaml:"BuildSpec"`
					} `yaml:"Source"`
				} `yaml:"Properties"`
			} `yaml:"Project"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(read(t, path), &template); err != nil {
		t.Fatal(err)
	}
	project := template.Resources.Project.Properties
	for _, v := range project.Environment.EnvironmentVariables {
		value, ok := parameters[v.Value] // !Ref NAME
		if !ok {
			t.Fatalf("the template's variable %s has the value %q", v.Name, v.Value)
		}
		variables = append(variables, v.Name+"="+value)
	}
	return []byte(project.Source.BuildSpec), variables
}

// layOver has what a test writes into a folder of the machine go elsewhere.
func layOver(t *testing.T, folder string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"upper", "work"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mount("overlay", folder, "overlay", 0, "lowerdir="+folder+",upperdir="+dir+"/upper,workdir="+dir+"/work"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}
