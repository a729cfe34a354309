package ssm

import (
	"errors"

	"docker-credential-ssm/ssm/resource"
)

var (
	// ErrNotFound is what a [NotFoundError] is.
	ErrNotFound = errors.New("not found")
	// ErrDenied is what an [Error] is where a policy, of IAM or of KMS, stands
	// against the call.
	ErrDenied = errors.New("denied")
)

// Error is a failure to use a service of AWS, explained. Its text is made of the
// table of causes; that of Err is not to be shown.
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

// Explanation is the row of the table of causes that an error is, filled in.
type Explanation struct{ Cause, Why, Advice string }

func (e Explanation) Error() string { return e.Why }

// Hint says what a person can do.
func (e Explanation) Hint() string { return e.Advice }

// NotFoundError is a credential of which the store has said that it is not there.
type NotFoundError struct {
	Explanation
	Location string // what was looked for
	Region   string
}

// NotFound marks the error for the protocol, as Docker's errdefs package does.
func (e *NotFoundError) NotFound() {}

// Is makes the error an [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// RequiredError is a [NotFoundError] where the settings say that there has to be
// a credential. It is not "not found" for the protocol.
type RequiredError struct {
	Explanation
	NotFound *NotFoundError
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *RequiredError) Is(target error) bool { return target == ErrNotFound }

// MissingError is a parameter or a secret that the settings name and that does
// not exist.
type MissingError struct {
	Explanation
	Resource resource.Resource
	Region   string
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *MissingError) Is(target error) bool { return target == ErrNotFound }

// ValueError is a parameter or a secret that holds no credential. Its text shows
// nothing of the value but the names of its fields.
type ValueError struct {
	Explanation
	Resource resource.Resource
	Key      string // the registry's that it was read for
	Err      error  // what is wrong with "it"
}

func (e *ValueError) Unwrap() error { return e.Err }

// ReadOnlyError is a refusal to change anything.
type ReadOnlyError struct {
	Explanation
	Reason string // why this location never can be written; "" where the option would allow it
}

// ConflictError is a write after which something else is stored.
type ConflictError struct{ Explanation }

// HalfError is a change that reached one parameter of a pair and not the other.
type HalfError struct {
	Explanation
	Done, Undone string
	Err          error
}

func (e *HalfError) Unwrap() error { return e.Err }
