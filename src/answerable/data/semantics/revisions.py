"""The revisions of the workspace's model: listed, looked at, gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.data.semantics import repository
from answerable.data.semantics.changing import replace_model
from answerable.data.semantics.differences import Change, differences
from answerable.data.semantics.errors import RevisionUnknown
from answerable.data.semantics.model import Dataset, Metric, ModelField, Relationship, SemanticModel
from answerable.data.semantics.reach import reach
from answerable.data.semantics.repository import MOST_KEPT_VALUES, StoredModel
from answerable.data.semantics.service import read_model, viewer_of
from answerable.identity.scopes import Scope
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision, when it was last put in force, and whether it is now."""

    id: str
    revision: str
    created_at: datetime
    current: bool


async def list_revisions(session: Session, model_id: str, request: PageRequest) -> Sequence[Revision]:
    """The model's revisions, newest first, one more than the page holds. NotFound."""
    stored = await read_model(session, model_id)
    rows = await repository.page_revisions(session, request)
    return [Revision(r.id, r.revision, r.created_at, r.revision == stored.revision) for r in rows]


async def read_revision(session: Session, model_id: str, revision: str) -> StoredModel:
    """The model as it was at a revision, without long lists of values, as far as the session's principal sees
    it today. Raises NotFound, RevisionUnknown."""
    stored = await read_model(session, model_id)
    model = await _known(session, revision)
    if Scope.MEMBERS_WRITE not in session.principal.scopes:
        walled = model.model_copy(
            update={"policies": stored.model.policies, "hidden_fields": stored.model.hidden_fields}
        )
        model = reach(walled, await viewer_of(session)).model
    return replace(stored, model=model, revision=revision)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two revisions, and what leads from the first to the second."""

    before: str
    after: str
    changes: Sequence[Change]


async def compare(session: Session, model_id: str, before: str | None, after: str | None) -> Compared:
    """What differs between two revisions, as far as the session's principal sees both. Without `after` it is
    today's, without `before` the newest but for `after`. Raises NotFound, RevisionUnknown."""
    after = after or (await read_model(session, model_id)).revision
    if before is None:
        newest = await list_revisions(session, model_id, PageRequest(limit=1))
        before = next((each.revision for each in newest if each.revision != after), after)
    old = await read_revision(session, model_id, before)
    new = await read_revision(session, model_id, after)
    return Compared(before, after, differences(old.model, new.model))


async def go_back(session: Session, model_id: str, revision: str, *, if_match: str | None) -> StoredModel:
    """Make what people decided at a revision hold again, over the data as it is now: datasets and fields that
    are new since stay, what the data no longer has does not come back, and who sees what stays as it is now.
    Raises NotFound, RevisionUnknown, and as `replace_model` does."""
    stored = await read_model(session, model_id)
    wanted = _brought_back(await _known(session, revision), stored)
    return await replace_model(session, model_id, wanted, if_match=if_match, edited=False)


async def _known(session: Session, revision: str) -> SemanticModel:
    found = await repository.read_at(session, revision)
    if found is None:
        raise RevisionUnknown(f"There is no model revision {revision!r}. See the list of revisions.")
    return found


def _brought_back(old: SemanticModel, stored: StoredModel) -> SemanticModel:
    before = {dataset.id: dataset for dataset in old.datasets}
    base = {dataset.id: dataset for dataset in stored.base.datasets}
    datasets = tuple(
        _dataset(before[now.id], now, base.get(now.id, now)) if now.id in before else now
        for now in stored.model.datasets
    )
    known = {dataset.name for dataset in datasets if dataset.id in before}
    fields = {(dataset.name, field.name) for dataset in datasets for field in dataset.fields}
    names = {dataset.name for dataset in datasets}
    metrics = [m for m in old.metrics if m.dataset in known and _has_field(m, fields)]
    metrics += [m for m in stored.model.metrics if m.dataset not in known]
    segments = [segment for segment in old.segments if segment.dataset in known]
    segments += [segment for segment in stored.model.segments if segment.dataset not in known]
    links = [link for link in old.relationships if {link.left, link.right} <= known]
    links += [link for link in stored.model.relationships if not {link.left, link.right} <= known]
    return stored.model.model_copy(
        update={
            "datasets": datasets,
            "metrics": tuple(_whole(metrics)),
            "relationships": tuple(link for link in links if _joins(link, fields, names)),
            "calendar": old.calendar,
            "segments": tuple(segments),
        }
    )


def _has_field(metric: Metric, fields: set[tuple[str, str]]) -> bool:
    return metric.field is None or (metric.dataset, metric.field) in fields


def _whole(metrics: Sequence[Metric]) -> list[Metric]:
    """Those that are computed with metrics that are there."""
    names = {metric.name for metric in metrics}
    return [metric for metric in metrics if {metric.minus, metric.per} - {None} <= names]


def _joins(link: Relationship, fields: set[tuple[str, str]], names: set[str]) -> bool:
    ends = {(link.left, link.left_field), (link.right, link.right_field)}
    return {link.left, link.right} <= names and ends <= fields


def _dataset(old: Dataset, now: Dataset, base: Dataset) -> Dataset:
    facts = {field.name: field for field in base.fields} | {field.name: field for field in now.fields}
    fields = [_field(field, facts[field.name], base) for field in old.fields if field.name in facts]
    had = {field.name for field in fields}
    fields += [field for field in now.fields if field.name not in had]
    names = {field.name for field in fields}
    return old.model_copy(
        update={
            "name": now.name,
            "fields": tuple(fields),
            "primary_key": tuple(name for name in old.primary_key if name in names),
            "default_time": old.default_time if old.default_time in names else now.default_time,
        }
    )


def _field(old: ModelField, now: ModelField, base: Dataset) -> ModelField:
    """As people had it, with what the data says now. Long lists of values are not kept with a revision."""
    guessed = base.field(old.name)
    values = guessed.values if guessed is not None else now.values
    hidden = old.personal or (old.values is None and len(values or ()) <= MOST_KEPT_VALUES)
    return old.model_copy(
        update={
            "type": now.type,
            "nullable": now.nullable,
            "distinct_count": now.distinct_count,
            "unique": now.unique,
            "values": None if hidden else values,
        }
    )
