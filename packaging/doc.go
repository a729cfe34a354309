// Package packaging has what a release contains beside the program, and the tests of the
// files that make dist makes: they open each, compare the programs in them, and run those
// that this machine can run (go test -tags dist ./packaging). The package for Debian is
// installed and used in the end-to-end suite.
package packaging
