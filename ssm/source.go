package ssm

import (
	"context"
	"slices"
	"strings"
	"time"

	"docker-credential-ssm/ssm/resource"
)

// source is a service of AWS that stores values, called with one identity in one
// Region. Its errors are [Error]s.
type source interface {
	// find reads the values of the names that exist. An answer of AWS that does not say
	// of every name whether it exists is an error. It takes 1 to [resource.MaxNames]
	// names.
	find(ctx context.Context, decrypt bool, names ...string) (map[string]stored, error)

	// write stores a value under a name and returns the new version.
	write(ctx context.Context, name string, s stored, kmsKeyID string) (version int64, err error)

	// remove deletes the names. A name that does not exist is not an error.
	remove(ctx context.Context, names ...string) error
}

// stored is the value of a parameter or a secret.
type stored struct {
	value    string
	kind     string // SecureString, String or StringList; Secret of Secrets Manager
	version  int64  // 0 of a secret
	modified time.Time
	binary   bool // a secret with a SecretBinary in place of a SecretString
}

// The kinds of value.
const (
	kindSecure = "SecureString"
	kindPlain  = "String"
	kindList   = "StringList"
	kindSecret = "Secret"
)

// problem says why a value of this kind cannot hold a credential; nil where it can.
func (s stored) problem() error {
	switch {
	case s.kind == kindList:
		return &kindError{"value-list", "it is a StringList"}
	case s.kind == kindSecure && encrypted(s.value):
		return &kindError{"value-encrypted", "it is encrypted, and was not decrypted"}
	case s.binary:
		return &kindError{"value-binary", "it is binary"}
	}
	return nil
}

// encrypted reports whether a value is ciphertext of KMS or of the AWS Encryption SDK:
// base64 that begins with the version of its format, and is at least 64 characters
// long, so that a password is not taken for it. moto writes kms:KEY: instead.
// Source: https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
func encrypted(value string) bool {
	if strings.HasPrefix(value, "kms:alias/") || strings.HasPrefix(value, "kms:arn:") {
		return true
	}
	const shortest = 64
	begins := slices.ContainsFunc([]string{"AQICAH", "AQECAH", "AYAD", "AgV4", "AYAC"}, func(b string) bool { return strings.HasPrefix(value, b) })
	base64 := strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == ""
	return begins && base64 && len(value) >= shortest
}

// group groups the names of resources by their service, in the given order and each
// once.
func group(resources []resource.Resource) map[resource.Service][]string {
	names := map[resource.Service][]string{}
	for _, r := range resources {
		if !slices.Contains(names[r.Service], r.Name) { // AWS refuses a call with one name twice
			names[r.Service] = append(names[r.Service], r.Name)
		}
	}
	return names
}
