"""What the things are called that jobs work on, to whom may know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from answerable.data.alerts import service as alerts
from answerable.data.connections import service as connections
from answerable.data.dashboards import service as dashboards
from answerable.data.datasets import service as datasets
from answerable.data.insights import service as insights
from answerable.identity.scopes import Scope
from answerable.jobs import Subject
from answerable.kit.db import Session
from answerable.knowledge.documents import service as documents
from answerable.knowledge.sources import service as sources

_NAMED_ALIKE = {
    "connection": (Scope.CONNECTIONS_WRITE, connections.names),
    "dashboard": (Scope.DATA_READ, dashboards.names),
    "dataset": (Scope.DATA_READ, datasets.labels),
    "document": (Scope.DOCUMENTS_READ, documents.titles),
    "source": (Scope.DOCUMENTS_READ, sources.names),
}
_NAMED_IN_PART = {
    "alert": (Scope.DATA_READ, alerts.names),
    "insight": (Scope.DATA_READ, insights.names),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of some subjects, and those of them that were looked for and are not there. One that the
    principal may not see is in neither."""

    known: Mapping[Subject, str] = field(default_factory=dict)
    missing: frozenset[Subject] = frozenset()


async def names_of(session: Session, subjects: Iterable[Subject]) -> Names:
    """The names of subjects, as far as the session's principal may know them: a look-up or two for each
    kind, however many subjects there are."""
    by_type: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        by_type[subject.type].add(subject.id)
    known: dict[Subject, str] = {}
    missing: set[Subject] = set()
    for kind, wanted in by_type.items():
        names, there = await _look_up(session, kind, wanted)
        known |= {Subject(kind, each): name for each, name in names.items()}
        missing |= {Subject(kind, each) for each in wanted.difference(there)}
    return Names(known, frozenset(missing))


async def _look_up(
    session: Session, kind: str, wanted: Collection[str]
) -> tuple[dict[str, str], Collection[str]]:
    """(names by id, the ids of those that are there or that the principal may not look for)."""
    if kind in _NAMED_ALIKE:
        scope, names = _NAMED_ALIKE[kind]
        found = await names(session, wanted) if scope in session.principal.scopes else None
        return ({}, wanted) if found is None else (found, found.keys())
    if kind in _NAMED_IN_PART:
        scope, names_seen = _NAMED_IN_PART[kind]
        return await names_seen(session, wanted) if scope in session.principal.scopes else ({}, wanted)
    return {}, wanted
