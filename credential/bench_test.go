package credential

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	var registries []string
	for i := range 50 {
		registries = append(registries, fmt.Sprintf(`"r%d.example.com":{"username":"alice","password":"s3cret"}`, i))
	}
	for name, text := range map[string]string{
		"one credential": `{"username":"alice","password":"s3cret"}`,
		"50 registries":  `{"auths":{` + strings.Join(registries, ",") + `}}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text, Reading{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
