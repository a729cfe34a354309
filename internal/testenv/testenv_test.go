package testenv

import (
	"net"
	"testing"
)

// TestVacate: nobody answers at the port, and nobody gets it.
func TestVacate(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	release, err := Vacate(l)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		_ = conn.Close()
		t.Error("somebody answers")
	}
	if other, err := net.Listen("tcp", l.Addr().String()); err == nil {
		_ = other.Close()
		t.Error("the port is free")
	}
}
