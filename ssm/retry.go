package ssm

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/transport"
)

const (
	// maxTries is the number of tries for a temporary fault of the network or of AWS.
	maxTries = 3

	// A throttled call is tried until the deadline. Parameter Store's limit, 40 calls a
	// second by default, is for the whole account, so that many builds that start at
	// one time are all answered within seconds. The first wait is random, up to two
	// seconds, in which 80 calls are allowed, so that the builds do not all try again
	// at one time.
	// Source: https://docs.aws.amazon.com/general/latest/gr/ssm.html
	firstWait = 2 * time.Second
	lastWait  = 8 * time.Second

	// lastCall is the time kept before the deadline for the last try. Near the deadline
	// the waits are shorter, not left out: with 20 s some 800 builds that start at one
	// time are all answered, which is what the quota allows in that time.
	lastCall = 500 * time.Millisecond
)

// retryer is the SDK's retryer with other limits: a throttled call is tried until the
// deadline, a temporary fault three times, and a permanent one once. Where no time is left
// for another try, it returns the error of the last one.
type retryer struct {
	*retry.Standard
	client *client // its step has the deadline, which is later after a person has typed
}

func newRetryer(c *client) *retryer {
	return &retryer{
		Standard: retry.NewStandard(func(o *retry.StandardOptions) {
			o.RateLimiter = ratelimit.None // its quota is meant for a server that makes many calls
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		}),
		client: c,
	}
}

// sourceRetryer is for the sources of credentials. With the SDK's own the deadline would
// end a wait between two tries, and what the last one failed with would be lost.
// The SDK's client for EC2's metadata waits as it likes, and asks for the limit alone.
type sourceRetryer struct{ *retryer }

func (sourceRetryer) MaxAttempts() int { return maxTries }

// MaxAttempts is 0, without a limit: RetryDelay decides. Where AWS_MAX_ATTEMPTS is set
// it is a limit too, since the SDK's client then wraps the retryer.
func (r *retryer) MaxAttempts() int { return 0 }

// RetryDelay is how long to wait before the next try. It returns the call's error where
// there is to be none.
func (r *retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	ceiling := min(firstWait<<min(attempt-1, 10), lastWait)
	if !throttled(err) {
		if attempt >= maxTries {
			return 0, err
		}
		ceiling /= 8
	}
	if ends, ok := r.client.step.Deadline(); ok {
		ceiling = min(ceiling, time.Until(ends)-lastCall)
	}
	if ceiling <= 0 {
		return 0, err
	}
	return rand.N(ceiling), nil
}

func throttled(err error) bool {
	return throttling(err) || retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// hopeless reports permanent faults that the SDK would retry: a certificate that does
// not verify, which it treats as any other failure to send, and an invalid answer with
// a status of success.
func hopeless(err error) aws.Ternary {
	var (
		answer *answerError
		decode *smithy.DeserializationError
	)
	switch d := transport.Diagnose(err); {
	case d.Kind == transport.Certificate, d.Kind == transport.TooLong,
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.As(err, &answer) && answer.Status/100 == 2, errors.As(err, &decode):
		return aws.FalseTernary
	case throttling(err):
		return aws.TrueTernary // without a code, the SDK recognises only some statuses
	}
	return aws.UnknownTernary
}
