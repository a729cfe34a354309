package ssm

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"docker-credential-ssm/ssm/resource"
)

// parameterStore is Parameter Store as a [source].
type parameterStore struct {
	*client
	api *ssm.Client
}

func newParameterStore(c *client) *parameterStore {
	return &parameterStore{c, ssm.NewFromConfig(c.aws, func(o *ssm.Options) {
		o.APIOptions = append(o.APIOptions, wholeAnswers, logCalls(c.log), awsmiddleware.AddUserAgentKeyValue(sessionName, c.version))
	})}
}

// find makes one GetParameters call. A role that CodeBuild has made is allowed
// GetParameters and not GetParameter, and GetParameters returns the names that do not
// exist in a list, without an error.
func (p *parameterStore) find(ctx context.Context, decrypt bool, names ...string) (map[string]stored, error) {
	out, err := p.api.GetParameters(ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(decrypt)})
	var found map[string]stored
	if err == nil {
		found, err = account(names, out.Parameters, out.InvalidParameters)
	}
	if err != nil {
		return nil, p.explain("ssm:GetParameters", err, names...)
	}
	return found, nil
}

// account returns the value of each name that exists. Each name must be exactly once in
// the answer, either among the parameters or among the invalid names, and no other name
// may be in it: any other answer is an error, since it does not say which names exist.
func account(asked []string, answers []types.Parameter, invalid []string) (map[string]stored, error) {
	found := make(map[string]stored, len(answers))
	open := slices.Clone(asked)
	take := func(fits func(name string) bool) (string, bool) {
		i := slices.IndexFunc(open, fits)
		if i < 0 {
			return "", false
		}
		name := open[i]
		open = slices.Delete(open, i, i+1)
		return name, true
	}
	for _, name := range invalid {
		if _, ok := take(func(asked string) bool { return asked == name }); !ok {
			return nil, other()
		}
	}
	left := 0
	for _, p := range answers {
		if name, ok := take(func(asked string) bool { return isAnswer(asked, p) }); ok {
			v, err := storedIn(p, name)
			if err != nil {
				return nil, err
			}
			found[name] = v
		} else {
			left++
		}
	}
	switch {
	case left > 0:
		return nil, other()
	case len(open) > 0:
		return nil, partial("a word about " + open[0])
	}
	return found, nil
}

// isAnswer reports whether a parameter in the answer is the one with the name that was
// asked for. The answer has a version or a label in a field of its own, a shared
// parameter under its name or its ARN, and a referenced secret possibly under its name
// or ARN in Secrets Manager.
func isAnswer(asked string, p types.Parameter) bool {
	name, selector := aws.ToString(p.Name), strings.TrimPrefix(aws.ToString(p.Selector), ":")
	r := resource.Resource{Service: resource.ParameterStore, Name: asked}
	plain := r.Plain()
	wanted := strings.TrimPrefix(strings.TrimPrefix(asked, plain), ":")
	if selector != "" && selector != wanted {
		return false
	}
	if version, err := strconv.ParseInt(wanted, 10, 64); err == nil && p.Version != 0 && p.Version != version {
		return false
	}
	if name == plain || name == asked {
		return true
	}
	if _, behind := r.Behind(); behind {
		_, ok := isNamed(strings.TrimPrefix(name, resource.Reference), r)
		return ok
	}
	_, rest, isARN := strings.Cut(plain, ":parameter")
	return isARN && strings.HasPrefix(plain, "arn:") && (name == rest || name == strings.TrimPrefix(rest, "/"))
}

// storedIn is the value of a parameter in an answer.
func storedIn(p types.Parameter, name string) (stored, error) {
	v := stored{value: aws.ToString(p.Value), kind: string(p.Type), version: p.Version, modified: aws.ToTime(p.LastModifiedDate)}
	switch {
	case !slices.Contains([]string{kindSecure, kindPlain, kindList}, v.kind):
		return v, partial("the type of " + name)
	case p.Value == nil && strings.HasPrefix(name, resource.Reference):
		v.binary = true // Parameter Store omits the value of a binary secret
	case p.Value == nil:
		return v, partial("the value of " + name)
	}
	return v, nil
}

