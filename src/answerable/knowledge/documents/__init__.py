"""Documents: uploaded, read, indexed, shown, deleted."""
