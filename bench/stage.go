package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"docker-credential-ssm/ssm/ssmtest"
)

const (
	serverURL = "https://index.docker.io/v1/"
	parameter = "/CodeBuild/docker-credentials/docker.io"
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
		{s.release, "-tags", releaseTag, "docker-credential-ssm"},
		{s.bench, "-tags", "bench," + releaseTag, "docker-credential-ssm"},
		{s.floor, "-tags", releaseTag, "docker-credential-ssm/bench/floor"},
		{s.peak, "docker-credential-ssm/bench/peak"},
	} {
		if err := goBuild("", build[0], build[1:]...); err != nil {
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
	if err := os.WriteFile(s.roots, s.store.CertPEM(), 0o600); err != nil {
		return nil, err
	}
	system, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err := os.WriteFile(s.bundle, append(system, s.store.CertPEM()...), 0o600); err != nil {
		return nil, err
	}
	s.registry = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="bench"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	s.ecr, err = startECR(tmp)
	return s, err
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
		"AWS_ENDPOINT_URL_SSM=" + s.store.URL,
	}, more...)
}
