//go:build e2e && linux

package systems

import (
	"os"
	"path/filepath"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// overTLS has AWS answer by TLS, with a certificate of an authority that only the
// place's trust store has. It is where a distribution has it: a file, and links to it.
func (p *place) overTLS(bundle string, links map[string]string) {
	p.t.Helper()
	s := ssmtest.NewTLSServer()
	p.t.Cleanup(s.Close)
	s.Put(ssmtest.Parameter{Name: parameter, Value: credential})
	p.aws = s
	p.env["AWS_ENDPOINT_URL"] = s.URL
	p.refuses("authority that is not trusted here", "", "get")
	p.put(bundle, string(s.CertPEM())+p.hub(), 0o644)
	for link, to := range links {
		must(p.t, os.MkdirAll(filepath.Dir(p.outside(link)), 0o755))
		must(p.t, os.Symlink(to, p.outside(link)))
	}
	s.ResetCalls()
}

// busybox is a shell, and commands.
func (p *place) busybox() {
	p.t.Helper()
	busybox, err := os.ReadFile(testenv.Need(p.t, "busybox"))
	must(p.t, err)
	p.put("/bin/busybox", string(busybox), 0o755)
	for _, name := range []string{"sh", "ls", "printf", "cat"} {
		must(p.t, os.Symlink("busybox", p.outside("/bin/"+name)))
	}
}

// keysOfProcess has a program give the AWS keys, so that one is started, and ended.
func (p *place) keysOfProcess() {
	p.t.Helper()
	p.busybox()
	p.env["PATH"] += ":/bin"
	delete(p.env, "AWS_ACCESS_KEY_ID")
	delete(p.env, "AWS_SECRET_ACCESS_KEY")
	p.put("/keys.json", `{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"}`, 0o644)
	p.put("/aws", "[default]\ncredential_process = /bin/cat /keys.json\n", 0o644)
	p.env["AWS_CONFIG_FILE"] = "/aws"
}

// distributions are circumstances of some that are often met, and of CodeBuild.
var distributions = []circumstance{
	{"Alpine", func(p *place) {
		// No glibc, no bash, no nsswitch.conf; busybox is the shell and all its commands.
		p.busybox()
		p.env["PATH"], p.env["HOME"] = "/usr/local/bin:/bin", "/root"
		p.overTLS("/etc/ssl/certs/ca-certificates.crt", map[string]string{"/etc/ssl/cert.pem": "certs/ca-certificates.crt"})
		p.get()
		p.list()
		p.configure("/root/.docker/config.json", "", "")
		p.doctor(true).step("helper", "✓").step("registry", "✓")
		// Only the link, as a smaller image may have it.
		must(p.t, os.Rename(p.outside("/etc/ssl/certs/ca-certificates.crt"), p.outside("/etc/ssl/bundle")))
		must(p.t, os.Remove(p.outside("/etc/ssl/cert.pem")))
		must(p.t, os.Symlink("bundle", p.outside("/etc/ssl/cert.pem")))
		p.get()
		p.count.cases++
		if out := p.shell("printf %s " + hub + " | docker-credential-ssm get && docker-credential-ssm list && ls -ld /root"); out.status != 0 || out.err != "" {
			p.t.Errorf("%s", out)
		}
	}},
	{"Amazon Linux 2", func(p *place) {
		p.Refuse = linux414
		p.refused(linux414Refuses)
		p.env["HOME"], p.env["DOCKER_CREDENTIAL_SSM_CACHE_TTL"] = "/root", "5m"
		p.overTLS("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", map[string]string{
			"/etc/pki/tls/certs/ca-bundle.crt": "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
			"/etc/ssl/certs":                   "../pki/tls/certs",
		})
		p.get()
		p.get()
		p.awsSaw(1) // the second is from the keyring
		p.list()
		p.configure("/root/.docker/config.json", "", "")
		p.doctor(true).step("options", "✓").step("parameter", "✓", "the cache holds the same").step("registry", "✓")
		p.keysOfProcess()
		p.get()
	}},
	{"Amazon Linux 2023", func(p *place) {
		p.env["HOME"] = "/root"
		p.put("/etc/crypto-policies/state/current", "DEFAULT\n", 0o644)
		p.overTLS("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", map[string]string{
			"/etc/pki/tls/certs/ca-bundle.crt":       "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
			"/etc/pki/tls/certs/ca-bundle.trust.crt": "/etc/pki/ca-trust/extracted/openssl/ca-bundle.trust.crt", // which is not there
			"/etc/ssl/certs":                         "../pki/tls/certs",
		})
		p.get()
		p.list()
		p.configure("/root/.docker/config.json", "", "")
		p.doctor(true).step("parameter", "✓").step("registry", "✓")
		// ca-bundle.crt goes away in later releases of this family.
		must(p.t, os.Remove(p.outside("/etc/pki/tls/certs/ca-bundle.crt")))
		p.get()
	}},
	{"CodeBuild's Lambda compute", func(p *place) {
		p.UID = 993
		must(p.t, os.Mkdir(p.outside("/root"), 0o700))
		p.memory("/tmp")
		p.put("/tmp/bin/docker-credential-ssm", p.has(p.program()), 0o755)
		p.folder = "/tmp/bin"
		p.env["PATH"], p.env["CODEBUILD_BUILD_ID"] = "/tmp/bin", "app:1"
		p.readOnly("/", 0)
		p.env["HOME"] = "/tmp"
		p.get()
		p.list()
		p.env["HOME"] = "/root" // of another user
		p.refuses("/root/\\.docker/config\\.json cannot be read: permission denied", "name another folder in DOCKER_CONFIG", "get")
		p.refuses("/root/\\.docker/config\\.json cannot be changed: permission denied", "set DOCKER_CONFIG to another folder", "configure")
		p.env["DOCKER_CONFIG"] = "/tmp/docker"
		p.get()
		p.list()
		p.configure("/tmp/docker/config.json", "", "")
		p.doctor(true, "--offline").step("docker", "!", "Lambda compute runs no Docker", "!get.docker.com").step("sign-in", "✓").step("CodeBuild", "✓")
	}},
}
