//go:build e2e && linux

package systems

import (
	"strings"

	"docker-credential-ssm/ssm/ssmtest"
)

// bareCircumstances are those of a root that lacks what programs expect.
var bareCircumstances = []circumstance{
	{"the binary alone", func(p *place) {
		p.version()
		p.get()
		p.list()
		// There is no home, and no /proc by which the program could find itself.
		p.doctor(false, "--offline").
			step("config.json", "!", "there is no home directory", "Set HOME, or set DOCKER_CONFIG").
			step("helper", "✓", "/usr/local/bin/docker-credential-ssm, version").
			step("docker", "!", "!get.docker.com").
			step("sign-in", "✗", "docker-credential-ssm configure docker.io").
			step("parameter", "✓", "of the user alice")
		p.refuses("there is no home directory", "Set HOME, or set DOCKER_CONFIG to the folder of config\\.json", "configure")
		p.env["DOCKER_CONFIG"] = "/config"
		p.configure("/config/config.json", "", "")
		delete(p.env, "DOCKER_CONFIG")
		p.env["HOME"] = "/home/user"
		p.configure("/home/user/.docker/config.json", "", "")
		p.get()
		p.doctor(true, "--offline").step("config.json", "✓").step("sign-in", "✓")

		// There is no shell, by which AWS's SDK starts a program.
		p.put("/home/user/.aws/config", "[profile program]\ncredential_process = /keys\n", 0o644)
		p.env["DOCKER_CREDENTIAL_SSM_PROFILE"] = "program"
		p.refuses("credential_process of the profile \"program\" did not start: there is no sh on the PATH", "Add one to the PATH or to the image", "get")
		delete(p.env, "DOCKER_CREDENTIAL_SSM_PROFILE")

		path := p.env["PATH"]
		delete(p.env, "PATH")
		p.get()
		p.doctor(false, "--offline").step("helper", "✗", "there is no docker-credential-ssm on the PATH", "install -m 755 /usr/local/bin/docker-credential-ssm")
		p.env["PATH"] = path
	}},
	{"no certificates", func(p *place) {
		s := ssmtest.NewTLSServer()
		p.t.Cleanup(s.Close)
		s.Put(ssmtest.Parameter{Name: parameter, Value: credential})
		p.env["AWS_ENDPOINT_URL"], p.env["DOCKER_CONFIG"] = s.URL, "/config"
		const why, hint = "certificate of an authority that is not trusted here: issued by Acme Co", "set AWS_CA_BUNDLE to the file with its certificate"
		p.refuses(why, hint, "get")
		p.refuses(why, hint, "list")
		p.env["AWS_CA_BUNDLE"] = "/bundle.pem"
		p.refuses("AWS_CA_BUNDLE names /bundle\\.pem .*does not exist", "Set it to a PEM file", "get")
		p.put("/bundle.pem", string(s.CertPEM()), 0o644)
		p.get()
		p.list()
		delete(p.env, "AWS_CA_BUNDLE")
		p.env["SSL_CERT_FILE"] = "/bundle.pem"
		p.get()
		delete(p.env, "SSL_CERT_FILE")

		// doctor asks Docker Hub too, whose authority is not one of Amazon's.
		p.env["AWS_CA_BUNDLE"] = "/bundle.pem"
		authority := p.hub()
		p.configure("/config/config.json", "", "")
		p.doctor(false).step("parameter", "✓").step("registry", "✗", "certificate does not verify", "set SSL_CERT_FILE to that one's certificate")
		p.put("/authority.pem", authority, 0o644)
		p.env["SSL_CERT_FILE"] = "/authority.pem"
		p.doctor(true).step("registry", "✓", "accepts the credential of alice").step("quota", "✓")
	}},
	{"no resolv.conf", func(p *place) {
		p.env["HOME"] = "/"
		url := p.env["AWS_ENDPOINT_URL"]
		_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
		delete(p.env, "AWS_ENDPOINT_URL")
		const why = "no name server says where ssm\\.eu-central-1\\.amazonaws\\.com is: there is no /etc/resolv\\.conf, which names one"
		p.refuses(why, "Put the machine's own there\\. Check the network", "get")
		p.refuses(why, "Put the machine's own there", "list")
		p.doctor(false).step("parameter", "✗", "there is no /etc/resolv.conf", "Put the machine's own there")
		p.put("/etc/resolv.conf", "nameserver 127.0.0.1\n", 0o644) // where nothing answers
		p.refuses("the name server does not say where ssm\\.eu-central-1\\.amazonaws\\.com is", "Check the machine's name server", "get")
		// A name of /etc/hosts is found without /etc/nsswitch.conf, too.
		p.put("/etc/hosts", "127.0.0.1 parameters.example\n", 0o644)
		p.env["AWS_ENDPOINT_URL"] = "http://parameters.example:" + port
		p.get()
	}},
}
