"""HTTP of budgets and limits."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.inference.limits import service
from answerable.inference.limits.schemas import (
    BudgetIn,
    BudgetOut,
    BudgetPatch,
    LimitIn,
    LimitOut,
    LimitPatch,
)
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(tags=["budgets and limits"])

Reader = Annotated[RequestContext, requires(Scope.USAGE_READ)]
Administrator = Annotated[RequestContext, requires(Scope.LIMITS_WRITE)]


@router.post("/budgets", status_code=201)
async def create_budget(wanted: BudgetIn, context: Administrator) -> BudgetOut:
    """Bound what a workspace, key or member may spend in a day or month."""
    return await service.create_budget(context, wanted)


@router.get("/budgets")
async def list_budgets(page: Annotated[PageRequest, Query()], context: Reader) -> Page[BudgetOut]:
    """The workspace's budgets and where they stand."""
    return await service.page_of_budgets(context, page)


@router.get("/budgets/{budget_id}")
async def read_budget(budget_id: str, context: Reader) -> BudgetOut:
    """One budget."""
    return await service.read_budget(context, budget_id)


@router.patch("/budgets/{budget_id}")
async def change_budget(budget_id: str, wanted: BudgetPatch, context: Administrator) -> BudgetOut:
    """Change a budget's amount or mode; it binds the next call."""
    return await service.change_budget(context, budget_id, wanted)


@router.delete("/budgets/{budget_id}", status_code=204)
async def delete_budget(budget_id: str, context: Administrator) -> None:
    """Remove a budget."""
    await service.delete_budget(context, budget_id)


@router.post("/limits", status_code=201)
async def create_limit(wanted: LimitIn, context: Administrator) -> LimitOut:
    """Bound how many calls or tokens a minute, or how many calls at once."""
    return await service.create_limit(context, wanted)


@router.get("/limits")
async def list_limits(page: Annotated[PageRequest, Query()], context: Reader) -> Page[LimitOut]:
    """The workspace's limits and where they stand."""
    return await service.page_of_limits(context, page)


@router.get("/limits/{limit_id}")
async def read_limit(limit_id: str, context: Reader) -> LimitOut:
    """One limit."""
    return await service.read_limit(context, limit_id)


@router.patch("/limits/{limit_id}")
async def change_limit(limit_id: str, wanted: LimitPatch, context: Administrator) -> LimitOut:
    """Change a limit's amount; it binds the next call."""
    return await service.change_limit(context, limit_id, wanted)


@router.delete("/limits/{limit_id}", status_code=204)
async def delete_limit(limit_id: str, context: Administrator) -> None:
    """Remove a limit."""
    await service.delete_limit(context, limit_id)
