"""The model as Apache Ossie (Open Semantic Interchange), core specification 0.2.0.dev0.

What the format has no word for goes into extensions of the vendor `ANSWERABLE`, which other tools skip.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlglot import exp

from answerable.data.interchange.formulas import Term, term_of
from answerable.data.interchange.ossie_reading import VENDOR
from answerable.data.interchange.report import Inexpressible, Report
from answerable.data.interchange.sql_writing import aggregate, named_column
from answerable.data.semantics.model import (
    Aggregation,
    Calendar,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    Relationship,
    SemanticModel,
)
from answerable.data.semantics.paths import sole_paths

VERSION = "0.2.0.dev0"
_DATATYPES = {
    FieldType.STRING: "String",
    FieldType.INTEGER: "Integer",
    FieldType.DECIMAL: "Decimal",
    FieldType.FLOAT: "Float",
    FieldType.BOOLEAN: "Boolean",
    FieldType.DATE: "Date",
    FieldType.TIMESTAMP: "DateTime",
    FieldType.TIME: "Time",
}
_GROUPING = frozenset({FieldRole.DIMENSION, FieldRole.TIME, FieldRole.TEXT})
_Part = dict[str, object]


def write_ossie(model: SemanticModel, name: str, report: Report) -> _Part:
    """The document; what it leaves out is reported."""
    metrics = [found for metric in model.metrics if (found := _metric(metric, model, report)) is not None]
    one: _Part = {
        "name": name,
        "datasets": [_dataset(dataset) for dataset in model.datasets],
        "relationships": [_relationship(link) for link in model.relationships],
        "metrics": metrics,
    }
    extra: _Part = {}
    if model.calendar != Calendar():
        extra["calendar"] = model.calendar.model_dump(mode="json")
    if model.segments:
        extra["segments"] = [segment.model_dump(mode="json") for segment in model.segments]
    if extra:
        one |= _extension(extra)
    return {"version": VERSION, "semantic_model": [{key: part for key, part in one.items() if part}]}


def _dataset(dataset: Dataset) -> _Part:
    extra: _Part = {"label": dataset.label, "row_noun": dataset.row_noun}
    if dataset.default_time is not None:
        extra["default_time"] = dataset.default_time
    return {
        "name": dataset.name,
        "source": dataset.name,
        **({"primary_key": list(dataset.primary_key)} if dataset.primary_key else {}),
        **_described(dataset.description, dataset.synonyms),
        "fields": [_field(field) for field in dataset.fields],
        **_extension(extra),
    }


def _field(field: ModelField) -> _Part:
    extra: _Part = {"role": field.role.value}
    if field.unit is not None:
        extra["unit"] = field.unit.model_dump(mode="json")
    if field.personal:
        extra["personal"] = True
    dimension = {"dimension": {"is_time": field.role is FieldRole.TIME}} if field.role in _GROUPING else {}
    return {
        "name": field.name,
        "expression": _expression(named_column(field.name)),
        "label": field.label,
        "datatype": _DATATYPES[field.type],
        **dimension,
        **_described(field.description, field.synonyms),
        **_extension(extra),
    }


def _relationship(link: Relationship) -> _Part:
    extra = link.model_dump(mode="json", include={"cardinality", "status", "confidence"})
    return {
        "name": f"{link.left}_{link.left_field}_to_{link.right}_{link.right_field}",
        "from": link.left,
        "to": link.right,
        "from_columns": [link.left_field],
        "to_columns": [link.right_field],
        **_extension({key: value for key, value in extra.items() if value is not None}),
    }


def _metric(metric: Metric, model: SemanticModel, report: Report) -> _Part | None:
    terms: dict[str, Term] = {"whole": term_of(metric)}
    for part in ("minus", "per"):
        other = model.metric(getattr(metric, part) or "")
        if other is not None:
            terms[part] = term_of(other)
    try:
        written = {part: _aggregate(term, model) for part, term in terms.items()}
    except Inexpressible as error:
        report.leave_out("metric", metric.name, f"the format has no form for {error}")
        return None
    rows = [part for part, term in terms.items() if _counts_by_key(term, model)]
    extra: _Part = {"label": metric.label, "dataset": metric.dataset, "status": metric.status.value}
    extra |= {part: name for part in ("minus", "per") if (name := getattr(metric, part)) is not None}
    if rows:
        extra["rows"] = rows
    if metric.unit is not None:
        extra["unit"] = metric.unit.model_dump(mode="json")
    if metric.stock_of is not None:
        extra["stock_of"] = list(metric.stock_of)
    for flag, said in (
        ("non_additive", "a stock: the last day of each period counts, never a sum over time"),
        ("cumulative", "by period it is shown with its running total"),
    ):
        if getattr(metric, flag):
            extra[flag] = True
            report.note("metric", metric.name, f"only an extension says that it is {flag} ({said})")
    return {
        "name": metric.name,
        "expression": _expression(_computed(written)),
        **_described(metric.description, metric.synonyms),
        **_extension(extra),
    }


def _computed(written: Mapping[str, exp.Expr]) -> exp.Expr:
    whole = written["whole"]
    if "minus" in written:
        whole = exp.Sub(this=whole, expression=written["minus"])
    if "per" in written:
        divisor = exp.Nullif(this=written["per"], expression=exp.Literal.number(0))
        over = exp.paren(whole) if "minus" in written else whole
        whole = exp.Div(this=over, expression=divisor)
    return whole


def _aggregate(term: Term, model: SemanticModel) -> exp.Expr:
    paths = sole_paths(model, term.dataset)

    def column(name: str) -> tuple[exp.Expr, ModelField]:
        dataset, field = model.dataset(term.dataset), None
        if dataset is not None:
            field = dataset.field(name)
        if field is None:
            goal = next((g for g in paths if name.startswith(f"{g}__")), "")
            dataset = model.dataset(goal)
            field = dataset.field(name.removeprefix(f"{goal}__")) if dataset is not None else None
        if dataset is None or field is None:
            raise Inexpressible(f"{name!r}, which is not there")
        return named_column(field.name, dataset.name), field

    rows: exp.Expr = exp.Star()
    if _counts_by_key(term, model):
        dataset = model.dataset(term.dataset)
        assert dataset is not None
        rows = named_column(dataset.primary_key[0], dataset.name)
    return aggregate(term, column, rows)


def _counts_by_key(term: Term, model: SemanticModel) -> bool:
    """Whether rows are counted by their key: COUNT(*) does not say of which dataset."""
    dataset = model.dataset(term.dataset)
    counts = term.aggregation is Aggregation.COUNT and term.field is None
    return counts and dataset is not None and len(dataset.primary_key) == 1


def _expression(tree: exp.Expr) -> _Part:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": tree.sql()}]}


def _described(description: str, synonyms: tuple[str, ...]) -> _Part:
    found: _Part = {"description": description} if description else {}
    return found | ({"ai_context": {"synonyms": list(synonyms)}} if synonyms else {})


def _extension(data: Mapping[str, object]) -> _Part:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return {"custom_extensions": [{"vendor_name": VENDOR, "data": text}]}
