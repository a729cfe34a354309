package settings

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/config/configfile"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/registry"
)

// FileError is a config.json that cannot be read.
//
// The Docker CLI reads the first JSON value in the file and ignores what follows it,
// and so does the program. Where the CLI cannot read the file it prints a warning and
// uses what it has parsed: nothing of a file that is not JSON, but everything else
// where one value has the wrong type or one login cannot be decoded.
type FileError struct {
	Path   string
	Why    string // never a quotation from the file, which may hold a password
	Advice string
}

func (e *FileError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do.
func (e *FileError) Hint() string { return e.Advice }

const (
	unreadToo = "; the Docker CLI cannot read it either"
	partsRead = "; the Docker CLI warns of it, and goes on"
)

// broken makes a [FileError] of an error of docker/cli's config package. The file may
// have been parsed in part. The text of that error can quote the file, and is not used.
func broken(path string, file *configfile.ConfigFile, err error) error {
	data := contents(path)
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		access *os.PathError
	)
	switch {
	case errors.As(err, &access):
		why := "the system does not let it be read"
		switch info, errStat := os.Stat(path); {
		case errStat == nil && info.IsDir():
			why = "it is a directory"
		case os.IsPermission(err):
			why = "permission denied"
		}
		return &FileError{path, "cannot be read: " + why, "Let this user read it, or name another folder in DOCKER_CONFIG" + unreadToo}
	case errors.Is(err, bounded.ErrTooLong):
		return &FileError{path, "is longer than 1 MB", "Look what is in it, and remove what Docker does not need"}
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return &FileError{path, "is not valid JSON: it begins with a byte order mark", "Remove the mark: " + shell.WithoutMark(path) + unreadToo}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return &FileError{path, "is not valid JSON: it is in UTF-16", "Write it as UTF-8: " + shell.FromUTF16(path) + unreadToo}
	case errors.As(err, &syntax):
		return &FileError{path, "is not valid JSON, at " + place(data, syntax.Offset), "Correct it there" + unreadToo}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &FileError{path, "is not valid JSON: it ends too soon", "Write the rest of it" + unreadToo}
	case errors.As(err, &kind):
		found, _, _ := strings.Cut(kind.Value, " ") // a number's digits may follow
		return &FileError{path, fmt.Sprintf("has %s where Docker expects %s, in %q at %s", typeName(found), kindName(kind.Type.Kind()), kind.Field, place(data, kind.Offset)), "Correct it there" + partsRead}
	}
	for _, serverURL := range slices.Sorted(maps.Keys(file.AuthConfigs)) {
		if !decodes(file.AuthConfigs[serverURL].Auth) {
			return &FileError{path, fmt.Sprintf("has a login that cannot be decoded, for %s in auths", registryName(serverURL)), "Remove that entry from the file" + partsRead}
		}
	}
	return &FileError{path, "has a login that cannot be decoded in auths", "Remove that entry from the file" + partsRead}
}

// contents is a file's text, to find the line of an error; empty for a file that is not
// regular, such as a FIFO, which could block the read.
func contents(path string) []byte {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	data, _ := bounded.ReadFile(path)
	return data
}

// place turns an offset into a line and a column, both counted from 1.
func place(data []byte, offset int64) string {
	if offset > int64(len(data)) {
		return fmt.Sprintf("byte %d", offset)
	}
	before := string(data[:max(offset-1, 0)])
	return fmt.Sprintf("line %d, column %d", 1+strings.Count(before, "\n"), 1+len([]rune(before[strings.LastIndex(before, "\n")+1:])))
}

// typeName is a JSON type, as encoding/json calls it, with its article.
func typeName(name string) string {
	switch name {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "number", "string":
		return "a " + name
	}
	return "something else"
}

// kindName is the JSON type that a type of Go's is read from.
func kindName(kind reflect.Kind) string {
	switch kind {
	case reflect.Map, reflect.Struct, reflect.Pointer:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	}
	return "a number"
}

// decodes reports whether docker/cli can decode a user name and a password from an
// entry's auth.
func decodes(auth string) bool {
	if auth == "" {
		return true
	}
	text, err := base64.StdEncoding.DecodeString(auth)
	user, _, ok := strings.Cut(string(text), ":")
	return err == nil && ok && user != ""
}

// registryName is a registry as messages name it: by its key, since the URL may contain
// a user name and a password.
func registryName(serverURL string) string {
	if key, err := registry.Key(serverURL); err == nil && !hasToken(serverURL) {
		return registry.Name(key)
	}
	return "a name that is not a registry's, such as " + strconv.Quote("docker.io")
}
