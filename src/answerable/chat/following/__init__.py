"""Following: what a question takes from the conversation before it."""
