package shell

import "testing"

// TestWordOnWindows: a word is the same for PowerShell and cmd where that is possible.
// PowerShell would make a list of what has a comma, and replaces $ and ` in quotation
// marks; cmd replaces % there.
func TestWordOnWindows(t *testing.T) {
	for word, want := range map[string]string{
		`docker.io`:            `docker.io`,
		`C:\Tools\helper.exe`:  `C:\Tools\helper.exe`,
		`C:\Jörg Müller\a.txt`: `"C:\Jörg Müller\a.txt"`,
		`it's`:                 `"it's"`,
		`a,b`:                  `"a,b"`,
		`(x86)&{y};^!`:         `"(x86)&{y};^!"`,
		``:                     `""`,
		`$HOME`:                `'$HOME'`,
		`50%`:                  `'50%'`,
		"a`b's":                "'a`b''s'",
		`a"b`:                  `'a"b'`,
		`@splat`:               `"@splat"`,
	} {
		if got := WordOn("windows", word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
	for word, want := range map[string]string{`C:\a`: `'C:\a'`, `it's`: `'it'\''s'`, `a=b,c%d`: `a=b,c%d`, ``: `''`} {
		if got := WordOn("linux", word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

// TestUnsetWindows: a blank before & would be the variable's value in cmd.
func TestUnsetWindows(t *testing.T) {
	inPowerShell, inCmd := UnsetWindows("A", "B")
	if inPowerShell != "Remove-Item Env:A, Env:B" || inCmd != "set A=& set B=" {
		t.Errorf("%s; %s", inPowerShell, inCmd)
	}
}
