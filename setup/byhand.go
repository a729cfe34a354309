package setup

import (
	"fmt"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// byHand is the hint with the AWS CLI command for a location that the helper never
// writes. The command reads the value from standard input, so that no secret is in an
// argument.
func byHand(l settings.Location, region string) string {
	r, value := l.Value, credential.Shape
	switch {
	case l.Kind == settings.Pair:
		r, value = l.Password, "the token"
	case l.Reading != (credential.Reading{}) || l.Shared:
		value = "the whole value"
	}
	if r.Region != "" {
		region = r.Region
	}
	if secret, ok := r.Behind(); ok {
		r = resource.Resource{Service: resource.SecretsManager, Name: secret}
	}
	end := fmt.Sprintf(" --region %s, which waits for %s and Ctrl-D", region, value)
	if r.Service == resource.SecretsManager {
		return "Run aws secretsmanager put-secret-value --secret-id " + r.Name + " --secret-string file:///dev/stdin" + end
	}
	name := r.Name
	if _, own, ok := strings.Cut(name, ":parameter"); ok {
		name = own // of the account that shares it
		end += ", in the account that owns it"
	}
	name, _, _ = strings.Cut(name, ":")
	return "Run aws ssm put-parameter --overwrite --type SecureString --name " + name + " --value file:///dev/stdin" + end
}
