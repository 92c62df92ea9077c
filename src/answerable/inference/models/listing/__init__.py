"""The list of all names that a workspace may call."""
