package transport

import (
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Obvious is the endpoint of a service, "ssm" or "secretsmanager", where the
// environment alone decides it, as in a build. A Region of the program's own comes
// before AWS's variables. It is nil where a file, a profile or another variable may
// change the endpoint, or the Region is in another partition: then the SDK resolves it
// later. A wrong guess would open a connection in vain.
func Obvious(service, region, profile string) *url.URL {
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
		if os.Getenv(variable) != "" {
			return nil
		}
	}
	config, credentials := AWSFiles()
	for _, file := range []string{config, credentials} {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
	}
	region = cmp.Or(region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if profile != "" || region == "" {
		return nil
	}
	variable := "AWS_ENDPOINT_URL_SSM"
	if service == "secretsmanager" {
		variable = "AWS_ENDPOINT_URL_SECRETS_MANAGER" // after the SDK's "Secrets Manager"
	}
	if endpoint := cmp.Or(os.Getenv(variable), os.Getenv("AWS_ENDPOINT_URL")); endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil
		}
		return u
	}
	continent, rest, _ := strings.Cut(region, "-")
	if !strings.Contains(" us eu ap sa ca me af il mx ", " "+continent+" ") || strings.HasPrefix(rest, "gov") || strings.HasPrefix(rest, "iso") {
		return nil
	}
	return &url.URL{Scheme: "https", Host: service + "." + region + ".amazonaws.com"}
}

// AWSFiles are the paths of AWS's configuration files.
func AWSFiles() (config, credentials string) {
	home, _ := os.UserHomeDir()
	return cmp.Or(os.Getenv("AWS_CONFIG_FILE"), filepath.Join(home, ".aws", "config")),
		cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(home, ".aws", "credentials"))
}
