// Package faults is what can go wrong on the other side of the program, and a room to
// try it in.
//
// A [Kind] is one way in which the other side fails: a connection that is reset in the
// middle of the answer's header, a certificate that has expired, a captive portal, a
// token file without an end. A [Target] is the other side: a service of AWS that the
// program asks, or a source of AWS credentials. A [Case] is a kind at a target, for a
// verb of the protocol. The program is run in a room of its own ([Run]) with the
// target's right answers in every place but the one that is faulty, and must end by
// itself, with one line that has the right cause and a hint, with the status 1, in less
// than 40 MB of memory, and without a word of a secret.
//
// The lines that have been written down, with -update, are in testdata, one file for each
// target: each line stands once, with the kinds of fault below it that end with it. A
// case without one is held to the pattern of its kind alone.
package faults
