package ssm

import (
	"errors"
	"fmt"

	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
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
	Cause    string // the row of the table of causes
	Action   string // the IAM action, such as "ssm:GetParameters"; "" before any call
	Resource string // the names, or the path; "" before any call
	Region   string
	Why      string
	Advice   string // what a person can do
	Err      error  // AWS's, or the network's
}

func (e *Error) Error() string { return e.Why }

// Hint says what a person can do.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// NotFoundError is a credential of which the store has said that it is not there.
type NotFoundError struct {
	Location string // what was looked for
	Region   string
	Key      string // the registry that a value with many does not have; "" where there is no value
}

func (e *NotFoundError) Error() string {
	if e.Key != "" {
		return fmt.Sprintf("%s in %s has no credential for %s", e.Location, e.Region, registry.Name(e.Key))
	}
	return fmt.Sprintf("there is no parameter %s in %s", e.Location, e.Region)
}

// NotFound marks the error for the protocol, as Docker's errdefs package does.
func (e *NotFoundError) NotFound() {}

// Is makes the error an [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// RequiredError is a [NotFoundError] where the settings say that there has to be
// a credential. It is not "not found" for the protocol.
type RequiredError struct{ NotFound *NotFoundError }

func (e *RequiredError) Error() string {
	return e.NotFound.Error() + ", and the option required is set"
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *RequiredError) Is(target error) bool { return target == ErrNotFound }

// Hint says what to do.
func (e *RequiredError) Hint() string {
	return "Store the credential there, or name the Region that has it"
}

// MissingError is a parameter or a secret that the settings name and that does
// not exist.
type MissingError struct {
	Resource resource.Resource
	Region   string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s, which the settings name, does not exist in %s", e.Resource, e.Region)
}

// Is makes the error an [ErrNotFound] for the commands for people.
func (e *MissingError) Is(target error) bool { return target == ErrNotFound }

// Hint says what to do.
func (e *MissingError) Hint() string { return "Check the name, and the Region" }

// ValueError is a parameter or a secret that holds no credential. Its text shows
// nothing of the value but the names of its fields.
type ValueError struct {
	Resource resource.Resource
	Key      string // the registry's that it was read for
	Err      error  // what is wrong with "it"
	Advice   string // "" for the usual one
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s holds no credential: %v", e.Resource, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

// ReadOnlyError is a refusal to change anything.
type ReadOnlyError struct {
	Location string
	Reason   string // why this location never can be written; "" where the option would allow it
}

func (e *ReadOnlyError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%s cannot be changed from here: %s", e.Location, e.Reason)
	}
	return fmt.Sprintf("%s is shared and read-only here, and was left as it is", e.Location)
}

// Hint says what would allow it.
func (e *ReadOnlyError) Hint() string {
	if e.Reason != "" {
		return "Change it where it is kept"
	}
	return fmt.Sprintf(`To allow it, set %sWRITABLE=true, or "writable": "true" in config.json`, settings.EnvPrefix)
}

// ConflictError is a write after which something else is stored.
type ConflictError struct{ Location string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s now holds something other than what was written there", e.Location)
}

// Hint says what to do.
func (e *ConflictError) Hint() string {
	return "Somebody else may have stored theirs at the same time: look, and store again"
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
