"""The command line: a client of the public HTTP API, and the doors to the processes of this machine."""
