"""What of a model is a guess and what a person's word: statuses and confidences as a model is kept.

A confidence belongs to a guess. Where the model says something else than was guessed last, it is a person's
word and has none. A part that a person changes is reviewed by that; what they only look at, they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from answerable.data.semantics.model import (
    Dataset,
    DatasetConfidence,
    FieldConfidence,
    Metric,
    ModelField,
    Relationship,
    SemanticModel,
    Status,
)

_Guessed = TypeVar("_Guessed", Dataset, ModelField, Metric, Relationship)

# What a metric's name computes; the rest is how it is called.
_MEANING = ("aggregation", "field", "unit", "non_additive", "stock_of", "where", "minus", "per", "cumulative")
# What nobody decides: facts of the data, and what is written here.
_UNDECIDED = frozenset({"status", "confidence", "fields", "values", "nullable", "distinct_count", "unique"})


def with_confidences(model: SemanticModel, base: SemanticModel) -> SemanticModel:
    """The model with the confidence of each guess, as `base` has it, that it still holds."""
    guesses = {dataset.id: dataset for dataset in base.datasets}
    metrics = {metric.name: metric for metric in base.metrics}
    return model.model_copy(
        update={
            "datasets": tuple(_dataset(dataset, guesses.get(dataset.id)) for dataset in model.datasets),
            "metrics": tuple(_metric(metric, metrics.get(metric.name)) for metric in model.metrics),
        }
    )


def _dataset(mine: Dataset, guess: Dataset | None) -> Dataset:
    kept = _held(mine, guess, guess.confidence) if guess is not None else {}
    fields = tuple(_field(field, guess.field(field.name) if guess else None) for field in mine.fields)
    return mine.model_copy(update={"confidence": DatasetConfidence(**kept), "fields": fields})


def _field(mine: ModelField, guess: ModelField | None) -> ModelField:
    kept = _held(mine, guess, guess.confidence) if guess is not None else {}
    return mine.model_copy(update={"confidence": FieldConfidence(**kept)})


def _held(
    mine: Dataset | ModelField, guess: Dataset | ModelField, sure: DatasetConfidence | FieldConfidence
) -> dict[str, float]:
    aspects = type(sure).model_fields
    same = (name for name in aspects if getattr(mine, name) == getattr(guess, name))
    return {name: getattr(sure, name) for name in same}


def _metric(mine: Metric, guess: Metric | None) -> Metric:
    held = guess is not None and all(getattr(mine, name) == getattr(guess, name) for name in _MEANING)
    return mine.model_copy(update={"confidence": guess.confidence if guess is not None and held else None})


def reviewed(wanted: SemanticModel, before: SemanticModel) -> SemanticModel:
    """A model that a person wants in place of another, with what they changed or added reviewed by that. A
    status that is not said is as it was."""
    old = {dataset.id: dataset for dataset in before.datasets}
    links = {_ends(link): link for link in before.relationships}
    metrics = {metric.name: metric for metric in before.metrics}
    return wanted.model_copy(
        update={
            "datasets": tuple(_reviewed_dataset(each, old.get(each.id)) for each in wanted.datasets),
            "metrics": tuple(_reviewed(each, metrics.get(each.name)) for each in wanted.metrics),
            "relationships": tuple(
                _own(_reviewed(each, links.get(_ends(each)))) for each in wanted.relationships
            ),
        }
    )


def _reviewed_dataset(wanted: Dataset, before: Dataset | None) -> Dataset:
    old: Mapping[str, ModelField] = (
        {field.name: field for field in before.fields} if before is not None else {}
    )
    fields = tuple(_reviewed(field, old.get(field.name)) for field in wanted.fields)
    return _reviewed(wanted, before).model_copy(update={"fields": fields})


def _reviewed(wanted: _Guessed, before: _Guessed | None) -> _Guessed:
    said = wanted.status if before is None or "status" in wanted.model_fields_set else before.status
    changed = before is None or any(
        getattr(wanted, name) != getattr(before, name)
        for name in type(wanted).model_fields
        if name not in _UNDECIDED
    )
    if changed and said is Status.INFERRED:
        said = Status.REVIEWED
    return wanted.model_copy(update={"status": said})


def _own(link: Relationship) -> Relationship:
    """A relationship that a person vouches for has no confidence of values."""
    return link if link.status is Status.INFERRED else link.model_copy(update={"confidence": None})


def _ends(link: Relationship) -> tuple[str, str, str, str]:
    return link.left, link.left_field, link.right, link.right_field
