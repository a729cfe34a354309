package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// OptionError is an option that is unknown or has a value that is none.
type OptionError struct {
	Where string // the variable with its value, or the file, section and option
	Why   string
	Known string // what would be right
}

func (e *OptionError) Error() string { return e.Where + " " + e.Why }

// Hint says what is known.
func (e *OptionError) Hint() string { return "Known: " + e.Known }

// apply sets the option. A token that somebody has put where its place belongs is
// refused before it can be asked for, and shown, as a name.
func (o *Option) apply(d *draft, value string) error {
	if isToken(value) {
		return errors.New("is a token itself, where the name of its place belongs")
	}
	return o.set(d, value)
}

// isToken knows the beginnings of the tokens of Docker Hub, GitHub and GitLab.
func isToken(value string) bool {
	for _, begin := range []string{"dckr_pat_", "dckr_oat_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-"} {
		if strings.HasPrefix(value, begin) {
			return true
		}
	}
	return false
}

// shown is a value in quotes.
func shown(value string) string {
	const limit = 200
	switch {
	case isToken(value):
		return "whose value is withheld"
	case len(value) > limit:
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}

func (o *Option) known() string {
	switch {
	case o.Default == "true" || o.Default == "false":
		return "true, false"
	case o.Example != "":
		return "values such as " + o.Example
	}
	return "any value"
}

// FileError is a config.json that cannot be read.
type FileError struct {
	Path string
	Why  string // never a quotation from the file, which may hold a password
}

func (e *FileError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do.
func (e *FileError) Hint() string { return "Mend the file; the Docker CLI cannot read it either" }

// broken gives an error of docker/cli's config package the place in the file.
func broken(path string, err error) error {
	why := "is no valid Docker configuration: one of its auths entries cannot be decoded"
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		file   *os.PathError
	)
	switch {
	case errors.As(err, &syntax):
		why = "is no valid JSON, at " + place(path, syntax.Offset)
	case errors.As(err, &kind):
		why = fmt.Sprintf("has a %s where Docker expects a %s, in %q at %s", kind.Value, kind.Type, kind.Field, place(path, kind.Offset))
	case errors.As(err, &file):
		why = fmt.Sprintf("cannot be read: %v", file.Err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "is no valid JSON: it ends too soon"
	}
	return &FileError{path, why}
}

// place turns an offset into a line and a column, as editors count them.
func place(path string, offset int64) string {
	data, err := os.ReadFile(path)
	if err != nil || offset > int64(len(data)) {
		return fmt.Sprintf("byte %d", offset)
	}
	before := string(data[:max(offset-1, 0)])
	return fmt.Sprintf("line %d, column %d", 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n"))
}
