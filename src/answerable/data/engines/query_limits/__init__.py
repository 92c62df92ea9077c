"""Query limits: what one query may cost in a workspace, below what the server allows."""
