package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// buildSDK builds the command sdk with the pinned versions and, where the module
// proxy is in reach, with the newest.
func (s *stage) buildSDK() (newest error, err error) {
	s.pinnedSDK, s.newestSDK = filepath.Join(s.tmp, "sdk-pinned"), filepath.Join(s.tmp, "sdk-newest")
	if err := goBuild("", s.pinnedSDK, "docker-credential-ssm/bench/sdk"); err != nil {
		return nil, err
	}
	dir := filepath.Join(s.tmp, "newest")
	source, err := exec.Command("go", "list", "-f", "{{.Dir}}", "docker-credential-ssm/bench/sdk").Output()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(source)), "main.go"))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), text, 0o644); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"mod", "init", "newest"},
		{"get", "github.com/aws/aws-sdk-go-v2/config@latest", "github.com/aws/aws-sdk-go-v2/service/ssm@latest"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %v: %s", args[0], err, out), nil
		}
	}
	return goBuild(dir, s.newestSDK, "."), nil
}

// releaseTag is what releases are built with, as the Makefile has it.
const releaseTag = "nethttpomithttp2"

func goBuild(dir string, output string, args ...string) error {
	cmd := exec.Command("go", append([]string{"build", "-trimpath", "-ldflags", "-s -w -X main.version=bench", "-o", output}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building: %v: %s", err, out)
	}
	return nil
}

// initialisation adds up what a program's packages do when it starts: the median
// of a few starts.
func initialisation(env []string, program string, args ...string) (clock time.Duration, bytes int, err error) {
	line := regexp.MustCompile(`(?m)^init \S+ @.*, ([0-9.]+) ms clock, (\d+) bytes`)
	var clocks []time.Duration
	for range 21 {
		cmd := exec.Command(program, args...)
		cmd.Env = append(env, "GODEBUG=inittrace=1")
		var trace strings.Builder
		cmd.Stderr = &trace
		if err := cmd.Run(); err != nil {
			return 0, 0, err
		}
		total := 0.0
		bytes = 0
		for _, m := range line.FindAllStringSubmatch(trace.String(), -1) {
			ms, _ := strconv.ParseFloat(m[1], 64)
			n, _ := strconv.Atoi(m[2])
			total += ms
			bytes += n
		}
		clocks = append(clocks, time.Duration(total*float64(time.Millisecond)))
	}
	return median(clocks), bytes, nil
}
