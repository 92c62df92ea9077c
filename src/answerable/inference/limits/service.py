"""The rules of budgets and limits as people configure them. Both are limits; a budget counts money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from answerable.identity.access import RequestContext
from answerable.inference.limits import repository
from answerable.inference.limits.limit import Measure, Mode, window_of
from answerable.inference.limits.limits import Limits
from answerable.inference.limits.schemas import (
    BudgetIn,
    BudgetOut,
    BudgetPatch,
    LimitIn,
    LimitOut,
    LimitPatch,
    State,
    Subject,
    SubjectType,
    measure_of,
    period_of,
)
from answerable.inference.limits.tables import LIMIT, LimitRow
from answerable.kit import ids
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.paging import Page, PageRequest, make_page

_MONEY = frozenset({Measure.COST_USD})
_COUNTS = frozenset(Measure) - _MONEY


async def create_budget(context: RequestContext, wanted: BudgetIn) -> BudgetOut:
    """A budget, with what its window has cost already. Raises InvalidInput, Conflict."""
    row = await _create(context, wanted, mode=wanted.mode)
    return BudgetOut.of(row, await _state(context, row), context.runtime.clock.now())


async def create_limit(context: RequestContext, wanted: LimitIn) -> LimitOut:
    """A limit, with what its window has come to already. Raises InvalidInput, Conflict."""
    row = await _create(context, wanted, mode=Mode.HARD)
    return LimitOut.of(row, await _state(context, row), context.runtime.clock.now())


async def read_budget(context: RequestContext, limit_id: str) -> BudgetOut:
    """A budget and where it stands. Raises NotFound."""
    row = await _find(context, limit_id, _MONEY)
    return BudgetOut.of(row, await _state(context, row), context.runtime.clock.now())


async def read_limit(context: RequestContext, limit_id: str) -> LimitOut:
    """A limit and where it stands. Raises NotFound."""
    row = await _find(context, limit_id, _COUNTS)
    return LimitOut.of(row, await _state(context, row), context.runtime.clock.now())


async def page_of_budgets(context: RequestContext, page: PageRequest) -> Page[BudgetOut]:
    """The workspace's budgets."""
    rows = await repository.page_of(context.session, page, _MONEY)
    found = await _states(context, rows)
    now = context.runtime.clock.now()
    return make_page(
        rows, page, lambda row: BudgetOut.of(row, found[row.id], now), lambda row: (row.created_at, row.id)
    )


async def page_of_limits(context: RequestContext, page: PageRequest) -> Page[LimitOut]:
    """The workspace's limits."""
    rows = await repository.page_of(context.session, page, _COUNTS)
    found = await _states(context, rows)
    now = context.runtime.clock.now()
    return make_page(
        rows, page, lambda row: LimitOut.of(row, found[row.id], now), lambda row: (row.created_at, row.id)
    )


async def bounds_of_keys(
    context: RequestContext, key_ids: Sequence[str]
) -> dict[str, tuple[list[BudgetOut], list[LimitOut]]]:
    """The budgets and limits whose subject one of these keys is, by key."""
    rows = await repository.of_keys(context.session, key_ids) if key_ids else []
    found = await _states(context, rows)
    now = context.runtime.clock.now()
    bounds: dict[str, tuple[list[BudgetOut], list[LimitOut]]] = {}
    for row in rows:
        budgets, limits = bounds.setdefault(row.key_id or "", ([], []))
        if row.view().measure in _MONEY:
            budgets.append(BudgetOut.of(row, found[row.id], now))
        else:
            limits.append(LimitOut.of(row, found[row.id], now))
    return bounds


async def change_budget(context: RequestContext, limit_id: str, wanted: BudgetPatch) -> BudgetOut:
    """Another amount or mode; what was spent stays. Raises NotFound, Conflict."""
    _binds_from_its_answer_on(context)
    row = await _find(context, limit_id, _MONEY)
    mode = wanted.mode or Mode(row.mode)
    if mode != row.mode and await repository.twin_exists(context.session, row, mode.value):
        raise _twin()
    amount = row.amount if wanted.limit_usd is None else wanted.limit_usd
    now = context.runtime.clock.now()
    await repository.change(context.session, row, amount=amount, mode=mode.value, now=now)
    return BudgetOut.of(row, await _state(context, row), now)


async def change_limit(context: RequestContext, limit_id: str, wanted: LimitPatch) -> LimitOut:
    """Another amount; what was used stays. Raises NotFound."""
    _binds_from_its_answer_on(context)
    row = await _find(context, limit_id, _COUNTS)
    now = context.runtime.clock.now()
    await repository.change(context.session, row, amount=Decimal(wanted.limit), mode=row.mode, now=now)
    return LimitOut.of(row, await _state(context, row), now)


async def delete_budget(context: RequestContext, limit_id: str) -> None:
    """Remove a budget. Raises NotFound."""
    _binds_from_its_answer_on(context)
    if not await repository.remove(context.session, limit_id, _MONEY):
        raise NotFound


async def delete_limit(context: RequestContext, limit_id: str) -> None:
    """Remove a limit. Raises NotFound."""
    _binds_from_its_answer_on(context)
    if not await repository.remove(context.session, limit_id, _COUNTS):
        raise NotFound


async def _create(context: RequestContext, wanted: BudgetIn | LimitIn, *, mode: Mode) -> LimitRow:
    _binds_from_its_answer_on(context)
    await _check_subject(context, wanted.subject)
    subject, period = wanted.subject, period_of(wanted)
    row = LimitRow(
        id=ids.new_id(LIMIT),
        key_id=subject.id if subject.type is SubjectType.KEY else None,
        user_id=subject.id if subject.type is SubjectType.MEMBER else None,
        model=wanted.model,
        measure=measure_of(wanted).value,
        period=None if period is None else period.value,
        amount=wanted.limit_usd if isinstance(wanted, BudgetIn) else Decimal(wanted.limit),
        mode=mode.value,
    )
    kept = await repository.add(context.session, row, window_of(period, context.runtime.clock.now()))
    if kept is None:
        raise _twin()
    return kept


def _binds_from_its_answer_on(context: RequestContext) -> None:
    context.runtime.get(Limits).forget_after_commit(context.session)


async def _check_subject(context: RequestContext, subject: Subject) -> None:
    """Another workspace's key or member is answered like one that does not exist."""
    known = True
    if subject.type is SubjectType.KEY:
        known = await repository.key_exists(context.session, subject.id or "")
    elif subject.type is SubjectType.MEMBER:
        known = await repository.member_exists(context.session, subject.id or "")
    if not known:
        raise InvalidInput(
            f"The workspace has no such {subject.type}. List what exists, and use its id.",
            errors=[FieldError("subject.id", f"no {subject.type} of this workspace")],
        )


async def _find(context: RequestContext, limit_id: str, measures: frozenset[Measure]) -> LimitRow:
    row = await repository.find(context.session, limit_id, measures)
    if row is None:
        raise NotFound
    return row


async def _state(context: RequestContext, row: LimitRow) -> State:
    return (await _states(context, [row]))[row.id]


async def _states(context: RequestContext, rows: Sequence[LimitRow]) -> dict[str, State]:
    now = context.runtime.clock.now()
    windows = {row.id: window_of(row.view().period, now) for row in rows}
    return await repository.states(context.session, windows)


def _twin() -> Conflict:
    return Conflict("There is one for the same subject, period and model already. Change its amount instead.")
