package ssm

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"docker-credential-ssm/internal/environ"
	"docker-credential-ssm/internal/shell"
)

// explainConfig explains why the SDK does not accept the configuration. Where the SDK's
// error has no type of its own, the cause is found in the variables and files that the
// SDK has read.
func (c *client) explainConfig(err error) error {
	e := c.configFault(err)
	e.Err, e.Region = err, c.region
	return e
}

func (c *client) configFault(err error) *Error {
	var (
		absent   config.SharedConfigProfileNotExistError
		source   config.SharedConfigAssumeRoleError
		needsARN config.CredentialRequiresARNError
		files    = awsFiles()
		name     = c.profileName()
	)
	profile, path := profileOf(files, name)
	with := func(row string, parts ...string) *Error {
		return because(row, where().building(), append(parts, "profile", quoted(name), "name", shell.Word(name), "file", path, "drop", c.withoutProfile(), "origin", c.profileOrigin().String())...)
	}
	switch {
	case errors.As(err, &source):
		return c.sourceFault(files, source)
	case errors.As(err, &absent):
		if fault := fileFault(files); fault != nil {
			return fault
		}
		for _, f := range files {
			if f.sections[name] != nil && !f.isCredentials() {
				path, name = f.path, absent.Profile
				return with("profile-section")
			}
		}
		return with("profile-none")
	case errors.As(err, &needsARN):
		name = needsARN.Profile
		return with("profile-no-role", "has", safeSetting(needsARN.Type))
	case errors.As(err, new(config.SharedConfigLoadError)):
		if fault := fileFault(files); fault != nil {
			return fault
		}
	}
	way, _ := loops(files, name)
	for _, name := range way { // of the profile in use, or one that it leads to
		if path, has, lacks := halfKey(files, name); path != "" {
			return because("profile-half-key", false, "profile", quoted(name), "file", path, "has", has, "lacks", lacks)
		}
	}
	if several := sourcesIn(profile); len(several) > 1 {
		return with("profile-two-sources", "sources", strings.Join(several, ", "))
	}
	if value := profile["credential_source"]; value != "" {
		switch value {
		case "Environment", "Ec2InstanceMetadata":
		case "EcsContainer":
			if os.Getenv(relativeURI) == "" && os.Getenv(fullURI) == "" {
				return with("container-unset")
			}
		default:
			return with("profile-source", "value", quoted(value))
		}
	}
	for _, name := range way {
		if fault := c.ssoSettingsFault(files, name); fault != nil {
			return fault
		}
	}
	if fault := c.bundleFault(profile["ca_bundle"], path); fault != nil {
		return fault
	}
	if fault := containerURIFault(); fault != nil {
		return fault
	}
	if file := os.Getenv(webIdentityFile); file != "" && os.Getenv("AWS_ROLE_ARN") == "" {
		return because("web-identity-role", false, "variable", webIdentityFile, "unset", shell.Unset(webIdentityFile))
	}
	if fault := fileFault(files); fault != nil {
		return fault
	}
	return because("aws-config", false, parts(refused(err, profile, path))...)
}

// overlooked is about what the SDK ignores without an error, although it was probably
// meant to be used: the profile of AWS_DEFAULT_PROFILE, or a file that cannot be
// parsed.
func (c *client) overlooked() *Error {
	files := awsFiles()
	if fault := fileFault(files); fault != nil {
		return fault
	}
	if _, path := profileOf(files, c.profileName()); path == "" && c.profileName() != "default" {
		return c.configFault(config.SharedConfigProfileNotExistError{Profile: c.profileName()})
	}
	return nil
}

// sourcesIn are the sources of credentials in a profile's settings; the SDK accepts
// only one of them.
func sourcesIn(profile map[string]string) []string {
	var all []string
	for _, setting := range []string{"source_profile", "credential_source", "credential_process", "web_identity_token_file"} {
		if profile[setting] != "" {
			all = append(all, setting)
		}
	}
	return all
}

