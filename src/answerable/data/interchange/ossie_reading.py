"""Apache Ossie (Open Semantic Interchange), core specification 0.2.0.dev0, read into a draft.

https://github.com/apache/ossie, `core-spec/spec.md` and `core-spec/ossie-schema.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlglot import exp

from answerable.data.interchange.draft import (
    Draft,
    DraftDataset,
    DraftMetric,
    DraftRelationship,
    Said,
)
from answerable.data.interchange.formulas import Formula
from answerable.data.interchange.matching import Tables, find_column, plain_name
from answerable.data.interchange.report import Inexpressible, Report
from answerable.data.interchange.sql_reading import SqlReader, parsed, plain_column
from answerable.data.interchange.written import Node
from answerable.data.semantics.model import (
    TEMPORAL_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Relationship,
    SemanticModel,
)

_T = TypeVar("_T")
FORMAT = "ossie"
VENDOR = "ANSWERABLE"
# Dialects of SQL, by their names in the format; what is written in others is no SQL.
_DIALECTS: dict[str, str | None] = {
    "ANSI_SQL": None,
    "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}
# The format's own names, and those of an earlier draft of it.
_DATATYPES: dict[str, tuple[FieldType, ...]] = {
    "string": (FieldType.STRING,),
    "integer": (FieldType.INTEGER,),
    "decimal": (FieldType.DECIMAL, FieldType.FLOAT, FieldType.INTEGER),
    "float": (FieldType.FLOAT, FieldType.DECIMAL),
    "number": (FieldType.FLOAT, FieldType.DECIMAL, FieldType.INTEGER),
    "boolean": (FieldType.BOOLEAN,),
    "date": (FieldType.DATE,),
    "time": (FieldType.TIME,),
    "datetime": (FieldType.TIMESTAMP,),
    "datetimetz": (FieldType.TIMESTAMP,),
    "timestamp": (FieldType.TIMESTAMP,),
    "timestamp_tz": (FieldType.TIMESTAMP,),
}
_TEMPORAL = frozenset({"date", "time", "datetime", "datetimetz", "timestamp", "timestamp_tz"})
_PARTS = frozenset({"name", "description", "ai_context", "custom_extensions"})
_MODEL = _PARTS | {"datasets", "relationships", "metrics", "version"}
_DATASET = _PARTS | {"source", "primary_key", "unique_keys", "fields"}
_FIELD = _PARTS | {"expression", "dimension", "label", "datatype"}
_METRIC = _PARTS | {"expression", "datatype"}
_RELATIONSHIP = _PARTS | {"from", "to", "from_columns", "to_columns"}


def is_ossie(document: Node) -> bool:
    """Whether a document is of this format: models in a list, or one by itself."""
    return document.has("semantic_model") or document.has("datasets")


def read_ossie(documents: Sequence[Node], model: SemanticModel, mapping: Mapping[str, str]) -> Draft:
    """The draft of the documents' models. Raises UnknownTable for a mapping that does not fit."""
    reader = _OssieReader(model, mapping)
    for document in documents:
        models = document.each("semantic_model") or [document]
        reader.warn_of_version(document)
        for one in models:
            reader.read_tables(one)
    for document in documents:
        for one in document.each("semantic_model") or [document]:
            reader.read_links_and_metrics(one)
    reader.tables.require_used()
    return reader.draft


