"""The rules of English questions, one file a kind of phrase."""
