"""A query in one line, to write expectations by hand: `revenue | where country = Germany | each month`."""

from __future__ import annotations

from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    Not,
    Operator,
)
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import Measure, Period, SemanticQuery

_SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "!=",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.GT: ">",
    Operator.GE: ">=",
}


def summary(query: SemanticQuery, model: SemanticModel) -> str:
    """Every slot that says something, in a fixed order; the usual order of groups is left out."""
    dataset = model.dataset(query.dataset)
    assert dataset is not None
    parts = [", ".join(_measure(m) for m in query.measures) or _columns(query, len(dataset.fields))]
    if query.where is not None:
        parts.append("where " + _filter(query.where))
    time = query.time
    if time is not None:
        field = "" if time.field == dataset.default_time else f"{time.field} "
        if time.period is not None:
            parts.append(f"during {field}{_period(time.period)}")
        if time.grain is not None:
            whole = " whole" if time.whole else ""
            parts.append(
                f"each {time.grain}{whole}" + (f" of {time.field}" if field and not time.period else "")
            )
    if query.group_by:
        parts.append(
            "by "
            + ", ".join(
                _group(f"{g.field}@{g.part}" if g.part else g.field, g.top, g.only) for g in query.group_by
            )
        )
    parts += [f"having {h.measure} {h.operator} {h.value}" for h in query.having]
    if time is not None and time.comparison is not None:
        shift = f" shift {time.comparison.shift}" if time.comparison.shift else ""
        parts.append(f"against {time.comparison.kind} {_period(time.comparison.period)}{shift}")
    parts += _order(query)
    return " | ".join(parts)


def _columns(query: SemanticQuery, total: int) -> str:
    return "rows" if len(query.columns) == total else f"rows({', '.join(query.columns)})"


def _measure(measure: Measure) -> str:
    name = measure.metric or (f"{measure.aggregation}_{measure.field}" if measure.field else "count")
    if measure.percentile is not None:
        name = f"p{measure.percentile:g}_{measure.field}"
    if measure.elapsed is not None:
        name = f"{measure.aggregation} {measure.elapsed.unit} {measure.elapsed.since}..{measure.field}"
    name += f" ({_filter(measure.where)})" if measure.where is not None else ""
    name += f" - {_measure(measure.minus)}" if measure.minus is not None else ""
    name += f" / {_measure(measure.per)}" if measure.per is not None else ""
    name += f" averaged per {measure.average_per}" if measure.average_per is not None else ""
    name += " running" if measure.running_total else ""
    name += f" moving {measure.moving_average}" if measure.moving_average is not None else ""
    return f"share of {name}" if measure.share_of_total else name


def _group(field: str, top: object, only: tuple[object, ...]) -> str:
    n, descending = getattr(top, "n", None), getattr(top, "descending", None)
    limit = f" {'top' if descending else 'bottom'} {n}" if n else ""
    limit += " each" if getattr(top, "each", False) else ""
    return field + limit + (f" only {'/'.join(map(str, only))}" if only else "")


def _period(period: Period) -> str:
    return f"{period.start or ''}..{period.end or ''}"


def _filter(where: Filter) -> str:
    if isinstance(where, Condition):
        values = [where.other] if where.other is not None else [str(v) for v in where.values]
        if where.elapsed is not None or where.part is not None:
            of = where.part or f"{where.elapsed.unit} since {where.elapsed.since}"  # type: ignore[union-attr]
            return f"{where.field}@{of} {where.operator} {'/'.join(values)}"
        if where.operator in _SIGNS:
            return f"{where.field} {_SIGNS[where.operator]} {values[0]}"
        if where.operator is Operator.BETWEEN:
            return f"{where.field} between {'..'.join(values)}"
        return f"{where.field} {str(where.operator).replace('_', ' ')} {'/'.join(values)}".strip()
    if isinstance(where, AnyOf):
        return "(" + " or ".join(_filter(part) for part in where.any) + ")"
    if isinstance(where, Not):
        return f"not ({_filter(where.negated)})"
    assert isinstance(where, AllOf)
    return " and ".join(_filter(part) for part in where.all)


def _order(query: SemanticQuery) -> list[str]:
    usual = bool(query.group_by) and not (query.time and query.time.grain)
    shown = [f"{'-' if o.descending else ''}{o.by}" for o in query.order]
    first = query.measures[0] if query.measures else None
    name = (first.alias or "") if first else ""
    bottom = any(g.top and not g.top.descending for g in query.group_by)
    hidden = usual and shown in ([f"-{name}"], [name] if bottom else [])
    if any(g.top for g in query.group_by):
        hidden = True
    lines = [] if hidden or not shown else [f"order {', '.join(shown)}"]
    return lines + ([f"limit {query.limit}"] if query.limit else [])


def told(outcome: Outcome, model: SemanticModel) -> dict[str, object]:
    """The outcome in the form of a case: `is`, `ask` or `declined`."""
    if isinstance(outcome, Parsed):
        if outcome.query is None:
            meta = outcome.metadata
            assert meta is not None
            return {"is": f"{meta.kind} {meta.dataset or ''}".strip()}
        return {"is": summary(outcome.query, model)}
    if isinstance(outcome, Ambiguous):
        return {"ask": outcome.slot, "options": [summary(o.query, model) for o in outcome.options]}
    return {"declined": list(outcome.left_over)}
