"""dbt semantic models (`semantic_models:` and `metrics:` of a project's YAML files), read into a draft.

https://docs.getdbt.com/docs/build/semantic-models; the schema is that of dbt-semantic-interfaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from answerable.data.interchange.draft import Draft, DraftDataset, DraftRelationship, Said
from answerable.data.interchange.formulas import Term
from answerable.data.interchange.matching import Tables, find_column
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

FORMAT = "dbt"
META = "answerable"
_REF = re.compile(r"""ref\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"][^)]*\)""")
_AGGREGATIONS = {
    "sum": exp.Sum,
    "average": exp.Avg,
    "min": exp.Min,
    "max": exp.Max,
    "median": exp.Median,
    "percentile": exp.Median,
    "count": exp.Count,
}
_FINE = frozenset({"", "nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"})
_ELEMENT = frozenset({"name", "description", "label", "expr", "type", "config"})
_MODEL = _ELEMENT | {
    "model",
    "node_relation",
    "defaults",
    "primary_entity",
    "entities",
    "dimensions",
    "measures",
}
_DIMENSION = _ELEMENT | {"type_params", "is_partition"}
_ENTITY = _ELEMENT | {"role", "entity"}
_MEASURE = _ELEMENT | {
    "agg",
    "agg_time_dimension",
    "agg_params",
    "create_metric",
    "create_metric_display_name",
    "non_additive_dimension",
}
_EDGES = {"primary": 0, "unique": 1}


@dataclass(frozen=True)
class Measure:
    """An aggregation that metrics are made of."""

    term: Term
    non_additive: bool
    node: Node


@dataclass
class Table:
    """A semantic model with the dataset that it is over; `fields` are ours by the file's names."""

    name: str
    dataset: Dataset
    primary: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    entities: dict[str, tuple[str, str]] = field(default_factory=dict)  # name to (type, our field)
    links: dict[str, Said] = field(default_factory=dict)  # what is said of the join over an entity


