package main

import (
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// contestant is one way to an answer, and what was measured of it.
type contestant struct {
	name  string // in the table
	id    string // in the ratios
	about string
	argv  []string
	env   []string
	stdin string
	want  string // in the answer
	slow  bool   // runs a tenth as often

	times  []time.Duration
	memory []int64 // bytes, the peak
}

// contestants are those that can run here. The others are left out, with the
// reason.
func (s *stage) contestants() (here []*contestant, leftOut []string) {
	leftOut = s.leftOut
	embedded := "BENCH_ROOTS=" + s.roots
	here = []*contestant{
		{name: "get", id: "get", about: "the helper, with the server's root in the place of Amazon's", argv: []string{s.bench, "get"}, env: s.environment(embedded), stdin: serverURL, want: answer},
		{name: "get, a secret", id: "secret", about: "the same, of a secret in Secrets Manager", argv: []string{s.bench, "get"}, env: s.environment(embedded, "DOCKER_CONFIG="+s.secretConfig), stdin: serverURL, want: answer},
		{name: "the floor", id: "floor", about: "net/http and a Signature V4 by hand, the same call, the same root, no SDK", argv: []string{s.floor}, env: s.environment(embedded), stdin: serverURL, want: answer},
		{name: "get, the system's trust store", id: "system", about: "the same helper made to read the system's bundle and folder, as Go does by default", argv: []string{s.bench, "get"}, env: s.environment("SSL_CERT_FILE="+s.bundle, "SSL_CERT_DIR=/etc/ssl/certs"), stdin: serverURL, want: answer},
		{name: "get, from the cache", id: "cached", about: "a second get within the cacheTTL", argv: []string{s.bench, "get"}, env: s.environment(embedded, "DOCKER_CREDENTIAL_SSM_CACHE_TTL=1h"), stdin: serverURL, want: answer},
		{name: "version", id: "version", about: "the helper's start and nothing else", argv: []string{s.release, "version"}, env: s.environment(), want: "docker-credential-ssm"},
	}
	add := func(program string, c *contestant) {
		if _, err := exec.LookPath(program); err != nil {
			leftOut = append(leftOut, fmt.Sprintf("%s: there is no %s here", c.name, program))
			return
		}
		here = append(here, c)
	}
	add("aws", &contestant{
		name: "aws ssm get-parameters", id: "aws", about: "the AWS CLI, the same call", slow: true,
		argv: []string{"aws", "ssm", "get-parameters", "--with-decryption", "--names", parameter, parameter + "/username", parameter + "/password"},
		env:  s.environment("AWS_CA_BUNDLE=" + s.roots), want: "alice",
	})
	host := strings.TrimPrefix(s.registry.URL, "http://")
	if _, err := exec.LookPath("aws"); err == nil {
		add("docker", &contestant{
			name: "aws … | docker login", id: "login", about: "the buildspec's way, to a registry on loopback", slow: true,
			argv: []string{"sh", "-c", `aws ssm get-parameter --with-decryption --query Parameter.Value --output text --name ` + parameter + ` | docker login -u alice --password-stdin ` + host},
			env:  s.environment("AWS_CA_BUNDLE="+s.roots, "DOCKER_HOST=unix:///nowhere.sock"), want: "Login Succeeded",
		})
	} else {
		leftOut = append(leftOut, "aws … | docker login: there is no aws here")
	}
	add("docker-credential-ecr-login", &contestant{
		name: "docker-credential-ecr-login get", id: "ecr", about: "Amazon's helper for ECR as people run it, with the system's trust store; its cache off, through a proxy on loopback that leads to the bench's own server",
		argv: []string{"docker-credential-ecr-login", "get"}, stdin: "111122223333.dkr.ecr." + region + ".amazonaws.com", want: `"Username":"AWS"`,
		env: s.environment("AWS_ECR_DISABLE_CACHE=true", "SSL_CERT_FILE="+s.bundle, "SSL_CERT_DIR=/etc/ssl/certs", "HTTPS_PROXY="+s.ecr.proxy.URL),
	})
	if helper, err := s.cdkHelper(); err != nil {
		leftOut = append(leftOut, "docker-credential-cdk-assets: "+err.Error())
	} else {
		here = append(here, &contestant{
			name: "docker-credential-cdk-assets get", id: "cdk", about: "AWS CDK's helper from npm's cdk-assets, for the same secret", slow: true,
			argv: []string{helper, "get"}, stdin: "https://index.docker.io/v1/", want: answer,
			env: s.environment("CDK_DOCKER_CREDS_FILE="+s.cdkConfig, "NODE_EXTRA_CA_CERTS="+s.roots),
		})
	}
	return here, leftOut
}
