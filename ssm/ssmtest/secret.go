package ssmtest

import (
	"crypto/rand"
	"slices"
	"time"
)

const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
	defaultSecret = "alias/aws/secretsmanager" // the AWS managed key
	customerKey   = "alias/customer"
)

// secret is one of Secrets Manager's.
type secret struct {
	account  string
	region   string // where it was made; "" for every Region
	name     string
	suffix   string // the six random characters at the end of its ARN
	keyID    string
	versions []*secretVersion
	created  time.Time
	changed  time.Time
	deleted  time.Time // when it was marked for deletion; zero if it was not
	removal  time.Time // when it will be removed
}

type secretVersion struct {
	id      string
	value   string
	binary  []byte // instead of the value; nil for a string
	stages  []string
	created time.Time
}

// at returns the version with a staging label; nil where there is none.
func (k *secret) at(stage string) *secretVersion {
	for _, v := range k.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

// version returns the version with an id; nil where there is none.
func (k *secret) version(id string) *secretVersion {
	for _, v := range k.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// add moves staging labels to a new version. The version that loses AWSCURRENT
// becomes AWSPREVIOUS. The first version is AWSCURRENT in any case.
func (k *secret) add(v *secretVersion, stages []string) {
	if len(k.versions) == 0 && !slices.Contains(stages, stageCurrent) {
		stages = append(stages, stageCurrent)
	}
	if old := k.at(stageCurrent); old != nil && slices.Contains(stages, stageCurrent) {
		k.unlabel(stagePrevious)
		old.stages = append(old.stages, stagePrevious)
	}
	for _, stage := range stages {
		k.unlabel(stage)
	}
	v.stages, v.created = slices.Clone(stages), time.Now()
	k.versions = append(k.versions, v)
	k.changed = v.created
}

func (k *secret) unlabel(stage string) {
	for _, v := range k.versions {
		v.stages = slices.DeleteFunc(v.stages, func(s string) bool { return s == stage })
	}
}

// PutSecret gives a secret of the callers' account a new value, and makes the
// secret where there is none, in every Region at once. It returns the version's
// id: this version becomes AWSCURRENT, and what was that AWSPREVIOUS. Callers
// read it from Secrets Manager, or from Parameter Store below
// /aws/reference/secretsmanager/. PutSecret panics on what Secrets Manager would
// refuse, such as an invalid name: that is the test's mistake.
func (s *Server) PutSecret(id, value string) (version string) {
	return s.putSecret(AccountID, "", id, &secretVersion{value: value}).id
}

// PutSecretIn is PutSecret for a secret that exists in one Region alone.
func (s *Server) PutSecretIn(region, id, value string) (version string) {
	return s.putSecret(AccountID, region, id, &secretVersion{value: value}).id
}

// PutSecretBinary is PutSecret for a value of bytes.
func (s *Server) PutSecretBinary(id string, value []byte) (version string) {
	return s.putSecret(AccountID, "", id, &secretVersion{binary: append([]byte{}, value...)}).id
}

// PutSharedSecret gives a secret of another account a new value and returns its
// ARN. Its resource policy lets the callers read it, and it has a customer's
// KMS key, as sharing wants. Callers in that Region reach it by its ARN alone.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
func (s *Server) PutSharedSecret(accountID, region, id, value string) (arn string) {
	s.putSecret(accountID, region, id, &secretVersion{value: value})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mustFindSecret(accountID, region, id).arn(region)
}

// SecretARN is the full ARN, with its six random characters, of a secret of the
// callers' account in a Region. It panics where there is no such secret.
func (s *Server) SecretARN(region, id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mustFindSecret(AccountID, region, id).arn(region)
}

// EncryptSecret gives a secret another KMS key, by its name or its ARN:
// "alias/aws/secretsmanager", which a secret has that is not shared, or a
// customer's. [Server.DisableKey] takes the same text. It panics where there is
// no such secret.
func (s *Server) EncryptSecret(id, keyID string) {
	s.forSecrets(id, func(k *secret) { k.keyID = keyID })
}

// MarkForDeletion marks a secret for deletion in 30 days, by its name or its
// ARN. It panics where there is no such secret.
func (s *Server) MarkForDeletion(id string) {
	s.forSecrets(id, func(k *secret) { k.mark(maxWindow) })
}

func (s *Server) putSecret(account, region, name string, v *secretVersion) *secretVersion {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !secretName.MatchString(name) {
		panic("ssmtest: " + errSecretName.message + ": " + name)
	}
	k := s.secretBy(func(k *secret) bool { return k.account == account && k.region == region && k.name == name })
	if k == nil {
		k = s.newSecret(account, region, name)
	} else if !k.deleted.IsZero() {
		panic("ssmtest: " + errMarked.message + ": " + name)
	}
	v.id = newID()
	k.add(v, []string{stageCurrent})
	return v
}

func (s *Server) newSecret(account, region, name string) *secret {
	k := &secret{account: account, region: region, name: name, suffix: newSuffix(), keyID: defaultSecret, created: time.Now(), changed: time.Now()}
	if account != AccountID {
		k.keyID = customerKey
	}
	s.secrets = append(s.secrets, k)
	return k
}

// forSecrets does something with a secret in each of its Regions.
func (s *Server) forSecrets(id string, do func(*secret)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for _, k := range s.secrets {
		if k.account == AccountID && k.name == id || k.isARN(id) {
			do(k)
			found = true
		}
	}
	if !found {
		panic("ssmtest: no secret " + id)
	}
}

// newSuffix is what a secret's ARN ends with.
func newSuffix() string {
	const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, suffixLength)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = characters[int(b[i])%len(characters)]
	}
	return string(b)
}
