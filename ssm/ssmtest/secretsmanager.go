package ssmtest

import (
	"net/http"
	"slices"
)

// secretsOperations are called with the server locked.
var secretsOperations = map[string]func(*Server, *request) (any, *failure){
	"GetSecretValue": (*Server).getSecretValue,
	"DescribeSecret": (*Server).describeSecret,
	"CreateSecret":   (*Server).createSecret,
	"PutSecretValue": (*Server).putSecretValue,
	"DeleteSecret":   (*Server).deleteSecret,
	"RestoreSecret":  (*Server).restoreSecret,
}

var (
	errNoSecret   = refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	errMarked     = refuse("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
	errOtherStage = refuse("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
	errDefaultKey = refuse("InvalidRequestException", "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.")
)

// secretsMessages are what Secrets Manager says, and with which status, for a
// [Fault] that has only a code.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
var secretsMessages = map[string]failure{
	"DecryptionFailure":         {http.StatusBadRequest, "", "Secrets Manager can't decrypt the protected secret text using the provided KMS key."},
	"InternalServiceError":      {http.StatusInternalServerError, "", "An error occurred on the server side."},
	"InvalidRequestException":   {http.StatusBadRequest, "", errMarked.message},
	"ResourceNotFoundException": {http.StatusBadRequest, "", errNoSecret.message},
	"ThrottlingException":       {http.StatusBadRequest, "", "Rate exceeded"},
}

// secretValue is GetSecretValue's answer.
type secretValue struct {
	ARN           string
	Name          string
	VersionID     string  `json:"VersionId"`
	SecretString  *string `json:",omitempty"`
	SecretBinary  []byte  `json:",omitempty"`
	VersionStages []string
	CreatedDate   float64
}

func (s *Server) getSecretValue(req *request) (any, *failure) {
	var in struct {
		SecretID     string `json:"SecretId"`
		VersionID    string `json:"VersionId"`
		VersionStage string
	}
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	k, v, fail := s.readSecret(req, in.SecretID, in.VersionID, in.VersionStage)
	if fail != nil {
		return nil, fail
	}
	out := secretValue{ARN: k.arn(req.Region), Name: k.name, VersionID: v.id, VersionStages: slices.Clone(v.stages), CreatedDate: seconds(v.created)}
	if v.binary != nil {
		out.SecretBinary = v.binary
	} else {
		out.SecretString = &v.value
	}
	return out, nil
}

// readSecret finds a secret's version and decrypts it, for Secrets Manager and
// for Parameter Store alike.
func (s *Server) readSecret(req *request, asked, versionID, stage string) (*secret, *secretVersion, *failure) {
	k, fail := s.usableSecret(req, asked)
	if fail != nil {
		return nil, nil, fail
	}
	if k.account != AccountID && k.keyID == defaultSecret {
		return nil, nil, errDefaultKey
	}
	v, fail := k.choose(versionID, stage)
	if fail != nil {
		return nil, nil, fail
	}
	return k, v, s.useSecretKey(req, k, asked)
}

// choose finds the version with an id, with a staging label, or with both;
// AWSCURRENT where neither is given.
func (k *secret) choose(versionID, stage string) (*secretVersion, *failure) {
	if versionID == "" {
		if stage == "" {
			stage = stageCurrent
		}
		if v := k.at(stage); v != nil {
			return v, nil
		}
		return nil, refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", stage)
	}
	v := k.version(versionID)
	switch {
	case v == nil:
		return nil, refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: %s", versionID)
	case stage != "" && !slices.Contains(v.stages, stage):
		return nil, errOtherStage
	}
	return v, nil
}

// knownSecret finds a secret, marked for deletion or not. One of another
// account is denied unless it is shared, whether or not it exists.
func (s *Server) knownSecret(req *request, asked string) (*secret, *failure) {
	if fail := checkSecretID(asked); fail != nil {
		return nil, fail
	}
	k := s.findSecret(asked, req.Region)
	if k != nil {
		return k, nil
	}
	if id := parseSecretID(asked); id.isARN && id.account != AccountID && id.region == req.Region {
		return nil, refuse("AccessDeniedException", "%s", s.notAuthorized(req, asked, NoResourcePolicy))
	}
	return nil, errNoSecret
}

// usableSecret finds a secret that is not marked for deletion.
func (s *Server) usableSecret(req *request, asked string) (*secret, *failure) {
	k, fail := s.knownSecret(req, asked)
	if fail == nil && !k.deleted.IsZero() {
		return nil, errMarked
	}
	return k, fail
}

func (s *Server) describeSecret(req *request) (any, *failure) {
	k, fail := s.knownSecret(req, req.asked())
	if fail != nil {
		return nil, fail
	}
	stages := map[string][]string{}
	for _, v := range k.versions {
		if len(v.stages) > 0 {
			stages[v.id] = v.stages
		}
	}
	out := map[string]any{
		"ARN": k.arn(req.Region), "Name": k.name, "VersionIdsToStages": stages,
		"CreatedDate": seconds(k.created), "LastChangedDate": seconds(k.changed),
	}
	if k.keyID != defaultSecret {
		out["KmsKeyId"] = k.keyID
	}
	if !k.deleted.IsZero() {
		out["DeletedDate"] = seconds(k.deleted)
	}
	return out, nil
}
