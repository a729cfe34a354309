package environ

import "os"

// All is os.Environ with upper-case names.
func All() []string { return upper(os.Environ()) }
