"""One checked statement, written for the database that computes it."""

from answerable.data.engines.dialects.tables import (
    DialectName,
    PhysicalColumn,
    PhysicalTable,
    Storage,
    Traits,
)
from answerable.data.engines.dialects.translate import translate

__all__ = ["DialectName", "PhysicalColumn", "PhysicalTable", "Storage", "Traits", "translate"]
