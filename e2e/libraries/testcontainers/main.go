// Testcontainers starts a container with Testcontainers for Go, as a test does.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
)

func main() {
	ctx := context.Background()
	c, err := testcontainers.Run(ctx, os.Args[1],
		testcontainers.WithCmd("/busybox", "true"),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) { h.NetworkMode = "none" }),
	)
	if c != nil {
		_ = testcontainers.TerminateContainer(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
