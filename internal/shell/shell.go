// Package shell makes the commands that hints tell people to run: for sh, and on
// Windows for PowerShell.
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
		return "Remove-Item Env:" + strings.Join(variables, ", Env:")
	}
	return "unset " + strings.Join(variables, " ")
}

// Trim takes characters, as tr names them, out of a variable's value, without
// showing it.
func Trim(variable, characters string) string {
	if windows {
		return fmt.Sprintf(`$Env:%[1]s = $Env:%[1]s -replace '[\s"'']'`, variable)
	}
	return fmt.Sprintf(`export %[1]s="$(printf %%s "$%[1]s" | tr -d '%[2]s')"`, variable, characters)
}

// TrimFile takes the ends of lines out of a file.
func TrimFile(file string) string {
	if windows {
		return fmt.Sprintf("[IO.File]::WriteAllText(%[1]s, [IO.File]::ReadAllText(%[1]s).Trim())", Word(file))
	}
	return replace(`tr -d '\r\n' <`+operand(file), file)
}

// WithoutMark takes the byte order mark of UTF-8 off a file.
func WithoutMark(file string) string {
	if windows {
		return rewrite(file)
	}
	return replace("tail -c +4 "+operand(file), file)
}

// FromUTF16 makes a file in UTF-16 one in UTF-8.
func FromUTF16(file string) string {
	if windows {
		return rewrite(file)
	}
	return replace("iconv -f UTF-16 -t UTF-8 "+operand(file), file)
}

// rewrite has .NET find out about the mark and the encoding, and write neither.
func rewrite(file string) string {
	return fmt.Sprintf("[IO.File]::WriteAllText(%[1]s, [IO.File]::ReadAllText(%[1]s))", Word(file))
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

// Word is a text as one word of a command.
func Word(text string) string {
	if text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:@+,") == "" && !windows {
		return text
	}
	if windows {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
