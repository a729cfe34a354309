// Package toxic puts toxiproxy, which breaks connections, between the program and the
// other sides of package faults. It is a module of its own, so that what toxiproxy
// needs (a client of Prometheus, protocol buffers) is no dependency of the program's.
package toxic
