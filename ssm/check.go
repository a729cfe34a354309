package ssm

import (
	"context"
	"errors"
	"reflect"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// progress is where the SDK is on its way to credentials. It gets them in a goroutine
// without a deadline, whose end at ours leaves an error that says nothing.
type progress struct {
	mu     sync.Mutex
	roles  int    // roles that are being assumed, each with the session of the next
	onWire string // the service whose answer is awaited; "" for none
	status int    // of the last answer over HTTP
}

func (p *progress) update(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// awaited is the service that did not answer, and the depth of the role.
func (p *progress) awaited() (service string, roles, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.onWire, p.roles, p.status
}

// watchCredentials follows the calls that the SDK makes to get credentials, and
// refuses an answer that lacks one of their parts. The SDK's sources take it that all
// of them are there, and panic in a goroutine of their own, which ends the program
// without a word: TestAnswersWithoutCredentials.
func (c *client) watchCredentials(stack *middleware.Stack) error {
	err := stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("docker-credential-ssm/wire", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		c.progress.update(func() { c.progress.onWire = awsmiddleware.GetServiceID(ctx) })
		out, metadata, err := next.HandleDeserialize(ctx, in)
		c.progress.update(func() {
			c.progress.onWire = ""
			// The SDK's error for the status 401 of EC2's metadata has no type.
			if answer, ok := out.RawResponse.(*smithyhttp.Response); ok && answer != nil && answer.Response != nil {
				c.progress.status = answer.StatusCode
			}
		})
		return out, metadata, err
	}), middleware.After)
	if err != nil {
		return err
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("docker-credential-ssm/credentials", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if awsmiddleware.GetOperationName(ctx) == "AssumeRole" {
			c.progress.update(func() { c.progress.roles++ })
			defer c.progress.update(func() { c.progress.roles-- })
		}
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err == nil && !complete(reflect.ValueOf(out.Result)) {
			err = &smithy.DeserializationError{Err: errIncomplete}
		}
		return out, metadata, err
	}), middleware.After)
}

var errIncomplete = errors.New("the answer lacks a part of the credentials")

// complete reports whether an answer has what a source of credentials takes out of
// it. Answers of other calls are complete.
func complete(answer reflect.Value) bool {
	if answer.Kind() != reflect.Pointer || answer.Type().Elem().Kind() != reflect.Struct {
		return true
	}
	if answer.IsNil() {
		return false
	}
	for _, name := range []string{"Credentials", "RoleCredentials", "TokenOutput", "AccessToken"} { // of STS, SSO and aws login
		field := answer.Elem().FieldByName(name)
		if field.IsValid() && field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct && !filled(field) {
			return false
		}
	}
	return true
}

// filled reports whether a struct is there, with the fields that credentials have.
func filled(s reflect.Value) bool {
	if s.IsNil() {
		return false
	}
	for _, name := range []string{"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "ExpiresIn", "RefreshToken"} {
		if field := s.Elem().FieldByName(name); field.IsValid() && field.Kind() == reflect.Pointer && field.IsNil() {
			return false
		}
	}
	return complete(s)
}
