"""What a query needs of the database: a model, and the versions of data that it is asked over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from answerable.data.connections.live import LiveTable, live_tables
from answerable.data.datasets.errors import VersionExpired
from answerable.data.datasets.service import exact_version
from answerable.data.engines.as_it_was import as_of_version, over_newest
from answerable.data.engines.query_limits import service as query_limits
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.data.engines.repository import ReadyTable, instants_of, ready_tables
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.reach import RowLimit, reach
from answerable.data.semantics.service import current_model, model_at, revision_within, viewer_of
from answerable.data.warehouse.service import physical_table
from answerable.kit.db import Session


@dataclass(frozen=True, slots=True)
class DataSnapshot:
    """A workspace's model and the newest ready version of each of its datasets, by dataset id: all that a
    query needs of the database. Versions are files that never change; `live` are the datasets whose rows
    stay in a connected database. `model_revision` is set where the model is one of before, or not all of it
    is seen: `limits` bind the rows that are read, by the names of datasets, and `unlisted` are the fields
    whose values the model leaves out therefore. Whoever sees alike has one `reach`; None: everything.
    `cost` is what the workspace lets one query cost."""

    workspace_id: str
    model: SemanticModel
    ready: dict[str, ReadyTable]
    model_revision: str | None = None
    live: dict[str, LiveTable] = field(default_factory=dict)
    limits: Mapping[str, tuple[RowLimit, ...]] = field(default_factory=dict)
    unlisted: frozenset[tuple[str, str]] = frozenset()
    reach: str | None = None
    cost: QueryLimits = NO_LIMITS

    @property
    def revision(self) -> str:
        """The revision of the model, under which it can be asked for again."""
        return self.model_revision or self.model.revision


async def take_snapshot(
    session: Session, versions: Mapping[str, int] | None = None, revision: str | None = None
) -> DataSnapshot:
    """The data of the session's workspace as it is now, or as it was: `versions` of datasets by their ids,
    `revision` of the model; as far as the session's principal sees. What is computed from it holds no
    connection.

    Raises NotFound, DatasetNotReady, VersionExpired and RevisionUnknown.
    """
    latest = await current_model(session)
    model = latest if revision is None else await model_at(session, revision)
    revision = revision or await revision_within(session)
    of_before = model is not latest
    ready = await ready_tables(session, [dataset.id for dataset in model.datasets], with_columns=of_before)
    live = await live_tables(session, [d.id for d in model.datasets if d.id not in ready])
    if of_before:
        newest = {id_: t for id_, t in ready.items() if (versions or {}).get(id_, t.version) == t.version}
        model = over_newest(model, latest, newest, live)
    for dataset_id, number in (versions or {}).items():
        if dataset_id in live:
            _require_now(live[dataset_id], number)
            continue
        found = await exact_version(session, dataset_id, number)
        if dataset_id not in ready or ready[dataset_id].version != number:
            model = as_of_version(model, dataset_id, found.columns or [])
        physical = physical_table(session.workspace_id, found.relation, found.columns or [])
        instants = instants_of(found.columns or [])
        ready[dataset_id] = ReadyTable(
            dataset_id, number, found.table_path or "", physical=physical, instants=instants
        )
    cost = await query_limits.limits(session)
    if not latest.policies and not latest.hidden_fields:
        return DataSnapshot(session.workspace_id, model, ready, revision, live, cost=cost)
    if model is not latest:  # what binds is what holds today, also for questions about before
        access = {"policies": latest.policies, "hidden_fields": latest.hidden_fields}
        model = model.model_copy(update=access)
    seen = reach(model, await viewer_of(session))
    if seen.key is not None and revision is None:
        revision = latest.revision
    return DataSnapshot(
        session.workspace_id, seen.model, ready, revision, live, seen.limits, seen.unlisted, seen.key, cost
    )


def _require_now(table: LiveTable, number: int) -> None:
    """Of a live table there is no state of before: at most its columns are still those of then."""
    if table.structure != number:
        raise VersionExpired(
            f"The rows lie in {table.connection.name} and are not kept. Leave the version out to read them "
            "as they are now."
        )
