"""A dashboard's filters over the queries of its tiles."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.data.dashboards.schemas import DashboardFilter
from answerable.data.semantics.filters import AllOf, Condition
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import Period, SemanticQuery, TimeSlice


def filtered(
    query: SemanticQuery, model: SemanticModel, filters: Sequence[DashboardFilter]
) -> tuple[SemanticQuery, int]:
    """(the query with the filters that fit it, how many do)."""
    fitting = 0
    for one in filters:
        changed = _with_period(query, model, one) if one.field is None else _with_condition(query, model, one)
        if changed is not None:
            query, fitting = changed, fitting + 1
    return query, fitting


def _with_condition(query: SemanticQuery, model: SemanticModel, one: DashboardFilter) -> SemanticQuery | None:
    """The query over the rows that a condition leaves, on a field of its dataset or of one that its rows
    lead to in one way only."""
    dataset = model.dataset(one.dataset or "")
    if dataset is None or one.field is None or one.operator is None or dataset.field(one.field) is None:
        return None
    if dataset.name == query.dataset:
        name = one.field
    elif dataset.name in sole_paths(model, query.dataset):
        name = f"{dataset.name}__{one.field}"
    else:
        return None
    condition = Condition(field=name, operator=one.operator, values=one.values)
    where = condition if query.where is None else AllOf(all=(query.where, condition))
    return query.model_copy(update={"where": where})


def _with_period(query: SemanticQuery, model: SemanticModel, one: DashboardFilter) -> SemanticQuery | None:
    """The query over a period, in place of its own. A comparison has periods of its own: it stays."""
    dataset = model.dataset(query.dataset)
    own = query.time
    if dataset is None or (own is not None and own.comparison is not None):
        return None
    field = own.field if own is not None else dataset.default_time
    if field is None:
        return None
    period = Period(start=one.start, end=one.end)
    time = TimeSlice(field=field, period=period) if own is None else own.model_copy(update={"period": period})
    return query.model_copy(update={"time": time})
