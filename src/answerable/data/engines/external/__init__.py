"""Other people's databases as engines: opened in a child process, read-only, one statement at a time.

Nothing is imported here: the child imports this package too, and must start fast.
"""
