package ssm

import "slices"

// callCauses are the causes for calls to Parameter Store, Secrets Manager and STS, and
// for the values that they return.
func callCauses() []cause {
	return slices.Concat(deniedCauses(), serviceCauses(), answerCauses(), networkCauses(), valueCauses())
}
