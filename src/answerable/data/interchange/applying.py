"""A draft merged into the workspace's model: what it says replaces what was there, what it leaves unsaid
stays, and what the data contradicts is left out with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.interchange.draft import Draft, DraftMetric, Said
from answerable.data.interchange.formulas import Term, term_of
from answerable.data.interchange.report import Place, Report
from answerable.data.semantics.model import (
    Aggregation,
    Calendar,
    Dataset,
    FieldType,
    Metric,
    ModelField,
    Relationship,
    Segment,
    SemanticModel,
    Status,
)
from answerable.data.semantics.paths import flaw
from answerable.data.semantics.query import Measure, SemanticQuery
from answerable.data.semantics.validation import problems

_Part = TypeVar("_Part", Dataset, ModelField, Calendar)
_TEXT = frozenset({FieldType.STRING})
_WORDS = {
    Aggregation.SUM: "total",
    Aggregation.AVG: "average",
    Aggregation.COUNT: "number of",
    Aggregation.COUNT_DISTINCT: "different",
    Aggregation.MIN: "smallest",
    Aggregation.MAX: "largest",
    Aggregation.MEDIAN: "median",
}


def apply_draft(draft: Draft, model: SemanticModel) -> SemanticModel:
    """The model with the draft merged in; every dataset and column of it stays. What does not fit is added
    to the draft's report."""
    datasets = tuple(_dataset(dataset, draft) for dataset in model.datasets)
    merged = model.model_copy(update={"datasets": datasets, "calendar": _calendar(model.calendar, draft)})
    merged = merged.model_copy(update={"relationships": _relationships(merged, draft)})
    merged = merged.model_copy(update={"segments": _segments(merged, draft)})
    return _Metrics(merged, draft).merged()


def _segments(model: SemanticModel, draft: Draft) -> tuple[Segment, ...]:
    """The model's segments with those of the draft, of which no query could ask for some."""
    found = {segment.name: segment for segment in model.segments}
    for written, place in draft.segments:
        name = str(written.get("name")) if isinstance(written, dict) else "segment"
        try:
            segment = Segment.model_validate(written)
            compile_query(_counted(segment), model)
        except (ValidationError, InvalidQuery) as error:
            draft.report.leave_out("segment", name, _first(_messages(error)), place)
            continue
        found[segment.name] = segment
    return tuple(found.values())


def _counted(segment: Segment) -> SemanticQuery:
    rows = Measure(aggregation=Aggregation.COUNT)
    return SemanticQuery(dataset=segment.dataset, measures=(rows,), where=segment.where)


def _messages(error: ValidationError | InvalidQuery) -> list[str]:
    if isinstance(error, InvalidQuery):
        return [each.message for each in error.errors]
    return [each["msg"] for each in error.errors()]


def _dataset(dataset: Dataset, draft: Draft) -> Dataset:
    said = draft.datasets.get(dataset.name)
    if said is None:
        return dataset
    fields = tuple(
        _field(field, said.fields[field.name], f"{dataset.name}.{field.name}", said.place, draft.report)
        if field.name in said.fields
        else field
        for field in dataset.fields
    )
    merged = dataset.model_copy(update={"fields": fields})
    return _with(merged, said.said, "dataset", dataset.name, said.place, draft.report)


def _field(field: ModelField, said: Said, name: str, place: Place, report: Report) -> ModelField:
    said = dict(said)
    if field.personal:
        said.pop("personal", None)  # an import may hide values, never show them
    merged = _with(field, said, "field", name, place, report)
    return merged.model_copy(update={"values": None}) if merged.personal else merged


def _with(
    part: _Part, said: Mapping[str, object], kind: str, name: str, place: Place, report: Report
) -> _Part:
    """The part with each thing said of it that it can hold."""
    for key, value in said.items():
        try:
            part = type(part).model_validate({**part.model_dump(), key: value})
        except ValidationError as error:
            report.leave_out(kind, f"{name}.{key}", error.errors()[0]["msg"], place)
    return part


