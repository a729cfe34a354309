// Package trace runs every verb and every command under strace, and looks for the secret
// wherever it may have been left: in system calls, streams, logs and files.
package trace
