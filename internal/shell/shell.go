// Package shell makes the commands that hints tell people to run: for sh, and on
// Windows for PowerShell and cmd, since nobody knows which of the two a message is
// read in. A command there works in both, or is given for each.
package shell

import (
	"fmt"
	"runtime"
	"strings"
)

var windows = runtime.GOOS == "windows"

// Unset takes variables out of the environment.
func Unset(variables ...string) string {
	if windows {
		inPowerShell, inCmd := UnsetWindows(variables...)
		return inPowerShell + " in PowerShell, " + inCmd + " in cmd"
	}
	return "unset " + strings.Join(variables, " ")
}

// UnsetWindows is Unset for each of Windows' shells.
func UnsetWindows(variables ...string) (inPowerShell, inCmd string) {
	return "Remove-Item Env:" + strings.Join(variables, ", Env:"), "set " + strings.Join(variables, "=& set ") + "="
}

// Trim takes characters, as tr names them, out of a variable's value, without
// showing it. cmd has no command for that.
func Trim(variable, characters string) string {
	if windows {
		return fmt.Sprintf(`in PowerShell, $Env:%[1]s = $Env:%[1]s -replace '[\s"'']'`, variable)
	}
	return fmt.Sprintf(`export %[1]s="$(printf %%s "$%[1]s" | tr -d '%[2]s')"`, variable, characters)
}

// TrimFile takes the ends of lines out of a file.
func TrimFile(file string) string {
	if windows {
		return rewrite(file, ".Trim()")
	}
	return replace(`tr -d '\r\n' <`+operand(file), file)
}

// WithoutMark takes the byte order mark of UTF-8 off a file.
func WithoutMark(file string) string {
	if windows {
		return rewrite(file, "")
	}
	return replace("tail -c +4 "+operand(file), file)
}

// FromUTF16 makes a file in UTF-16 one in UTF-8.
func FromUTF16(file string) string {
	if windows {
		return rewrite(file, "")
	}
	return replace("iconv -f UTF-16 -t UTF-8 "+operand(file), file)
}

// rewrite has .NET find out about the mark and the encoding, and write neither. As an
// argument of powershell it works in cmd too.
func rewrite(file, change string) string {
	name := "'" + strings.ReplaceAll(file, "'", "''") + "'"
	return fmt.Sprintf(`powershell -Command "[IO.File]::WriteAllText(%[1]s, [IO.File]::ReadAllText(%[1]s)%[2]s)"`, name, change)
}

// replace puts what a command prints in a file's place, for this user alone: there
// may be a secret in it.
func replace(command, file string) string {
	return fmt.Sprintf("(umask 077; %s >%s) && mv %[2]s %[3]s", command, operand(file+".new"), operand(file))
}

// operand is a file as one word of a command, which does not take it for an option.
func operand(file string) string {
	if strings.HasPrefix(file, "-") {
		file = "./" + file
	}
	return Word(file)
}

// Value is the argument with which the AWS CLI reads a value that is not to be an
// argument itself, and words on how it gets what it is to hold.
func Value(goos, what string) (argument, note string) {
	if goos == "windows" { // which has no file for standard input
		return "file://value.txt", "with value.txt holding " + what
	}
	return "file:///dev/stdin", "which waits for " + what + " and Ctrl-D"
}

// Word is a text as one word of a command.
func Word(text string) string { return WordOn(runtime.GOOS, text) }

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// WordOn is Word for another system. A word for Windows is the same in PowerShell and
// cmd, unless it has characters that one of them replaces in quotation marks: then it
// is PowerShell's.
func WordOn(goos, text string) string {
	switch {
	case goos != "windows" && text != "" && strings.Trim(text, letters+"-_./:@+,%=") == "":
		return text
	case goos != "windows":
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	case text != "" && strings.Trim(text, letters+`-_./:\+=`) == "":
		return text
	case !strings.ContainsAny(text, "\"$`%“”„"):
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
