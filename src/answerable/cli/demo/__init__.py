"""`answerable demo`: the whole system with a company to ask about."""
