"""Documents and tables that belong to a conversation."""
