"""Why a number changed: contributions of groups, mix against rate, single rows, the same step a year ago."""
