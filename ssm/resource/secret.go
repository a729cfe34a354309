package resource

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// maxSecretName is the maximum length of a secret's name, in characters.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
const maxSecretName = 512

// Secret parses the name or the ARN of a secret as GetSecretValue accepts it.
func Secret(s string) (Resource, error) {
	r := Resource{Service: SecretsManager, Name: s, ReadOnly: "it is a secret of Secrets Manager, which the helper only reads"}
	if s == "" {
		return Resource{}, errEmpty
	}
	if strings.HasPrefix(s, Reference) {
		return Resource{}, fmt.Errorf(`is a name for Parameter Store; write it as "parameter", or "secret": %s`, one(strings.TrimPrefix(s, Reference)))
	}
	if !strings.HasPrefix(s, "arn:") {
		name, notation, ok := strings.Cut(s, ":")
		if ok {
			return Resource{}, codeBuildError(name, notation)
		}
		return r, checkSecretName(s)
	}
	a, ok := cutARN(s)
	if ok && a.service == "ssm" {
		return Resource{}, errors.New(`is a parameter's ARN; write it as "parameter"`)
	}
	name, isSecret := strings.CutPrefix(a.rest, "secret:")
	if !ok || a.service != "secretsmanager" || !isSecret || !a.complete() {
		return Resource{}, errors.New("is not a secret's ARN, such as arn:aws:secretsmanager:eu-west-1:111122223333:secret:docker-hub-a1b2c3")
	}
	name, notation, ok := strings.Cut(name, ":")
	if ok {
		return Resource{}, codeBuildError(strings.TrimSuffix(s, ":"+notation), notation)
	}
	r.Region = a.region
	return r, checkSecretName(name)
}

// codeBuildError is the error for a secret in the notation of CodeBuild's buildspec,
// ID:json-key:version-stage:version-id.
// Source: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
//
// The parts are quoted only where they have the form of names: JSON, or a URL with a
// password, has colons too.
func codeBuildError(id, notation string) error {
	const problem = "is not a secret's name"
	if err := cmp.Or(onlyOf(id, letters+"/_+=.@-:", problem), onlyOf(notation, letters+"_.-:", problem)); err != nil {
		return err
	}
	right := fmt.Sprintf(`"secret": %s`, one(id))
	field, selector, _ := strings.Cut(notation, ":")
	if field != "" {
		right += fmt.Sprintf(`, and the field %s as "usernameField" or "passwordField"`, one(field))
	}
	stage, version, _ := strings.Cut(selector, ":")
	if version == "" {
		version = stage
	}
	if version != "" && version != "AWSCURRENT" && checkSecretName(id) == nil {
		// A stage or a version can be read through Parameter Store.
		right = strings.Replace(right, fmt.Sprintf(`"secret": %s`, one(id)), fmt.Sprintf(`"parameter": %s`, one(Reference+id+":"+version)), 1)
	}
	return errors.New("is in CodeBuild's notation, ID:json-key:stage:version; write " + right)
}

// checkSecretName checks a name against Secrets Manager's rules.
func checkSecretName(name string) error {
	if name == "" || len(name) > maxSecretName {
		return fmt.Errorf("is not a secret's name, which has 1 to %d characters", maxSecretName)
	}
	return onlyOf(name, letters+"/_+=.@-", "is not a secret's name")
}
