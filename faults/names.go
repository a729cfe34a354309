//go:build linux

package faults

import (
	"bytes"
	"encoding/binary"
	"net"
)

// serveNames is a name server that answers each question in one way.
func serveNames(conn net.PacketConn, how string) {
	b := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		if answer := answerNames(b[:n], how); answer != nil {
			_, _ = conn.WriteTo(answer, from)
		}
	}
}

// answerNames answers a question with its own bytes: a header of twelve, a name, a type
// and a class.
// Source: https://www.rfc-editor.org/rfc/rfc1035#section-4.1
func answerNames(asked []byte, how string) []byte {
	const header = 12
	end := bytes.IndexByte(asked[min(header, len(asked)):], 0) + header + 5
	if end < header+5 || end > len(asked) || how == "SILENT" {
		return nil
	}
	if how == "GARBAGE" {
		return append(bytes.Clone(asked[:2]), Password...)
	}
	question := bytes.Clone(asked[header:end])
	typeA := binary.BigEndian.Uint16(question[len(question)-4:]) == 1
	code, address := map[string]byte{"SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}[how], []byte(nil)
	switch how {
	case "ADDRESS":
		address = []byte{192, 0, 2, 1}
	case "LOCAL":
		address = []byte{127, 0, 0, 1}
	case "OTHER":
		question[1] ^= 1 // another first letter
		address = []byte{127, 0, 0, 1}
	}
	answers := byte(0)
	if address != nil && typeA {
		answers = 1
	}
	out := append(bytes.Clone(asked[:2]), 0x81, 0x80|code, 0, 1, 0, answers, 0, 0, 0, 0)
	out = append(out, question...)
	if answers == 1 {
		out = append(out, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4)
		out = append(out, address...)
	}
	return out
}
