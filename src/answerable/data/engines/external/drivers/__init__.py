"""How each kind of database is opened, read and left as it was."""
