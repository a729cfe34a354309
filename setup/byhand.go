package setup

import (
	"fmt"
	"runtime"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// byHand is the hint with the AWS CLI command for a location that the helper never
// writes. The command reads the value from standard input, or on Windows from a file, so that no secret is in an
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
	from, note := shell.Value(runtime.GOOS, value)
	end := fmt.Sprintf(" --region %s, %s", region, note)
	if r.Service == resource.SecretsManager {
		return "Run aws secretsmanager put-secret-value --secret-id " + shell.Word(r.Name) + " --secret-string " + from + end
	}
	name := r.Name
	if _, own, ok := strings.Cut(name, ":parameter"); ok {
		name = own // of the account that shares it
		end += ", in the account that owns it"
	}
	name, _, _ = strings.Cut(name, ":")
	return "Run aws ssm put-parameter --overwrite --type SecureString --name " + shell.Word(name) + " --value " + from + end
}
