package ssm

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
)

// ssoFault is about a session that aws sso login starts. Where the error comes from no
// call to AWS, the session's file shows what is wrong.
func (c *client) ssoFault(err error) *Error {
	name, path := c.profileWith("sso_session")
	session, account, roleName := "", "", ""
	for _, p := range lineage(&c.shared) {
		switch {
		case p.SSOSessionName != "":
			session = p.SSOSessionName
		case p.SSOStartURL != "":
			session = p.SSOStartURL
			name, path = c.profileWith("sso_start_url")
		default:
			continue
		}
		account, roleName = p.SSOAccountID, p.SSORoleName
		break
	}
	parts := []string{"profile", quoted(name), "file", path, "login", c.signIn("aws sso login --profile " + shell.Word(name)), "role", quoted(roleName), "account", quoted(account)}
	operations := operationsIn(err)
	if len(operations) > 0 {
		switch code := apiCode(err); {
		case code == "" && statusOf(err) == 0:
			return unreachable("sso-unreachable", err, append(parts, "host", hostOf(err))...)
		case code == "ForbiddenException", code == "ResourceNotFoundException", code == "AccessDeniedException" && operations[len(operations)-1].Operation() == "GetRoleCredentials":
			return because("sso-access", false, parts...)
		case code == "UnauthorizedException", code == "InvalidGrantException", code == "ExpiredTokenException", code == "InvalidClientException", code == "UnauthorizedClientException":
			return because("sso-expired", false, parts...)
		case code == "":
			return unreachable("sso-unreachable", err, append(parts, "host", hostOf(err))...)
		default:
			return because("sso-refused", false, append(parts, "code", code)...)
		}
	}
	file, errPath := ssocreds.StandardCachedTokenFilepath(session)
	if errPath == nil {
		var token struct{ AccessToken, ExpiresAt, RefreshToken string }
		switch data, errRead := bounded.ReadFile(file); {
		case os.IsNotExist(errRead):
			return because("sso-never", false, parts...)
		case errRead == nil && json.Unmarshal(data, &token) == nil && token.AccessToken != "":
			at, errTime := time.Parse(time.RFC3339, token.ExpiresAt)
			renewing := token.RefreshToken != "" && errors.Is(err, context.DeadlineExceeded)
			if errTime == nil && time.Now().After(at) && !renewing {
				return because("sso-expired", false, parts...)
			} else if errTime == nil {
				return unreachable("sso-unreachable", err, append(parts, "host", "")...)
			}
		}
	}
	return because("sso-broken", false, append(parts[:2:2], append(parts[4:], "file", file)...)...)
}

// loginFault is about a session that aws login starts.
func (c *client) loginFault(err error) *Error {
	name, _ := c.profileWith("login_session")
	file := ""
	for _, p := range lineage(&c.shared) {
		if p.LoginSession != "" {
			file, _ = logincreds.StandardCachedTokenFilepath(p.LoginSession, os.Getenv("AWS_LOGIN_CACHE_DIRECTORY"))
		}
	}
	command := "aws login"
	if name != "default" {
		command += " --profile " + shell.Word(name)
	}
	parts := []string{"profile", quoted(name), "file", file, "login", c.signIn(command)}
	if operations := operationsIn(err); len(operations) > 0 {
		if code := apiCode(err); code != "" { // the SDK has another error for a refusal
			return because("login-refused", false, append(parts, "code", code)...)
		}
		return unreachable("login-unreachable", err, append(parts, "host", hostOf(err))...)
	}
	var token struct {
		AccessToken *struct{ ExpiresAt time.Time }
	}
	switch data, errRead := bounded.ReadFile(file); {
	case os.IsNotExist(errRead):
		return because("login-never", false, parts...)
	case errRead != nil, json.Unmarshal(data, &token) != nil, token.AccessToken == nil, token.AccessToken.ExpiresAt.IsZero():
		return because("login-broken", false, parts...)
	case time.Now().Before(token.AccessToken.ExpiresAt):
		return because("login-broken", false, parts...)
	// The SDK gives this refusal no type; TestLoginDenied fails when its text changes.
	case strings.Contains(err.Error(), "CreateOAuth2Token action"):
		return because("login-denied", false, parts...)
	case errors.Is(err, context.DeadlineExceeded):
		return unreachable("login-unreachable", err, append(parts, "host", "")...)
	}
	return because("login-expired", false, parts...)
}

// errNull is the error for a session's file that holds the JSON value null, on which
// the SDK would panic.
var errNull = errors.New("the session's file holds null")

func (c *client) loginFile() error {
	if !c.from(aws.CredentialSourceLogin) {
		return nil
	}
	for _, p := range lineage(&c.shared) {
		if p.LoginSession == "" {
			continue
		}
		file, err := logincreds.StandardCachedTokenFilepath(p.LoginSession, os.Getenv("AWS_LOGIN_CACHE_DIRECTORY"))
		if err != nil {
			return nil
		}
		if data, err := bounded.ReadFile(file); err == nil && strings.TrimSpace(string(data)) == "null" {
			return errNull
		}
	}
	return nil
}
