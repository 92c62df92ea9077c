"""Sources: places that documents come from, kept in step."""
