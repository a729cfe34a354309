package settings

import (
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
)

// TestWithheld: what may be a secret is in no message, wherever somebody has put it.
func TestWithheld(t *testing.T) {
	for _, value := range []string{
		"dckr_pat_s3cret", "dckr_oat_s3cret", "ghp_s3cret", "gho_s3cret", "ghs_s3cret", "github_pat_s3cret", "glpat-s3cret", " 'ghs_s3cret", "x:ghs_s3crets3crets3cret",
		`{"password":"s3cret"}`, "\n {\"password\":\"s3cret\"}", "https://alice:s3cret@eu-west-1", "s3cret!",
	} {
		for _, name := range []string{"region", "roleArn", "secret", "parameter", "passwordSecret"} {
			text := `{"plugins":{"docker-credential-ssm/docker.io":{"` + name + `":"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`).Replace(value) + `"}}}`
			_, err := Parse(nil, "config.json", []byte(text))
			if err == nil {
				t.Errorf("%s is taken for the option %s", value, name)
			} else if line := message.Line(err); strings.Contains(line, "s3cret") && (name != "region" && name != "roleArn" || value != "s3cret!") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// TestSectionNames: of a section's name the host is shown, and no password before it.
func TestSectionNames(t *testing.T) {
	const own = Section + "/https://alice:s3cret@ghcr.io"
	_, err := Parse(nil, "config.json", []byte(`{"plugins":{"`+own+`":{"regoin":"eu-west-1"}}}`))
	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "@ghcr.io") {
		t.Errorf("an unknown option: %v", err)
	}
	s, err := Parse(nil, "config.json", []byte(`{"plugins":{"`+own+`":{"region":"eu-west-1"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if all := s.Origins("ghcr.io"); len(all) != 1 || all[0].Where != Section+"/…@ghcr.io" {
		t.Errorf("the origin is %v", all)
	}
	_, err = Parse(nil, "config.json", []byte(`{"plugins":{"`+own+`":{},"`+Section+`/ghcr.io":{}}}`))
	if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "are of one registry") {
		t.Errorf("two sections of one registry: %v", err)
	}
}

// TestLooksLikeOurs: a section that was meant for the program is not ignored.
func TestLooksLikeOurs(t *testing.T) {
	for name, want := range map[string]bool{
		"docker\u200b-credential-ssm/docker.io": true, "\u200edocker-credential-ssm": true, "docker\u2011credential\u2011ssm": true,
		"docker\u00a0credential-ssm": false, "\u00a0docker-credential-ssm/x": true, "docker-credential-ssm\u3000/docker.io": true,
		"ＤOCKER－credential－ssm／docker.io": true, "docker-credential-ssm:docker.io": true, "docker-credential-ssm-login": false, "docker-credential-ssm2": false, "buildx": false,
	} {
		if looksLikeOurs(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
