//go:build linux

package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// statusKinds are statuses of HTTP without the service's reason, and those with it
// that name no cause.
func statusKinds() []*Kind {
	const without = "without AWS's reason|HTTP status|refuses|gateway|redirect|throttles|with nothing|user name and password|no AWS credentials|other than|has no role"
	var kinds []*Kind
	for _, status := range []int{400, 401, 402, 403, 404, 405, 407, 408, 411, 413, 418, 421, 426, 431, 451, 499, 500, 501, 502, 504, 505, 507, 511, 520, 599} {
		k := answering(fmt.Sprintf("%d with a page", status), without, withPage(status))
		k.Rare = !slices.Contains([]int{400, 403, 404, 407, 500, 502, 511}, status)
		kinds = append(kinds, k)
	}
	for _, status := range []int{429, 503} { // too many requests: tried until the deadline
		k := answering(fmt.Sprintf("%d with a page", status), without+"|deadline", withPage(status))
		k.Hangs = true
		kinds = append(kinds, k)
	}
	for _, status := range []int{201, 202, 204, 205, 206} {
		kinds = append(kinds, rare(status != 204, fmt.Sprintf("%d with nothing", status), without, func(*http.Request, Answer) []byte {
			return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status))
		}))
	}
	for _, status := range []int{400, 403, 404, 500} {
		kinds = append(kinds, rare(status != 403, fmt.Sprintf("%d with nothing", status), without, func(*http.Request, Answer) []byte {
			return Answer{Status: status}.bytes()
		}))
	}
	const code = "refused with|refused to assume|refused with an error|no AWS credentials|HTTP status|other than|internal error|refused|without AWS's reason"
	for _, status := range []int{400, 403, 418, 500, 502} {
		kinds = append(kinds, rare(status != 400, fmt.Sprintf("%d with an unknown code", status), code, func(r *http.Request, right Answer) []byte {
			return failure(right, status, "TeapotException", hostile(r)).bytes()
		}))
	}
	kinds = append(kinds,
		answering("500 with the service's error", "internal error|HTTP status|no AWS credentials|refused", func(r *http.Request, right Answer) []byte {
			return failure(right, 500, "InternalServerError", hostile(r)).bytes()
		}),
		answering("an error's code that is a text", code+"|unknown kind", func(r *http.Request, right Answer) []byte {
			return failure(right, 400, hostile(r), hostile(r)).bytes()
		}),
		answering("an error with the status 200", "an error under the status 200|other than|no AWS credentials|has no AWS credentials|no answer that can be used|reason", func(r *http.Request, right Answer) []byte {
			return failure(right, 200, "InternalServerError", hostile(r)).bytes()
		}),
		interim("100 and no more", "HTTP/1.1 100 Continue\r\n\r\n"),
		interim("103 and no more", "HTTP/1.1 103 Early Hints\r\nLink: </s>; rel=preload\r\n\r\n"),
		&Kind{Name: "100 without end", Says: "more than an answer|does not speak HTTP|other than|no AWS credentials", Serve: func(x *Exchange) {
			if x.Request() != nil {
				x.Endless("", "HTTP/1.1 100 Continue\r\n\r\n")
			}
		}},
		&Kind{Name: "101: another protocol", Says: "101|does not speak HTTP|other than|no AWS credentials", Serve: func(x *Exchange) {
			if r := x.Request(); r != nil {
				x.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + hostile(r))
			}
		}},
		answering("a status without a number", "does not speak HTTP|other than|no AWS credentials", func(r *http.Request, _ Answer) []byte {
			return []byte("HTTP/1.1 OK " + Password + "\r\n\r\n")
		}),
		answering("999 with a page", without, withPage(999)),
		answering("000 with a page", without+"|does not speak HTTP|no answer that can be used", withPage(0)),
	)
	return inGroup("HTTP statuses", kinds)
}

func rare(yes bool, name, says string, answer func(*http.Request, Answer) []byte) *Kind {
	k := answering(name, says, answer)
	k.Rare = yes
	return k
}

func withPage(status int) func(*http.Request, Answer) []byte {
	return func(r *http.Request, _ Answer) []byte {
		text := page(r)
		return fmt.Appendf(nil, "HTTP/1.1 %03d %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", status, Password, len(text), text)
	}
}

// interim is a status of information, and then nothing.
func interim(name, text string) *Kind {
	return &Kind{Name: name, Says: silence, Hangs: true, Serve: func(x *Exchange) {
		if x.Request() != nil {
			_, _ = x.Write([]byte(text))
			x.Hang()
		}
	}}
}

// failure is an error as the service of a right answer has it.
func failure(right Answer, status int, code, message string) Answer {
	a := Answer{Status: status, Header: http.Header{}}
	for name, values := range right.Header {
		a.Header[name] = values
	}
	if a.Header.Get("Content-Type") == "text/xml" {
		a.Body = fmt.Appendf(nil, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>0</RequestId></ErrorResponse>`, escaped(code), escaped(message))
		return a
	}
	a.Body, _ = json.Marshal(map[string]string{"__type": code, "code": code, "message": message, "Message": message})
	return a
}
