"""`/datasets/{id}/rules`: business rules as data."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response

from answerable.data.datasets.rules import service
from answerable.data.datasets.rules.schemas import RulesChange, RulesChanged, RulesTrial, RulesView
from answerable.data.ingestion.rules.outcome import Trial
from answerable.data.semantics.endpoints import expected_revision
from answerable.data.semantics.service import require_all_of
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires_deferred
from answerable.identity.conversations import requires_deferred_within, requires_within
from answerable.kit.http import Router

router = Router(prefix="/datasets/{dataset_id}/rules", tags=["datasets"])

Reader = Annotated[RequestContext, requires_within(Scope.DATA_READ)]
Trier = Annotated[DeferredContext, requires_deferred_within(Scope.DATA_READ)]
Writer = Annotated[DeferredContext, requires_deferred(Scope.DATA_WRITE)]


@router.get("")
async def read_rules(context: Reader, dataset_id: str) -> RulesView:
    """The rules that hold for the dataset's next version."""
    await require_all_of(context.session, dataset_id)
    rules = await service.read_rules(context.session, dataset_id)
    return RulesView(dataset_id=dataset_id, rules=list(rules), revision=service.revision_of(rules))


@router.post("/test")
async def test_rules(context: Trier, dataset_id: str, body: RulesTrial) -> Trial:
    """What rules would do to a few rows: each before and after, and what each rule found. Nothing is kept."""
    async with context.runtime.database.begin(context.principal) as session:
        await require_all_of(session, dataset_id)
        sample = await service.sample_of(session, context.runtime, dataset_id)
    return await service.try_rules(sample, body.rules, rows=body.rows, limit=body.limit)


@router.put("", status_code=202, responses={200: {"model": RulesChanged}})
async def keep_rules(
    context: Writer,
    response: Response,
    dataset_id: str,
    body: RulesChange,
    if_match: Annotated[str | None, Header()] = None,
) -> RulesChanged:
    """Replace the dataset's rules, once they were tried on its rows. A job makes the version that they make;
    200 when they hold already. With `If-Match: <revision>` only if nobody changed them since (412)."""
    expected = expected_revision(if_match)
    changed = await service.replace(
        context.runtime, context.principal, dataset_id, body.rules, if_match=expected
    )
    response.status_code = 200 if changed.job is None else 202
    return changed
