"""Whether a model that a person wrote holds together, and where it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    HiddenField,
    Metric,
    Relationship,
    RowPolicy,
    Segment,
    SemanticModel,
)
from answerable.data.semantics.paths import flaw
from answerable.data.semantics.reach import LIMITING_TYPES, policy_field
from answerable.data.semantics.segments import segments_in
from answerable.kit.errors import FieldError

_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
_NUMBERS_ONLY = frozenset({Aggregation.SUM, Aggregation.AVG, Aggregation.MEDIAN})


def problems(wanted: SemanticModel, current: SemanticModel, kept: SemanticModel) -> list[FieldError]:
    """Everything wrong with a model: names that do not exist or occur twice, aggregations that do
    not fit, datasets and columns that the data does not have, relationships that it disproves. `current` says
    what the data has; what keeps rows and fields from members may stay as it is in `kept` although its column
    is gone, and so may a relationship that has stopped to hold: it is refused where it is asked for."""
    found = list(_duplicates("datasets", (d.name for d in wanted.datasets)))
    found += _duplicates("metrics", (m.name for m in wanted.metrics))
    found += _duplicates("datasets", (d.id for d in wanted.datasets))
    known = {d.id: d for d in current.datasets}
    for i, dataset in enumerate(wanted.datasets):
        found += _dataset_problems(f"datasets.{i}", dataset, known.get(dataset.id))
    for missing in known.keys() - {d.id for d in wanted.datasets}:
        message = f"the dataset {known[missing].name} ({missing}) is left out; delete the dataset instead"
        found.append(FieldError("datasets", message))
    for i, metric in enumerate(wanted.metrics):
        found += _metric_problems(f"metrics.{i}", metric, wanted)
    found += _duplicates("segments", (s.name for s in wanted.segments))
    for i, segment in enumerate(wanted.segments):
        found += _segment_problems(f"segments.{i}", segment, wanted)
    for i, relationship in enumerate(wanted.relationships):
        for side, name, field in (
            ("left", relationship.left, relationship.left_field),
            ("right", relationship.right, relationship.right_field),
        ):
            found += _reference(f"relationships.{i}", side, name, field, wanted)
        if relationship not in kept.relationships:
            found += _link_problems(f"relationships.{i}", relationship, wanted)
    found += _duplicates("policies", (p.name for p in wanted.policies))
    for i, policy in enumerate(wanted.policies):
        if policy not in kept.policies:
            found += _policy_problems(f"policies.{i}", policy, wanted)
    for i, hidden in enumerate(wanted.hidden_fields):
        if hidden not in kept.hidden_fields:
            found += _hidden_problems(f"hidden_fields.{i}", hidden, wanted)
    return found


def shape_problems(error: ValidationError) -> list[FieldError]:
    """The same from pydantic's own checks."""
    return [FieldError(".".join(map(str, e["loc"])) or "model", e["msg"]) for e in error.errors()]


def _duplicates(where: str, names: Iterable[str]) -> Iterator[FieldError]:
    for name, count in Counter(names).items():
        if count > 1:
            yield FieldError(where, f"{name!r} occurs {count} times; names are unique")


def _dataset_problems(path: str, dataset: Dataset, known: Dataset | None) -> Iterator[FieldError]:
    if known is None:
        yield FieldError(f"{path}.id", f"there is no dataset {dataset.id!r}; upload it first")
        return
    if dataset.name != known.name:
        yield FieldError(f"{path}.name", f"the name stays {known.name!r}, queries use it; change the label")
    yield from _duplicates(f"{path}.fields", (f.name for f in dataset.fields))
    columns = {f.name: f for f in known.fields}
    for i, field in enumerate(dataset.fields):
        column = columns.get(field.name)
        if column is None:
            yield FieldError(f"{path}.fields.{i}.name", f"the data has no column {field.name!r}")
        elif column.type is not field.type:
            yield FieldError(
                f"{path}.fields.{i}.type", f"the column holds {column.type}; a model cannot change that"
            )
        if field.personal and field.values is not None:
            yield FieldError(
                f"{path}.fields.{i}.values", "values of personal data are never listed; set null"
            )
        if field.role is FieldRole.TIME and field.type not in TEMPORAL_TYPES:
            yield FieldError(f"{path}.fields.{i}.role", f"a {field.type} places no row on the calendar")
    yield from _reference_problems(path, dataset)


def _reference_problems(path: str, dataset: Dataset) -> Iterator[FieldError]:
    names = {f.name for f in dataset.fields}
    if dataset.default_time is not None and dataset.default_time not in names:
        yield FieldError(f"{path}.default_time", f"there is no field {dataset.default_time!r}")
    elif dataset.default_time is not None:
        time_field = dataset.field(dataset.default_time)
        if time_field is not None and time_field.type not in TEMPORAL_TYPES:
            yield FieldError(f"{path}.default_time", f"{dataset.default_time!r} is no date or timestamp")
    for key in dataset.primary_key:
        if key not in names:
            yield FieldError(f"{path}.primary_key", f"there is no field {key!r}")


