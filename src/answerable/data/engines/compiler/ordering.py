"""The order of an aggregated result: as asked, else by time, else by the first measure; never open."""

from __future__ import annotations

from answerable.data.engines.compiler.plan import PERIOD, Plan
from answerable.data.semantics.model import TEMPORAL_TYPES


def default_order(plan: Plan) -> list[tuple[str, bool]]:
    """Sort keys (column, descending) that leave no two rows in doubt.

    The group of the rest comes last. Asked keys come first; without any, time ascending; then the
    ranking of a top, else the first measure from the largest; then the groups themselves.
    """
    rest = [(group.other_flag, False) for group in plan.groups if group.top and group.top.others]
    asked = [(order.by, order.descending) for order in plan.order]
    keys = asked or _natural(plan)
    if plan.grain is not None:
        keys = [*keys, (PERIOD, False)]
    # In a trend the rest comes last within its period, in a ranking last of all.
    head = keys[:1] if keys and keys[0][0] == PERIOD else []
    keys = [*head, *rest, *keys[len(head) :], *((group.ref.name, False) for group in plan.groups)]
    if not plan.groups and plan.grain is None:
        return []
    first: dict[str, bool] = {}
    for name, descending in keys:
        first.setdefault(name, descending)
    return list(first.items())


def _natural(plan: Plan) -> list[tuple[str, bool]]:
    keys: list[tuple[str, bool]] = []
    if plan.grain is not None:
        keys.append((PERIOD, False))
        if not plan.groups:
            return keys
    within = plan.ranked_within
    if within is not None and within.top is not None:
        others = [(group.ref.name, False) for group in plan.groups if group is not within]
        return [*keys, *others, (within.top.by, within.top.descending)]
    if any(group.ref.part is not None for group in plan.groups):
        return keys
    ranked = next((group.top for group in plan.groups if group.top is not None), None)
    if ranked is not None:
        keys.append((ranked.by, ranked.descending))
    elif plan.measures and not any(group.ref.type in TEMPORAL_TYPES for group in plan.groups):
        keys.append((plan.measures[0].alias, True))
    return keys
