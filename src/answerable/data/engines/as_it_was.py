"""A semantic model over the columns that a version of before has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.data.semantics.model import Dataset, FieldType, ModelField, SemanticModel, Unit
from answerable.data.semantics.query import own_fields, segment_fields


def as_of_version(model: SemanticModel, dataset_id: str, columns: Sequence[dict[str, Any]]) -> SemanticModel:
    """The model with the fields of a dataset that the version's columns have, in their types and units of
    then; what needs a field that is not there is left out with it."""
    facts = {column["name"]: column for column in columns}
    datasets = tuple(_then(d, facts) if d.id == dataset_id else d for d in model.datasets)
    there = {(d.name, f.name) for d in datasets for f in d.fields}
    return model.model_copy(
        update={
            "datasets": datasets,
            "metrics": tuple(
                m for m in model.metrics if {(m.dataset, f) for f in own_fields(m, model)} <= there
            ),
            "segments": tuple(s for s in model.segments if segment_fields(s) <= there),
            "relationships": tuple(
                r
                for r in model.relationships
                if (r.left, r.left_field) in there and (r.right, r.right_field) in there
            ),
        }
    )


def _then(dataset: Dataset, facts: dict[str, dict[str, Any]]) -> Dataset:
    fields = tuple(_field(field, facts[field.name]) for field in dataset.fields if field.name in facts)
    names = {field.name for field in fields}
    return dataset.model_copy(
        update={
            "fields": fields,
            "primary_key": tuple(k for k in dataset.primary_key if k in names),
            "default_time": dataset.default_time if dataset.default_time in names else None,
        }
    )


def _field(field: ModelField, facts: dict[str, Any]) -> ModelField:
    changed: dict[str, Any] = {"type": FieldType(facts["type"]), "unique": facts.get("unique")}
    if "unit" in facts:
        changed["unit"] = Unit.model_validate(facts["unit"]) if facts["unit"] is not None else None
    return field.model_copy(update=changed)
