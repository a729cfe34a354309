package doctor

import "context"

// checkRegion loads AWS's configuration.
func (x *examination) checkRegion(ctx context.Context) result {
	var err error
	if x.inspection, err = x.program.Store(x.settings).Inspect(ctx, x.key); err != nil {
		return failure(err)
	}
	return ok("%s", x.inspection.Region())
}
