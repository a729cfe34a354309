//go:build bench

package transport

import "os"

// A benchmark's server has a root of its own, which takes the place of
// Amazon's. Release builds do not have this file.
func init() {
	if file := os.Getenv("BENCH_ROOTS"); file != "" {
		AmazonRoots, _ = os.ReadFile(file)
	}
}
