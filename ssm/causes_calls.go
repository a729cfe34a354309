package ssm

import "slices"

// callCauses are those of a call that was sent, or could not be, and of what it
// found.
func callCauses() []cause {
	return slices.Concat(deniedCauses(), serviceCauses(), answerCauses(), networkCauses(), valueCauses())
}
