package buildspec

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// jmesPath is the way that a --query leads, and the parameter's name where the
// query chooses by name; nil if it is not one of the usual ones.
func jmesPath(query string) (steps []string, name string) {
	query = strings.TrimSpace(query)
	if head, ok := strings.CutSuffix(query, "[0]"); ok {
		query = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(head), "|"))
	}
	if rest, ok := strings.CutPrefix(query, "Parameters[?Name=="); ok {
		chosen, rest, _ := strings.Cut(rest, "]")
		if len(chosen) < 3 || !strings.Contains("`'", chosen[:1]) || rest != ".Value" {
			return nil, ""
		}
		return []string{"Parameters", "0", "Value"}, strings.Trim(chosen, "`'\"")
	}
	query = strings.NewReplacer("[*]", "[0]", "[]", "[0]", ".[Value]", ".Value").Replace(query)
	return jsonPath(strings.TrimPrefix("."+query, ".."))
}

// jsonPath takes .a.b[0]["c"] apart; nil if it is anything else.
func jsonPath(path string) (steps []string, _ string) {
	steps = []string{}
	for rest := path; rest != ""; {
		rest = strings.TrimPrefix(rest, ".")
		var step string
		var ok bool
		switch {
		case strings.HasPrefix(rest, `["`):
			step, rest, ok = strings.Cut(rest[2:], `"]`)
		case strings.HasPrefix(rest, `['`):
			step, rest, ok = strings.Cut(rest[2:], `']`)
		case strings.HasPrefix(rest, "["):
			step, rest, ok = strings.Cut(rest[1:], "]")
			if _, err := strconv.Atoi(step); step == "" {
				step = "0"
			} else if err != nil {
				return nil, ""
			}
		case strings.HasPrefix(rest, `"`):
			step, rest, ok = strings.Cut(rest[1:], `"`)
		default:
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			step, rest, ok = rest[:end], rest[end:], end > 0
			if strings.Trim(step, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
				return nil, ""
			}
		}
		if !ok || step == "" || strings.ContainsAny(step, "\"\\") {
			return nil, ""
		}
		steps = append(steps, step)
	}
	return steps, ""
}

// jq applies the filter of a jq command to what is piped into it.
func (a *analysis) jq(args []*syntax.Word, input value, line int) value {
	stuck := unknown(line, "is chosen by a jq filter that cannot be followed")
	stuck.trail = input.trail
	if input.kind != kindAnswer && input.kind != kindStored {
		return stuck
	}
	filter := ""
	for _, w := range args {
		s, ok := fixedText(w)
		switch {
		case ok && len(s) > 1 && s[0] == '-' && s[1] != '-' && strings.Trim(s[1:], "rjecMS") == "":
		case ok && (s == "--raw-output" || s == "--join-output" || s == "--exit-status" || s == "--compact-output"):
		case ok && filter == "" && !strings.HasPrefix(s, "-"):
			filter = s
		default:
			return stuck
		}
	}
	for _, f := range strings.Split(filter, "|") {
		f = strings.TrimSpace(f)
		for _, otherwise := range []string{`// empty`, `// ""`, `//empty`} {
			f = strings.TrimSpace(strings.TrimSuffix(f, otherwise))
		}
		f = strings.TrimSuffix(f, "?")
		if strings.HasPrefix(f, "(") && strings.HasSuffix(f, ")") {
			f = f[1 : len(f)-1]
		}
		if rest, ok := strings.CutPrefix(f, "fromjson"); ok {
			if input.kind != kindStored {
				return stuck
			}
			f = rest
		}
		if f == "" || f == "." || f == "tostring" {
			continue
		}
		if !strings.HasPrefix(f, ".") {
			return stuck
		}
		steps, _ := jsonPath(f)
		if steps == nil {
			return stuck
		}
		if input.kind == kindAnswer {
			if input = input.selected(steps, line); input.kind == kindUnknown {
				return stuck
			}
			continue
		}
		for _, step := range steps {
			if _, err := strconv.Atoi(step); err == nil {
				return stuck // the helper reads objects, not lists
			}
		}
		input.fields = append(append([]string(nil), input.fields...), steps...)
	}
	return input
}
