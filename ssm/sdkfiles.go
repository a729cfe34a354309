package ssm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/internal/transport"
)

// The SDK reads whole files, and the whole output of a process, however long they are.
// Here they get the limit of package bounded.

// sharedFiles checks AWS's two configuration files, before the SDK reads them. A pipe,
// such as a shell's <(…), is read here, and passed on through another pipe.
func (c *client) sharedFiles() (load []func(*config.LoadOptions) error, fault *Error) {
	configFile, credentialsFile := transport.AWSFiles()
	for _, file := range []struct {
		path string
		with func([]string) config.LoadOptionsFunc
	}{{configFile, config.WithSharedConfigFiles}, {credentialsFile, config.WithSharedCredentialsFiles}} {
		path := file.path
		info, err := os.Stat(path)
		switch {
		case err != nil || info.IsDir() || path == os.DevNull: // of which the SDK makes an error, or nothing
			continue
		case info.Mode().IsRegular() && info.Size() <= bounded.Max:
			continue
		case !info.Mode().IsRegular():
			var pipe string
			if pipe, err = c.piped(path); err == nil {
				load = append(load, file.with([]string{pipe}))
				continue
			}
		default:
			err = bounded.ErrTooLong
		}
		row := "aws-file-unreadable"
		if errors.Is(err, bounded.ErrTooLong) {
			row = "aws-file-long"
		}
		fault = because(row, false, "file", path, "trouble", systemSays(err))
		fault.Err = err
		return nil, fault
	}
	return load, nil
}

// piped reads a file that is not regular, and returns the name of a pipe that has its
// text. The pipe stays open as long as the client.
func (c *client) piped(path string) (string, error) {
	if runtime.GOOS == "windows" {
		return path, nil
	}
	text, err := bounded.ReadFile(path)
	if err != nil {
		return "", err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	c.pipes = append(c.pipes, r)
	go func() {
		_, _ = w.Write(text)
		_ = w.Close()
	}()
	return fmt.Sprintf("/dev/fd/%d", r.Fd()), nil
}

// tokenFiles are the SDK's options with which it reads the token of a web identity to
// the limit.
func tokenFiles() config.LoadOptionsFunc {
	return config.WithWebIdentityRoleCredentialOptions(func(o *stscreds.WebIdentityRoleOptions) {
		if file, ok := o.TokenRetriever.(stscreds.IdentityTokenFile); ok {
			o.TokenRetriever = boundedToken(file)
		}
	})
}

type boundedToken string

func (path boundedToken) GetIdentityToken() ([]byte, error) { return bounded.ReadFile(string(path)) }

// containerToken does the same for the token of a container's or a pod's credentials.
func containerToken(o *endpointcreds.Options) {
	if path := os.Getenv(tokenFile); path != "" {
		o.AuthorizationTokenProvider = endpointcreds.TokenProviderFunc(func() (string, error) {
			text, err := bounded.ReadFile(path)
			return string(text), err
		})
	}
}

// checkSessions reports a file of a session that the SDK must not read to its end.
func (c *client) checkSessions() error {
	for _, path := range c.sessionFiles() {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() && (info.Size() > bounded.Max || info.Mode()&os.ModeCharDevice != 0) {
			return bounded.ErrTooLong
		}
	}
	return nil
}

// processCredentials are those of a profile's own credential_process, of whose output no
// more than the limit is read. The one of a source_profile is the SDK's, without a limit.
func (c *client) processCredentials(cfg aws.Config) aws.CredentialsProvider {
	command := c.shared.CredentialProcess
	if command == "" || len(c.chain) != 2 || !c.from(aws.CredentialSourceProcess) {
		return cfg.Credentials
	}
	c.output = &limit{}
	build := processcreds.NewCommandBuilderFunc(func(ctx context.Context) (*exec.Cmd, error) {
		cmd, err := processcreds.DefaultNewCommandBuilder{Args: []string{command}}.NewCommand(ctx)
		if err == nil {
			cmd.Stdout = c.output
		}
		return cmd, err
	})
	return aws.NewCredentialsCache(processcreds.NewProviderCommand(build, func(o *processcreds.Options) { o.CredentialSources = c.chain }))
}

// limit is a writer that takes so much and no more.
type limit struct {
	written int
	over    atomic.Bool
}

func (l *limit) Write(p []byte) (int, error) {
	if l.written += len(p); l.written > bounded.Max {
		l.over.Store(true)
		return 0, bounded.ErrTooLong
	}
	return len(p), nil
}

// checkBundle refuses a file of AWS_CA_BUNDLE that the SDK must not read to its end.
func checkBundle() *Error {
	const most = 8 << 20 // some bundles have each certificate in plain text too
	file := os.Getenv("AWS_CA_BUNDLE")
	info, err := os.Stat(file)
	if file == "" || err != nil || info.IsDir() || file == os.DevNull || info.Size() <= most && info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return because("bundle", false, "where", "AWS_CA_BUNDLE", "file", file, "trouble", "it is longer than 8 MB",
		"mend", "Set it to a PEM file with certificates, or remove it: "+shell.Unset("AWS_CA_BUNDLE"))
}
