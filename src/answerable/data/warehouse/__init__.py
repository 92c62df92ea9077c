"""The warehouse: a PostgreSQL beside the system's own, in which datasets lie whose engine says so."""
