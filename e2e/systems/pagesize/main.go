// Command pagesize prints the size of a page, in bytes, as the program's runtime has it
// from the kernel.
package main

import (
	"fmt"
	"os"
)

func main() { fmt.Println(os.Getpagesize()) }
