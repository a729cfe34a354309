//go:build linux

package faults

import (
	"bytes"
	"slices"

	"docker-credential-ssm/internal/leak"
)

// The secrets of a room. Each is known to the program, or to the other side, or to
// both, and none may be found anywhere afterwards. They have the characters that
// encodings change.
const (
	Password       = `Pw-9k"Qz<ö>&7+f/=Lm%Xt` // the registry's
	NewPassword    = `Nw-3h"Vy<ü>&5+g/=Kd%Zs` // that a store brings
	AWSSecret      = "aWsS3cr3t/Key+OfTheCaller0123456789abcDEF"
	AWSToken       = "FwoGZXIvYXdzEBYaD0caller/Session+Token=="
	GivenSecret    = "gIv3nS3cr3t/Key+OfASource0123456789abcDE"
	GivenToken     = "IQoJb3JpZ2luX2VjE0source/Session+Token=="
	ContainerToken = "Basic+c0ntain3r/Authorization=Token"
	WebToken       = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3ZWIifQ.w3bIdentityS1gnature"
	SSOToken       = "aoaAAAAAGs5soAccessToken/Of+ThePortal"
	SSORefresh     = "aorAAAAAGr3freshToken/Of+ThePortal"
	SSOClient      = "cL1entSecret/Of+TheRegisteredClient"
	MetadataToken  = "AQAEAm3tadataToken/OfThe+Instance=="
)

// secrets are all of them.
var secrets = []string{Password, NewPassword, AWSSecret, AWSToken, GivenSecret, GivenToken, ContainerToken, WebToken, SSOToken, SSORefresh, SSOClient, MetadataToken}

// Forms are the ways in which a secret may be written: those of package leak, of the whole
// and of all but its end. Of a long secret each piece of 12 bytes counts.
func Forms(secret string) (forms [][]byte) {
	const piece = 12
	var all []string
	for i := 0; i == 0 || i+piece <= len(secret); i++ {
		all = append(all, secret[i:min(i+piece, len(secret))])
	}
	for _, form := range slices.Concat(leak.Forms(secret), leak.Forms(secret[:len(secret)-2])) {
		all = append(all, form.Text)
	}
	slices.Sort(all)
	for _, text := range slices.Compact(all) {
		forms = append(forms, []byte(text))
	}
	return forms
}

// forms are those of all secrets.
var forms = func() map[string][][]byte {
	all := map[string][][]byte{}
	for _, s := range secrets {
		all[s] = Forms(s)
	}
	return all
}()

// Leaks are the secrets of a room that a text has, in any form.
func Leaks(text []byte) (found []string) {
	for _, s := range secrets {
		if slices.ContainsFunc(forms[s], func(form []byte) bool { return bytes.Contains(text, form) }) {
			found = append(found, s)
		}
	}
	return found
}
