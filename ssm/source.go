package ssm

import (
	"context"
	"slices"
	"strings"
	"time"

	"docker-credential-ssm/ssm/resource"
)

// source is a service of AWS that keeps values, as one identity sees it in one
// Region. Its errors are explained.
type source interface {
	// find reads the values of those of the names that exist, and says of every
	// name whether it does: an answer that leaves that open is an error. It takes
	// one to [resource.MaxNames] names.
	find(ctx context.Context, decrypt bool, names ...string) (map[string]stored, error)

	// write puts a value under a name and returns its version.
	write(ctx context.Context, name string, s stored, kmsKeyID string) (version int64, err error)

	// remove deletes what is under the names. What is not there is no error.
	remove(ctx context.Context, names ...string) error
}

// stored is what a parameter or a secret holds.
type stored struct {
	value    string
	kind     string // SecureString, String or StringList; Secret of Secrets Manager
	version  int64  // 0 of a secret
	modified time.Time
	binary   bool // of a secret that is no text
}

// The kinds of value.
const (
	kindSecure = "SecureString"
	kindPlain  = "String"
	kindList   = "StringList"
	kindSecret = "Secret"
)

// problem says why no credential is in a value of this kind, whatever its text.
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

// encrypted reports whether a value is what KMS or the AWS Encryption SDK makes
// of one: base64 that begins with the version of its format, and is longer than
// any secret that could begin alike by chance. moto writes kms:KEY: instead.
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

// group sorts resources by their service, in the order in which they come.
func group(resources []resource.Resource) map[resource.Service][]string {
	names := map[resource.Service][]string{}
	for _, r := range resources {
		if !slices.Contains(names[r.Service], r.Name) { // AWS refuses a name that stands there twice
			names[r.Service] = append(names[r.Service], r.Name)
		}
	}
	return names
}
