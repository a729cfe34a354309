package ssmtest

import (
	"fmt"
	"regexp"
	"strings"
)

const suffixLength = 6

var (
	// secretName is what a secret may be called, see
	// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
	secretName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]{1,512}$`)
	// completeARN is how a name in an ARN ends that Secrets Manager takes for a
	// complete one, see
	// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
	completeARN = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

	errNoSecretID = invalid("1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null")
	errSecretName = invalid("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
)

// secretID is a SecretId taken apart: a name, or an ARN.
type secretID struct {
	region, account string // of an ARN
	name            string // of an ARN with the random characters, if it has these
	isARN           bool
}

func parseSecretID(asked string) secretID {
	parts := strings.SplitN(asked, ":", 7)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return secretID{name: asked}
	}
	return secretID{region: parts[3], account: parts[4], name: parts[6], isARN: true}
}

// checkSecretID refuses what no secret can be called, in an ARN too.
func checkSecretID(asked string) *failure {
	if asked == "" {
		return errNoSecretID
	} else if !secretName.MatchString(parseSecretID(asked).name) {
		return errSecretName
	}
	return nil
}

// secretARN is an ARN, complete or partial as its name is.
func secretARN(region, account, name string) string {
	return fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:%s", region, account, name)
}

// arn is the secret's full ARN, in a Region where it is.
func (k *secret) arn(region string) string {
	if k.region != "" {
		region = k.region
	}
	return secretARN(region, k.account, k.name+"-"+k.suffix)
}

// isARN reports whether an ARN, complete or partial, is this secret's. A
// partial one that ends like a complete one is taken for a complete one.
func (k *secret) isARN(asked string) bool {
	id := parseSecretID(asked)
	if !id.isARN || id.account != k.account || k.region != "" && id.region != k.region {
		return false
	}
	return id.name == k.name+"-"+k.suffix || id.name == k.name && !completeARN.MatchString(id.name)
}

// findSecret looks a secret up in a Region: by its name, if it is the callers'
// account's, or by its ARN. An ARN of another Region names nothing here.
func (s *Server) findSecret(asked, region string) *secret {
	id := parseSecretID(asked)
	if id.isARN && id.region != region {
		return nil
	}
	fits := func(k *secret) bool { return k.isARN(asked) || !id.isARN && k.account == AccountID && k.name == asked }
	if k := s.secretBy(func(k *secret) bool { return k.region == region && fits(k) }); k != nil {
		return k
	}
	return s.secretBy(func(k *secret) bool { return k.region == "" && fits(k) })
}

func (s *Server) secretBy(fits func(*secret) bool) *secret {
	for _, k := range s.secrets {
		if fits(k) {
			return k
		}
	}
	return nil
}

func (s *Server) mustFindSecret(account, region, name string) *secret {
	for _, in := range []string{region, ""} {
		if k := s.secretBy(func(k *secret) bool { return k.account == account && k.region == in && k.name == name }); k != nil {
			return k
		}
	}
	panic("ssmtest: no secret " + name + " in " + region)
}

// secretNames are the names under which a policy or a fault may mean the secret
// that a call asks for: as it was asked for, its name and its full ARN. One that
// does not exist has question marks for its random characters, so that the
// usual pattern of a policy, NAME-??????, fits it.
func (s *Server) secretNames(asked, region string) []string {
	if k := s.findSecret(asked, region); k != nil {
		return []string{asked, k.name, k.arn(region)}
	}
	id := parseSecretID(asked)
	switch {
	case !id.isARN:
		return []string{asked, secretARN(region, AccountID, asked+"-??????")}
	case id.account != AccountID:
		return []string{asked}
	}
	return []string{asked, completeARN.ReplaceAllString(id.name, "")}
}
