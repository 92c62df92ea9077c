"""The shapes of rankings: the first groups, the first within each, the first rows, the first periods."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import (
    Groups,
    Part,
    Rank,
)
from answerable.data.questions.outcome import Intent
from answerable.data.questions.shape import (
    Shape,
    alias_of,
    column_of,
    grouped,
    is_additive,
    row_field,
)
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import (
    Order,
    TopN,
)


def ranked(context: Context, frame: Frame) -> list[Shape]:
    rank = frame.rank
    assert rank is not None
    if frame.share or frame.change or frame.listing or frame.sorting:
        return []
    if (frame.two or frame.versus) and (rank.rows or rank.grain is not None):
        return []
    if frame.rank_by is not None and frame.rank_by.descending not in (None, rank.descending):
        return []
    if rank.rows:
        return _ranked_rows(context, frame, rank)
    quotient = _of_each_thing(context, frame, rank)
    if quotient is not None:
        shape = _top(rank, (rank.field or "",), (quotient,))
        return [shape] if shape is not None else []
    if frame.groups is not None and frame.groups.each and rank.field is not None:
        return _ranked_within(context, frame, rank, frame.groups)
    fields = _ranked_fields(frame, rank)
    if fields is None:
        return []
    return [
        shape for parts in _ranking_measures(context, frame, rank) if (shape := _top(rank, fields, parts))
    ]


def _of_each_thing(context: Context, frame: Frame, rank: Rank) -> Part | None:
    """The number that groups are ranked by where it is one per client: the site with the highest use per
    meter is the one with the most use for each of its meters, and not the first site of each meter. None
    where the first of each is meant: the top products per client, by nothing that is said."""
    groups, by = frame.groups, rank.by or (frame.rank_by.part if frame.rank_by is not None else None)
    if groups is None or not (groups.per and groups.entity) or groups.grain is not None or by is None:
        return None
    if len(groups.fields) != 1 or rank.field in (None, groups.fields[0]) or frame.measures is not None:
        return None
    if frame.two or frame.versus or frame.trend or not is_additive(context, by):
        return None
    if by.per is not None or by.minus is not None or by.where:
        return None
    return replace(by, per=Part(aggregation=Aggregation.COUNT_DISTINCT, field=groups.fields[0]))


def _ranked_within(context: Context, frame: Frame, rank: Rank, groups: Groups) -> list[Shape]:
    """The first within each of the other groups: the best product of each country."""
    assert rank.field is not None
    blocked = frame.two or frame.versus or frame.trend or groups.bare or rank.field in groups.fields
    if blocked or (groups.fields and groups.grain) or len(groups.fields) > 2:
        return []
    shapes = []
    for parts in _ranking_measures(context, frame, rank):
        by = alias_of(parts[0])
        top = TopN(n=rank.n, by=by, descending=rank.descending, each=True)
        others = tuple(grouped(name) for name in groups.fields)
        order = (*(Order(by=column_of(f)) for f in groups.fields), Order(by=by, descending=rank.descending))
        shapes.append(
            Shape(
                parts,
                (*others, grouped(rank.field, top=top)),
                () if groups.grain else order,
                intent=Intent.RANKING,
            )
        )
    return shapes


def _ranked_fields(frame: Frame, rank: Rank) -> tuple[str, ...] | None:
    """The one thing that is ranked; None when there are several, or none."""
    groups = frame.groups or Groups()
    if rank.grain is not None:
        return None if groups.fields or groups.grain else ()
    if rank.field is not None:
        return (rank.field,) if groups.fields in ((), (rank.field,)) and not frame.trend else None
    return groups.fields if len(groups.fields) == 1 and not groups.grain else None


def _top(rank: Rank, fields: tuple[str, ...], parts: tuple[Part, ...]) -> Shape | None:
    order = (Order(by=alias_of(parts[0]), descending=rank.descending),)
    if rank.grain is not None:
        return Shape(parts, (), order, rank.n, intent=Intent.RANKING)
    top = TopN(n=rank.n, by=alias_of(parts[0]), descending=rank.descending)
    return Shape(parts, (grouped(fields[0], top=top),), order, intent=Intent.RANKING)


def _ranking_measures(context: Context, frame: Frame, rank: Rank) -> list[tuple[Part, ...]]:
    """What the ranking goes by, first; unsaid, every measure that fits equally well."""
    said = [rank.by] if rank.by else []
    if frame.rank_by is not None:
        said.append(frame.rank_by.part)
    if len(said) > 1:
        return [] if said[0] != said[1] else [(said[0],)]
    shown = frame.measures.parts if frame.measures else ()
    if said:
        return [(said[0], *(p for p in shown if p != said[0]))]
    if shown:
        return [shown] if len(shown) == 1 else []
    names = context.lengths() if rank.long else context.worth()
    worth = [context.canonical(Part(aggregation=Aggregation.SUM, field=name)) for name in names]
    if rank.long:
        return [(part,) for part in worth]
    if rank.vague and not worth:
        return []  # the worst teams: hardly those with the fewest tickets
    return [(part,) for part in (*worth, context.count())]


def _ranked_rows(context: Context, frame: Frame, rank: Rank) -> list[Shape]:
    if (frame.groups and (frame.groups.fields or frame.groups.grain)) or frame.trend:
        return []
    shown = frame.measures.parts if frame.measures else ()
    by = frame.rank_by.part if frame.rank_by else (shown[0] if len(shown) == 1 else None)
    fields: tuple[str, ...]
    if rank.by_field is not None:
        if by is not None:
            return []
        fields = (rank.by_field,)
    elif by is not None:
        field = row_field(context, by)
        fields = (field,) if field else ()
    else:
        fields = () if rank.vague else context.lengths() if rank.long else context.worth()
    columns = tuple(f.name for f in context.dataset.fields)
    return [
        Shape(
            columns=columns,
            order=(Order(by=name, descending=rank.descending),),
            limit=rank.n,
            intent=Intent.RANKING,
        )
        for name in fields
    ]
