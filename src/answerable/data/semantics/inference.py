"""A first semantic model out of a table's profile: roles, units, personal data, metrics worth having.

Everything here is a guess that a person may correct; what they correct stays (see `merging`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerable.data.ingestion.headers import snake_case
from answerable.data.ingestion.outcome import ColumnProfile, TableProfile
from answerable.data.ingestion.units import split_header
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

MOST_VALUES = 200
# Names of products, customers that are firms, places: people ask for them by name, so more are kept.
MOST_ENTITY_VALUES = 5000
_MOST_VALUE_CHARACTERS = 200_000
_PROSE_LENGTH = 60

_ID = re.compile(
    r"(?:^|_)(?:id|ids|uuid|guid|key|nr|no|num|number|nummer|code|sku|ean|isbn|ref|reference|referenz|zip|plz|"
    r"postcode|postal_code|iban|account|konto|phone|telefon|tel|fax|serial|barcode|token|hash)$"
)
_PART_OF_DATE = re.compile(
    r"(?:^|_)(?:year|jahr|month|monat|quarter|quartal|week|woche|kw|day|tag|weekday|wochentag|hour|stunde|fy)$"
)
_PLACE_NUMBER = re.compile(
    r"(?:^|_)(?:lat|latitude|lon|lng|long|longitude|breite|laenge|breitengrad|laengengrad)$"
)
_AVERAGED = re.compile(
    r"(?:^|_)(?:price|preis|rate|ratio|quote|percent|percentage|pct|prozent|share|anteil|avg|average|mean|median|score|"
    r"rating|note|bewertung|grade|age|alter|temperature|temp|temperatur|margin|marge|speed|density|index|kurs|"
    r"discount|rabatt|satz|probability|humidity|pressure|conversion|einzelpreis|stueckpreis|level_of|percentile|"
    r"satisfaction|zufriedenheit|csat|nps|stars|unit_cost|cost_per_\w+|peak_load|load|power|leistung)(?:_|$)"
)
_STOCK = re.compile(
    r"(?:^|_)(?:balance|saldo|stock|inventory|bestand|lagerbestand|on_hand|headcount|head_count|kontostand|capacity|"
    r"kapazitaet|population|einwohner|outstanding|open_amount|backlog|level|fuellstand|members_total|followers)(?:_|$)"
)
_PERSON_FIELD = re.compile(
    r"(?:^|_)(?:first_?name|last_?name|sur_?name|given_?name|family_?name|middle_?name|full_?name|vor_?name|nach_?name|"
    r"familienname|contact|contact_name|contact_person|ansprechpartner(?:in)?|employee|employee_name|mitarbeiter(?:in)?|"
    r"person|patient|user_?name|username|login|author|assignee|sales_?rep|salesperson|manager|owner|recipient)$"
)
_PERSON_TABLE = re.compile(
    r"(?:^|_)(?:customers?|users?|employees?|people|persons?|contacts?|members?|patients?|students?|staff|leads?|"
    r"subscribers?|kunden|mitarbeiter|personen|kontakte|mitglieder|patienten)(?:_|$)"
)
_PERSON_WORD = re.compile(
    r"(?:^|_)(?:customer|kunde|client|buyer|employee|user|member|patient|student|name)(?:_|$)"
)
_PRIVATE = re.compile(
    r"(?:^|_)(?:e_?mail|email_address|phone|mobile|handy|telefon|telephone|tel|fax|iban|bic|ssn|social_security|"
    r"passport|tax_id|steuernummer|street|strasse|address|adresse|address_line_?\d?|birth_?date|date_of_birth|dob|"
    r"birthday|geburtsdatum|geburtstag|ip|ip_address|credit_card|card_number|password|salary_of)$"
)
_THING = re.compile(
    r"(?:^|_)(?:sku|ean|gtin|isbn|product|item|article|artikel|produkt|part)(?:_(?:id|code|no|nr|number|name))?$"
    r"|(?:^|_)(?:name|title)$"
)
# Names of things, which have two words as often as persons have.
_THING_NAME = re.compile(
    r"(?:^|_)(?:product|item|article|company|firm|hotel|course|city|store|shop|brand|team|project|event|file|"
    r"category|department|school|site|branch|model|song|film|movie|book|restaurant|property|campaign)_name$"
)
_TIME_FIRST = re.compile(
    r"order|sale|sold|invoice|transaction|booking|posted|purchase|event|bestell|rechnung|buchung|auftrag|kauf"
)
_TIME_PLAIN = re.compile(r"(?:^|_)(?:date|datum|day|tag|timestamp|time|month|monat|period)(?:_|$)")
_TIME_LAST = re.compile(
    r"ship|deliver|due|birth|geburt|end|until|updated|modified|expire|closed|deleted|paid|liefer|faellig|last_"
)
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


def infer(dataset_id: str, name: str, label: str, table: TableProfile) -> InferredDataset:
    """The semantic dataset of a table. `name` is its unique name in the model."""
    fields = tuple(_field(column, table, name) for column in table.columns)
    dataset = Dataset(
        name=name,
        id=dataset_id,
        label=label,
        row_noun=row_noun(name),
        fields=fields,
        primary_key=_primary_key(fields, table),
        default_time=_default_time(fields, table),
    )
    return InferredDataset(dataset, _metrics(dataset, snapshots=not _names_each_row(fields, table)))


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
    personal = is_personal(column, dataset)
    role = _role(column, table)
    bare, _ = split_header(column.label)
    synonyms = (bare,) if bare != column.label and snake_case(bare) != column.label else ()
    return ModelField(
        name=column.name,
        label=column.label,
        type=column.type,
        role=role,
        unit=column.unit if column.type in NUMERIC_TYPES else None,
        synonyms=synonyms,
        values=None if personal else _values(column, role),
        personal=personal,
        nullable=column.null_count > 0,
        distinct_count=column.distinct_count,
    )


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
    if column.type is FieldType.INTEGER and (_ID.search(column.name) or _is_row_number(column, table)):
        return FieldRole.KEY
    if _PART_OF_DATE.search(column.name) and column.type is FieldType.INTEGER:
        return FieldRole.DIMENSION
    return FieldRole.DIMENSION if _PLACE_NUMBER.search(column.name) else FieldRole.MEASURE


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
    if coded and (_ID.search(column.name) or _is_unique(column, table)) and patterns.get("url", 0) < 0.5:
        return FieldRole.KEY
    if column.average_length > _PROSE_LENGTH or patterns.get("url", 0) > 0.5:
        return FieldRole.TEXT
    # Long texts that hardly repeat are prose; short ones are names.
    if filled and column.distinct_count > 0.9 * filled > 50 and column.average_length > 35:
        return FieldRole.TEXT
    return FieldRole.DIMENSION


def is_personal(column: ColumnProfile, dataset: str) -> bool:
    """Whether a column holds data of persons, whose values must never be indexed."""
    if _PRIVATE.search(column.name):
        return True
    patterns = column.patterns
    if patterns.get("email", 0) > 0.3 or patterns.get("iban", 0) > 0.5:
        return True
    if column.type is not FieldType.STRING:
        return False
    if _THING_NAME.search(column.name):
        return False
    named = max(patterns.get("two_words", 0), patterns.get("comma_name", 0))
    if _PERSON_FIELD.search(column.name):
        return patterns.get("has_digit", 0) < 0.5
    about_people = _PERSON_TABLE.search(dataset) is not None or column.name not in ("name",)
    return named > 0.7 and about_people and _PERSON_WORD.search(column.name) is not None


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
        if _TIME_LAST.search(field.name):
            rank = 4
        elif _TIME_FIRST.search(field.name):
            rank = 1
        elif _TIME_PLAIN.search(field.name):
            rank = 2
        sparse = column.null_count > 0.2 * max(1, table.rows)
        candidates.append((sparse, rank, position, field.name))
    return min(candidates)[3] if candidates else None


def _names_each_row(fields: tuple[ModelField, ...], table: TableProfile) -> bool:
    """Whether a name (or a code of an article, not a mere number) tells the rows apart, as in a list of
    products: such rows are different things, not one thing at several times, so that their stocks add up."""
    return any(
        field.type is FieldType.STRING
        and (field.role is FieldRole.DIMENSION or _THING.search(field.name) is not None)
        and _is_unique(column, table)
        for field, column in zip(fields, table.columns, strict=True)
    )


def _metrics(dataset: Dataset, *, snapshots: bool) -> tuple[Metric, ...]:
    plural = dataset.name.replace("_", " ")
    metrics = [
        Metric(
            name=_metric_name(dataset.name, "count"), label=f"Number of {plural}", dataset=dataset.name,
            aggregation=Aggregation.COUNT,
        )
    ]  # fmt: skip
    taken = {metrics[0].name}
    for field in dataset.fields:
        if field.role is FieldRole.MEASURE:
            metric = _measure_metric(dataset, field, snapshots=snapshots)
            if metric.name not in taken:
                taken.add(metric.name)
                metrics.append(metric)
    return tuple(metrics)


def _measure_metric(dataset: Dataset, field: ModelField, *, snapshots: bool) -> Metric:
    averaged = _AVERAGED.search(field.name) is not None or (
        field.unit is not None and field.unit.kind == "percent"
    )
    bare, _ = split_header(field.label)
    words = bare.replace("_", " ")
    return Metric(
        name=_metric_name("average" if averaged else "total", field.name),
        label=f"{'Average' if averaged else 'Total'} {words}",
        dataset=dataset.name,
        aggregation=Aggregation.AVG if averaged else Aggregation.SUM,
        field=field.name,
        unit=field.unit,
        non_additive=snapshots and not averaged and _STOCK.search(field.name) is not None,
    )


def _metric_name(*parts: str) -> str:
    return "_".join(parts)[:63].rstrip("_")
