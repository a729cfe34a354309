package ssm

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/internal/transport"
)

// awsFile is one of AWS's two configuration files, parsed to find a mistake in it. The
// SDK skips what it cannot read, such as a file without permission or a section without
// its closing bracket, and then reports that something is missing. The files are read
// only after an error.
type awsFile struct {
	path     string
	sections map[string]map[string]string // by the section's name as it stands in the brackets

	// The mistake: the row of the table of causes, or "".
	fault string
	line  int    // of an unclosed section
	why   string // it cannot be read
}

// awsFiles reads the files that exist: config first, credentials second.
func awsFiles() []awsFile {
	var files []awsFile
	config, credentials := transport.AWSFiles()
	for _, path := range []string{config, credentials} {
		if f := readAWSFile(path); f != nil {
			files = append(files, *f)
		}
	}
	return files
}

func readAWSFile(path string) *awsFile {
	info, err := os.Stat(path)
	if os.IsNotExist(err) || path == os.DevNull {
		return nil
	}
	f := &awsFile{path: path, sections: map[string]map[string]string{}}
	var data []byte
	switch {
	case err == nil && info.IsDir():
		f.fault, f.why = "aws-file-unreadable", "it is a directory"
		return f
	case err == nil && info.Mode().IsRegular():
		data, err = bounded.ReadFile(path)
	}
	if err != nil {
		f.fault, f.why = "aws-file-unreadable", systemSays(err)
		return f
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		f.fault = "aws-file-mark"
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		f.fault = "aws-file-utf16"
		return f
	}
	f.parse(string(data))
	return f
}

func (f *awsFile) parse(text string) {
	var section map[string]string
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == ';':
		case trimmed[0] == '[':
			name, _, closed := strings.Cut(trimmed[1:], "]")
			if !closed {
				if f.fault == "" {
					f.fault, f.line = "aws-file-section", i+1
				}
				section = nil
				continue
			}
			name = strings.Join(strings.Fields(name), " ")
			if section = f.sections[name]; section == nil {
				section = map[string]string{}
				f.sections[name] = section
			}
		case line[0] == ' ' || line[0] == '\t' || section == nil:
		default:
			if key, value, ok := strings.Cut(trimmed, "="); ok {
				section[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
			}
		}
	}
}

// profile is a profile's settings in the file, or nil.
func (f *awsFile) profile(name string) map[string]string {
	if s := f.sections["profile "+name]; s != nil {
		return s
	}
	if name == "default" || f.isCredentials() {
		return f.sections[name]
	}
	return nil
}

func (f *awsFile) isCredentials() bool {
	_, credentials := transport.AWSFiles()
	return f.path == credentials
}

// profileOf merges what the files say of a profile, and reports in which file the
// profile is; "" for none.
func profileOf(files []awsFile, name string) (merged map[string]string, path string) {
	merged = map[string]string{}
	for _, f := range files {
		if p := f.profile(name); p != nil {
			maps.Copy(merged, p)
			if path == "" {
				path = f.path
			}
		}
	}
	return merged, path
}

// halfKey finds an access key ID without its secret access key in a profile, or the
// reverse: the SDK then refuses the whole profile, even where it has another source of
// credentials.
func halfKey(files []awsFile, profile string) (path, has, lacks string) {
	const id, secret = "aws_access_key_id", "aws_secret_access_key"
	for _, f := range files {
		p := f.profile(profile)
		_, hasID := p[id]
		_, hasSecret := p[secret]
		switch {
		case hasID && !hasSecret:
			return f.path, id, secret
		case hasSecret && !hasID:
			return f.path, secret, id
		}
	}
	return "", "", ""
}

// loops lists a profile, its source_profile, the source_profile of that, and so on, and
// reports whether one of them occurs twice.
func loops(files []awsFile, profile string) (way []string, loop bool) {
	for profile != "" && !slices.Contains(way, profile) {
		way = append(way, profile)
		p, _ := profileOf(files, profile)
		profile = p["source_profile"]
	}
	return append(way, profile), profile != ""
}

// fileFault is what is wrong with one of the files, or nil.
func fileFault(files []awsFile) *Error {
	for _, f := range files {
		if f.fault != "" {
			rewrite := shell.WithoutMark
			if f.fault == "aws-file-utf16" {
				rewrite = shell.FromUTF16
			}
			return because(f.fault, false, "file", f.path, "line", fmt.Sprint(f.line), "trouble", f.why, "rewrite", rewrite(f.path))
		}
	}
	return nil
}

// systemSays is an error of the operating system with a file, in words and without the
// file's name.
func systemSays(err error) string {
	switch {
	case os.IsPermission(err):
		return "permission denied"
	case os.IsNotExist(err):
		return "it does not exist"
	case errors.Is(err, bounded.ErrTooLong):
		return "it is longer than 1 MB"
	}
	return "the system cannot read it"
}
