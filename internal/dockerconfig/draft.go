package dockerconfig

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A draft is the complete new file beside the one that it replaces. On Linux it has no
// name before it is complete, so that the kernel removes it with a program that is
// killed. Elsewhere, and in the moments around the replacement, it stays: it has what
// config.json itself has, or had, with the same mode, and the next run removes it.

// draft makes one, and returns its name.
func (f *File) draft(dir string, text []byte) (string, error) {
	if file, err := unnamed(dir); err == nil {
		defer file.Close()
		if err := f.fill(file, text); err != nil {
			return "", err
		}
		if name, err := appear(file, filepath.Join(dir, filepath.Base(f.real)+".")); err == nil {
			return name, nil
		}
	}
	file, err := os.CreateTemp(dir, filepath.Base(f.real)+".*"+draftEnd)
	if err != nil {
		return "", err
	}
	err = errors.Join(f.fill(file, text), file.Close())
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return file.Name(), err
}

const draftEnd = ".tmp"

// fill gives a draft its text, and the mode and the owner of the file.
func (f *File) fill(draft *os.File, text []byte) error {
	_, err := draft.Write(text)
	return errors.Join(err, draft.Chmod(f.mode), sameOwner(draft, f.real), draft.Sync())
}

// tidy removes the drafts that killed runs have left, if there are any, for a run that
// writes nothing.
func (f *File) tidy() {
	dir := filepath.Dir(f.real)
	entries, _ := os.ReadDir(dir)
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), draftEnd) }) {
		return
	}
	if unlock, err := f.locked(dir); err == nil {
		unlock()
	}
}

// locked locks a folder in which drafts are made, and removes those that killed runs have
// left.
func (f *File) locked(dir string) (unlock func(), err error) {
	unlock, alone, err := lock(dir, filepath.Base(f.real))
	if err == nil && alone {
		f.sweep(dir)
	}
	return unlock, err
}

// sweep removes the drafts that killed runs have left. The caller holds the lock,
// without which nobody makes one.
func (f *File) sweep(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		middle, isDraft := strings.CutPrefix(e.Name(), filepath.Base(f.real)+".")
		middle, ends := strings.CutSuffix(middle, draftEnd)
		if isDraft && ends && middle != "" && strings.Trim(middle, "0123456789") == "" && e.Type()&fs.ModeType == 0 {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
