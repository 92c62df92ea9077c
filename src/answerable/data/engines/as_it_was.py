"""A semantic model of one time over the data of another: versions of before, or a model of before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from answerable.data.connections.live import LiveTable
from answerable.data.engines.repository import ReadyTable
from answerable.data.semantics.model import Dataset, FieldType, ModelField, SemanticModel, Unit
from answerable.data.semantics.query import own_fields, segment_fields


def over_newest(
    model: SemanticModel,
    latest: SemanticModel,
    ready: Mapping[str, ReadyTable],
    live: Mapping[str, LiveTable],
) -> SemanticModel:
    """A model of before over the newest data, with what that is measured to be: whether a key is in several
    rows now, which its revision does not know. `ready` and `live` have the tables by their datasets' ids;
    units stay as the revision has them."""
    for dataset_id, version in ready.items():
        if version.columns:
            columns = [{k: v for k, v in column.items() if k != "unit"} for column in version.columns]
            model = as_of_version(model, dataset_id, columns)
    measured = {(d.id, f.name): f.unique for d in latest.datasets for f in d.fields}
    for dataset_id, table in live.items():
        facts = [
            {"name": c.field, "type": c.type, "unique": measured.get((dataset_id, c.field))}
            for c in table.table.columns
        ]
        model = as_of_version(model, dataset_id, facts)
    return model


def as_of_version(
    model: SemanticModel, dataset_id: str, columns: Sequence[Mapping[str, Any]]
) -> SemanticModel:
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


def _then(dataset: Dataset, facts: Mapping[str, Mapping[str, Any]]) -> Dataset:
    fields = tuple(_field(field, facts[field.name]) for field in dataset.fields if field.name in facts)
    names = {field.name for field in fields}
    return dataset.model_copy(
        update={
            "fields": fields,
            "primary_key": tuple(k for k in dataset.primary_key if k in names),
            "default_time": dataset.default_time if dataset.default_time in names else None,
        }
    )


def _field(field: ModelField, facts: Mapping[str, Any]) -> ModelField:
    changed: dict[str, Any] = {"type": FieldType(facts["type"]), "unique": facts.get("unique")}
    if "unit" in facts:
        changed["unit"] = Unit.model_validate(facts["unit"]) if facts["unit"] is not None else None
    return field.model_copy(update=changed)