def _stock_problems(path: str, metric: Metric, dataset: Dataset) -> Iterator[FieldError]:
    if metric.stock_of is None:
        return
    if not metric.non_additive:
        yield FieldError(f"{path}.stock_of", "only a stock is of things; set non_additive, or leave this out")
    for name in metric.stock_of:
        if dataset.field(name) is None:
            yield FieldError(f"{path}.stock_of", f"{metric.dataset} has no field {name!r}")


def _metric_problems(path: str, metric: Metric, model: SemanticModel) -> Iterator[FieldError]:
    dataset = model.dataset(metric.dataset)
    if dataset is None:
        yield FieldError(f"{path}.dataset", f"there is no dataset {metric.dataset!r}")
        return
    for segment in segments_in(metric.where):
        yield FieldError(f"{path}.where", f"write the conditions of the segment {segment!r} out")
    for part, name in (("minus", metric.minus), ("per", metric.per)):
        other = model.metric(name) if name is not None else None
        if name is not None and (other is None or other.dataset != metric.dataset or name == metric.name):
            yield FieldError(f"{path}.{part}", f"{metric.dataset} has no other metric {name!r}")
    yield from _stock_problems(path, metric, dataset)
    adds_up = metric.aggregation in _ADDITIVE and not metric.non_additive and metric.per is None
    if metric.cumulative and not adds_up:
        yield FieldError(f"{path}.cumulative", "only what adds up over time has a running total")
    if metric.field is None:
        if metric.aggregation is not Aggregation.COUNT:
            yield FieldError(f"{path}.field", f"{metric.aggregation} needs a field; only count works on rows")
        return
    field = dataset.field(metric.field)
    if field is None:
        yield FieldError(f"{path}.field", f"{metric.dataset} has no field {metric.field!r}")
    elif metric.aggregation in _NUMBERS_ONLY and field.type not in NUMERIC_TYPES:
        yield FieldError(f"{path}.aggregation", f"{metric.aggregation} of a {field.type} is no number")


def _segment_problems(path: str, segment: Segment, model: SemanticModel) -> Iterator[FieldError]:
    if model.dataset(segment.dataset) is None:
        yield FieldError(f"{path}.dataset", f"there is no dataset {segment.dataset!r}")
    for name in segments_in(segment.where):
        yield FieldError(f"{path}.where", f"write the conditions of {name!r} out: segments hold no others")


def _policy_problems(path: str, policy: RowPolicy, model: SemanticModel) -> Iterator[FieldError]:
    dataset = model.dataset(policy.dataset)
    if dataset is None:
        yield FieldError(f"{path}.dataset", f"there is no dataset {policy.dataset!r}")
        return
    found = policy_field(model, dataset, policy.field)
    if found is None:
        message = f"{policy.dataset} has no field {policy.field!r}, nor leads one way alone to it"
        yield FieldError(f"{path}.field", message)
    elif found[0].type not in LIMITING_TYPES:
        message = f"{policy.field!r} holds {found[0].type}; choose rows by text, whole numbers or yes and no"
        yield FieldError(f"{path}.field", message)


def _hidden_problems(path: str, hidden: HiddenField, model: SemanticModel) -> Iterator[FieldError]:
    dataset = model.dataset(hidden.dataset)
    if dataset is None:
        yield FieldError(f"{path}.dataset", f"there is no dataset {hidden.dataset!r}")
    elif dataset.field(hidden.field) is None:
        yield FieldError(f"{path}.field", f"{hidden.dataset} has no field {hidden.field!r}")


def _link_problems(path: str, link: Relationship, model: SemanticModel) -> Iterator[FieldError]:
    if (why := flaw((link,), model)) is not None:
        yield FieldError(f"{path}.right_field", why)
    left = model.dataset(link.left)
    pointing = left.field(link.left_field) if left is not None else None
    if link.cardinality == "one_to_one" and pointing is not None and pointing.unique is False:
        message = f"{link.left}.{link.left_field} has values that are in more than one row; write many_to_one"
        yield FieldError(f"{path}.cardinality", message)


def _reference(path: str, side: str, name: str, field: str, model: SemanticModel) -> Iterator[FieldError]:
    dataset = model.dataset(name)
    if dataset is None:
        yield FieldError(f"{path}.{side}", f"there is no dataset {name!r}")
    elif dataset.field(field) is None:
        yield FieldError(f"{path}.{side}_field", f"{name} has no field {field!r}")
