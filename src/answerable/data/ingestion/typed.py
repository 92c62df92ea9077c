"""A column of a written table: its header, its type, and what its texts prove about how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.ingestion.dates import DateOrder
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.semantics.model import FieldType, Unit


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """`date_order` and `decimal_mark` are set where the column, or a person, settles them; later files
    of the dataset that leave them open are read in the same way. `identifier` says that numbers are
    kept as text because they identify something, `instant` that times came with zones and are kept in
    UTC."""

    header: ColumnHeader
    type: FieldType
    unit: Unit | None = None
    date_order: DateOrder | None = None
    decimal_mark: str | None = None
    identifier: bool = False
    instant: bool = False
