"""Replacing the semantic model of a workspace, and what follows from that."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.following import follow_data
from answerable.data.semantics import repository
from answerable.data.semantics.errors import DataHidden, InvalidModel, StaleModel
from answerable.data.semantics.merging import with_measures
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import Grain, Measure, SemanticQuery, TimeSlice
from answerable.data.semantics.repository import WORKSPACE, StoredModel
from answerable.data.semantics.service import of_id, reach_into, read_model, save
from answerable.data.semantics.standing import reviewed, with_confidences
from answerable.data.semantics.touched import computed_otherwise
from answerable.data.semantics.validation import problems
from answerable.identity.scopes import Scope
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, Forbidden, NotFound


async def replace_model(
    session: Session,
    model_id: str,
    wanted: SemanticModel,
    *,
    if_match: str | None,
    dry_run: bool = False,
    edited: bool = True,
) -> StoredModel:
    """Replace the model, or with `dry_run` tell alone what would become of it. What differs is reviewed now,
    unless nobody `edited` it; what is kept and watched of the datasets whose numbers that changes is computed
    anew. Raises NotFound, StaleModel when `if_match` is not the present revision, and InvalidModel with every
    mistake and its place."""
    stored, wanted = await _replaceable(session, model_id, wanted, if_match)
    wanted = with_confidences(reviewed(wanted, stored.model) if edited else wanted, stored.base)
    if dry_run:
        return replace(stored, model=wanted, revision=wanted.revision)
    await save(session, WORKSPACE, wanted)
    if touched := computed_otherwise(stored.model, wanted):
        await follow_data(session, touched)
    return await read_model(session, stored.id)


async def _replaceable(
    session: Session, model_id: str, wanted: SemanticModel, if_match: str | None
) -> tuple[StoredModel, SemanticModel]:
    if await repository.read(session) is None:
        raise NotFound
    stored = of_id(await repository.lock(session, WORKSPACE), model_id)
    # Who leaves them out means the rest of the model: a policy is never dropped by an oversight.
    unsaid = {"policies", "hidden_fields", "segments"} - wanted.model_fields_set
    wanted = wanted.model_copy(update={name: getattr(stored.model, name) for name in unsaid})
    await _require_may_replace(session, stored.model, wanted)
    if if_match is not None and if_match != stored.revision:
        raise StaleModel(
            f"The model is at revision {stored.revision} now. Read it again and repeat your change."
        )
    wanted = with_measures(wanted, stored.base)
    # What the data has is what was last inferred: people may have hidden columns since.
    mistakes = problems(wanted, stored.base, stored.model) or _uncomputable(wanted)
    if mistakes:
        raise InvalidModel("The model has mistakes; each is listed.", errors=mistakes)
    return stored, wanted


def _uncomputable(model: SemanticModel) -> list[FieldError]:
    """What is wrong with the computed metrics and the segments of a sound model: no query could ask for
    them."""
    found = []
    for i, segment in enumerate(model.segments):
        rows = Measure(aggregation=Aggregation.COUNT)
        counted = SemanticQuery(dataset=segment.dataset, measures=(rows,), where=segment.where)
        try:
            compile_query(counted, model)
        except InvalidQuery as error:
            found += [FieldError(f"segments.{i}.{each.field}", each.message) for each in error.errors]
    for i, metric in enumerate(model.metrics):
        if not metric.computed and not metric.cumulative:
            continue
        dataset = model.dataset(metric.dataset)
        time = dataset.default_time if dataset is not None else None
        by_month = TimeSlice(field=time, grain=Grain.MONTH) if time is not None else None
        asked = SemanticQuery(dataset=metric.dataset, measures=(Measure(metric=metric.name),), time=by_month)
        try:
            compile_query(asked, model)
        except InvalidQuery as error:
            found += [
                FieldError(f"metrics.{i}{each.field.removeprefix('measures[0]')}", each.message)
                for each in error.errors
            ]
    return found


async def _require_may_replace(session: Session, model: SemanticModel, wanted: SemanticModel) -> None:
    """Who does not see all of a model would delete what they do not see."""
    if Scope.MEMBERS_WRITE in session.principal.scopes:
        return
    if (await reach_into(session)).key is not None:
        raise DataHidden("Parts of this model are hidden from you, so you cannot replace it. Ask an admin.")
    if (wanted.policies, wanted.hidden_fields) != (model.policies, model.hidden_fields):
        raise Forbidden(
            "Row policies and hidden fields are decided by admins. Leave 'policies' and 'hidden_fields' as "
            "they are.",
            reason="policies_by_admins",
        )
