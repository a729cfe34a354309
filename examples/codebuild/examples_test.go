// Package codebuild_test holds the examples to the program and to one another. That the
// builds work is the end-to-end suite's to show.
package codebuild_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"docker-credential-ssm/internal/testenv"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// policy is what the program prints, with variables of the environment.
func policy(t *testing.T, format string, env ...string) string {
	t.Helper()
	program := testenv.Build(t)
	testenv.Isolate(t)
	cmd := exec.Command(program, "policy", "--format", format)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// statements are those of the resources of a template, by their Sid, in any notation of
// CloudFormation's.
func statements(t *testing.T, template string) map[string]any {
	t.Helper()
	var document any
	if err := yaml.Unmarshal([]byte(template), &document); err != nil {
		t.Fatal(err)
	}
	found := map[string]any{}
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			if sid, ok := node["Sid"].(string); ok {
				found[sid] = node
			}
			for _, child := range node {
				walk(child)
			}
		case []any:
			for _, child := range node {
				walk(child)
			}
		}
	}
	walk(document)
	return found
}

// withoutComments is a buildspec's text from its version on.
func withoutComments(t *testing.T, text string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\nversion:")
	if !ok {
		t.Fatalf("no version in %q", text)
	}
	return "version:" + rest
}

// TestTemplate: the project of template.yaml runs install/release.yml, and its role has
// the policy that the program prints, with a key and without.
func TestTemplate(t *testing.T) {
	template := read(t, "template.yaml")
	var content struct {
		Resources struct {
			Project struct {
				Properties struct {
					Source struct {
						BuildSpec string `yaml:"BuildSpec"`
					} `yaml:"Source"`
				} `yaml:"Properties"`
			} `yaml:"Project"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal([]byte(template), &content); err != nil {
		t.Fatal(err)
	}
	if got, want := content.Resources.Project.Properties.Source.BuildSpec, withoutComments(t, read(t, "install/release.yml")); got != want {
		t.Errorf("the project runs\n%s\ninstall/release.yml is\n%s", got, want)
	}
	got := statements(t, template)
	printed := statements(t, policy(t, "cloudformation", "DOCKER_CREDENTIAL_SSM_KMS_KEY_ID=alias/docker-credentials"))
	if !reflect.DeepEqual(got["ReadParameters"], printed["ReadParameters"]) {
		t.Errorf("the role may\n%v\nthe program prints\n%v", got["ReadParameters"], printed["ReadParameters"])
	}
	decrypt, _ := got["DecryptParameters"].(map[string]any)
	want, _ := printed["DecryptParameters"].(map[string]any)
	if want == nil || !reflect.DeepEqual(decrypt["Action"], want["Action"]) {
		t.Errorf("the role may\n%v\nthe program prints\n%v", decrypt, want)
	}
	if len(got) != 3 { // and its log
		t.Errorf("the role has %d statements", len(got))
	}
}

// TestTerraform: policy.tf is what the program prints, and the files are formatted. What
// needs the provider's plugin, such as terraform validate, is not done here.
func TestTerraform(t *testing.T) {
	if got, want := read(t, "terraform/policy.tf"), policy(t, "terraform"); !strings.HasSuffix(got, "\n\n"+want) {
		t.Errorf("policy.tf has\n%s\nthe program prints\n%s", got, want)
	}
	main := read(t, "terraform/main.tf")
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(variable|resource|data) "(\w+)"(?: "(\w+)")? {`).FindAllStringSubmatch(main+read(t, "terraform/policy.tf"), -1) {
		declared[map[string]string{"variable": "var.", "resource": "", "data": "data."}[m[1]]+strings.TrimSuffix(m[2]+"."+m[3], ".")] = true
	}
	used := regexp.MustCompile(`\b(var\.\w+|data\.aws_\w+\.\w+|aws_\w+\.\w+)`).FindAllString(regexp.MustCompile(`data\.(aws_\w+)`).ReplaceAllString(main, "data.$1"), -1)
	for _, name := range used {
		if !declared[name] && !declared["data."+name] {
			t.Errorf("main.tf uses %s, which is not declared", name)
		}
	}
	if len(used) < 20 || len(declared) < 15 {
		t.Errorf("%d names used, %d declared", len(used), len(declared))
	}
	cmd := exec.Command(testenv.Need(t, "terraform"), "fmt", "-check", "-diff", "terraform")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestCDK: what the app synthesises is a template that cfn-lint accepts, whose project
// runs install/release.yml with the policy that the program prints.
func TestCDK(t *testing.T) {
	node := testenv.Need(t, "node")
	if _, err := os.Stat("cdk/node_modules/aws-cdk-lib"); err != nil {
		testenv.Lacking(t, "aws-cdk-lib", "npm ci was not run in examples/codebuild/cdk")
	}
	out := t.TempDir()
	sum := strings.Repeat("0", 64)
	context, err := json.Marshal(map[string]string{"owner": "OWNER", "repository": "REPOSITORY", "helperUrl": "https://example.com/helper.tar.gz", "helperSha256": sum, "ownKey": "true"})
	if err != nil {
		t.Fatal(err)
	}
	synth := exec.Command(node, "app.js")
	synth.Dir = "cdk"
	synth.Env = append(os.Environ(), "CDK_OUTDIR="+out, "CDK_CONTEXT_JSON="+string(context))
	if text, err := synth.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	path := filepath.Join(out, "DockerHubBuild.template.json")
	template := read(t, path)

	var content struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ Source struct{ BuildSpec string } }
		}
	}
	if err := json.Unmarshal([]byte(template), &content); err != nil {
		t.Fatal(err)
	}
	projects := 0
	for _, resource := range content.Resources {
		if resource.Type != "AWS::CodeBuild::Project" {
			continue
		}
		projects++
		var got, want any
		if yaml.Unmarshal([]byte(resource.Properties.Source.BuildSpec), &got) != nil || yaml.Unmarshal([]byte(read(t, "install/release.yml")), &want) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the project runs\n%s", resource.Properties.Source.BuildSpec)
		}
	}
	if projects != 1 {
		t.Errorf("%d projects", projects)
	}
	got := statements(t, template)
	for sid, statement := range statements(t, policy(t, "cloudformation", "DOCKER_CREDENTIAL_SSM_KMS_KEY_ID=alias/docker-credentials")) {
		synthesised, _ := got[sid].(map[string]any)
		actions, _ := statement.(map[string]any)["Action"].([]any)
		if len(actions) != 1 || synthesised["Action"] != actions[0] { // the CDK writes one alone without brackets
			t.Errorf("%s: the role may %v, the program prints %v", sid, synthesised["Action"], actions)
		}
	}
	names := regexp.MustCompile(`parameter/CodeBuild/docker-credentials/[\w./]+`)
	if got, want := names.FindAllString(template, -1), names.FindAllString(policy(t, "cloudformation"), -1); !reflect.DeepEqual(got, want) || len(want) != 3 {
		t.Errorf("the role may read %q, the program prints %q", got, want)
	}
	lint := exec.Command(testenv.Need(t, "cfn-lint"), path)
	if text, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, text)
	}
}
