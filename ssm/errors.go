package ssm

import (
	"errors"
	"fmt"

	"docker-credential-ssm/settings"
)

var (
	// ErrNotFound is what a [NotFoundError] is.
	ErrNotFound = errors.New("not found")
	// ErrDenied is what an [Error] is where a policy, of IAM or of KMS, stands
	// against the call.
	ErrDenied = errors.New("denied")
)

// Error is a failure to use Parameter Store, explained.
type Error struct {
	Action    string // the IAM action, such as "ssm:GetParameters"; "" before any call
	Parameter string // the parameters' names, or the path; "" before any call
	Region    string
	Why       string
	Advice    string // what a person can do
	Err       error  // AWS's, or the network's
}

func (e *Error) Error() string { return e.Why }

// Hint says what a person can do.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// NotFoundError is a credential that is not there.
type NotFoundError struct {
	Parameter string // what was looked for
	Region    string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("there is no parameter %s in %s", e.Parameter, e.Region)
}

// NotFound marks the error for the protocol, as Docker's errdefs package does.
func (e *NotFoundError) NotFound() {}

// Is makes the error an [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// ValueError is a parameter that holds no credential. Its text shows nothing
// of the value.
type ValueError struct {
	Parameter string
	Err       error // what is wrong with "it"
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("the parameter %s holds no credential: %v", e.Parameter, e.Err)
}

// Hint shows the value's shape.
func (e *ValueError) Hint() string {
	return `Put a SecureString {"username":"…","password":"…"} there`
}

func (e *ValueError) Unwrap() error { return e.Err }

// ReadOnlyError is a refusal to change anything.
type ReadOnlyError struct {
	Parameter string
	Reason    string // why this location never can be written; "" where the option would allow it
}

func (e *ReadOnlyError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%s cannot be changed from here: %s", e.Parameter, e.Reason)
	}
	return fmt.Sprintf("%s is shared and read-only here, and was left as it is", e.Parameter)
}

// Hint says what would allow it.
func (e *ReadOnlyError) Hint() string {
	if e.Reason != "" {
		return "Change it where it is kept"
	}
	return fmt.Sprintf(`To allow it, set %sWRITABLE=true, or "writable": "true" in config.json`, settings.EnvPrefix)
}

// HalfError is a change that reached one parameter of a pair and not the other.
type HalfError struct {
	Done, Undone string
	What         string // "written" or "deleted"
	Err          error
}

func (e *HalfError) Error() string {
	return fmt.Sprintf("%s is %s, but %s is not, so that the two do not match: %v", e.Done, e.What, e.Undone, e.Err)
}

func (e *HalfError) Unwrap() error { return e.Err }
