package ssmtest

import (
	"encoding/json"
	"strings"
)

// The words and codes of this file are those that AWS was seen to send, see
// https://github.com/floci-io/floci, SsmSecretsManagerReferenceIntegrationTest.

const referencing = "An error occurred (%s) when referencing Secrets Manager: "

var (
	errReferenceSyntax = invalid("Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>")
	errReferenceARN    = invalid("%s", errReferenceSyntax.message)
	errPlainReference  = invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.")
	errReferenceMarked = invalid("Invalid Request to Secrets Manager")
)

// unanswered are what GetParameters lists among InvalidParameters, where
// GetParameter fails.
var unanswered = map[*failure]bool{errReferenceSyntax: true, errPlainReference: true, errReferenceMarked: true}

// resolveReference answers for a secret behind /aws/reference/secretsmanager/,
// with decryption alone. The selector is a staging label or a version's id.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
func (s *Server) resolveReference(req *request, asked string) (*wire, *failure) {
	id, selector, selected := strings.Cut(strings.TrimPrefix(asked, secretsPrefix), ":")
	switch {
	case id == "arn":
		return nil, errReferenceARN
	case selected && selector == "" || strings.Contains(selector, ":"):
		return nil, errReferenceSyntax
	case !req.WithDecryption:
		return nil, errPlainReference
	}
	inner := req.toSecretsManager(id)
	if fail := s.faultBehind(inner); fail != nil {
		return nil, passOn(fail, asked)
	}
	k, v, fail := s.readSecret(inner, id, "", selector)
	if fail != nil && fail.code == "ResourceNotFoundException" && selected {
		k, v, fail = s.readSecret(inner, id, selector, "")
	}
	if fail != nil {
		return nil, passOn(fail, asked)
	}
	return k.show(req, v, selector), nil
}

// toSecretsManager is Parameter Store's own call for a secret, in the caller's
// name.
func (req *request) toSecretsManager(id string) *request {
	call := *req.Call
	call.Service, call.Action, call.Names = secretsManager, "GetSecretValue", []string{id}
	return &request{Call: &call}
}

// passOn is how Parameter Store says what Secrets Manager said.
func passOn(fail *failure, asked string) *failure {
	switch fail.code {
	case "ResourceNotFoundException", "ValidationException":
		missing := strings.TrimPrefix(asked, "/")
		if !strings.Contains(missing, ":") {
			missing += "null" // for the selector that there is not
		}
		return refuse("ParameterNotFound", referencing+"Secret %s not found.", "ParameterNotFound", missing)
	case "InvalidRequestException":
		return errReferenceMarked
	}
	return &failure{fail.status, fail.code, strings.Replace(referencing, "%s", fail.code, 1) + fail.message}
}

// show is a secret as Parameter Store has it. The value of bytes is left out.
func (k *secret) show(req *request, v *secretVersion, selector string) *wire {
	arn := k.arn(req.Region)
	// What Secrets Manager answered, the value included.
	source := struct {
		ARN           string
		Name          string   `json:"name"`
		VersionID     string   `json:"versionId"`
		SecretString  *string  `json:"secretString,omitempty"`
		VersionStages []string `json:"versionStages"`
		CreatedDate   string   `json:"createdDate"`
	}{ARN: arn, Name: k.name, VersionID: v.id, VersionStages: v.stages, CreatedDate: v.created.UTC().Format("Jan 2, 2006, 3:04:05 PM")}
	if v.binary == nil {
		source.SecretString = &v.value
	}
	text, _ := json.Marshal(source)
	out := &wire{Name: secretsPrefix + k.name, Type: typeSecure, Value: source.SecretString, SourceResult: string(text), LastModifiedDate: seconds(v.created), ARN: arn}
	if selector != "" {
		out.Selector = ":" + selector
	}
	return out
}
