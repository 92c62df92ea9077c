"""From the foreign keys of a catalogue to relationships between the datasets made of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.engines.external.catalogue import CatalogueTable, ForeignKey
from answerable.data.semantics.model import Relationship

Place = tuple[str | None, str]
"""A schema, where the database has any, and a table of it."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A dataset by its name in the model, with the table that it was made of."""

    name: str
    table: CatalogueTable
    physical: PhysicalTable


def declared(datasets: Mapping[Place, Linked]) -> list[Relationship]:
    """Foreign keys of one column that point at a column which tells rows apart."""
    links: list[Relationship] = []
    for one in datasets.values():
        for key in one.table.foreign_keys:
            target = datasets.get((key.schema_name, key.table))
            link = _link(one, key, target) if target is not None else None
            if link is not None and link.left != link.right:
                links.append(link)
    return links


def _link(one: Linked, key: ForeignKey, other: Linked) -> Relationship | None:
    unique_keys = {columns for columns in other.table.unique if len(columns) == 1}
    if len(key.columns) != 1 or key.referenced not in unique_keys:
        return None
    left = {column.column: column.field for column in one.physical.columns}.get(key.columns[0])
    pointed = {column.column: column.field for column in other.physical.columns}.get(key.referenced[0])
    if left is None or pointed is None:
        return None
    single = key.columns in one.table.unique
    return Relationship(
        left=one.name,
        left_field=left,
        right=other.name,
        right_field=pointed,
        cardinality="one_to_one" if single else "many_to_one",
        confidence=1.0,
    )
