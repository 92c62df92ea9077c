"""Results of insights: kept under all that they depend on, computed where they are not.

A result's key has the canonical form of what the query means today, the model's revision, the version of
every dataset that it reads and how far whoever looks sees. New data or another model is another key, and so
is a period that is over where only whole ones are wanted: nothing that is kept is ever out of date, and
nobody is shown what was kept for somebody who sees more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from answerable.data.engines.schemas import QueryAnswer
from answerable.data.engines.service import run_query, state_read
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.insights import repository
from answerable.data.insights.tables import InsightRow
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.unfinished import ended
from answerable.data.semantics.errors import DataHidden
from answerable.data.semantics.query import SemanticQuery
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_HIDDEN = "This shows a part of the data that is hidden from you. Ask an admin of the workspace."


@dataclass(frozen=True, slots=True)
class Wanted:
    """An insight's query, perhaps with a dashboard's filters, and the data that it reads."""

    insight_id: str
    query: SemanticQuery
    chart: bool
    data: DataSnapshot


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an insight: a result, or why there is none."""

    result: dict[str, Any] | None
    computed_at: datetime | None
    cached: bool
    error: AnswerableError | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was kept of some wanted results; None where nothing was. `keys` and `errors` go with them."""

    wanted: Sequence[Wanted]
    keys: Sequence[str | None]
    shown: list[Shown | None]


async def snapshot_of(
    session: Session, insight: InsightRow, latest: DataSnapshot | None = None
) -> DataSnapshot:
    """The data that an insight shows: its own versions where it is pinned. Raises as `take_snapshot`."""
    if insight.version_policy == "latest":
        return latest or await take_snapshot(session)
    return await take_snapshot(session, insight.versions, insight.model_revision)


async def look_up(session: Session, now: datetime, wanted: Sequence[Wanted]) -> Lookup:
    """The kept results, in one statement; `now` tells which periods are over, where only whole ones are
    wanted."""
    keys: list[str | None] = []
    shown: list[Shown | None] = []
    revisions: dict[int, str] = {}
    for one in wanted:
        try:
            keys.append(_key(one, now, revisions))
            shown.append(None)
        except AnswerableError as error:
            keys.append(None)
            # To whom a field is hidden, a name that does not exist might be its.
            told = error if one.data.reach is None else DataHidden(_HIDDEN)
            shown.append(Shown(None, None, cached=False, error=told))
    known = {one.insight_id: key for one, key in zip(wanted, keys, strict=True) if key is not None}
    found = await repository.results(session, known) if known else {}
    for position, (one, key) in enumerate(zip(wanted, keys, strict=True)):
        kept = found.get((one.insight_id, key)) if key is not None else None
        if kept is not None:
            shown[position] = Shown(kept[0], kept[1], cached=True)
    return Lookup(wanted, keys, shown)


async def compute_missing(runtime: Runtime, principal: Principal, lookup: Lookup) -> list[Shown]:
    """All results: what was not kept is computed, and kept for the next time. Holds no connection while it
    computes. A query that fails is shown as such."""
    shown: list[Shown] = []
    for one, key, kept in zip(lookup.wanted, lookup.keys, lookup.shown, strict=True):
        if kept is not None or key is None:
            assert kept is not None
            shown.append(kept)
            continue
        try:
            executed = await run_query(runtime, one.data, one.query)
        except AnswerableError as error:
            shown.append(Shown(None, None, cached=False, error=error))
            continue
        result = QueryAnswer.of(executed).model_dump(mode="json")
        if not one.chart:
            result["chart"] = None
        async with runtime.database.begin(principal) as session:
            if await repository.get(session, one.insight_id) is not None:
                await repository.keep_result(session, one.insight_id, key, result)
        shown.append(Shown(result, runtime.clock.now(), cached=False))
    return shown


def _key(wanted: Wanted, now: datetime, revisions: dict[int, str]) -> str:
    data = wanted.data
    query = ended(wanted.query, Now.at(now, data.model.calendar))
    if id(data) not in revisions:
        revisions[id(data)] = data.revision
    versions, moments = state_read(data, query)
    depends = [
        query.canonical_hash,
        revisions[id(data)],
        sorted(versions.items()),
        wanted.chart,
        *([data.reach] if data.reach is not None else []),
        *moments,
    ]
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()
