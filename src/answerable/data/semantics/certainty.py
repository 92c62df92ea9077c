"""How sure the guesses of a model are, from what a table's profile shows of each (see `evidence`)."""

from __future__ import annotations

import re

from answerable.data.ingestion.outcome import ColumnProfile, TableProfile
from answerable.data.semantics.evidence import borne_out, seen
from answerable.data.semantics.model import (
    Dataset,
    DatasetConfidence,
    FieldConfidence,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
)
from answerable.data.semantics.personal import Judgement
from answerable.data.semantics.telling_names import (
    ADDED_UP,
    AVERAGED,
    COUNTER,
    GROUPED_BY,
    IDENTIFIER,
    PERHAPS_COUNTER,
    PROSE,
    STOCK,
    TIME_FIRST,
    TIME_PLAIN,
    is_counted,
)

_IN_BRACKETS = re.compile(r"[(\[].+[)\]]\s*$")


def of_field(field: ModelField, column: ColumnProfile, rows: int, judgement: Judgement) -> FieldConfidence:
    """The confidence in what was guessed of a column; what was not guessed has none."""
    filled = rows - column.null_count
    of_type = seen(1.0, filled)  # a type is one that all values have
    unit = None
    if field.unit is not None:
        # In the header it is said of the column; else each cell had it.
        said = _IN_BRACKETS.search(field.label) is not None
        unit = borne_out(by_name=True, share=1.0, count=filled) if said else of_type
    return FieldConfidence(
        type=of_type,
        role=_of_role(field, column, filled),
        unit=unit,
        # The header without its unit is a name just as far as that is one.
        synonyms=(unit if unit is not None else of_type) if field.synonyms else None,
        personal=judgement.confidence,
    )


def _of_role(field: ModelField, column: ColumnProfile, filled: int) -> float:
    different = min(1.0, column.distinct_count / filled) if filled else 0.0
    if field.role is FieldRole.TIME or field.type in (FieldType.BOOLEAN, FieldType.TIME):
        return seen(1.0, filled)
    if field.role is FieldRole.KEY:
        coded = max(different, column.patterns.get("uuid", 0.0))
        return borne_out(by_name=IDENTIFIER.search(field.name) is not None, share=coded, count=filled)
    if field.role is FieldRole.MEASURE:
        return borne_out(by_name=_is_told_as_number(field), share=different, count=filled)
    if field.role is FieldRole.TEXT:
        return borne_out(by_name=PROSE.search(field.name) is not None, share=different, count=filled)
    # What rows are grouped by comes again and again.
    return borne_out(by_name=GROUPED_BY.search(field.name) is not None, share=1 - different, count=filled)


def _is_told_as_number(field: ModelField) -> bool:
    """Whether a unit or the name says that it is a number of something."""
    told = (ADDED_UP, AVERAGED, COUNTER, PERHAPS_COUNTER)
    return field.unit is not None or any(pattern.search(field.name) is not None for pattern in told)


def of_dataset(
    primary_key: tuple[str, ...], default_time: str | None, table: TableProfile
) -> DatasetConfidence:
    """The confidence in the column that tells rows apart, and in the date that places them."""
    columns = {column.name: column for column in table.columns}
    key, time = None, None
    if len(primary_key) == 1:
        named = IDENTIFIER.search(primary_key[0]) is not None
        different = columns[primary_key[0]].distinct_count / max(1, table.rows)
        key = borne_out(by_name=named, share=min(1.0, different), count=table.rows)
    if default_time is not None:
        named = TIME_FIRST.search(default_time) is not None or TIME_PLAIN.search(default_time) is not None
        time = borne_out(by_name=named, share=_filled(columns[default_time], table), count=table.rows)
    return DatasetConfidence(primary_key=key, default_time=time)


def with_confidence(metric: Metric, dataset: Dataset, table: TableProfile) -> Metric:
    """A guessed metric with the confidence in it: of a count, that no row is there twice; of others, that the
    name says how its numbers go together and that most rows have one, at most that in what the column is."""
    field = dataset.field(metric.field) if metric.field is not None else None
    if field is None:
        single = 1 - min(1.0, table.duplicate_rows / max(1, table.rows))
        return metric.model_copy(update={"confidence": seen(single, table.rows)})
    column = next(column for column in table.columns if column.name == field.name)
    told = _is_told_as_number(field) or STOCK.search(field.name) is not None
    fits = borne_out(by_name=told, share=_filled(column, table), count=table.rows)
    if metric.non_additive and is_counted(column.name) and (course := column.course) is not None:
        # That a counter's numbers go on from each to the next is what makes it one.
        steps = course.rises + course.falls
        fits = min(fits, borne_out(by_name=told, share=course.rises / steps, count=steps))
    known = [each for each in (fits, field.confidence.role, field.confidence.unit) if each is not None]
    return metric.model_copy(update={"confidence": min(known)})


def _filled(column: ColumnProfile, table: TableProfile) -> float:
    return 1 - min(1.0, column.null_count / max(1, table.rows))
