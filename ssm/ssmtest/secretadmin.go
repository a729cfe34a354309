package ssmtest

import (
	"bytes"
	"slices"
	"time"
)

const (
	minWindow   = 7 // days, as is the next
	maxWindow   = 30
	secretLimit = 65536 // bytes of a value
)

// putSecretInput is what CreateSecret and PutSecretValue have in common.
type putSecretInput struct {
	Name               string
	ClientRequestToken string // becomes the version's id
	SecretString       *string
	SecretBinary       []byte
	VersionStages      []string
	KMSKeyID           string `json:"KmsKeyId"`
}

// version is the new version that is asked for; nil where there is no value.
func (in *putSecretInput) version() (*secretVersion, *failure) {
	v := &secretVersion{id: in.ClientRequestToken, binary: in.SecretBinary}
	switch {
	case in.SecretString == nil && in.SecretBinary == nil:
		return nil, nil
	case in.SecretString != nil && in.SecretBinary != nil:
		return nil, refuse("InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same secret.")
	case len(in.SecretBinary) > secretLimit || in.SecretString != nil && len(*in.SecretString) > secretLimit:
		return nil, invalid("1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to %d", secretLimit)
	case in.SecretString != nil:
		v.value = *in.SecretString
	}
	if v.id == "" {
		return nil, refuse("InvalidRequestException", "You must provide a ClientRequestToken value. We recommend a UUID-type value.")
	}
	return v, nil
}

// createSecret makes a secret in the Region that the request is signed for.
func (s *Server) createSecret(req *request) (any, *failure) {
	var in putSecretInput
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	v, fail := in.version()
	if fail != nil {
		return nil, fail
	}
	switch known := s.findSecret(in.Name, req.Region); {
	case !secretName.MatchString(in.Name):
		return nil, errSecretName
	case known != nil && !known.deleted.IsZero():
		return nil, refuse("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
	case known != nil:
		return nil, refuse("ResourceExistsException", "The operation failed because the secret %s already exists.", in.Name)
	}
	k := s.newSecret(AccountID, req.Region, in.Name)
	if in.KMSKeyID != "" {
		k.keyID = in.KMSKeyID
	}
	out := map[string]any{"ARN": k.arn(req.Region), "Name": k.name}
	if v != nil {
		k.add(v, []string{stageCurrent})
		out["VersionId"] = v.id
	}
	return out, nil
}

// putSecretValue does nothing for a token that it has seen with the same value.
func (s *Server) putSecretValue(req *request) (any, *failure) {
	var in putSecretInput
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	k, fail := s.usableSecret(req, req.asked())
	if fail != nil {
		return nil, fail
	}
	v, fail := in.version()
	if fail != nil {
		return nil, fail
	} else if v == nil {
		return nil, refuse("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
	}
	stages := in.VersionStages
	if len(stages) == 0 {
		stages = []string{stageCurrent}
	}
	switch known := k.version(v.id); {
	case known == nil:
		k.add(v, stages)
	case known.value != v.value || !bytes.Equal(known.binary, v.binary):
		return nil, refuse("ResourceExistsException", "You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", v.id, k.arn(req.Region))
	default:
		v = known
	}
	return map[string]any{"ARN": k.arn(req.Region), "Name": k.name, "VersionId": v.id, "VersionStages": slices.Clone(v.stages)}, nil
}

// mark marks a secret for deletion in so many days.
func (k *secret) mark(days int) {
	k.deleted = time.Now()
	k.removal = k.deleted.AddDate(0, 0, days)
}

// deleteSecret removes a secret at once where it is forced to.
func (s *Server) deleteSecret(req *request) (any, *failure) {
	var in struct {
		RecoveryWindowInDays       *int
		ForceDeleteWithoutRecovery bool
	}
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	window := maxWindow
	if in.RecoveryWindowInDays != nil {
		window = *in.RecoveryWindowInDays
	}
	switch {
	case in.ForceDeleteWithoutRecovery && in.RecoveryWindowInDays != nil:
		return nil, refuse("InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case window < minWindow || window > maxWindow:
		return nil, refuse("InvalidParameterException", "The RecoveryWindowInDays value must be between %d and %d days (inclusive).", minWindow, maxWindow)
	}
	k, fail := s.knownSecret(req, req.asked())
	if in.ForceDeleteWithoutRecovery {
		switch {
		case fail == errNoSecret: // to delete what is not there is no error
			return map[string]any{"ARN": secretARN(req.Region, AccountID, req.asked()+"-"+newSuffix()), "Name": req.asked(), "DeletionDate": seconds(time.Now())}, nil
		case fail != nil:
			return nil, fail
		}
		s.secrets = slices.DeleteFunc(s.secrets, func(other *secret) bool { return other == k })
		return map[string]any{"ARN": k.arn(req.Region), "Name": k.name, "DeletionDate": seconds(time.Now())}, nil
	}
	switch {
	case fail != nil:
		return nil, fail
	case !k.deleted.IsZero():
		return nil, errMarked
	}
	k.mark(window)
	return map[string]any{"ARN": k.arn(req.Region), "Name": k.name, "DeletionDate": seconds(k.removal)}, nil
}

func (s *Server) restoreSecret(req *request) (any, *failure) {
	k, fail := s.knownSecret(req, req.asked())
	if fail != nil {
		return nil, fail
	}
	k.deleted, k.removal = time.Time{}, time.Time{}
	return map[string]any{"ARN": k.arn(req.Region), "Name": k.name}, nil
}
