"""The model as dbt semantic models and metrics.

What dbt has no word for is kept under `config.meta.answerable`, which dbt passes by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlglot import exp

from answerable.data.ingestion.headers import unique
from answerable.data.interchange.dbt_reading import META
from answerable.data.interchange.formulas import Term, term_of
from answerable.data.interchange.report import Inexpressible, Report
from answerable.data.interchange.sql_writing import predicate
from answerable.data.semantics.filters import Filter
from answerable.data.semantics.model import (
    Aggregation,
    Calendar,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    SemanticModel,
)
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import conditions_of

_AGGREGATIONS = {Aggregation.AVG: "average"}
_RESERVED = frozenset({"metric_time"})
_REFERENCE = "answerable_ref_"
_Part = dict[str, object]


@dataclass
class _Table:
    """A dataset with its name and the names of its parts in dbt."""

    dataset: Dataset
    name: str
    taken: set[str] = field(default_factory=lambda: set(_RESERVED))
    primary: str = ""
    entities: dict[str, _Part] = field(default_factory=dict)  # by the name in dbt
    dimensions: dict[str, str] = field(default_factory=dict)  # our field to the name in dbt
    keys: dict[str, str] = field(default_factory=dict)  # our field to the entity that it is
    measures: dict[str, _Part] = field(default_factory=dict)


def write_dbt(model: SemanticModel, report: Report) -> _Part:
    """The document; what it leaves out is reported."""
    return _DbtWriter(model, report).document()


class _DbtWriter:
    def __init__(self, model: SemanticModel, report: Report) -> None:
        self._model = model
        self._report = report
        taken: set[str] = set()
        self._tables = {d.name: _Table(d, unique(_name(d.name), taken)) for d in model.datasets}
        self._entities: set[str] = set()  # an entity of one name is one thing in the whole project
        self._metrics: dict[str, _Part] = {}
        self._names = {metric.name for metric in model.metrics}
        self._paths: dict[tuple[str, str], str] = {}  # (dataset, where it leads) to the entities on the way

    def document(self) -> _Part:
        """Semantic models and metrics."""
        if self._model.calendar != Calendar():
            self._report.leave_out("model", "calendar", "dbt keeps no time zone and no fiscal year here")
        for table in self._tables.values():
            self._name_keys(table)
        self._name_links()
        for table in self._tables.values():
            self._name_dimensions(table)
        # Plain ones first: others are computed of them.
        for plain in (True, False):
            for metric in self._model.metrics:
                if (metric.minus is None and metric.per is None) is plain:
                    self._try(metric)
        models = [self._semantic_model(table) for table in self._tables.values()]
        written = [self._metrics[m.name] for m in self._model.metrics if m.name in self._metrics]
        helpers = [part for name, part in self._metrics.items() if self._model.metric(name) is None]
        metrics = [*helpers, *written]
        return {"semantic_models": models, **({"metrics": metrics} if metrics else {})}

    def _name_keys(self, table: _Table) -> None:
        dataset = table.dataset
        if len(dataset.primary_key) == 1:
            key = dataset.primary_key[0]
            table.primary = self._entity(table, key)
            table.entities[table.primary] = _element(table.primary, "primary", key)
            return
        # Without a key of one column the rows still need a name, which filters lead with.
        table.primary = unique(_name(f"{table.name}_row"), self._entities)
        table.taken.add(table.primary)
        if dataset.primary_key:
            reason = "only an extension tells the key of several columns"
            self._report.note("dataset", dataset.name, reason)

    def _entity(self, table: _Table, key: str) -> str:
        """A name for what a column of the dataset tells apart, which no other dataset's has."""
        alike = sum(key in other.dataset.primary_key for other in self._tables.values())
        stem = key if key in table.dataset.primary_key and alike == 1 else f"{table.name}_{key}"
        name = unique(_name(stem), self._entities)
        table.taken.add(name)
        table.keys[key] = name
        return name

    def _name_links(self) -> None:
        for link in self._model.relationships:
            left, right = self._tables[link.left], self._tables[link.right]
            name = f"{link.left}.{link.left_field} to {link.right}.{link.right_field}"
            entity = right.keys.get(link.right_field)
            if entity is None:
                entity = self._entity(right, link.right_field)
                right.entities[entity] = _element(entity, "unique", link.right_field)
            if entity in left.taken or left is right:
                reason = f"dbt has one entity {entity} a semantic model, and {link.left} has it already"
                self._report.leave_out("relationship", name, reason)
                continue
            left.taken.add(entity)
            kind = "unique" if link.cardinality == "one_to_one" else "foreign"
            extra: _Part = {"status": link.status.value}
            if link.confidence is not None:
                extra["confidence"] = link.confidence
            if kind == "unique":
                extra["cardinality"] = link.cardinality  # of two unique ones, the one that points
            left.entities[entity] = _element(entity, kind, link.left_field) | _meta(extra)
            left.keys.setdefault(link.left_field, entity)
            self._paths[link.left, link.right] = entity

    def _name_dimensions(self, table: _Table) -> None:
        for each in table.dataset.fields:
            if each.name not in table.keys or each.role is FieldRole.TIME:
                table.dimensions[each.name] = unique(_name(each.name), table.taken)

    def _try(self, metric: Metric) -> None:
        try:
            self._metrics[metric.name] = self._metric(metric)
        except Inexpressible as error:
            self._report.leave_out("metric", metric.name, str(error))

    def _metric(self, metric: Metric) -> _Part:
        extra: _Part = {"status": metric.status.value}
        if metric.unit is not None:
            extra["unit"] = metric.unit.model_dump(mode="json")
        if metric.synonyms:
            extra["synonyms"] = list(metric.synonyms)
        if metric.stock_of is not None:
            extra["stock_of"] = list(metric.stock_of)
        head = {"name": _checked(metric.name), "label": metric.label}
        if metric.description:
            head["description"] = metric.description
        if metric.minus is None and metric.per is None:
            return head | self._simple(metric) | _meta(extra)
        parts = {"whole": self._whole(metric)}
        for part in ("minus", "per"):
            name = getattr(metric, part)
            if name is not None and name not in self._metrics:
                raise Inexpressible(f"{name} is left out")
            if name is not None:
                parts[part] = name
        return head | _computed(parts) | _meta(extra)

    def _simple(self, metric: Metric) -> _Part:
        measure = self._measure(term_of(metric), non_additive=metric.non_additive)
        found: _Part = {
            "type": "cumulative" if metric.cumulative else "simple",
            "type_params": {"measure": measure},
        }
        if metric.where is not None:
            found["filter"] = self._filter(metric.where, metric.dataset)
        return found

    def _whole(self, metric: Metric) -> str:
        """The plain metric that a computed one starts from; one of its own where there is none."""
        term = term_of(metric)
        for other in self._model.metrics:
            plain = other.minus is None and other.per is None and not other.cumulative
            if plain and not other.non_additive and term_of(other) == term and other.name in self._metrics:
                return other.name
        bare = metric.model_copy(update={"cumulative": False, "minus": None, "per": None})
        simple = self._simple(bare)
        name = unique(_name(f"{metric.name}_whole"), self._names)
        label = {"name": name, "label": f"{metric.label}, before it is computed"}
        self._metrics[name] = label | simple | _meta({"helper": True})
        return name

    def _measure(self, term: Term, *, non_additive: bool) -> str:
        table = self._tables[term.dataset]
        if table.dataset.default_time is None:
            raise Inexpressible(f"dbt wants a time for every measure, and {term.dataset} has none")
        kind = _AGGREGATIONS.get(term.aggregation, term.aggregation.value)
        stem = f"{term.dataset}_{kind}_{term.field or 'rows'}{'_last' if non_additive else ''}"
        key = _name(stem)
        if key not in table.measures:
            part: _Part = {"name": key, "agg": kind, "expr": term.field or "1"}
            if non_additive:
                time = table.dimensions[table.dataset.default_time]
                part["non_additive_dimension"] = {"name": time, "window_choice": "max"}
            table.measures[key] = part
        return key

    def _filter(self, where: Filter, dataset: str) -> str:
        for condition in conditions_of(where):
            if any(isinstance(v, str) and ("{" in v or _REFERENCE in v) for v in condition.values):
                raise Inexpressible("its filter compares with text that dbt would take for a template")
        calls: list[str] = []

        def column(name: str) -> tuple[exp.Expr, ModelField]:
            call, found = self._call(name, dataset)
            calls.append(call)
            return exp.column(f"{_REFERENCE}{len(calls) - 1}_"), found

        try:
            text = predicate(where, column).sql()
        except Inexpressible as error:
            raise Inexpressible(f"dbt has no form for {error}") from error
        return re.sub(rf"{_REFERENCE}(\d+)_", lambda match: calls[int(match[1])], text)

    def _call(self, name: str, dataset: str) -> tuple[str, ModelField]:
        table, prefix = self._tables[dataset], ""
        owner, own = table, table.dataset.field(name)
        if own is None:
            paths = sole_paths(self._model, dataset)
            goal = next((goal for goal in paths if name.startswith(f"{goal}__")), None)
            steps = [self._paths.get((step.left, step.right)) for step in paths[goal]] if goal else []
            if goal is None or None in steps:
                raise Inexpressible(f"{name}, to which no entity leads")
            owner, prefix = self._tables[goal], "__".join(step for step in steps if step is not None)
            own = owner.dataset.field(name.removeprefix(f"{goal}__"))
        if own is None:
            raise Inexpressible(f"{name}, which is not there")
        if own.name not in owner.dimensions:
            if prefix:
                raise Inexpressible(f"{name}, the key of a related dataset")
            return f"{{{{ Entity('{owner.keys[own.name]}') }}}}", own
        path = f"{prefix or table.primary}__{owner.dimensions[own.name]}"
        if own.role is FieldRole.TIME:
            return f"{{{{ TimeDimension('{path}', 'day') }}}}", own
        return f"{{{{ Dimension('{path}') }}}}", own

    def _semantic_model(self, table: _Table) -> _Part:
        dataset = table.dataset
        extra: _Part = {
            "row_noun": dataset.row_noun,
            "fields": {f.name: _kept(f, dimension=f.name in table.dimensions) for f in dataset.fields},
        }
        if dataset.synonyms:
            extra["synonyms"] = list(dataset.synonyms)
        segments = [s.model_dump(mode="json") for s in self._model.segments if s.dataset == dataset.name]
        if segments:
            extra["segments"] = segments
        if len(dataset.primary_key) != 1:
            extra["primary_key"] = list(dataset.primary_key)
        found: _Part = {"name": table.name, "model": f"ref('{dataset.name}')", "label": dataset.label}
        if dataset.description:
            found["description"] = dataset.description
        if dataset.default_time is not None:
            found["defaults"] = {"agg_time_dimension": table.dimensions[dataset.default_time]}
        if len(dataset.primary_key) != 1:
            found["primary_entity"] = table.primary
        if table.entities:
            found["entities"] = list(table.entities.values())
        found["dimensions"] = [
            _dimension(each, table.dimensions[each.name])
            for each in dataset.fields
            if each.name in table.dimensions
        ]
        if table.measures:
            found["measures"] = list(table.measures.values())
        return found | _meta(extra)


