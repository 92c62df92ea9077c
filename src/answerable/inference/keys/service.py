"""A key and what it may spend are made together: there is no moment in which it may spend more."""

from __future__ import annotations

from answerable.identity.access import RequestContext, Scope
from answerable.identity.keys import service as keys
from answerable.inference.keys.schemas import BoundedKeyIn, BoundedKeyMade, BoundedKeyOut
from answerable.inference.limits import service as limits
from answerable.inference.limits.schemas import BudgetIn, LimitIn, Subject, SubjectType
from answerable.kit.paging import Page, PageRequest


async def create(context: RequestContext, wanted: BoundedKeyIn) -> BoundedKeyMade:
    """A key with its budgets and limits, all or nothing. They only narrow what a new key may do, so that
    making keys is enough to set them. Raises Forbidden, InvalidInput, Conflict for two that are the same."""
    made = await keys.create(context, wanted)
    subject = Subject(type=SubjectType.KEY, id=made.id)
    budgets = [
        await limits.create_budget(context, BudgetIn(subject=subject, **terms.model_dump()))
        for terms in wanted.budgets
    ]
    counts = [
        await limits.create_limit(context, LimitIn(subject=subject, **terms.model_dump()))
        for terms in wanted.limits
    ]
    return BoundedKeyMade(**made.model_dump(), budgets=budgets, limits=counts)


async def page_of_keys(context: RequestContext, page: PageRequest) -> Page[BoundedKeyOut]:
    """The keys of the request's workspace."""
    found = await keys.page_of_keys(context, page)
    shown = [key.id for key in found.items] if Scope.USAGE_READ in context.principal.scopes else []
    bounds = await limits.bounds_of_keys(context, shown)
    items = []
    for key in found.items:
        budgets, counts = bounds.get(key.id, ([], []))
        items.append(BoundedKeyOut(**key.model_dump(), budgets=budgets, limits=counts))
    return Page(items=items, next_cursor=found.next_cursor)
