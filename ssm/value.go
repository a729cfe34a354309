package ssm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// credential is what a registry wants to know.
type credential struct{ username, secret string }

// parseValue reads a parameter's value: a JSON object with the user name under
// "username" and the secret under "password", "secret" or "accessToken", the
// first of them that is there, in any letter case. Those are the shapes of the
// secrets that CodeBuild and ECS take for a private registry, of CDK
// Pipelines', of ECR pull-through caches' and of the protocol itself. Unlike
// encoding/json's, no error repeats any of the value.
func parseValue(value string) (credential, error) {
	// Windows PowerShell begins the files it writes, and so what --value file://
	// reads, with a byte order mark.
	data := bytes.TrimPrefix([]byte(value), []byte("\ufeff"))
	var v struct {
		Username, Password, Secret, AccessToken json.RawMessage
	}
	if data = bytes.TrimSpace(data); len(data) == 0 || data[0] != '{' || json.Unmarshal(data, &v) != nil {
		return credential{}, errors.New(`it is no JSON object such as {"username":"…","password":"…"}`)
	}
	var c credential
	var err error
	if c.username, err = stringField("username", v.Username); err != nil {
		return credential{}, err
	}
	switch {
	case present(v.Password):
		c.secret, err = stringField("password", v.Password)
	case present(v.Secret):
		c.secret, err = stringField("secret", v.Secret)
	case present(v.AccessToken):
		c.secret, err = stringField("accessToken", v.AccessToken)
	default:
		err = errors.New("it has no field password, secret or accessToken")
	}
	return c, err
}

func present(field json.RawMessage) bool { return len(field) > 0 && string(field) != "null" }

func stringField(name string, field json.RawMessage) (string, error) {
	if !present(field) {
		return "", fmt.Errorf("it has no field %s", name)
	}
	var s string
	if json.Unmarshal(field, &s) != nil {
		return "", fmt.Errorf("its field %s is no string", name)
	}
	if s == "" {
		return "", fmt.Errorf("its field %s is empty", name)
	}
	return s, nil
}

// formatValue writes what the program stores: one parameter for both, so that
// user name and secret change together.
func formatValue(c credential) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // every byte counts towards Parameter Store's limit
	err := enc.Encode(struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}{c.username, c.secret})
	return strings.TrimSuffix(b.String(), "\n"), err
}

// parseHalf reads the value of one parameter of a pair, without the line's end
// that an editor or --value file:// leaves, as `docker login --password-stdin`
// does too.
func parseHalf(value string) (string, error) {
	if value = strings.TrimRight(value, "\r\n"); value == "" {
		return "", errors.New("it is empty")
	}
	return value, nil
}