// sourceFault is about a source_profile.
func (c *client) sourceFault(files []awsFile, e config.SharedConfigAssumeRoleError) *Error {
	way, loop := loops(files, c.profileName())
	// This is the profile whose source_profile is the one in the error.
	named := c.profileName()
	if i := slices.Index(way, e.Profile); i > 0 {
		named = way[i-1]
	}
	_, path := profileOf(files, named)
	row := "source-profile-empty"
	switch {
	case e.Err != nil:
		row = "source-profile-none"
		if fault := fileFault(files); fault != nil {
			return fault
		}
	case loop:
		row = "source-profile-loop"
	}
	return because(row, false, "profile", quoted(named), "file", path, "value", quoted(e.Profile), "source", shell.Word(e.Profile), "way", strings.Join(way, ", "))
}

// ssoSettingsFault is about a profile with SSO whose session lacks something.
func (c *client) ssoSettingsFault(files []awsFile, name string) *Error {
	profile, path := profileOf(files, name)
	fault := func(lacks string) *Error {
		return because("sso-settings", where().building(), "profile", quoted(name), "name", shell.Word(name), "file", path, "lacks", lacks, "drop", c.withoutProfile())
	}
	lacking := func(section map[string]string, settings ...string) []string {
		return slices.DeleteFunc(settings, func(s string) bool { return section[s] != "" })
	}
	session, ok := profile["sso_session"]
	switch {
	case ok:
		for _, f := range files {
			if section := f.sections["sso-session "+session]; section != nil {
				if missing := lacking(section, "sso_region", "sso_start_url"); len(missing) > 0 {
					return fault(fmt.Sprintf("has no %s in [sso-session %s]", strings.Join(missing, " and no "), session))
				}
				for _, setting := range []string{"sso_region", "sso_start_url"} {
					if profile[setting] != "" && profile[setting] != section[setting] {
						return fault(fmt.Sprintf("has one %s there and another in [sso-session %s]", setting, session))
					}
				}
				return nil
			}
		}
		return fault(fmt.Sprintf("has no [sso-session %s]", session))
	case profile["sso_account_id"]+profile["sso_region"]+profile["sso_role_name"]+profile["sso_start_url"] != "":
		if missing := lacking(profile, "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"); len(missing) > 0 {
			return fault("has no " + strings.Join(missing, " and no ") + " there")
		}
	}
	return nil
}

// containerURIFault is about a variable whose value the SDK does not accept as a URL.
func containerURIFault() *Error {
	value := os.Getenv(fullURI)
	if value == "" || os.Getenv(relativeURI) != "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return because("container-uri", false, "variable", fullURI, "unset", shell.Unset(fullURI))
	}
	if u.Scheme == "https" {
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLoopback() || slices.Contains([]string{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"}, ip.String())) {
		return nil
	}
	return because("container-host", false, "variable", fullURI, "host", u.Hostname(), "unset", shell.Unset(fullURI))
}

// refused finds the variable, or the setting of the profile, that an error of the
// SDK is about: the SDK writes NAME=VALUE, or the name alone. The text is searched for
// names that are known, and never shown; TestAWSConfig fails when it changes.
func refused(err error, profile map[string]string, path string) (what, how string) {
	text := err.Error()
	for _, entry := range environ.All() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") && value != "" && strings.Contains(text, name) {
			return "the value of " + name, ": " + shell.Unset(name)
		}
	}
	for setting := range profile {
		if strings.Contains(text, setting) {
			return "the value of " + safeSetting(setting) + " in " + path, ""
		}
	}
	return "its configuration", ", in the variables AWS_* or in AWS's files"
}

func parts(what, how string) []string { return []string{"what", what, "how", how} }

// safeSetting is the name of a setting where it has the form of one; "a setting"
// otherwise.
func safeSetting(name string) string {
	if len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return "a setting"
	}
	return name
}
