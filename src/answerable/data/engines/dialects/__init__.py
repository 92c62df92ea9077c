"""One checked statement, written for the database that computes it.

What translates is not imported here: the processes that speak to databases need the names alone.
"""

from answerable.data.engines.dialects.tables import (
    DialectName,
    PhysicalColumn,
    PhysicalTable,
    Storage,
    Traits,
)

__all__ = ["DialectName", "PhysicalColumn", "PhysicalTable", "Storage", "Traits"]
