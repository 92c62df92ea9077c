"""A first semantic model out of a table's profile: roles, units, personal data, metrics worth having.

Everything here is a guess that a person may correct; what they correct stays (see `merging`).
"""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.ingestion.headers import snake_case
from answerable.data.ingestion.outcome import ColumnProfile, TableProfile
from answerable.data.ingestion.units import split_header
from answerable.data.semantics import certainty
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
)
from answerable.data.semantics.personal import about_people, judge
from answerable.data.semantics.telling_names import (
    AVERAGED,
    COUNTER,
    IDENTIFIER,
    PART_OF_DATE,
    PLACE_NUMBER,
    STOCK,
    THING,
    TIME_FIRST,
    TIME_LAST,
    TIME_PLAIN,
    is_counted,
)

MOST_VALUES = 200
# Names of products, customers that are firms, places: people ask for them by name, so more are kept.
MOST_ENTITY_VALUES = 5000
_MOST_VALUE_CHARACTERS = 200_000
_PROSE_LENGTH = 60
# A counter that starts anew now and then is one all the same.
_LEAST_RISING = 0.9

_FILE_WORDS = {
    "data", "export", "report", "list", "table", "tabelle", "liste", "daten", "bericht", "sheet", "dump",
    "extract", "final", "copy", "new", "old", "v1", "v2", "raw", "clean", "csv", "xlsx", "sample", "all",
    "full", "of", "from",
}  # fmt: skip
_UNCOUNTABLE = {"sales": "sale", "series": "series", "news": "news", "species": "species", "people": "person",
                "children": "child", "men": "man", "women": "woman", "staff": "person", "kunden": "Kunde",
                "bestellungen": "Bestellung", "rechnungen": "Rechnung"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InferredDataset:
    """A dataset with the metrics that are worth having over it."""

    dataset: Dataset
    metrics: tuple[Metric, ...]


def infer(
    dataset_id: str, name: str, label: str, table: TableProfile, *, spoken: str | None = None
) -> InferredDataset:
    """The semantic dataset of a table. `name` is its unique name in the model; `spoken`, where that name is
    not for people, is what they call it by."""
    spoken = spoken or name
    fields = tuple(_field(column, table, name) for column in table.columns)
    primary_key, default_time = _primary_key(fields, table), _default_time(fields, table)
    dataset = Dataset(
        name=name,
        id=dataset_id,
        label=label,
        row_noun=row_noun(spoken),
        fields=fields,
        primary_key=primary_key,
        default_time=default_time,
        confidence=certainty.of_dataset(primary_key, default_time, table),
    )
    metrics = _metrics(dataset, table, spoken)
    return InferredDataset(dataset, tuple(certainty.with_confidence(m, dataset, table) for m in metrics))


def row_noun(name: str) -> str:
    """What one row is, by the table's name: "orders_export_2024" → "order"."""
    words = [w for w in name.split("_") if w not in _FILE_WORDS and not any(c.isdigit() for c in w)]
    if not words:
        return "row"
    return " ".join([*words[:-1], _singular(words[-1])])


def _singular(word: str) -> str:
    if word in _UNCOUNTABLE:
        return _UNCOUNTABLE[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _field(column: ColumnProfile, table: TableProfile, dataset: str) -> ModelField:
    judgement = judge(column, rows=table.rows, people=about_people(table, dataset))
    role = _role(column, table)
    bare, _ = split_header(column.label)
    synonyms = (bare,) if bare != column.label and snake_case(bare) != column.label else ()
    field = ModelField(
        name=column.name,
        label=column.label,
        type=column.type,
        role=role,
        unit=column.unit if column.type in NUMERIC_TYPES else None,
        synonyms=synonyms,
        values=None if judgement.personal else _values(column, role),
        personal=judgement.personal,
        nullable=column.null_count > 0,
        distinct_count=column.distinct_count,
        unique=column.unique,
    )
    confidence = certainty.of_field(field, column, table.rows, judgement)
    return field.model_copy(update={"confidence": confidence})


def _role(column: ColumnProfile, table: TableProfile) -> FieldRole:
    if column.type in TEMPORAL_TYPES:
        return FieldRole.TIME
    if column.type in (FieldType.BOOLEAN, FieldType.TIME):
        return FieldRole.DIMENSION
    if column.type in NUMERIC_TYPES:
        return _number_role(column, table)
    return _text_role(column, table)


def _number_role(column: ColumnProfile, table: TableProfile) -> FieldRole:
    if column.unit is not None:
        return FieldRole.MEASURE
    if column.type is FieldType.INTEGER and (IDENTIFIER.search(column.name) or _is_row_number(column, table)):
        return FieldRole.KEY
    if PART_OF_DATE.search(column.name) and column.type is FieldType.INTEGER:
        return FieldRole.DIMENSION
    return FieldRole.DIMENSION if PLACE_NUMBER.search(column.name) else FieldRole.MEASURE


def _is_row_number(column: ColumnProfile, table: TableProfile) -> bool:
    """The first column counting 1 (or 0) to the number of rows."""
    if column is not table.columns[0] or not _is_unique(column, table) or table.rows < 3:
        return False
    return column.minimum in ("0", "1") and column.maximum in (str(table.rows), str(table.rows - 1))


def _is_unique(column: ColumnProfile, table: TableProfile) -> bool:
    if not table.rows or column.null_count:
        return False
    return column.distinct_count == table.rows


def _text_role(column: ColumnProfile, table: TableProfile) -> FieldRole:
    patterns = column.patterns
    filled = table.rows - column.null_count
    if patterns.get("uuid", 0) > 0.9:
        return FieldRole.KEY
    coded = patterns.get("has_digit", 0) > 0.9 and column.average_length < 30
    if (
        coded
        and (IDENTIFIER.search(column.name) or _is_unique(column, table))
        and patterns.get("url", 0) < 0.5
    ):
        return FieldRole.KEY
    if column.average_length > _PROSE_LENGTH or patterns.get("url", 0) > 0.5:
        return FieldRole.TEXT
    # Long texts that hardly repeat are prose; short ones are names.
    if filled and column.distinct_count > 0.9 * filled > 50 and column.average_length > 35:
        return FieldRole.TEXT
    return FieldRole.DIMENSION


def _values(column: ColumnProfile, role: FieldRole) -> tuple[str, ...] | None:
    if column.values is None or role is not FieldRole.DIMENSION:
        return None
    if column.distinct_count > MOST_ENTITY_VALUES:
        return None
    values = tuple(found.value for found in column.values)
    few = len(values) <= MOST_VALUES
    names = column.patterns.get("url", 0) < 0.1 and column.average_length <= _PROSE_LENGTH
    if not (few or names) or sum(map(len, values)) > _MOST_VALUE_CHARACTERS:
        return None
    return values


def _primary_key(fields: tuple[ModelField, ...], table: TableProfile) -> tuple[str, ...]:
    for field, column in zip(fields, table.columns, strict=True):
        if field.role is FieldRole.KEY and _is_unique(column, table):
            return (field.name,)
    return ()


def _default_time(fields: tuple[ModelField, ...], table: TableProfile) -> str | None:
    """The date by which rows are placed on the calendar: when the thing happened, not when it was
    shipped, due or edited."""
    candidates = []
    for position, (field, column) in enumerate(zip(fields, table.columns, strict=True)):
        if field.type not in TEMPORAL_TYPES or field.personal or column.null_count == table.rows > 0:
            continue
        rank = 3
        if TIME_LAST.search(field.name):
            rank = 4
        elif TIME_FIRST.search(field.name):
            rank = 1
        elif TIME_PLAIN.search(field.name):
            rank = 2
        sparse = column.null_count > 0.2 * max(1, table.rows)
        candidates.append((sparse, rank, position, field.name))
    return min(candidates)[3] if candidates else None


def _names_each_row(fields: tuple[ModelField, ...], table: TableProfile) -> bool:
    """Whether a name (or a code of an article, not a mere number) tells the rows apart, as in a list of
    products: such rows are different things, not one thing at several times, so that their stocks add up."""
    return any(
        field.type is FieldType.STRING
        and (field.role is FieldRole.DIMENSION or THING.search(field.name) is not None)
        and _is_unique(column, table)
        for field, column in zip(fields, table.columns, strict=True)
    )


def _metrics(dataset: Dataset, table: TableProfile, spoken: str) -> tuple[Metric, ...]:
    plural = spoken.replace("_", " ")
    snapshots = not _names_each_row(dataset.fields, table)
    metrics = [
        Metric(
            name=_metric_name(dataset.name, "count"), label=f"Number of {plural}", dataset=dataset.name,
            aggregation=Aggregation.COUNT,
        )
    ]  # fmt: skip
    taken = {metrics[0].name}
    for field, column in zip(dataset.fields, table.columns, strict=True):
        if field.role is FieldRole.MEASURE:
            metric = _measure_metric(dataset, field, column, snapshots=snapshots)
            if metric.name not in taken:
                taken.add(metric.name)
                metrics.append(metric)
    return tuple(metrics)


def _measure_metric(dataset: Dataset, field: ModelField, column: ColumnProfile, *, snapshots: bool) -> Metric:
    counter = snapshots and dataset.default_time is not None and is_counter(column)
    things, several = _things(dataset, column)
    percent = field.unit is not None and field.unit.kind == "percent"
    stock = counter or STOCK.search(field.name) is not None
    # The last day of what is read each hour would add up its hours.
    mixed = several and things is None and snapshots and stock
    averaged = mixed or (not counter and (AVERAGED.search(field.name) is not None or percent))
    bare, _ = split_header(field.label)
    words = bare.replace("_", " ")
    return Metric(
        name=_metric_name("average" if averaged else "total", field.name),
        label=f"{'Average' if averaged else 'Total'} {words}",
        dataset=dataset.name,
        aggregation=Aggregation.AVG if averaged else Aggregation.SUM,
        field=field.name,
        unit=field.unit,
        non_additive=snapshots and not averaged and stock,
        stock_of=things if snapshots and not averaged and stock else None,
    )


def _things(dataset: Dataset, column: ColumnProfile) -> tuple[tuple[str, ...] | None, bool]:
    """What a column's numbers are of by times of day, and whether a thing may have several of a day."""
    course = column.course
    if course is None:
        return None, False
    time = dataset.field(dataset.default_time) if dataset.default_time is not None else None
    by_time = time is not None and time.type is FieldType.TIMESTAMP and course.time == time.name
    return course.things if by_time else None, course.several_a_day


def is_counter(column: ColumnProfile) -> bool:
    """Whether a column holds what a counter stands at, by its name and, where there are any, by its values,
    which hardly ever fall."""
    if is_counted(column.name) and (course := column.course) is not None:
        return course.rises >= _LEAST_RISING * (course.rises + course.falls)
    return COUNTER.search(column.name) is not None


def _metric_name(*parts: str) -> str:
    return "_".join(parts)[:63].rstrip("_")
