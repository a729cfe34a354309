package ssm

import (
	"errors"

	"docker-credential-ssm/ssm/resource"
)

var (
	// ErrNotFound matches, with errors.Is, an error about a credential that does not
	// exist.
	ErrNotFound = errors.New("not found")
	// ErrDenied matches an [Error] about a call that a policy of IAM or KMS denies.
	ErrDenied = errors.New("denied")
)

// Error is a failure to use a service of AWS. Its text comes from the table of causes.
// The text of Err must not be shown: it can quote what was read.
type Error struct {
	Cause    string // the row of the table of causes
	Action   string // the IAM action that failed, such as "ssm:GetParameters"; "" before any call
	Resource string // the names, the path, or the one that was denied; "" before any call
	Region   string
	Why      string
	Advice   string // what a person can do
	Err      error  // AWS's, or the network's
}

func (e *Error) Error() string { return e.Why }

// Hint says what a person can do.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// Explanation is a row of the table of causes, filled in.
type Explanation struct{ Cause, Why, Advice string }

func (e Explanation) Error() string { return e.Why }

// Hint says what a person can do.
func (e Explanation) Hint() string { return e.Advice }

// NotFoundError is the error for a credential that, by AWS's answer, does not exist.
type NotFoundError struct {
	Explanation
	Location string // what was looked for
	Region   string
}

// NotFound marks the error for the protocol, as Docker's errdefs package does.
func (e *NotFoundError) NotFound() {}

// Is makes the error an [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// RequiredError replaces a [NotFoundError] where the option required is set. For the
// protocol it is a failure, and not "not found".
type RequiredError struct {
	Explanation
	NotFound *NotFoundError
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *RequiredError) Is(target error) bool { return target == ErrNotFound }

// MissingError is the error for a parameter or a secret that the settings name and that
// does not exist.
type MissingError struct {
	Explanation
	Resource resource.Resource
	Region   string
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *MissingError) Is(target error) bool { return target == ErrNotFound }

// ValueError is the error for a parameter or a secret whose value is not a credential.
// Its text shows nothing of the value but the names of its fields.
type ValueError struct {
	Explanation
	Resource resource.Resource
	Key      string // the registry's that it was read for
	Err      error  // its text is about the value, as "it"
}

func (e *ValueError) Unwrap() error { return e.Err }

// ReadOnlyError is the refusal to change a location.
type ReadOnlyError struct {
	Explanation
	Reason string // why the helper never writes this location; "" where the option writable would allow it
}

// ConflictError is the error for a write after which another value is stored.
type ConflictError struct{ Explanation }

// HalfError is the error for a change that was made to one parameter of a pair and not
// to the other.
type HalfError struct {
	Explanation
	Done, Undone string
	Err          error
}

func (e *HalfError) Unwrap() error { return e.Err }
