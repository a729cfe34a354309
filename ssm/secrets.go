package ssm

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// secretsManager is Secrets Manager as a [source]. It only reads: a secret there is
// changed by its rotation, or by the team that owns it.
type secretsManager struct {
	*client
	api *secretsmanager.Client
}

func newSecretsManager(c *client) *secretsManager {
	return &secretsManager{c, secretsmanager.NewFromConfig(c.aws, func(o *secretsmanager.Options) {
		o.APIOptions = append(o.APIOptions, wholeAnswers, logCalls(c.log), awsmiddleware.AddUserAgentKeyValue(sessionName, c.version))
	})}
}

// find makes one GetSecretValue call for each name. BatchGetSecretValue needs another
// permission, which a role that reads a secret does not usually have.
func (s *secretsManager) find(ctx context.Context, _ bool, names ...string) (map[string]stored, error) {
	type answer struct {
		name  string
		value stored
		ok    bool
		err   error
	}
	answers := make(chan answer, len(names))
	for _, name := range names {
		ask := func() {
			value, ok, err := s.one(ctx, name)
			answers <- answer{name, value, ok, err}
		}
		if len(names) == 1 {
			ask()
		} else {
			go ask()
		}
	}
	found := map[string]stored{}
	failed := map[string]error{}
	for range names {
		a := <-answers
		if a.ok {
			found[a.name] = a.value
		}
		if a.err != nil {
			failed[a.name] = a.err
		}
	}
	for _, name := range names { // the first in this order, so that the message does not vary from run to run
		if failed[name] != nil {
			return nil, failed[name]
		}
	}
	return found, nil
}

// one reads a secret. It reports false where the secret does not exist.
func (s *secretsManager) one(ctx context.Context, name string) (stored, bool, error) {
	out, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return stored{}, false, nil
	case err == nil && (out.Name == nil || out.ARN == nil):
		err = partial("the secret's name and ARN")
	case err == nil && !sameSecret(name, aws.ToString(out.Name), aws.ToString(out.ARN)):
		err = other()
	case err == nil && out.SecretString == nil && len(out.SecretBinary) == 0:
		err = partial("a value")
	}
	if err != nil {
		return stored{}, false, s.explain("secretsmanager:GetSecretValue", err, name)
	}
	if out.SecretString == nil {
		return stored{kind: kindSecret, binary: true, modified: aws.ToTime(out.CreatedDate)}, true, nil
	}
	return stored{value: *out.SecretString, kind: kindSecret, modified: aws.ToTime(out.CreatedDate)}, true, nil
}

// sameSecret reports whether an answer is about the secret that was asked for. An ARN
// may be asked for without the six characters that Secrets Manager adds to it.
func sameSecret(asked, name, arn string) bool {
	if !strings.HasPrefix(asked, "arn:") {
		a, ok := parseARN(arn)
		full, isSecret := strings.CutPrefix(a.rest, "secret:")
		return asked == name && ok && isSecret && (full == name || isSuffixed(full, name))
	}
	return arn == asked || strings.HasPrefix(arn, asked+"-") && len(arn) == len(asked)+len("-a1b2c3")
}

func (s *secretsManager) write(context.Context, string, stored, string) (int64, error) {
	return 0, errOnlyRead
}

func (s *secretsManager) remove(context.Context, ...string) error {
	return errOnlyRead
}

// errOnlyRead is never returned in practice: [settings.Location.ReadOnly] refuses a
// location in Secrets Manager first.
var errOnlyRead = errors.New("the secret is only read")
