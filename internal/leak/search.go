package leak

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Search looks for secrets, and counts where it has looked.
type Search struct {
	Places int      // texts, files, names of files and links
	Bytes  int64    // of them all
	Finds  []string // "PLACE has SECRET's name as FORM"

	names []string
	forms map[string][]Form
}

// New returns a search for secrets, each under a name that messages may show.
func New(secrets map[string]string) *Search {
	s := &Search{forms: map[string][]Form{}}
	for name, secret := range secrets {
		s.names = append(s.names, name)
		s.forms[name] = Forms(secret)
	}
	return s
}

// Text looks at a text: a stream, a log, an argument, a variable.
func (s *Search) Text(place string, text []byte) {
	s.Places++
	s.Bytes += int64(len(text))
	for _, name := range s.names {
		for _, f := range s.forms[name] {
			if bytes.Contains(text, []byte(f.Text)) {
				s.Finds = append(s.Finds, fmt.Sprintf("%s has %s as %s", place, name, f.Name))
			}
		}
	}
}

// Tree looks at every file in a folder, however deep, and at the names of all that is
// there. Of links, pipes and devices only the name and the target are looked at; what
// goes away meanwhile is left out.
func (s *Search) Tree(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if path != dir {
			s.Text("the name "+path, []byte(entry.Name()))
		}
		switch {
		case entry.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			s.Text("the link "+path, []byte(target))
		case entry.Type().IsRegular():
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			s.Text(path, text)
		}
		return nil
	})
}
