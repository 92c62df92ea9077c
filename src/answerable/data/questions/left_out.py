"""Things that an average over them leaves out: repairs per client are by the clients that had any."""

from __future__ import annotations

from answerable.data.questions.formatting import lower_first, upper_first
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import Measure, SemanticQuery


def left_out(query: SemanticQuery, model: SemanticModel) -> list[str]:
    """A sentence for each table whose rows are divided by as far as the query's rows lead to them."""
    rows = model.dataset(query.dataset)
    if rows is None:
        return []
    narrowed = query.where is not None or query.segments or (query.time is not None and query.time.period)
    such = "such " if narrowed else ""
    found = []
    for measure in query.measures:
        field = _divided_by(measure, model)
        for link in model.relationships:
            other = model.dataset(link.right)
            if field == link.left_field and link.left == rows.name and other is not None:
                named = f"{upper_first(other.label)} without any {such}{lower_first(rows.label)}"
                found.append(f"{named} are not counted in.")
    return list(dict.fromkeys(found))


def _divided_by(measure: Measure, model: SemanticModel) -> str | None:
    """The field whose different values a measure is divided by."""
    metric = model.metric(measure.metric) if measure.metric is not None else None
    per = measure.per or (Measure(metric=metric.per) if metric is not None and metric.per else None)
    if per is None:
        return None
    part = model.metric(per.metric) if per.metric is not None else per
    if part is None or part.aggregation is not Aggregation.COUNT_DISTINCT:
        return None
    return part.field
