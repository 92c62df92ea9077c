"""From a question to a computed answer: read, compile, run, put into words."""
