"""A computed explanation as apps get it: every number of it, to be drawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from answerable.data.explanations.contributions import Contribution
from answerable.data.explanations.makeup import Kind
from answerable.data.explanations.sentences import single_row
from answerable.data.explanations.service import Explanation
from answerable.data.explanations.splitting import Split
from answerable.data.semantics.model import Unit
from answerable.data.semantics.query import Period, SemanticQuery

Share = Annotated[float | None, Field(description="A fraction of the change; null where nothing changed.")]


class ExplainedPeriod(BaseModel):
    """Half-open: `end` is the first day after."""

    start: date | datetime
    end: date | datetime


class ExplainedFactor(BaseModel):
    """One of the numbers that the number is computed from: rows and their value, what is divided and what it
    is divided by. `before` and `after` are in `unit`, `change` is its part of the number's change, in the
    number's unit. The changes of all factors sum to the number's."""

    label: str
    unit: Unit | None
    before: float
    after: float
    change: float
    share: Share


class ExplainedValue(BaseModel):
    """One value of a dimension. `before` and `after` are the number over its rows alone, null where there are
    none; `change` is its part of the whole's change and `share` the fraction that this is of it. Of an
    average or a ratio the part is `mix` (the value became more or less common) and `rate` (its own number
    changed); of others both are null."""

    value: str
    before: float | None
    after: float | None
    change: float
    share: Share
    mix: float | None = None
    rate: float | None = None


class ExplainedSplit(BaseModel):
    """The change by the values of one dimension, the largest part first; their changes sum to the whole's.

    `surprise`, 0 to about 1, is how much more of the change its few largest values give than their size lets
    expect. `evidence` is the number of the query in the evidence where the text tells of it, and `query` can
    be run again in any case."""

    field: str
    label: str
    surprise: float
    evidence: int | None
    mix: float | None = None
    rate: float | None = None
    values: list[ExplainedValue]
    query: SemanticQuery


class LeftOutSplit(BaseModel):
    """A dimension whose values have no parts that sum to the change, and the reason."""

    field: str
    label: str
    reason: str


class ExplainedOutlier(BaseModel):
    """A single row whose value is half of the change or more: of the side where it stands, with the largest
    value of the other side."""

    side: Literal["before", "after"]
    value: float
    largest_of_other_side: float
    share: Share


class ExplainedYearBefore(BaseModel):
    """The same step a year earlier. `change_pct` is a fraction of `before`."""

    before: float
    after: float
    change: float
    change_pct: float
    period: ExplainedPeriod
    compared_period: ExplainedPeriod


class ChangeExplained(BaseModel):
    """Why a number changed. `kind` says how it is made: sum, count, distinct (counted once each), average,
    difference or ratio. All numbers but those of factors are in `unit`; `change_pct` is a fraction of
    `before`, null where that is 0."""

    kind: Kind
    measure: str
    unit: Unit | None
    before: float
    after: float
    change: float
    change_pct: float | None
    period: ExplainedPeriod
    compared_period: ExplainedPeriod
    factors: list[ExplainedFactor]
    splits: list[ExplainedSplit]
    left_out: list[LeftOutSplit]
    outliers: list[ExplainedOutlier]
    year_before: ExplainedYearBefore | None


def report(explanation: Explanation) -> ChangeExplained:
    """The explanation with its numbers; splits name their evidence by its query's place there, from 1."""
    found = explanation.found
    time = found.query.time
    assert time is not None
    assert time.comparison is not None
    first_split = len(explanation.executed) - explanation.told + 1
    return ChangeExplained(
        kind=found.kind,
        measure=found.name,
        unit=found.unit,
        before=found.before,
        after=found.now,
        change=found.change,
        change_pct=_part(found.change, abs(found.before)),
        period=_period(time.period),
        compared_period=_period(time.comparison.period),
        factors=[
            ExplainedFactor(
                label=factor.label,
                unit=unit,
                before=factor.before,
                after=factor.now,
                change=factor.amount,
                share=_part(factor.amount, found.change),
            )
            for factor, unit in zip(found.factors, found.factor_units, strict=True)
        ],
        splits=[
            _split(split, explanation, first_split + at if at < explanation.told else None)
            for at, split in enumerate(explanation.splits)
        ],
        left_out=[
            LeftOutSplit(field=out.field, label=out.label, reason=out.why) for out in explanation.left_out
        ],
        outliers=_outliers(explanation),
        year_before=_year_before(explanation),
    )


def _split(split: Split, explanation: Explanation, evidence: int | None) -> ExplainedSplit:
    rates = explanation.found.is_rate
    return ExplainedSplit(
        field=split.field,
        label=split.label,
        surprise=round(split.surprise, 4),
        evidence=evidence,
        mix=sum(part.mix for part in split.parts) if rates else None,
        rate=sum(part.rate for part in split.parts) if rates else None,
        values=[_value(part, explanation.found.change, rates=rates) for part in split.parts],
        query=split.executed.query,
    )


def _value(part: Contribution, change: float, *, rates: bool) -> ExplainedValue:
    return ExplainedValue(
        value=part.group,
        before=part.before,
        after=part.now,
        change=part.amount,
        share=_part(part.amount, change),
        mix=part.mix if rates else None,
        rate=part.rate if rates else None,
    )


def _outliers(explanation: Explanation) -> list[ExplainedOutlier]:
    row, change = single_row(explanation.found), explanation.found.change
    if row is None:
        return []
    return [
        ExplainedOutlier(
            side="after" if change > 0 else "before",
            value=row[0],
            largest_of_other_side=row[1],
            share=_part(row[0], abs(change)),
        )
    ]


def _year_before(explanation: Explanation) -> ExplainedYearBefore | None:
    earlier = explanation.found.year_before
    if earlier is None:
        return None
    change = earlier.now - earlier.before
    return ExplainedYearBefore(
        before=earlier.before,
        after=earlier.now,
        change=change,
        change_pct=change / abs(earlier.before),
        period=_period(earlier.period),
        compared_period=_period(earlier.compared),
    )


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _period(period: Period | None) -> ExplainedPeriod:
    assert period is not None
    assert period.start is not None
    assert period.end is not None
    return ExplainedPeriod(start=period.start, end=period.end)
