"""Where the nearest vectors are looked up: PostgreSQL itself, or a store elsewhere that gets a copy."""
