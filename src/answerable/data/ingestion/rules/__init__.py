"""Business rules over a table."""