class _OssieReader:
    def __init__(self, model: SemanticModel, mapping: Mapping[str, str]) -> None:
        self._model = model
        self.tables = Tables(model, mapping)
        self.draft = Draft(FORMAT)
        self._report: Report = self.draft.report
        self._datasets: dict[str, Dataset] = {}  # by the file's names, in small letters
        self._columns: dict[tuple[str, str], str] = {}  # (file's dataset, file's field) to our field
        self._left: dict[str, str] = {}  # why a dataset, or a field of one, is not there
        self._unique: dict[str, list[tuple[str, ...]]] = {}

    def warn_of_version(self, document: Node) -> None:
        version = document.text("version")
        if version and not version.startswith("0.2."):
            self._report.note("model", "version", f"written for {version}; read as 0.2", document.place)

    def read_tables(self, one: Node) -> None:
        """The datasets and fields of a model of the file."""
        extension = self._extension(one, "model", one.text("name"), _MODEL)
        calendar = extension.get("calendar")
        if isinstance(calendar, dict):
            self.draft.calendar = {str(key): value for key, value in calendar.items()}
        segments = extension.get("segments")
        if isinstance(segments, list):
            self.draft.segments += [(segment, one.place) for segment in segments]
        if one.text("description"):
            self._report.leave_out("model", "description", "models have none here", one.place)
        self._context(one, "model", one.text("name"), {})
        for node in one.each("datasets"):
            self._read_dataset(node)

    def read_links_and_metrics(self, one: Node) -> None:
        """The relationships and metrics, once all datasets are known."""
        for node in one.each("relationships"):
            self._read_relationship(node)
        for node in one.each("metrics"):
            self._read_metric(node)

    def _read_dataset(self, node: Node) -> None:
        name = node.text("name")
        try:
            dataset = self.tables.find(name, node.text("source"))
        except Inexpressible as error:
            self._left[name.casefold()] = str(error)
            self._report.leave_out("dataset", name, str(error), node.place)
            return
        self._datasets[name.casefold()] = dataset
        extension = self._extension(node, "dataset", name, _DATASET)
        said: Said = {
            key: extension[key] for key in ("label", "row_noun", "default_time") if key in extension
        }
        self._describe(node, "dataset", name, said)
        draft = self.draft.datasets.setdefault(dataset.name, DraftDataset(node.place))
        for each in node.each("fields"):
            self._read_field(each, name, dataset, draft)
        key = self._key(node.texts("primary_key"), name, dataset)
        if key is not None and node.has("primary_key"):
            said["primary_key"] = list(key)
        elif node.has("primary_key"):
            self._report.leave_out("primary key", name, "one of its columns is not there", node.place)
        self._read_unique_keys(node, name, dataset, key)
        draft.said.update(said)

    def _read_unique_keys(
        self, node: Node, name: str, dataset: Dataset, primary: tuple[str, ...] | None
    ) -> None:
        keys = [
            tuple(str(column) for column in each.value)
            for each in node.each("unique_keys")
            if isinstance(each.value, list)
        ]
        found = [key for columns in keys if (key := self._key(columns, name, dataset)) is not None]
        self._unique[dataset.name] = [*found, *([primary] if primary else [])]
        if any(key != primary for key in found):
            reason = "besides the primary key none are kept; they were used to tell how rows are joined"
            self._report.note("unique keys", name, reason, node.place)

    def _key(self, columns: Sequence[str], name: str, dataset: Dataset) -> tuple[str, ...] | None:
        try:
            return tuple(self._field_of(name, column, dataset) for column in columns)
        except Inexpressible:
            return None

    def _read_field(self, node: Node, owner: str, dataset: Dataset, draft: DraftDataset) -> None:
        name = node.text("name")
        shown = f"{owner}.{name}"
        try:
            column = self._first_expression(node, lambda text, dialect: plain_column(text, dialect).name)
            field = find_column(dataset, column)
        except Inexpressible as error:
            self._left[shown.casefold()] = str(error)
            self._report.leave_out("field", shown, str(error), node.place)
            return
        self._columns[owner.casefold(), name.casefold()] = field.name
        extension = self._extension(node, "field", shown, _FIELD)
        said: Said = {key: extension[key] for key in ("role", "unit", "personal") if key in extension}
        if node.text("label"):
            said["label"] = node.text("label")
        self._describe(node, "field", shown, said)
        datatype = node.text("datatype").casefold()
        if datatype in _DATATYPES and field.type not in _DATATYPES[datatype]:
            reason = f"the file says {node.text('datatype')}, the data is {field.type}, and stays so"
            self._report.note("field", shown, reason, node.place)
        if "role" not in said:
            self._time_role(node, shown, field.type, field.role, said)
        draft.fields.setdefault(field.name, {}).update(said)

    def _time_role(self, node: Node, shown: str, kind: FieldType, role: FieldRole, said: Said) -> None:
        is_time = node.child("dimension").flag("is_time")
        by_type = node.text("datatype").casefold() in _TEMPORAL
        if is_time is False and role is FieldRole.TIME:
            said["role"] = FieldRole.DIMENSION.value
        elif (is_time or (is_time is None and by_type)) and kind in TEMPORAL_TYPES:
            said["role"] = FieldRole.TIME.value
        elif is_time:
            reason = f"is no time here: {kind} places no row on the calendar"
            self._report.leave_out("time dimension", shown, reason, node.place)

    def _read_relationship(self, node: Node) -> None:
        name = node.text("name")
        try:
            link = self._relationship(node, name)
        except Inexpressible as error:
            self._report.leave_out("relationship", name, str(error), node.place)
            return
        self.draft.relationships.append(DraftRelationship(name, link, node.place))

    def _relationship(self, node: Node, name: str) -> Relationship:
        ends = []
        for side, columns in (("from", "from_columns"), ("to", "to_columns")):
            dataset = self._dataset_of(node.text(side))
            names = node.texts(columns)
            if len(names) != 1:
                raise Inexpressible("it joins over several columns; relationships here have one on each side")
            ends.append((dataset, self._field_of(node.text(side), names[0], dataset)))
        extension = self._extension(node, "relationship", name, _RELATIONSHIP)
        if node.has("ai_context") or node.has("description"):
            self._report.leave_out("relationship", name, "its ai_context has no place here", node.place)
        (left, left_field), (right, right_field) = ends
        unique = (left_field,) in self._unique.get(left.name, [])
        said = {key: extension[key] for key in ("cardinality", "status", "confidence") if key in extension}
        return Relationship.model_validate(
            {
                "left": left.name,
                "left_field": left_field,
                "right": right.name,
                "right_field": right_field,
                "cardinality": "one_to_one" if unique else "many_to_one",
                "status": "reviewed",
                **said,
            }
        )

    def _read_metric(self, node: Node) -> None:
        name = node.text("name")
        extension = self._extension(node, "metric", name, _METRIC)
        owner = extension.get("dataset")
        reader = SqlReader(self._column, self._rows_of(owner))
        try:
            formula = self._first_expression(
                node, lambda text, dialect: reader.formula(parsed(text, dialect))
            )
        except Inexpressible as error:
            self._report.leave_out("metric", name, str(error), node.place)
            return
        if reader.compares_text:
            self._report.note(
                "metric", name, "text is compared here without case and outer blanks", node.place
            )
        formula = _with_rows(formula, extension)
        keys = ("label", "unit", "status", "non_additive", "stock_of", "cumulative")
        said: Said = {key: extension[key] for key in keys if key in extension}
        self._describe(node, "metric", name, said)
        minus, per = (extension.get(key) for key in ("minus", "per"))
        self.draft.metrics.append(
            DraftMetric(
                plain_name(name),
                formula,
                said,
                node.place,
                minus if isinstance(minus, str) else None,
                per if isinstance(per, str) else None,
            )
        )

    def _rows_of(self, named: object) -> str | None:
        known = [dataset.name for dataset in self._datasets.values()]
        if isinstance(named, str) and named.casefold() in self._datasets:
            return self._datasets[named.casefold()].name
        return known[0] if len(known) == 1 else None

    def _column(self, column: exp.Column) -> tuple[str, str]:
        owner = column.table
        if isinstance(column.this, exp.Star):
            return self._dataset_of(owner).name, "*"
        if owner:
            dataset = self._dataset_of(owner)
            return dataset.name, self._field_of(owner, column.name, dataset)
        found = set()
        for name, dataset in self._datasets.items():
            try:
                found.add((dataset.name, self._field_of(name, column.name, dataset)))
            except Inexpressible:
                continue
        if len(found) != 1:
            raise Inexpressible(f"of which dataset {column.name!r} is is not said; write dataset.column")
        return found.pop()

    def _dataset_of(self, name: str) -> Dataset:
        found = self._datasets.get(name.casefold())
        if found is None:
            why = self._left.get(name.casefold(), "the file does not have it")
            raise Inexpressible(f"the dataset {name!r} is not there: {why}")
        return found

    def _field_of(self, owner: str, name: str, dataset: Dataset) -> str:
        known = self._columns.get((owner.casefold(), name.casefold()))
        if known is not None:
            return known
        left = self._left.get(f"{owner}.{name}".casefold())
        if left is not None:
            raise Inexpressible(f"the field {owner}.{name} is not there: {left}")
        return find_column(dataset, name).name

    def _first_expression(self, node: Node, read: Callable[[str, str | None], _T]) -> _T:
        """What the first dialect that can be read gives, standard SQL first. Raises Inexpressible with the
        reason of standard SQL."""
        written = {
            e.text("dialect").upper(): e.text("expression") for e in node.child("expression").each("dialects")
        }
        failed: Inexpressible | None = None
        for dialect, name in _DIALECTS.items():
            if not written.get(dialect):
                continue
            try:
                return read(written[dialect], name)
            except Inexpressible as error:
                failed = failed or error
        if failed is not None:
            raise failed
        raise Inexpressible(f"it has no expression in SQL ({', '.join(written) or 'none at all'})")

    def _describe(self, node: Node, kind: str, name: str, said: Said) -> None:
        if node.text("description"):
            said["description"] = node.text("description")
        self._context(node, kind, name, said)

    def _context(self, node: Node, kind: str, name: str, said: Said) -> None:
        """Synonyms; instructions where there is no description; the rest is reported."""
        context = node.child("ai_context")
        synonyms, instructions = context.texts("synonyms"), context.text("instructions")
        if isinstance(context.value, str):
            listed = tuple(part.strip() for part in context.value.split(","))
            is_list = len(listed) > 1 and all(1 <= len(part.split()) <= 4 for part in listed)
            synonyms, instructions = (listed, "") if is_list else ((), context.value.strip())
        if synonyms and kind != "model":
            said["synonyms"] = list(dict.fromkeys(synonyms))
        elif synonyms:
            self._report.leave_out(kind, name, "synonyms of a whole model", context.place)
        if instructions and kind != "model" and "description" not in said:
            said["description"] = instructions
        elif instructions:
            self._report.leave_out(
                f"instructions of {kind}", name, "no model is instructed so", context.place
            )
        if context.has("examples"):
            reason = "ask them, and confirm the answers as verified questions"
            self._report.leave_out(f"examples of {kind}", name, reason, context.place)
        for other in context.others({"synonyms", "instructions", "examples"}):
            key = other.path.rpartition(".")[2]
            self._report.leave_out(f"ai_context of {kind}", f"{name}.{key}", "is not known", other.place)

    def _extension(self, node: Node, kind: str, name: str, known: frozenset[str]) -> dict[str, object]:
        """What this product wrote into the part; that of other vendors, and keys that the format does not
        have, are reported."""
        for other in node.others(known):
            key = other.path.rpartition(".")[2]
            self._report.leave_out(kind, f"{name}.{key}", "is no part of the format", other.place)
        found: dict[str, object] = {}
        for extension in node.each("custom_extensions"):
            vendor = extension.text("vendor_name")
            if vendor.upper() != VENDOR:
                reason = f"what {vendor or 'a vendor'} keeps for itself"
                self._report.leave_out(f"extension of {kind}", name, reason, extension.place)
                continue
            try:
                data = json.loads(extension.text("data"))
            except (ValueError, RecursionError):
                data = None
            if isinstance(data, dict):
                found.update(data)
            else:
                self._report.leave_out(f"extension of {kind}", name, "is no JSON object", extension.place)
        return found


def _with_rows(formula: Formula, extension: Mapping[str, object]) -> Formula:
    """With the rows counted where this product wrote a key for them."""
    named = extension.get("rows")
    parts = [str(part) for part in named] if isinstance(named, list) else []
    whole, minus, per = (
        replace(term, field=None)
        if term is not None and name in parts and term.aggregation is Aggregation.COUNT
        else term
        for name, term in (("whole", formula.whole), ("minus", formula.minus), ("per", formula.per))
    )
    return formula if whole is None else Formula(whole, minus, per)
