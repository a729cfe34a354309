package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// search looks for a password in every file below dir but the helper itself. It
// returns how many files it read, and how often it found the password.
func search(dir string, c credential) (files, found int, err error) {
	// A search that finds nothing proves something only if it can find: this
	// is how docker login leaves a password in config.json.
	login := base64.StdEncoding.EncodeToString([]byte(c.Username + ":" + c.Password))
	if occurrences([]byte(`{"auths":{"registry":{"auth":"`+login+`"}}}`), c.Password) != 1 {
		return 0, 0, errors.New("the search overlooks a password in base64")
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == filepath.Join(dir, "bin"):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		found += occurrences(content, c.Password)
		return nil
	})
	if err == nil && files == 0 {
		err = fmt.Errorf("there is no file to search below %s", dir)
	}
	return files, found, err
}

// occurrences counts a password in a text, as it is and within anything that
// was encoded in base64, where it looks different at each of three offsets.
func occurrences(text []byte, password string) int {
	n := bytes.Count(text, []byte(password))
	for offset := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), password...))
		// The characters at both ends also hold bits of what is around.
		encoded = encoded[(offset*8+5)/6:]
		if (offset+len(password))%3 != 0 {
			encoded = encoded[:len(encoded)-1]
		}
		n += bytes.Count(text, []byte(encoded))
	}
	return n
}
