package ssm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// asker is what decides with which AWS credentials a get asks: variables, files and,
// where the credentials come from something that may answer anything, its answer.
type asker struct {
	unknown bool     // nothing short of a call to AWS tells it
	files   []string // whose content decides
	asked   string   // the account and the access key ID of the answer; "" where files decide
}

// Where the SDK gets credentials from, by what decides which these are. A source in none
// of the lists, such as one that a later version of the SDK adds, is not cached.
var (
	// Keys in variables and files, and sessions whose token is in a file. A role is
	// assumed with one of these, as the files say.
	decidedByFiles = []aws.CredentialSource{
		aws.CredentialSourceEnvVars, aws.CredentialSourceProfile,
		aws.CredentialSourceSSO, aws.CredentialSourceProfileSSO, aws.CredentialSourceSSOLegacy, aws.CredentialSourceProfileSSOLegacy,
		aws.CredentialSourceLogin, aws.CredentialSourceProfileLogin,
		aws.CredentialSourceEnvVarsSTSWebIDToken, aws.CredentialSourceProfileSTSWebIDToken,
	}
	rolesOfFiles = []aws.CredentialSource{aws.CredentialSourceProfileSourceProfile, aws.CredentialSourceSTSAssumeRole, aws.CredentialSourceSTSAssumeRoleWebID}
	// What is asked: a call within the machine. A profile's role over one of these
	// hides the answer from the program, and is not cached.
	decidedByAnswer = []aws.CredentialSource{aws.CredentialSourceHTTP, aws.CredentialSourceIMDS, aws.CredentialSourceProcess, aws.CredentialSourceProfileProcess}
)

// identify finds out who asks. It returns a client, with AWS's configuration, where one
// was needed for that; the one that it is given, if any. Keys in the environment, which
// come before everything else, need none.
func (s *Store) identify(ctx context.Context, o settings.Options, c *client) (asker, *client, error) {
	config, credentials := transport.AWSFiles()
	who := asker{files: []string{config, credentials}}
	if c == nil && keysInEnvironment(o) {
		return who, nil, nil
	}
	if c == nil {
		t := s.Transport
		if t == nil {
			t = transport.New()
		}
		var err error
		if c, err = s.configure(ctx, o, t); err != nil {
			return who, nil, err
		}
	}
	within := func(lists ...[]aws.CredentialSource) bool {
		known := slices.Concat(lists...)
		return c.from(lists[0]...) && !slices.ContainsFunc(c.chain, func(source aws.CredentialSource) bool { return !slices.Contains(known, source) })
	}
	switch {
	case within(decidedByFiles, rolesOfFiles):
		who.files = append(who.files, c.sessionFiles()...)
	case within(decidedByAnswer):
		creds, err := c.credentialsOf(ctx, c.base)
		if err != nil {
			return who, c, err
		}
		who.asked = creds.AccountID + "/" + creds.AccessKeyID
	default:
		who.unknown = true
	}
	return who, c, nil
}

// keysInEnvironment reports whether the SDK uses the access key of the environment. The
// names are those that the SDK reads: TestKeysInEnvironment.
func keysInEnvironment(o settings.Options) bool {
	return o.Profile == "" &&
		cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_ACCESS_KEY")) != "" &&
		cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SECRET_KEY")) != ""
}

// sessionFiles are the files with the tokens of the sources in use.
func (c *client) sessionFiles() (files []string) {
	add := func(path string, err error) {
		if err == nil && path != "" {
			files = append(files, path)
		}
	}
	if c.from(aws.CredentialSourceEnvVarsSTSWebIDToken) {
		add(os.Getenv(webIdentityFile), nil)
	}
	for _, p := range lineage(&c.shared) {
		add(p.WebIdentityTokenFile, nil)
		for _, session := range []string{p.SSOSessionName, p.SSOStartURL} {
			if session != "" {
				add(ssocreds.StandardCachedTokenFilepath(session))
			}
		}
		if p.LoginSession != "" {
			add(logincreds.StandardCachedTokenFilepath(p.LoginSession, os.Getenv("AWS_LOGIN_CACHE_DIRECTORY")))
		}
	}
	return files
}

// decides is a hash of all that decides who asks, as it is now; false where it cannot be
// known.
func (w asker) decides() (string, bool) {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n%q\n%q\n", variables(), w.files, w.asked)
	for _, path := range w.files {
		if !addContent(h, path) {
			return "", false
		}
	}
	return hex.EncodeToString(h.Sum(nil)), !w.unknown
}

// variables are those that decide who asks, and of what: AWS's own, the home folder, in
// which AWS's files are, and those that lead the requests to another host.
func variables() []string {
	var all []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(entry), "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SSL_CERT_") || strings.HasSuffix(name, "_PROXY") || name == "HOME" || name == "USERPROFILE" {
			all = append(all, entry)
		}
	}
	slices.Sort(all)
	return all
}

// addContent adds the content of a file, or that it cannot be read. It is false for a
// file that is too long, and for one that is not regular, such as a pipe, whose content
// is gone once it is read.
func addContent(h io.Writer, path string) bool {
	if path == os.DevNull {
		return true
	}
	info, err := os.Stat(path)
	if err != nil {
		fmt.Fprintf(h, "%v\n", os.IsNotExist(err))
		return true
	}
	if !info.Mode().IsRegular() {
		return false
	}
	text, err := bounded.ReadFile(path)
	fmt.Fprintf(h, "%d %v %s\n", len(text), os.IsPermission(err), text)
	return err == nil || os.IsPermission(err)
}
