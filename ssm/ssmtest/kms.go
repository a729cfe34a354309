package ssmtest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// keyARN is the key behind every alias, as far as a message tells.
const keyARN = "arn:aws:kms:%s:%s:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// KeyOutOfReach is what KMS says of a key that it does not even name to the
// caller, such as one of another account.
const KeyOutOfReach = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."

type kmsDenial struct{ pattern, why string }

// DenyKMS denies callers the KMS key of the parameters and secrets with a name,
// a pattern as in [Fault]: kms:Decrypt when a SecureString or a secret that
// exists is read with decryption, a parameter by its path too, and kms:Encrypt
// when a parameter is written.
func (s *Server) DenyKMS(name string) { s.DenyKMSBecause(name, NoIdentityPolicy) }

// DenyKMSBecause is DenyKMS with a reason, as [Server.DenyBecause] has it, or
// with [KeyOutOfReach]. Secrets Manager tells nobody the reason.
func (s *Server) DenyKMSBecause(name, why string) {
	mustMatch(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kmsDenied = append(s.kmsDenied, kmsDenial{name, why})
}

// DisableKey makes whatever has to be encrypted or decrypted with a KMS key fail, with
// InvalidKeyId or, by Secrets Manager, DecryptionFailure. The KMS key is named by the
// same text as in the parameter or the secret, which is "alias/aws/ssm" or
// "alias/aws/secretsmanager" where it was given none.
func (s *Server) DisableKey(keyID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled[keyID] = true
}

// useKey asks KMS to Encrypt or Decrypt the parameter with a name. Parameter Store
// passes KMS's words on, in the AWS SDK for Java's frame.
func (s *Server) useKey(req *request, verb, keyID, name string) *failure {
	arn := fmt.Sprintf(keyARN, req.Region, AccountID)
	frame := fmt.Sprintf(" (Service: Kms, Status Code: 400, Request ID: %s)", newID())
	denied := slices.IndexFunc(s.kmsDenied, func(d kmsDenial) bool { return fitsName(d.pattern, name) })
	switch {
	case denied >= 0 && s.kmsDenied[denied].why == KeyOutOfReach:
		return refuse("AccessDeniedException", "%s", KeyOutOfReach+frame)
	case denied >= 0:
		action := "kms:" + verb
		return refuse("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s %s%s",
			s.caller(req), action, arn, strings.ReplaceAll(s.kmsDenied[denied].why, "%s", action), frame)
	case s.disabled[keyID]:
		return refuse("InvalidKeyId", "%s is disabled.%s", arn, frame)
	}
	return nil
}

// useSecretKey asks KMS to decrypt a secret. Secrets Manager says of a denial
// nothing but that there is one.
func (s *Server) useSecretKey(req *request, k *secret, asked string) *failure {
	names := append(s.secretNames(asked, req.Region), secretsPrefix+k.name)
	for _, d := range s.kmsDenied {
		if slices.ContainsFunc(names, func(name string) bool { return glob(d.pattern, name) }) {
			return refuse("AccessDeniedException", "Access to KMS is not allowed")
		}
	}
	if s.disabled[k.keyID] {
		return refuse("DecryptionFailure", "Secrets Manager can't decrypt the secret value: %s is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: %s)",
			fmt.Sprintf(keyARN, req.Region, k.account), newID())
	}
	return nil
}

// ciphertext looks like what KMS makes, and holds nothing of the value but its
// length.
func ciphertext(p *Parameter) string {
	blob := make([]byte, len(p.Value)+120)
	for i := range blob {
		blob[i] = byte(i*31 + int(p.Version))
	}
	return "AQICAH" + base64.StdEncoding.EncodeToString(blob)
}
