"""A dataset's business rules."""
