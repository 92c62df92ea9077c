"""A new guess meets what people made of the old one: their edits stay, the rest is refreshed.

Three ways, part by part: what equals the last guess was not edited and takes the new guess; what
differs was edited and stays. Facts about the data (types, counts, values) always come new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from answerable.data.semantics.inference import InferredDataset
from answerable.data.semantics.model import Dataset, Metric, ModelField, Segment, SemanticModel
from answerable.data.semantics.query import own_fields, segment_fields
from answerable.data.semantics.standing import with_confidences

_Part = TypeVar("_Part", bound=BaseModel)

_FIELD_FACTS = frozenset({"name", "type", "nullable", "distinct_count", "unique", "confidence"})
_DATASET_FACTS = frozenset({"id", "name", "fields", "confidence"})


def merge_dataset(
    current: SemanticModel, base: SemanticModel, guess: InferredDataset
) -> tuple[SemanticModel, SemanticModel]:
    """(the model with the dataset refreshed, the new base): `current` is what people see, `base`
    what was last guessed. A dataset that `current` lacks is added."""
    old_base = next((d for d in base.datasets if d.id == guess.dataset.id), None)
    mine = next((d for d in current.datasets if d.id == guess.dataset.id), None)
    guess = _under_name(guess, mine.name if mine is not None else guess.dataset.name)
    taken = {m.name for m in current.metrics if m.dataset != guess.dataset.name}
    taken |= {m.name for m in base.metrics if m.dataset != guess.dataset.name}
    guess = _with_free_names(guess, taken)
    dataset = guess.dataset if mine is None else _dataset(mine, old_base or mine, guess.dataset)
    metrics = _metrics(current, base, guess, known=mine is not None, fields={f.name for f in dataset.fields})
    merged = current.model_copy(update={"datasets": _put(current.datasets, dataset), "metrics": metrics})
    new_base = base.model_copy(
        update={
            "datasets": _put(base.datasets, guess.dataset),
            "metrics": (*(m for m in base.metrics if m.dataset != guess.dataset.name), *guess.metrics),
        }
    )
    return with_confidences(_consistent(merged), new_base), new_base


def with_measures(wanted: SemanticModel, base: SemanticModel) -> SemanticModel:
    """A model that a person wrote with what is measured of its columns, whatever was written there."""
    measured = {(d.id, f.name): f.unique for d in base.datasets for f in d.fields}
    datasets = tuple(
        d.model_copy(
            update={
                "fields": tuple(
                    f.model_copy(update={"unique": measured.get((d.id, f.name))}) for f in d.fields
                )
            }
        )
        for d in wanted.datasets
    )
    return wanted.model_copy(update={"datasets": datasets})


def remove_dataset(model: SemanticModel, dataset_id: str) -> SemanticModel:
    """The model without a dataset, its metrics and its relationships."""
    names = {d.name for d in model.datasets if d.id == dataset_id}
    return model.model_copy(
        update={
            "datasets": tuple(d for d in model.datasets if d.id != dataset_id),
            "metrics": tuple(m for m in model.metrics if m.dataset not in names),
            "relationships": tuple(
                r for r in model.relationships if r.left not in names and r.right not in names
            ),
            "segments": tuple(s for s in model.segments if not _datasets_of(s) & names),
            "policies": tuple(p for p in model.policies if p.dataset not in names),
            "hidden_fields": tuple(h for h in model.hidden_fields if h.dataset not in names),
        }
    )


def _put(datasets: Sequence[Dataset], dataset: Dataset) -> tuple[Dataset, ...]:
    if any(d.id == dataset.id for d in datasets):
        return tuple(dataset if d.id == dataset.id else d for d in datasets)
    return (*datasets, dataset)


def _under_name(guess: InferredDataset, name: str) -> InferredDataset:
    """The guess for a dataset that people gave another name."""
    return InferredDataset(
        guess.dataset.model_copy(update={"name": name}),
        tuple(m.model_copy(update={"dataset": name}) for m in guess.metrics),
    )


def _with_free_names(guess: InferredDataset, taken: set[str]) -> InferredDataset:
    metrics = []
    for metric in guess.metrics:
        name = (
            metric.name
            if metric.name not in taken
            else f"{guess.dataset.name}_{metric.name}"[:63].rstrip("_")
        )
        metrics.append(metric.model_copy(update={"name": name}))
    return InferredDataset(guess.dataset, tuple(m for m in metrics if m.name not in taken))


def _merged(mine: _Part, base: _Part, guess: _Part, facts: frozenset[str]) -> _Part:
    edited = {
        name: getattr(mine, name)
        for name in type(mine).model_fields
        if name not in facts and getattr(mine, name) != getattr(base, name)
    }
    return guess.model_copy(update=edited)


def _dataset(mine: Dataset, base: Dataset, guess: Dataset) -> Dataset:
    merged = _merged(mine, base, guess, _DATASET_FACTS)
    my_fields = {f.name: f for f in mine.fields}
    base_fields = {f.name: f for f in base.fields}
    fields = []
    for field in guess.fields:
        own, old = my_fields.get(field.name), base_fields.get(field.name)
        if own is None:
            if old is None:
                fields.append(field)  # new in the file; what people took out stays out
            continue
        fields.append(_field(own, old or own, field))
    names = {f.name for f in fields}
    default_time = merged.default_time if merged.default_time in names else guess.default_time
    return merged.model_copy(
        update={
            "fields": tuple(fields),
            "primary_key": tuple(k for k in merged.primary_key if k in names),
            "default_time": default_time if default_time in names else None,
        }
    )


def _field(mine: ModelField, base: ModelField, guess: ModelField) -> ModelField:
    merged = _merged(mine, base, guess, _FIELD_FACTS | {"values"})
    hidden = merged.personal or (mine.values is None and base.values is not None)
    # What somebody vouched for was a column of another type.
    status = guess.status if mine.type is not guess.type else merged.status
    return merged.model_copy(update={"values": None if hidden else guess.values, "status": status})


def _metrics(
    current: SemanticModel, base: SemanticModel, guess: InferredDataset, *, known: bool, fields: set[str]
) -> tuple[Metric, ...]:
    name = guess.dataset.name
    others = [m for m in current.metrics if m.dataset != name]
    mine = {m.name: m for m in current.metrics if m.dataset == name}
    old = {m.name: m for m in base.metrics if m.dataset == name}
    kept: list[Metric] = []
    for metric in guess.metrics:
        own = mine.pop(metric.name, None)
        if own is not None:
            kept.append(
                _merged(own, old.get(metric.name, own), metric, frozenset({"name", "dataset", "confidence"}))
            )
        elif not known or metric.name not in old:
            kept.append(metric)
    # People's own metrics, and guesses that they edited, stay as long as their field is there.
    kept += [m for m in mine.values() if m != old.get(m.name)]
    there = [m for m in kept if own_fields(m, current) <= fields]
    names = {m.name for m in there}
    return (*others, *(m for m in there if {m.minus, m.per} - {None} <= names))


def _consistent(model: SemanticModel) -> SemanticModel:
    """The model without relationships and segments over fields that are gone."""
    fields = {(d.name, f.name) for d in model.datasets for f in d.fields}
    segments = tuple(s for s in model.segments if segment_fields(s) <= fields)
    sound = tuple(
        r
        for r in model.relationships
        if (r.left, r.left_field) in fields and (r.right, r.right_field) in fields
    )
    return model.model_copy(update={"relationships": sound, "segments": segments})


def _datasets_of(segment: Segment) -> set[str]:
    return {segment.dataset, *(dataset for dataset, _ in segment_fields(segment))}
