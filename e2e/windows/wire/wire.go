// Package wire is what the tests and the agent inside Wine say to each other: a
// request, and a reply.
package wire

// Request is a program to run, or a file to hold open.
type Request struct {
	Program, Dir string
	Args         []string
	Line         string   // the whole command line, where it is not one of Args
	Env          []string // is added to the agent's own; NAME= takes one out
	Stdin        string
	Merged       bool // both streams are one pipe

	Hold string // a file
}

// Reply is what became of it.
type Reply struct {
	Stdout, Stderr string
	Status         int
	Error          string // the program did not run, or the file was not opened
}
