package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for want, values := range map[int64][]int64{0: nil, 3: {9, 3, 1}, 4: {9, 3, 5, 1}} {
		if got := median(values); got != want {
			t.Errorf("median(%v) = %d, want %d", values, got, want)
		}
	}
}

func TestReport(t *testing.T) {
	r := &report{runs: 1, contestants: []*contestant{
		{id: "get", name: "get", times: []time.Duration{24 * time.Millisecond}, memory: []int64{20e6}},
		{id: "floor", name: "a < b & c", times: []time.Duration{20 * time.Millisecond}, memory: []int64{10e6}},
		{id: "aws", name: "aws", times: []time.Duration{time.Second}, memory: []int64{60e6}},
	}}
	for d := xml.NewDecoder(strings.NewReader(r.chart())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the chart is no XML: %v", err)
		}
	}
	verdicts := map[string]bool{}
	for _, t := range r.targets() {
		verdicts[t.what] = t.met
	}
	if !verdicts["get over the floor: at most 1.20"] || !verdicts["aws ssm get-parameters over get: at least 20"] {
		t.Errorf("targets: %v", verdicts)
	}
	r.contestants[0].times[0] = 60 * time.Millisecond
	for _, target := range r.targets() {
		if strings.Contains(target.what, "over") && target.met {
			t.Errorf("%s is met with a get of 60 ms", target.what)
		}
	}
	if page := r.markdown(); !strings.Contains(page, "not met") || !strings.Contains(page, "| aws | 1000.0 ms | 16.67 |") {
		t.Error(page)
	}
}
