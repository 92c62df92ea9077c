"""What each column of the result means: its kind, type, unit and what it derives from."""

from __future__ import annotations

from answerable.data.engines.compiler.plan import (
    CHANGE,
    CHANGE_PCT,
    GROUPS,
    MOVING,
    PERIOD,
    PREVIOUS,
    RUNNING,
    SHARE,
    Plan,
    PlannedMeasure,
)
from answerable.data.semantics.model import FieldType, Unit
from answerable.data.semantics.query import Grain
from answerable.data.semantics.result import Column

# A fraction of 0.25 is printed as 25 %.
FRACTION = Unit(kind="percent", symbol="%", scale=100.0)


def describe_columns(plan: Plan) -> tuple[Column, ...]:
    """The columns in the order of the result: period, groups, then each measure with its derived ones."""
    if not plan.aggregated:
        return tuple(
            Column(name=r.name, label=r.label, type=r.type, kind="value", unit=r.unit) for r in plan.columns
        )
    if plan.count_groups:
        label = ", ".join(group.ref.label for group in plan.groups)
        label = f"Number of groups of {label}"
        return (Column(name=GROUPS, label=label, type=FieldType.INTEGER, kind="measure"),)
    columns: list[Column] = []
    if plan.time is not None and plan.grain is not None:
        kind = FieldType.TIMESTAMP if plan.grain is Grain.HOUR else FieldType.DATE
        label = plan.grain.value.capitalize()
        columns.append(Column(name=PERIOD, label=label, type=kind, kind="period"))
    for group in plan.groups:
        as_text = group.top is not None and group.top.others
        kind = FieldType.STRING if as_text else group.ref.type
        ref = group.ref
        rest = group.other_label if as_text else None
        columns.append(
            Column(name=ref.name, label=ref.label, type=kind, kind="group", unit=ref.unit, rest=rest)
        )
    for measure in plan.measures:
        columns += _measure_columns(plan, measure)
    return tuple(columns)


def _measure_columns(plan: Plan, measure: PlannedMeasure) -> list[Column]:
    alias, label, kind, unit = measure.alias, measure.label, measure.type, measure.unit
    columns = [Column(name=alias, label=label, type=kind, kind="measure", unit=unit)]

    def derived(
        suffix: str, words: str, type_: FieldType, unit_: Unit | None, window: int | None = None
    ) -> Column:
        return Column(
            name=alias + suffix,
            label=f"{label}, {words}",
            type=type_,
            kind="derived",
            unit=unit_,
            of=alias,
            derivation=suffix.removeprefix("_"),
            window=window,
        )

    if measure.share:
        columns.append(derived(SHARE, "share of total", FieldType.FLOAT, FRACTION))
    if measure.running:
        columns.append(derived(RUNNING, "running total", kind, unit))
    if measure.moving is not None:
        words = f"moving average of {measure.moving}"
        columns.append(derived(MOVING, words, FieldType.FLOAT, unit, measure.moving))
    if plan.comparison is not None:
        columns += [
            derived(PREVIOUS, "previous", kind, unit),
            derived(CHANGE, "change", kind, unit),
            derived(CHANGE_PCT, "change in percent", FieldType.FLOAT, FRACTION),
        ]
    return columns
