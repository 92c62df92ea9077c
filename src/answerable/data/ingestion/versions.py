"""What a version is beside the one before: plain data, which the parent process reads without the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion.dates import DateOrder
from answerable.data.semantics.model import FieldType, Unit


class KnownColumn(BaseModel):
    """What an earlier version says of a column."""

    model_config = ConfigDict(frozen=True)

    label: str = ""
    type: FieldType
    unit: Unit | None = None
    date_order: DateOrder | None = None
    decimal_mark: str | None = None
    identifier: bool = False
    instant: bool = False


class ColumnChange(BaseModel):
    """A column whose type or unit is another; `before` and `after` as they are shown."""

    column: str
    before: str | None
    after: str | None


class ColumnChanges(BaseModel):
    """What a file's columns are against those of the version before, by their names. Where its rows are added
    to others, columns that it lacks stay, and are `missing` in its rows alone; else they are `dropped`."""

    added: list[str] = []
    dropped: list[str] = []
    missing: list[str] = []
    type_changed: list[ColumnChange] = []
    unit_changed: list[ColumnChange] = []

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.dropped or self.missing or self.type_changed or self.unit_changed)

    def words(self) -> str:
        """The changes in a sentence."""
        parts = [
            f"new: {', '.join(self.added)}" if self.added else "",
            f"missing: {', '.join(lacks)}" if (lacks := [*self.dropped, *self.missing]) else "",
            *(
                f"{c.column} was {c.before} and is {c.after}"
                for c in (*self.type_changed, *self.unit_changed)
            ),
        ]
        return "; ".join(part for part in parts if part)


class RowChanges(BaseModel):
    """Rows against those of the version before, told apart by `key`; without a key only what was added to
    it is known."""

    key: list[str] = []
    added: int
    changed: int
    removed: int
    unchanged: int


class VersionChanges(BaseModel):
    """What a version changed; `rows` is None where nothing tells rows apart."""

    columns: ColumnChanges = ColumnChanges()
    rows: RowChanges | None = None


def compare_columns(
    known: Mapping[str, KnownColumn],
    columns: Sequence[tuple[str, FieldType, Unit | None]],
    *,
    added_to: bool = False,
) -> ColumnChanges:
    """What (name, type, unit) columns are against known ones, whose rows stay where they are `added_to`."""
    found = {name: (kind, unit) for name, kind, unit in columns}
    both = [(name, known[name], *facts) for name, facts in found.items() if name in known]
    lacking = [name for name in known if name not in found]
    return ColumnChanges(
        added=[name for name in found if name not in known],
        dropped=[] if added_to else lacking,
        missing=lacking if added_to else [],
        type_changed=[
            ColumnChange(column=name, before=old.type, after=kind)
            for name, old, kind, _ in both
            if old.type != kind
        ],
        unit_changed=[
            ColumnChange(column=name, before=_shown(old.unit), after=_shown(unit))
            for name, old, _, unit in both
            if old.unit != unit
        ],
    )


def _shown(unit: Unit | None) -> str | None:
    if unit is None:
        return None
    return unit.symbol if unit.scale == 1 else f"{unit.scale:g} {unit.symbol}"