def _computed(parts: dict[str, str]) -> _Part:
    whole, minus, per = parts["whole"], parts.get("minus"), parts.get("per")
    if minus is None:
        return {"type": "ratio", "type_params": {"numerator": {"name": whole}, "denominator": {"name": per}}}
    expr = f"{whole} - {minus}" if per is None else f"({whole} - {minus}) / NULLIF({per}, 0)"
    metrics = [{"name": name} for name in dict.fromkeys(parts.values())]
    return {"type": "derived", "type_params": {"expr": expr, "metrics": metrics}}


def _dimension(each: ModelField, name: str) -> _Part:
    found: _Part = {"name": name, "label": each.label}
    if each.description:
        found["description"] = each.description
    if each.role is FieldRole.TIME:
        grain = "hour" if each.type is FieldType.TIMESTAMP else "day"
        found |= {"type": "time", "type_params": {"time_granularity": grain}}
    else:
        found["type"] = "categorical"
    return found | ({"expr": each.name} if name != each.name else {})


def _kept(each: ModelField, *, dimension: bool) -> _Part:
    """What dbt has no word for, of entities the words too."""
    found: _Part = {"role": each.role.value}
    if not dimension:
        found["label"] = each.label
        if each.description:
            found["description"] = each.description
    if each.unit is not None:
        found["unit"] = each.unit.model_dump(mode="json")
    if each.synonyms:
        found["synonyms"] = list(each.synonyms)
    if each.personal:
        found["personal"] = True
    return found


def _element(name: str, kind: str, column: str) -> _Part:
    return {"name": name, "type": kind, "expr": column}


def _meta(kept: _Part) -> _Part:
    return {"config": {"meta": {META: kept}}}


def _name(text: str) -> str:
    """A name as dbt has them: small letters and digits, two or more, no double underscores."""
    name = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", text.casefold())).strip("_")
    return name if len(name) > 1 else f"{name or 'x'}_field"


def _checked(name: str) -> str:
    if _name(name) != name:
        raise Inexpressible(f"dbt allows no name like {name!r}")
    return name
