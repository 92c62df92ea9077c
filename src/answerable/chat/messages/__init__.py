"""Messages: a session's questions and answers, as a tree with one path that is shown."""
