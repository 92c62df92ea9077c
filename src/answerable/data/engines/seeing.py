"""Who may see what was computed before: what it says comes from the rows that somebody sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from answerable.data.engines.service import versions_read
from answerable.data.engines.sight import sight_of
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.semantics.query import SemanticQuery
from answerable.kit.errors import AnswerableError


def sight(data: DataSnapshot, query: SemanticQuery) -> str | None:
    """What binds the rows that a query reads, as one word; None: nothing. Who has the same word sees the same
    rows. Raises as `versions_read` where a field is hidden."""
    read = versions_read(data, query)
    names = {dataset.name for dataset in data.model.datasets if dataset.id in read}
    return sight_of(data.limits, names)


def may_see(data: DataSnapshot, query: SemanticQuery, evaluated: str | None) -> bool:
    """Whether a member, who sees `data`, may see what was evaluated within a sight: they see all rows of the
    query, or exactly those."""
    try:
        own = sight(data, query)
    except AnswerableError:
        # The data is not there for anybody, or a field of the query is hidden from this member.
        return data.reach is None
    return own is None or own == evaluated


def may_read(data: DataSnapshot, query: SemanticQuery) -> bool:
    """Whether a member, who sees `data`, sees all fields of a query, of whichever rows."""
    try:
        sight(data, query)
    except AnswerableError:
        return data.reach is None
    return True


def knows_fields(data: DataSnapshot, named: Mapping[str, Collection[str]]) -> bool:
    """Whether a member, who sees `data`, sees these fields, by the names of their datasets."""
    if data.reach is None:
        return True
    seen = {dataset.name: {field.name for field in dataset.fields} for dataset in data.model.datasets}
    return all(set(fields) <= seen.get(dataset, set()) for dataset, fields in named.items())
