package ssm

import (
	"cmp"
	"crypto/x509"
	"net/url"
	"os"
	"strings"

	"docker-credential-ssm/internal/environ"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/resource"
)

// The variables that name a source of credentials.
const (
	relativeURI     = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	fullURI         = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	tokenVariable   = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
	tokenFile       = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
	webIdentityFile = "AWS_WEB_IDENTITY_TOKEN_FILE"
)

// checkVariables refuses a variable of AWS whose value is certainly a mistake, if the
// variable is used: without the check the error would be about a signature or a host
// name. No message shows the value, which may be a secret in the wrong variable.
func (c *client) checkVariables() *Error {
	for _, entry := range environ.All() {
		if !strings.HasPrefix(entry, "AWS_") {
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || !c.matters(name) {
			continue
		}
		if strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
			if u, err := url.Parse(value); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
				return because("endpoint-invalid", false, "variable", name, "unset", shell.Unset(name))
			}
			continue
		}
		if says, characters := slip(value); says != "" {
			return because("variable-space", false, "variable", name, "slip", says, "trim", shell.Trim(name, characters))
		}
	}
	return nil
}

// matters reports whether a variable is used with these options.
func (c *client) matters(name string) bool {
	switch name {
	case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
		return c.options.Profile == ""
	case "AWS_PROFILE":
		return c.options.Profile == ""
	case "AWS_DEFAULT_PROFILE":
		return c.options.Profile == "" && os.Getenv("AWS_PROFILE") == ""
	case "AWS_REGION":
		return c.options.Region == ""
	case "AWS_DEFAULT_REGION":
		return c.options.Region == "" && os.Getenv("AWS_REGION") == ""
	case "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_STS":
		return !strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") && c.asks(name)
	}
	return false
}

// asks reports whether a call goes to the endpoint that a variable sets.
func (c *client) asks(endpoint string) bool {
	services := group(c.options.Location.Resources())
	parameters, secrets := len(services[resource.ParameterStore]) > 0, len(services[resource.SecretsManager]) > 0
	if len(services) == 0 {
		parameters = true // list
	}
	switch endpoint {
	case "AWS_ENDPOINT_URL_SSM":
		return parameters
	case "AWS_ENDPOINT_URL_SECRETS_MANAGER":
		return secrets
	case "AWS_ENDPOINT_URL_STS":
		return c.options.RoleARN != "" || os.Getenv(webIdentityFile) != ""
	}
	return parameters && os.Getenv("AWS_ENDPOINT_URL_SSM") == "" || secrets && os.Getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER") == ""
}

// slip describes characters that were copied along with a value, such as quotation
// marks, and returns them as a set for tr; "" where there are none.
func slip(value string) (says, characters string) {
	first, last := value[0], value[len(value)-1]
	switch {
	case strings.ContainsAny(value, "\r\n"):
		return "has a line end in it", "[:space:]"
	case strings.TrimSpace(value) != value:
		return "begins or ends with white space", "[:space:]"
	case len(value) > 1 && first == last && (first == '"' || first == '\''):
		return "has quotation marks around it", `"'\''`
	}
	return "", ""
}

// checkRegion is about a Region that is missing, or cannot be one.
func (c *client) checkRegion() *Error {
	switch {
	case c.region == "":
		if fault := c.overlooked(); fault != nil {
			return fault
		}
		return because("region-none", false, "region", regionAdvice(c.profileFlag()))
	case isRegion(c.region):
		return nil
	}
	profile, path := profileOf(awsFiles(), c.profileName())
	place := "the option region"
	switch {
	case c.options.Region != "":
	case os.Getenv("AWS_REGION") != "":
		place = "the value of AWS_REGION"
	case os.Getenv("AWS_DEFAULT_REGION") != "":
		place = "the value of AWS_DEFAULT_REGION"
	case profile["region"] != "":
		place = "region of the profile " + quoted(c.profileName()) + " in " + path
	}
	return because("region-invalid", false, "where", place)
}

func isRegion(name string) bool {
	return len(name) <= 40 && strings.Contains(name, "-") && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// regionAdvice is how to set a Region, in the situation of the program.
func regionAdvice(profileFlag string) string {
	switch where() {
	case inCodeBuild:
		return "CodeBuild sets AWS_REGION: leave it as it is, pass it on to a container with docker run -e AWS_REGION, or set DOCKER_CREDENTIAL_SSM_REGION"
	case inContainer:
		return "Set DOCKER_CREDENTIAL_SSM_REGION, AWS_REGION, or pass it in with docker run -e AWS_REGION"
	case inBuild, inWorkload:
		return "Set DOCKER_CREDENTIAL_SSM_REGION, AWS_REGION"
	}
	return "Set DOCKER_CREDENTIAL_SSM_REGION, AWS_REGION, or run aws configure set region eu-central-1" + profileFlag
}

// bundleFault is about the certificates to trust: the file of AWS_CA_BUNDLE, or a
// profile's ca_bundle.
func (c *client) bundleFault(setting, path string) *Error {
	file, place, mend := os.Getenv("AWS_CA_BUNDLE"), "AWS_CA_BUNDLE", "Set it to a PEM file with certificates, or remove it: "+shell.Unset("AWS_CA_BUNDLE")
	if file == "" {
		file, place, mend = setting, "ca_bundle in "+path, "Name a PEM file with certificates there, or remove ca_bundle"
	}
	return badBundle(file, place, mend)
}

func badBundle(file, place, mend string) *Error {
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	trouble := ""
	switch {
	case err != nil:
		trouble = "it cannot be read: " + systemSays(err)
		if os.IsNotExist(err) {
			trouble = "it does not exist"
		}
	case !x509.NewCertPool().AppendCertsFromPEM(data):
		trouble = "there is no certificate in it"
	default:
		return nil
	}
	return because("bundle", false, "where", place, "file", file, "trouble", trouble, "mend", mend)
}

// misled is about SSL_CERT_FILE, where a server's certificate is of an unknown
// authority: Go reports no error when that file does not exist.
func misled(err error) *Error {
	if transport.Diagnose(err).Certificate != transport.UnknownAuthority {
		return nil
	}
	return badBundle(os.Getenv("SSL_CERT_FILE"), "SSL_CERT_FILE", "Set it to a PEM file with certificates, or remove it: "+shell.Unset("SSL_CERT_FILE"))
}

// halfKeyFault is about an access key ID without its secret access key in the
// environment, or the reverse. The SDK then uses the next source.
func halfKeyFault() *Error {
	id := cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_ACCESS_KEY"))
	secret := cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SECRET_KEY"))
	has, lacks := "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	switch {
	case id != "" && secret == "":
	case id == "" && secret != "":
		has, lacks = lacks, has
	default:
		return nil
	}
	return because("half-key", false, "has", has, "lacks", lacks, "unset", shell.Unset(has))
}
