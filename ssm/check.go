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

	"docker-credential-ssm/internal/transport"
)

// progress is which step the SDK has reached in getting AWS credentials. The SDK gets
// them in a goroutine without a deadline; at ours it returns an error that does not say
// which call was under way.
type progress struct {
	mu     sync.Mutex
	roles  int                     // roles that are being assumed, each with the session of the next
	onWire string                  // the service whose answer is awaited; "" for none
	stage  func(ended error) error // of the last request; see [transport.WithStage]
	status int                     // of the last answer over HTTP
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

// at is the error of a call that is still under way at the deadline, and has not
// returned one.
func (p *progress) at(ended error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.onWire == "" {
		return ended
	}
	return p.stage(ended)
}

// watchCredentials follows the calls that the SDK makes to get credentials, and refuses
// an answer that lacks a field. The SDK dereferences the fields without a check, in a
// goroutine of its own, so that a missing one would be a panic that ends the program:
// TestAnswersWithoutCredentials.
func (c *client) watchCredentials(stack *middleware.Stack) error {
	err := stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("docker-credential-ssm/wire", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		ctx, stage := transport.WithStage(ctx)
		c.progress.update(func() { c.progress.onWire, c.progress.stage = awsmiddleware.GetServiceID(ctx), stage })
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if cancelled := (*smithy.CanceledError)(nil); errors.As(err, &cancelled) {
			err = &smithy.CanceledError{Err: stage(cancelled.Err)}
		}
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

// complete reports whether an answer has the fields that the SDK's source of
// credentials reads. It is true for the answers of other calls.
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
	// The token of AWS SSO: without one the SDK would write that into the session's file,
	// and ask for credentials with it.
	if token := answer.Elem().FieldByName("AccessToken"); token.IsValid() && token.Kind() == reflect.Pointer && token.Type().Elem().Kind() == reflect.String {
		return !token.IsNil() && token.Elem().String() != ""
	}
	return true
}

// filled reports whether a struct is not nil, and none of the fields that hold
// credentials is.
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