def _calendar(calendar: Calendar, draft: Draft) -> Calendar:
    if draft.calendar is None:
        return calendar
    return _with(calendar, draft.calendar, "model", "calendar", Place(), draft.report)


def _relationships(model: SemanticModel, draft: Draft) -> tuple[Relationship, ...]:
    links = {_ends(link): link for link in model.relationships}
    for each in draft.relationships:
        link = each.link
        types = [_type(model, link.left, link.left_field), _type(model, link.right, link.right_field)]
        if None in types or (types[0] in _TEXT) != (types[1] in _TEXT):
            reason = f"its columns hold {types[0]} and {types[1]}, whose values are never equal"
            draft.report.leave_out("relationship", each.name, reason, each.place)
            continue
        if (why := flaw((link,), model)) is not None:
            draft.report.leave_out("relationship", each.name, why, each.place)
            continue
        right = model.dataset(link.right)
        key = right.field(link.right_field) if right is not None else None
        if key is not None and key.unique is None and right is not None and right.primary_key != (key.name,):
            reason = f"{link.right}.{link.right_field} is taken to be unique, because the file says so"
            draft.report.note("relationship", each.name, reason, each.place)
        left = model.dataset(link.left)
        pointing = left.field(link.left_field) if left is not None else None
        if link.cardinality == "one_to_one" and pointing is not None and pointing.unique is False:
            reason = f"{link.left}.{link.left_field} is not unique in the data, so it is many_to_one"
            draft.report.note("relationship", each.name, reason, each.place)
            link = link.model_copy(update={"cardinality": "many_to_one"})
        links[_ends(link)] = link
    return tuple(links.values())


def _ends(link: Relationship) -> tuple[str, str, str, str]:
    return link.left, link.left_field, link.right, link.right_field


def _type(model: SemanticModel, dataset: str, field: str) -> FieldType | None:
    owner = model.dataset(dataset)
    found = owner.field(field) if owner is not None else None
    return found.type if found is not None else None


