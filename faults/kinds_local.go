//go:build linux

package faults

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// localKinds are faults of what the program asks on its own machine: a
// credential_process, the files of tokens and sessions, its settings, its input.
func localKinds() []*Kind {
	process := func(name, says, script string) *Kind {
		return &Kind{Name: "process: " + name, Group: "credential_process", Says: says, Only: []string{"process"}, Prepare: func(r *Room) {
			r.profile("credential_process = sh " + r.file("process.sh", strings.ReplaceAll(script, "SECRET", "'"+GivenSecret+"'")))
		}}
	}
	file := func(name, says string, prepare func(*Room)) *Kind {
		return &Kind{Name: "file: " + name, Group: "files and input", Says: says, Only: []string{"files"}, Prepare: prepare}
	}
	hangs := func(k *Kind) *Kind { k.Hangs = true; return k }
	tokens := func(name, says string, make func(r *Room) string) []*Kind {
		return []*Kind{
			file("a web identity token that is "+name, "web identity token "+says, func(r *Room) {
				r.withoutKeys()
				r.Env["AWS_ROLE_ARN"], r.Env["AWS_WEB_IDENTITY_TOKEN_FILE"], r.Env["AWS_ENDPOINT_URL_STS"] = role, make(r), r.Server.URL
			}),
			file("a container's token that is "+name, "token for AWS credentials from .* "+says, func(r *Room) {
				r.withoutKeys()
				r.Env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], r.Env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = r.Server.URL+"/role", make(r)
			}),
		}
	}
	session := func(name, says string, spoil func(path string)) []*Kind {
		return []*Kind{
			file("an SSO session that is "+name, "AWS SSO session .*"+says, func(r *Room) {
				r.setSSO("")
				spoil(filepath.Join(r.Home, ".aws/sso/cache", sum("corp")+".json"))
			}),
			file("a session of aws login that is "+name, "session of aws login .*"+says, func(r *Room) {
				r.setLogin()
				found, _ := filepath.Glob(filepath.Join(r.Home, ".aws/login/cache/*.json"))
				spoil(found[0])
			}),
		}
	}
	with := func(text string) func(string) {
		return func(path string) { must(os.WriteFile(path, []byte(text), 0o600)) }
	}
	link := func(to string) func(string) {
		return func(path string) { must(os.Remove(path)); must(os.Symlink(to, path)) }
	}
	missing := func(r *Room) string { return filepath.Join(r.Home, "missing") }
	stdin := func(path func(r *Room) string) func(*Room) {
		return func(r *Room) {
			name := path(r)
			r.Stdin = func() (*os.File, error) { return os.OpenFile(name, os.O_RDWR, 0) } // with which a FIFO opens without a writer
		}
	}
	fifo := func(r *Room) string {
		path := filepath.Join(r.Home, "fifo")
		must(syscall.Mkfifo(path, 0o600))
		return path
	}

	kinds := []*Kind{
		process("it is not there", "did not start", "exec /nonexistent"),
		process("it fails", "failed with exit status 7, and said: try again", "echo try again >&2; exit 7"),
		process("it fails, and prints a secret", "failed with exit status 1", "echo SECRET; exit 1"),
		process("it is killed", "failed with exit status", "kill -9 $$"),
		process("it prints nothing", "other than AWS credentials", ":"),
		process("it prints no JSON", "other than AWS credentials", "echo SECRET"),
		process("it prints half", "other than AWS credentials", `echo '{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"'SECRET`),
		process("it prints null", "other than AWS credentials", "echo null"),
		process("it prints another version", "other than AWS credentials", `echo '{"Version":"1","AccessKeyId":"ASIA","SecretAccessKey":"'SECRET'"}'`),
		process("it prints no secret key", "other than AWS credentials", `echo '{"Version":1,"AccessKeyId":"ASIA","SessionToken":"'SECRET'"}'`),
		process("it prints no date", "Expiration is not a date", `echo '{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"'SECRET'","Expiration":"tomorrow"}'`),
		process("it prints expired ones", "expired at 2001", `echo '{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"'SECRET'","Expiration":"2001-01-01T00:00:00Z"}'`),
		process("it prints a page", "other than AWS credentials", "echo '<html>'SECRET"),
		process("it prints without end", "other than AWS credentials", "exec yes SECRET"),
		process("it complains without end, and fails", "failed with exit status 3", "yes complaint | head -c 50000000 >&2; exit 3"),
		hangs(process("it does not end", "did not finish", "exec sleep 60")),
		hangs(process("it prints, and does not end", "did not finish", "echo SECRET; exec sleep 60")),

		file("config.json without end", `config\.json`, func(r *Room) {
			r.Env["DOCKER_CONFIG"] = r.folder("docker")
			must(os.Symlink("/dev/zero", filepath.Join(r.Home, "docker/config.json")))
		}),
		hangs(file("config.json that gives nothing", `config\.json`, func(r *Room) {
			r.Env["DOCKER_CONFIG"] = r.folder("docker")
			must(syscall.Mkfifo(filepath.Join(r.Home, "docker/config.json"), 0o600))
		})),
		file("config.json that is no JSON", `config\.json`, func(r *Room) { r.Config = "<html>" + Password }),
		file("config.json that is half", `config\.json`, func(r *Room) { r.Config = `{"auths":{"x":{"auth":"` + Password }),
		file("AWS's configuration without end", "AWS_CONFIG_FILE", func(r *Room) { r.Env["AWS_CONFIG_FILE"] = "/dev/zero" }),
		file("AWS's credentials without end", "AWS_SHARED_CREDENTIALS_FILE", func(r *Room) { r.withoutKeys(); r.Env["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/zero" }),
		file("certificates without end", "AWS_CA_BUNDLE", func(r *Room) { r.Env["AWS_CA_BUNDLE"] = "/dev/zero" }),
		file("certificates that are none", "AWS_CA_BUNDLE", func(r *Room) { r.Env["AWS_CA_BUNDLE"] = r.file("none.pem", Password) }),
		file("input without end", "longer|too long|more than|not", stdin(func(*Room) string { return "/dev/zero" })),
		file("input of one endless line", "longer|too long|more than", stdin(func(r *Room) string { return r.file("long", strings.Repeat("a", 8<<20)) })),
		hangs(file("input that does not come", "reading standard input", stdin(fifo))),
		file("input of bytes without a sense", "NUL byte", func(r *Room) { r.Input = "\x00\xff\x1b[31m" + Password }),
	}
	kinds = append(kinds, tokens("missing", "cannot be read.*there is no such file", missing)...)
	kinds = append(kinds, tokens("a folder", "cannot be read", func(r *Room) string { return r.folder("folder") })...)
	kinds = append(kinds, tokens("without end", "", func(*Room) string { return "/dev/zero" })...)
	kinds = append(kinds, session("missing", "", func(path string) { must(os.Remove(path)) })...)
	kinds = append(kinds, session("no JSON", "cannot be used", with("<html>"+SSOToken))...)
	kinds = append(kinds, session("null", "cannot be used", with("null"))...)
	kinds = append(kinds, session("half", "cannot be used", with(`{"accessToken":"`+SSOToken))...)
	kinds = append(kinds, session("without end", "cannot be used", link("/dev/zero"))...)
	return kinds
}