// below reads all parameters below a path, page by page.
func (p *parameterStore) below(ctx context.Context, path string) (map[string]stored, error) {
	found := map[string]stored{}
	seen := map[string]bool{}
	size := 0
	in := &ssm.GetParametersByPathInput{Path: aws.String(path), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true), MaxResults: aws.Int32(10)}
	for {
		out, err := p.api.GetParametersByPath(ctx, in)
		if err == nil {
			err = addPage(found, path, out)
			for _, p := range out.Parameters {
				size += len(aws.ToString(p.Name)) + len(aws.ToString(p.Value))
			}
			if size > maxList {
				err = &answerError{Status: http.StatusOK, Cause: "answer-long"}
			}
		}
		token := ""
		if err == nil {
			if token = aws.ToString(out.NextToken); token == "" {
				return found, nil
			}
			if seen[token] {
				err = twice("the same page")
			}
		}
		if err != nil {
			return nil, p.explain("ssm:GetParametersByPath", err, path)
		}
		seen[token] = true
		in.NextToken = out.NextToken
	}
}

// maxList is the most that a list may hold, in bytes of names and values: more than
// 10,000 parameters, which is the quota of an account, have in credentials.
const maxList = 4 << 20

// addPage adds the parameters of one page.
func addPage(found map[string]stored, path string, page *ssm.GetParametersByPathOutput) error {
	if page.Parameters == nil {
		return partial("parameters")
	}
	for _, p := range page.Parameters {
		name := aws.ToString(p.Name)
		_, again := found[name]
		switch {
		case name == "":
			return partial("a parameter's name")
		case !strings.HasPrefix("/"+strings.TrimPrefix(name, "/"), strings.TrimSuffix(path, "/")+"/"):
			return other()
		case again:
			return twice("one parameter")
		}
		v, err := storedIn(p, name)
		if err != nil {
			return err
		}
		found[name] = v
	}
	return nil
}

// checkLength refuses a value that Parameter Store does not take.
func (p *parameterStore) checkLength(name, value string) error {
	if len(value) <= resource.MaxValue {
		return nil
	}
	e := because("too-long", false)
	e.Action, e.Resource, e.Region, e.Err = "ssm:PutParameter", name, p.region, errTooLong
	return e
}

// write stores a SecureString, or a String where the parameter is one already.
func (p *parameterStore) write(ctx context.Context, name string, s stored, kmsKeyID string) (int64, error) {
	in := &ssm.PutParameterInput{Name: aws.String(name), Value: aws.String(s.value), Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true)}
	if s.kind == kindPlain {
		in.Type = types.ParameterTypeString
	} else if kmsKeyID != "" {
		in.KeyId = aws.String(kmsKeyID)
	}
	if err := p.checkLength(name, s.value); err != nil {
		return 0, err
	}
	if len(s.value) > resource.MaxStandardValue {
		in.Tier = types.ParameterTierIntelligentTiering
	}
	out, err := p.api.PutParameter(ctx, in)
	if err == nil && out.Version < 1 {
		err = partial("the new version")
	}
	if err != nil {
		return 0, p.explain("ssm:PutParameter", err, name)
	}
	return out.Version, nil
}

// remove makes one DeleteParameters call. An answer that does not list each name is an
// error.
func (p *parameterStore) remove(ctx context.Context, names ...string) error {
	out, err := p.api.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: names})
	if err == nil {
		accounted := slices.Sorted(slices.Values(slices.Concat(out.DeletedParameters, out.InvalidParameters)))
		if !slices.Equal(accounted, slices.Sorted(slices.Values(names))) {
			err = partial("a word about each name")
		}
	}
	if err != nil {
		return p.explain("ssm:DeleteParameters", err, names...)
	}
	return nil
}

var errTooLong = errors.New("value too long")