class _Metrics:
    """Puts the draft's metrics into the model, plain ones first: others are computed of them."""

    def __init__(self, model: SemanticModel, draft: Draft) -> None:
        self._model = model
        self._draft = draft
        self._metrics = {metric.name: metric for metric in model.metrics}
        self._order = [*dict.fromkeys([*self._metrics, *(m.name for m in draft.metrics)])]
        self._mine: dict[str, Place] = {}

    def merged(self) -> SemanticModel:
        """The model with every metric that holds together."""
        self._leave_out_taken()
        for plain in (True, False):
            for drafted in self._draft.metrics:
                if drafted.formula.plain is plain:
                    self._add(drafted)
        wanted = self._with_metrics()
        while (broken := self._broken(wanted)) is not None:
            name, reason = broken
            self._draft.report.leave_out("metric", name, reason, self._mine[name])
            del self._metrics[name]
            previous = self._model.metric(name)
            if previous is not None:
                self._metrics[name] = previous
                del self._mine[name]
            wanted = self._with_metrics()
        return wanted

    def _leave_out_taken(self) -> None:
        """Names that occur twice, or that a metric of another dataset has."""
        kept: dict[str, DraftMetric] = {}
        for drafted in self._draft.metrics:
            there = self._metrics.get(drafted.name)
            reason = ""
            if drafted.name in kept:
                reason = "the name occurs twice; the first is taken"
            elif there is not None and there.dataset != drafted.formula.whole.dataset:
                reason = f"a metric of {there.dataset} has this name"
            if reason:
                self._draft.report.leave_out("metric", drafted.name, reason, drafted.place)
            else:
                kept[drafted.name] = drafted
        self._draft.metrics = list(kept.values())

    def _add(self, drafted: DraftMetric) -> None:
        formula = drafted.formula
        parts = {}
        for part, term, hint in (("minus", formula.minus, drafted.minus), ("per", formula.per, drafted.per)):
            if term is not None:
                parts[part] = self._metric_of(term, hint, drafted, part)
        there = self._metrics.get(drafted.name)
        known: Said = {"label": _spoken(drafted.name), "status": Status.REVIEWED.value}
        if there is not None:
            known = there.model_dump(include={"label", "unit", "synonyms", "description", "status"})
        for key, value in self._sound(drafted).items():
            known[key] = value
        metric = Metric.model_validate({**known, "name": drafted.name, **_computes(formula.whole), **parts})
        self._put(metric, drafted.place)

    def _sound(self, drafted: DraftMetric) -> Said:
        """What is said of the metric, without what it cannot hold."""
        kept: Said = {}
        plain = {"name": drafted.name, "label": "x", **_computes(drafted.formula.whole)}
        for key, value in drafted.said.items():
            try:
                Metric.model_validate({**plain, key: value})
            except ValidationError as error:
                message = error.errors()[0]["msg"]
                self._draft.report.leave_out("metric", f"{drafted.name}.{key}", message, drafted.place)
            else:
                kept[key] = value
        return kept

    def _metric_of(self, term: Term, hint: str | None, drafted: DraftMetric, part: str) -> str:
        """The plain metric that computes a part of another; a new one where there is none."""
        found = [
            m for m in self._metrics.values() if m.minus is None and m.per is None and term_of(m) == term
        ]
        named = next((m.name for m in found if m.name == hint), None)
        if named is not None:
            return named
        if found:
            return found[0].name
        name = self._free(f"{drafted.name[:50]}_{'less' if part == 'minus' else 'base'}")
        label = f"{_WORDS[term.aggregation]} {self._label_of(term)}"
        self._put(
            Metric.model_validate(
                {
                    "name": name,
                    "label": label[:1].upper() + label[1:],
                    "status": Status.REVIEWED.value,
                    **_computes(term),
                }
            ),
            drafted.place,
        )
        self._draft.report.note("metric", name, f"was added, because {drafted.name} is computed of it")
        return name

    def _label_of(self, term: Term) -> str:
        dataset = self._model.dataset(term.dataset)
        field = dataset.field(term.field) if dataset is not None and term.field is not None else None
        label = field.label if field is not None else f"{dataset.row_noun}s" if dataset is not None else ""
        return f"{label} of a part" if term.where is not None else label

    def _free(self, name: str) -> str:
        names, number, found = self._metrics.keys() | {m.name for m in self._draft.metrics}, 2, name
        while found in names:
            found, number = f"{name}_{number}", number + 1
        return found

    def _put(self, metric: Metric, place: Place) -> None:
        if metric.name not in self._order:
            self._order.append(metric.name)
        self._metrics[metric.name] = metric
        self._mine[metric.name] = place

    def _with_metrics(self) -> SemanticModel:
        kept = tuple(self._metrics[name] for name in self._order if name in self._metrics)
        return self._model.model_copy(update={"metrics": kept})

    def _broken(self, wanted: SemanticModel) -> tuple[str, str] | None:
        """A metric of the draft that does not hold together, with the reason."""
        places = {f"metrics.{i}": metric.name for i, metric in enumerate(wanted.metrics)}
        for problem in problems(wanted, self._model, self._model):
            name = places.get(".".join(problem.field.split(".")[:2]))
            if name in self._mine:
                return name, problem.message
        for name in self._mine:
            metric = wanted.metric(name)
            reason = _uncomputable(metric, wanted) if metric is not None else None
            if reason is not None:
                return name, reason
        return None


def _uncomputable(metric: Metric, model: SemanticModel) -> str | None:
    query = SemanticQuery(dataset=metric.dataset, measures=(Measure(metric=metric.name),))
    try:
        compile_query(query, model)
    except InvalidQuery as error:
        return _first(each.message for each in error.errors)
    return None


def _first(messages: Iterable[str]) -> str:
    return next(iter(messages), "it cannot be computed")


def _computes(term: Term) -> Said:
    where = term.where.model_dump(mode="json", exclude_none=True) if term.where is not None else None
    return {"dataset": term.dataset, "aggregation": term.aggregation, "field": term.field, "where": where}


def _spoken(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
