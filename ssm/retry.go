package ssm

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"docker-credential-ssm/internal/transport"
)

const (
	// maxTries bounds what may be a passing fault of the network or of AWS.
	maxTries = 3

	// A throttled call is tried until the deadline: Parameter Store's limit,
	// 40 calls a second by default, is the whole account's, and a fleet of
	// builds that start at one time is served within seconds. The first wait
	// is drawn from two seconds, which hold 80 calls, so that those builds do
	// not come back as the same crowd.
	// Source: https://docs.aws.amazon.com/general/latest/gr/ssm.html
	firstWait = 2 * time.Second
	lastWait  = 8 * time.Second
)

// retryer is the SDK's, with a patience of its own: as long as the deadline
// lasts with throttling, three tries with what may pass, none with what
// cannot get better. It gives up, with what the last try met, where the next
// one would begin after the deadline.
type retryer struct {
	*retry.Standard
	client *client // its step has the deadline, which moves while a person types
}

func newRetryer(c *client) *retryer {
	return &retryer{
		Standard: retry.NewStandard(func(o *retry.StandardOptions) {
			o.RateLimiter = ratelimit.None // its quota is for a server's many calls
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		}),
		client: c,
	}
}

// MaxAttempts says that RetryDelay decides. AWS_MAX_ATTEMPTS, where it is set,
// still does too: the SDK's client wraps the retryer then.
func (r *retryer) MaxAttempts() int { return 0 }

// RetryDelay is how long to wait before the next try, or the error to give up
// with.
func (r *retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	ceiling := min(firstWait<<min(attempt-1, 10), lastWait)
	if !throttled(err) {
		if attempt >= maxTries {
			return 0, err
		}
		ceiling /= 8
	}
	wait := rand.N(ceiling)
	if ends, ok := r.client.step.Deadline(); ok && time.Now().Add(wait).After(ends) {
		return 0, err
	}
	return wait, nil
}

func throttled(err error) bool {
	return throttling(err) || retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// hopeless is what the SDK would try again though it cannot get better: a
// certificate that does not verify, which it takes for any other failure to
// send; and an answer that is none, under a status of success.
func hopeless(err error) aws.Ternary {
	var answer *answerError
	switch d := transport.Diagnose(err); {
	case d.Kind == transport.Certificate, d.Kind == transport.TooLong,
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.As(err, &answer) && (answer.Status/100 == 2 || answer.Cause == "answer-long"):
		return aws.FalseTernary
	case throttling(err):
		return aws.TrueTernary // without a code, the SDK does not see it in every status
	}
	return aws.UnknownTernary
}
