"""API keys over HTTP, with the budgets and limits that are theirs from the start."""
