"""One sync after the other: what is new is taken in, what is gone is forgotten."""
