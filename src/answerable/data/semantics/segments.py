"""Segments in queries: their conditions, in the place of their names."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.data.semantics.filters import AllOf, AnyOf, Condition, Filter, InSegment, Not, Pointed
from answerable.data.semantics.model import Segment, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import Measure, SemanticQuery, conditions_of, parts_of

_LONGEST_NAME = 63


def expanded(query: SemanticQuery, model: SemanticModel) -> SemanticQuery:
    """The query with the conditions of its segments written out. A segment that it cannot be narrowed by
    stays as it is; `why_not` says why."""
    wheres = (query.where, *(measure.where for measure in parts_of(query.measures)))
    if not query.segments and not any(segments_in(where) for where in wheres):
        return query
    named: tuple[Filter, ...] = tuple(InSegment(segment=name) for name in query.segments)
    where = query.where
    if named:
        parts = named if where is None else (where, *named)
        where = parts[0] if len(parts) == 1 else AllOf(all=parts)
    known = _written_out(query.dataset, model)
    return query.model_copy(
        update={
            "segments": (),
            "where": _filled(where, known),
            "measures": tuple(_measure(measure, known) for measure in query.measures),
        }
    )


def segments_in(where: Filter | None) -> list[str]:
    """The names of the segments in a filter."""
    if isinstance(where, InSegment):
        return [where.segment]
    if isinstance(where, Not):
        return segments_in(where.negated)
    if isinstance(where, AllOf | AnyOf):
        parts = where.all if isinstance(where, AllOf) else where.any
        return [name for part in parts for name in segments_in(part)]
    return segments_in(where.where) if isinstance(where, Pointed) else []


def within(segment: Segment, dataset: str, model: SemanticModel) -> Filter | None:
    """The segment's conditions as a query over a dataset names them; None where its rows do not lead to the
    segment's in one way alone."""
    if segment.dataset == dataset:
        return segment.where
    paths = sole_paths(model, dataset)
    if segment.dataset not in paths:
        return None
    for each in conditions_of(segment.where):
        for name in (each.field, each.other, each.elapsed.since if each.elapsed is not None else None):
            if name is None:
                continue
            owner = next((g for g in sole_paths(model, segment.dataset) if name.startswith(f"{g}__")), None)
            too_long = len(_prefixed(name, segment.dataset)) > _LONGEST_NAME
            if too_long or (owner is not None and owner not in paths):
                return None
    return _moved(segment.where, segment.dataset)


def why_not(name: str, dataset: str, model: SemanticModel) -> str:
    """Why a query over a dataset cannot be narrowed by a segment."""
    segment = model.segment(name)
    if segment is None:
        known = ", ".join(each.name for each in model.segments[:20]) or "none"
        return f"there is no segment {name!r}; there are: {known}"
    return (
        f"the segment {name} is of {segment.dataset}, to whose rows those of {dataset} do not lead in one "
        "way alone; ask about its own dataset"
    )


def _written_out(dataset: str, model: SemanticModel) -> dict[str, Filter]:
    found = {segment.name: within(segment, dataset, model) for segment in model.segments}
    return {name: where for name, where in found.items() if where is not None}


def _measure(measure: Measure, known: Mapping[str, Filter]) -> Measure:
    minus, per = (part and _measure(part, known) for part in (measure.minus, measure.per))
    return measure.model_copy(update={"where": _filled(measure.where, known), "minus": minus, "per": per})


def _filled(where: Filter | None, known: Mapping[str, Filter]) -> Filter | None:
    if isinstance(where, InSegment):
        return known.get(where.segment, where)
    if isinstance(where, Not):
        return Not(negated=_filled(where.negated, known) or where.negated)
    if isinstance(where, AllOf):
        return AllOf(all=tuple(_filled(part, known) or part for part in where.all))
    if isinstance(where, AnyOf):
        return AnyOf(any=tuple(_filled(part, known) or part for part in where.any))
    return where


def _moved(where: Filter, dataset: str) -> Filter | None:
    """The filter as seen from rows that lead to the dataset."""
    if isinstance(where, Condition):
        elapsed = where.elapsed
        if elapsed is not None:
            elapsed = elapsed.model_copy(update={"since": _prefixed(elapsed.since, dataset)})
        other = _prefixed(where.other, dataset) if where.other is not None else None
        field = _prefixed(where.field, dataset)
        return where.model_copy(update={"field": field, "elapsed": elapsed, "other": other})
    if isinstance(where, Not):
        inner = _moved(where.negated, dataset)
        return None if inner is None else Not(negated=inner)
    if isinstance(where, AllOf | AnyOf):
        parts = where.all if isinstance(where, AllOf) else where.any
        moved = tuple(part for each in parts if (part := _moved(each, dataset)) is not None)
        if len(moved) < len(parts):
            return None
        return AllOf(all=moved) if isinstance(where, AllOf) else AnyOf(any=moved)
    return None  # which rows point at others is asked of those others


def _prefixed(name: str, dataset: str) -> str:
    """A field that is already of a dataset further on keeps its name."""
    return name if "__" in name else f"{dataset}__{name}"
