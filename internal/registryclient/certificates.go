package registryclient

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
)

// trust is what a registry's certificate is checked against: the system's
// authorities and those that Docker has been given for this registry; nil for the
// system's alone.
// Source: https://docs.docker.com/engine/security/certificates/
func trust(host string) *tls.Config {
	folders := []string{"/etc/docker/certs.d"}
	if home, err := os.UserHomeDir(); err == nil { // of Docker Desktop
		folders = append(folders, filepath.Join(home, ".docker", "certs.d"))
	}
	var pool *x509.CertPool
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, host, "*.crt"))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			if pool == nil {
				if pool, err = x509.SystemCertPool(); err != nil {
					pool = x509.NewCertPool()
				}
			}
			pool.AppendCertsFromPEM(text)
		}
	}
	if pool == nil {
		return nil
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}
