package main

import "github.com/rogpeppe/go-internal/testscript"

// Windows has no FIFOs; the stories that need one are skipped there.
func hold(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("there are no FIFOs") }
