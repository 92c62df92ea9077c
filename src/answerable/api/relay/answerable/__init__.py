"""The model `answerable`: the whole system, asked in the clients' own protocols."""
