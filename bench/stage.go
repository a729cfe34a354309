package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"docker-credential-ssm/ssm/ssmtest"
)

const (
	serverURL = "https://index.docker.io/v1/"
	parameter = "/CodeBuild/docker-credentials/docker.io"
	secretID  = "docker-hub"
	answer    = `"Username":"alice"`
	region    = "eu-central-1"
)

// stage is what the contestants need: programs, servers, files.
type stage struct {
	tmp                         string
	release, bench, floor, peak string   // programs: the helper as released, the one with the bench's root, the floor, the scales
	pinnedSDK, newestSDK        string   // programs that start with the SDK and end; "" where the newest could not be had
	leftOut                     []string // what could not be built, and why
	roots, bundle               string   // files: the server's root; the system's store and that root
	store                       *ssmtest.Server
	registry                    *httptest.Server
	ecr                         *ecr
	secretConfig, cdkConfig     string // a folder with a config.json that names a secret, and CDK's file for the same
}

func startStage(tmp string) (*stage, error) {
	s := &stage{
		tmp:     tmp,
		release: filepath.Join(tmp, "release", "docker-credential-ssm"),
		bench:   filepath.Join(tmp, "docker-credential-ssm"),
		peak:    filepath.Join(tmp, "peak"),
		floor:   filepath.Join(tmp, "floor"),
		roots:   filepath.Join(tmp, "roots.pem"),
		bundle:  filepath.Join(tmp, "bundle.pem"),
	}
	for _, build := range [][]string{
		{s.bench, "-tags", "bench," + releaseTag, "docker-credential-ssm"},
		{s.floor, "-tags", releaseTag, "docker-credential-ssm/bench/floor"},
		{s.peak, "docker-credential-ssm/bench/peak"},
	} {
		if err := goBuild("", build[0], build[1:]...); err != nil {
			return nil, err
		}
	}
	if out, err := exec.Command("make", "build", "OUTPUT="+s.release, "VERSION=bench").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make build: %v: %s", err, out)
	}
	for _, program := range []string{s.release, s.bench, s.floor} {
		if err := install(program); err != nil {
			return nil, err
		}
	}
	newest, err := s.buildSDK()
	if err != nil {
		return nil, err
	}
	if newest != nil {
		s.newestSDK, s.leftOut = "", []string{"the newest SDK: " + newest.Error()}
	}
	s.store = ssmtest.NewTLSServer()
	s.store.Put(ssmtest.Parameter{Name: parameter, Value: `{"username":"alice","password":"s3cret"}`})
	s.store.PutSecret(secretID, `{"username":"alice","password":"s3cret"}`)
	s.secretConfig, s.cdkConfig = filepath.Join(tmp, "secret"), filepath.Join(tmp, "cdk-docker-creds.json")
	for file, text := range map[string]string{
		s.roots: string(s.store.CertPEM()),
		filepath.Join(s.secretConfig, "config.json"): `{"plugins":{"docker-credential-ssm/docker.io":{"secret":"` + secretID + `"}}}`,
		s.cdkConfig: `{"version":"1.0","domainCredentials":{"index.docker.io":{"secretsManagerSecretId":"` + secretID + `","secretsPasswordField":"password"}}}`,
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if s.ecr, err = startECR(tmp); err != nil {
		return nil, err
	}
	system, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	ecrRoots, _ := os.ReadFile(s.ecr.roots)
	if err := os.WriteFile(s.bundle, slices.Concat(system, s.store.CertPEM(), ecrRoots), 0o600); err != nil {
		return nil, err
	}
	s.registry = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="bench"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	return s, nil
}

// install copies a program, as every installation does. The pages that the linker
// has written are smaller in the page cache than those of a copied file, and cost a
// start 0.5 ms more.
func install(program string) error {
	text, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	if err := os.Remove(program); err != nil {
		return err
	}
	return os.WriteFile(program, text, 0o755)
}

func (s *stage) close() {
	s.store.Close()
	s.registry.Close()
	s.ecr.close()
}

// environment is what every contestant has, and nothing of the caller's but the
// PATH.
func (s *stage) environment(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.tmp, "DOCKER_CONFIG=" + s.tmp,
		"AWS_ACCESS_KEY_ID=AKIABENCH", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_ENDPOINT_URL_SSM=" + s.store.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + s.store.URL,
	}, more...)
}