class DbtTables:
    """Reads the semantic models; afterwards `tables` and `measures` are what metrics refer to."""

    def __init__(self, model: SemanticModel, mapping: Mapping[str, str], draft: Draft) -> None:
        self._finder = Tables(model, mapping)
        self._draft = draft
        self._report: Report = draft.report
        self.tables: dict[str, Table] = {}
        self.measures: dict[str, Measure] = {}
        self.left: dict[str, str] = {}  # why a measure is not there

    def read(self, documents: Sequence[Node]) -> None:
        """All semantic models of the documents. Raises UnknownTable for a mapping that does not fit."""
        for document in documents:
            for node in document.each("semantic_models"):
                self._read_table(node)
        self._finder.require_used()
        self._relate()

    def _read_table(self, node: Node) -> None:
        name = node.text("name")
        try:
            dataset = self._finder.find(name, _source(node))
        except Inexpressible as error:
            self._report.leave_out("semantic model", name, str(error), node.place)
            self.left |= {m.text("name"): f"{name} is not there: {error}" for m in node.each("measures")}
            return
        table = Table(name, dataset, node.text("primary_entity"))
        self.tables[name] = table
        draft = self._draft.datasets.setdefault(dataset.name, DraftDataset(node.place))
        own = self.unknown(node, "semantic model", name, _MODEL)
        draft.said |= _described(node)
        draft.said |= {
            key: own[key] for key in ("label", "row_noun", "synonyms", "primary_key") if key in own
        }
        for entity in node.each("entities"):
            self._read_entity(entity, table, draft)
        for dimension in node.each("dimensions"):
            self._read_dimension(dimension, table, draft)
        self._default_time(node, own, table, draft)
        for measure in node.each("measures"):
            self._read_measure(measure, table, draft, node.child("defaults").text("agg_time_dimension"))
        segments = own.get("segments")
        if isinstance(segments, list):
            self._draft.segments += [(segment, node.place) for segment in segments]
        fields = own.get("fields")
        for key, said in fields.items() if isinstance(fields, dict) else ():
            if dataset.field(key) is not None and isinstance(said, dict):
                draft.fields.setdefault(key, {}).update(said)

    def _default_time(self, node: Node, own: Said, table: Table, draft: DraftDataset) -> None:
        named = node.child("defaults").text("agg_time_dimension")
        if named in table.fields:
            draft.said["default_time"] = table.fields[named]
        elif named:
            reason = f"{named} is not there, so that it places no rows on the calendar"
            self._report.leave_out("agg_time_dimension", f"{table.name}.{named}", reason, node.place)
        elif "default_time" in own:
            draft.said["default_time"] = own["default_time"]

    def _field(self, node: Node, table: Table) -> str:
        text = node.text("expr") or node.text("name")
        column = plain_column(text)
        return find_column(table.dataset, column.name).name

    def _read_entity(self, node: Node, table: Table, draft: DraftDataset) -> None:
        name, kind = node.text("name"), node.text("type").casefold()
        shown = f"{table.name}.{name}"
        own = self.unknown(node, "entity", shown, _ENTITY)
        try:
            column = self._field(node, table)
        except Inexpressible as error:
            self._report.leave_out("entity", shown, str(error), node.place)
            return
        if kind == "natural":
            reason = "a natural key tells validity in time, which relationships here do not know"
            self._report.leave_out("entity", shown, reason, node.place)
            return
        table.entities[name] = (kind, column)
        table.links[name] = {key: own[key] for key in ("status", "confidence", "cardinality") if key in own}
        table.fields.setdefault(name, column)
        draft.fields.setdefault(column, {}).update({"role": FieldRole.KEY.value, **_described(node)})
        if kind == "primary":
            table.primary = name
            draft.said.setdefault("primary_key", [column])

    def _read_dimension(self, node: Node, table: Table, draft: DraftDataset) -> None:
        name = node.text("name")
        shown = f"{table.name}.{name}"
        self.unknown(node, "dimension", shown, _DIMENSION)
        try:
            column = self._field(node, table)
        except Inexpressible as error:
            self._report.leave_out("dimension", shown, str(error), node.place)
            return
        table.fields[name] = column
        said = _described(node)
        field_ = table.dataset.field(column)
        assert field_ is not None
        if node.text("type").casefold() != "time":
            if field_.role is FieldRole.MEASURE:
                said["role"] = FieldRole.DIMENSION.value
        elif field_.type in TEMPORAL_TYPES:
            said["role"] = FieldRole.TIME.value
        else:
            reason = f"is no time here: {field_.type} places no row on the calendar"
            self._report.leave_out("time dimension", shown, reason, node.place)
        parameters = node.child("type_params")
        grain = parameters.text("time_granularity").casefold()
        if grain not in _FINE:
            reason = f"every grain from a day is offered here, not only {grain}"
            self._report.note("time dimension", shown, reason, node.place)
        if parameters.has("validity_params"):
            reason = "validity in time, which joins here do not know"
            self._report.leave_out("validity_params", shown, reason, node.place)
        draft.fields.setdefault(column, {}).update(said)

    def _read_measure(self, node: Node, table: Table, draft: DraftDataset, time: str) -> None:
        name = node.text("name")
        shown = f"{table.name}.{name}"
        self.unknown(node, "measure", shown, _MEASURE)
        own_time = node.text("agg_time_dimension")
        try:
            _require_same_time(own_time, time)
            term = self._term(node, table)
            non_additive = _is_stock(node, term)
        except Inexpressible as error:
            self.left[name] = str(error)
            self._report.leave_out("measure", shown, str(error), node.place)
            return
        if own_time in table.fields:
            draft.said.setdefault("default_time", table.fields[own_time])
        if name in self.measures:
            self._report.leave_out("measure", shown, "the name occurs twice; the first is taken", node.place)
            return
        self.measures[name] = Measure(term, non_additive, node)
        if term.field is not None and term.aggregation is not Aggregation.COUNT_DISTINCT:
            found = table.dataset.field(term.field)
            if found is not None and found.role is FieldRole.DIMENSION and found.type is not FieldType.STRING:
                draft.fields.setdefault(term.field, {}).setdefault("role", FieldRole.MEASURE.value)

    def _term(self, node: Node, table: Table) -> Term:
        kind = node.text("agg").casefold()
        inner = parsed(node.text("expr") or node.text("name"))
        if kind == "percentile" and node.child("agg_params").text("percentile") not in ("0.5", ".5"):
            raise Inexpressible(
                "of percentiles only the median can be a metric; ask for others in a question"
            )

        def column(found: exp.Column) -> tuple[str, str]:
            known = table.fields.get(found.name)
            return table.dataset.name, known or find_column(table.dataset, found.name).name

        reader = SqlReader(column, table.dataset.name)
        if kind == "sum_boolean":
            where = reader.filter(inner, table.dataset.name)
            return Term(table.dataset.name, Aggregation.COUNT, None, where)
        if kind == "count_distinct":
            return reader.formula(exp.Count(this=exp.Distinct(expressions=[inner]))).whole
        if kind not in _AGGREGATIONS:
            raise Inexpressible(f"the aggregation {kind!r} is not known")
        return reader.formula(_AGGREGATIONS[kind](this=inner)).whole

    def _relate(self) -> None:
        """Foreign entities point at the model in which the entity is primary, else unique."""
        for table in self.tables.values():
            for name, (kind, column) in table.entities.items():
                if kind == "primary":
                    continue
                owners = sorted(
                    (_EDGES[other.entities[name][0]], other.name, other)
                    for other in self.tables.values()
                    if other is not table and other.entities.get(name, ("", ""))[0] in _EDGES
                )
                owners = [owner for owner in owners if owner[0] == owners[0][0]]
                unsaid = "cardinality" not in table.links[name]
                if kind == "unique" and unsaid and owners and owners[0][0] == _EDGES["unique"]:
                    continue  # neither of them is the one that is pointed at
                self._link(table, name, column, kind, [owner for _, _, owner in owners])

    def _link(self, table: Table, name: str, column: str, kind: str, owners: list[Table]) -> None:
        place = self._draft.datasets[table.dataset.name].place
        if not owners:
            if kind == "foreign":
                reason = "no semantic model has it as its primary or unique entity"
                self._report.leave_out("entity", f"{table.name}.{name}", reason, place)
            return
        if len(owners) > 1:
            names = ", ".join(owner.name for owner in owners)
            self._report.leave_out("entity", f"{table.name}.{name}", f"it leads to several: {names}", place)
            return
        right = owners[0]
        link = Relationship.model_validate(
            {
                "left": table.dataset.name,
                "left_field": column,
                "right": right.dataset.name,
                "right_field": right.entities[name][1],
                "cardinality": "one_to_one" if kind == "unique" else "many_to_one",
                "status": "reviewed",
                **table.links[name],
            }
        )
        self._draft.relationships.append(DraftRelationship(f"{table.name}.{name}", link, place))

    def unknown(self, node: Node, kind: str, name: str, known: frozenset[str]) -> Said:
        """What this product keeps under `config.meta` of a part; keys that the format does not have, and
        what others keep there, are reported."""
        for other in node.others(known):
            key = other.path.rpartition(".")[2]
            self._report.leave_out(
                kind, f"{name}.{key}", "is no part of the format that is read", other.place
            )
        meta = node.child("config").child("meta")
        for other in (*node.child("config").others({"meta"}), *meta.others({META, "synonyms"})):
            key = other.path.rpartition(".")[2]
            self._report.leave_out(kind, f"{name}.config.{key}", "is not for this product", other.place)
        own = meta.child(META).value
        said: Said = {"synonyms": list(meta.texts("synonyms"))} if meta.has("synonyms") else {}
        return said | ({str(k): v for k, v in own.items()} if isinstance(own, dict) else {})


def _require_same_time(own: str, time: str) -> None:
    if own and time and own != time:
        raise Inexpressible(f"it goes by {own}; a dataset has one time here, which is {time}")


def _described(node: Node) -> Said:
    found: Said = {key: node.text(key) for key in ("label", "description") if node.text(key)}
    meta = node.child("config").child("meta")
    return found | ({"synonyms": list(meta.texts("synonyms"))} if meta.has("synonyms") else {})


def _source(node: Node) -> str:
    referenced = _REF.search(node.text("model"))
    if referenced is not None:
        return referenced[1]
    relation = node.child("node_relation")
    return relation.text("alias") or node.text("name")


def _is_stock(node: Node, term: Term) -> bool:
    """Whether a measure counts by its last day only. Raises Inexpressible for other ways not to add up."""
    along = node.child("non_additive_dimension")
    if not along.has("name"):
        return False
    if along.text("window_choice").casefold() != "max" or along.has("window_groupings"):
        raise Inexpressible("of what does not add up over time only the last day of a period can count here")
    return term.aggregation is Aggregation.SUM
