package prefault

import "syscall"

// populateRead is MADV_POPULATE_READ, which Linux has from 5.14 on.
// Source: https://man7.org/linux/man-pages/man2/madvise.2.html
const populateRead = 22

func init() {
	for _, m := range readOnly() {
		// An older kernel refuses, and the faults come one by one.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.start, m.end-m.start, populateRead)
	}
}

// mapping is a range of addresses.
type mapping struct{ start, end uintptr }

// readOnly are the program's code and constants: the mappings before the first
// that can be written to, which is the program's too.
// Source: https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html
func readOnly() (all []mapping) {
	file, err := syscall.Open("/proc/self/maps", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(file)
	var text [1024]byte // the first few lines are enough
	n, err := syscall.Read(file, text[:])
	if err != nil {
		return nil
	}
	for line := text[:n]; len(line) > 0; { // 00400000-00865000 r-xp …
		var m mapping
		m.start, line = hexadecimal(line)
		m.end, line = hexadecimal(line)
		if len(line) < 2 || line[0] != 'r' || line[1] == 'w' {
			break
		}
		all = append(all, m)
		for len(line) > 0 && line[0] != '\n' {
			line = line[1:]
		}
		line = line[min(1, len(line)):]
	}
	return all
}

// hexadecimal is the number that a text begins with, and what comes after the
// byte behind it. Packages for that would have to be initialised first.
func hexadecimal(text []byte) (n uintptr, rest []byte) {
	for i, c := range text {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uintptr(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uintptr(c-'a'+10)
		default:
			return n, text[i+1:]
		}
	}
	return n, nil
}
