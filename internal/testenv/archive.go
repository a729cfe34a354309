package testenv

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"testing"
)

// Archive is a program in an archive as a release has it, beside another file.
func Archive(t testing.TB, program string) []byte {
	t.Helper()
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, file := range []struct {
		name    string
		content []byte
	}{{"LICENSE", []byte("…")}, {"docker-credential-ssm", content}} {
		if err := w.WriteHeader(&tar.Header{Name: file.name, Mode: 0o755, Size: int64(len(file.content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(file.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
