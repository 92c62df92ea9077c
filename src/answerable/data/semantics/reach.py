"""How far a member sees: the model without the fields that are hidden from them, and which rows of its
datasets their queries read.

What is in doubt is closed: a member without the attribute that a policy names reads no row, and so does
whoever is bound by a policy whose field is gone, can be reached in two ways, or is of a table in which
several rows have the key that leads there.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from answerable.data.semantics.model import (
    Audience,
    Dataset,
    FieldType,
    Metric,
    ModelField,
    RowPolicy,
    SemanticModel,
)
from answerable.data.semantics.paths import Path, flaw, sole_paths
from answerable.data.semantics.query import metric_fields, segment_fields
from answerable.kit.principal import Role

# Of other types no text says exactly which values are meant.
LIMITING_TYPES = frozenset({FieldType.STRING, FieldType.INTEGER, FieldType.BOOLEAN})
_MOST_KEPT = 256
_kept: OrderedDict[tuple[int, str], Reach] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their role in the workspace, and the attributes that an admin gave them."""

    role: Role | None = None
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def belongs_to(self, audience: Audience) -> bool:
        """Whether they have one of its roles or attributes."""
        if self.role in audience.roles:
            return True
        return any(set(wanted) & set(self.values(name)) for name, wanted in audience.attributes.items())

    def values(self, attribute: str) -> Sequence[str]:
        """Their values of an attribute; none where they do not have it."""
        return self.attributes.get(attribute, ())


@dataclass(frozen=True, slots=True)
class RowLimit:
    """The rows whose `field`, at the end of the path, has one of the values. Without a field: no row."""

    field: ModelField | None = None
    path: Path = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """A model as somebody sees it. `limits` are by the names of datasets and hold all at once; `unlisted` are
    the fields whose values are left out, because rows beyond reach have some of them. Who sees alike has the
    same `key`; None: everything is seen."""

    model: SemanticModel
    limits: Mapping[str, tuple[RowLimit, ...]] = field(default_factory=dict)
    unlisted: frozenset[tuple[str, str]] = frozenset()
    key: str | None = None
    whole: SemanticModel | None = None

    @property
    def hidden(self) -> frozenset[tuple[str, str]]:
        """The fields that are kept back, by dataset and name."""
        whole = _fields(self.whole) if self.whole is not None else frozenset()
        return whole - _fields(self.model)

    def is_whole_of(self, dataset_id: str) -> bool:
        """Whether all rows and all fields of a dataset are seen."""
        names = {dataset.name for dataset in self.model.datasets if dataset.id == dataset_id}
        return not names & {*self.limits, *(name for name, _ in self.hidden)}


def reach(model: SemanticModel, viewer: Viewer | None) -> Reach:
    """What the viewer sees of a model; None sees all of it."""
    if viewer is None:
        return Reach(model)
    policies = [p for p in model.policies if not viewer.belongs_to(p.except_for)]
    hidden = {(h.dataset, h.field) for h in model.hidden_fields if not viewer.belongs_to(h.visible_to)}
    if not policies and not hidden:
        return Reach(model)
    bound = [[p.dataset, p.field, *sorted(viewer.values(p.attribute))] for p in policies]
    key = hashlib.sha256(json.dumps([sorted(bound), sorted(hidden)]).encode()).hexdigest()[:16]
    # Equal reaches meet the same object, whose vocabulary is then built once.
    place = (id(model), key)
    if (known := _kept.get(place)) is not None:
        _kept.move_to_end(place)
        return known
    limits: dict[str, tuple[RowLimit, ...]] = {}
    for policy in policies:
        found = _limit(policy, model, viewer.values(policy.attribute))
        limits[policy.dataset] = (*limits.get(policy.dataset, ()), found)
    narrowed = _without_fields(model, hidden)
    seen, unlisted = _without_values(narrowed, limits)
    _kept[place] = Reach(seen, limits, unlisted, key, whole=model)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return _kept[place]


def policy_field(model: SemanticModel, dataset: Dataset, name: str) -> tuple[ModelField, Path] | None:
    """The field that a policy's `field` names, with the way to it; None where there is none, or two ways, or
    one that leads to several rows."""
    own = dataset.field(name)
    if own is not None:
        return own, ()
    prefix, _, rest = name.partition("__")
    while rest:
        other = model.dataset(prefix)
        found = other.field(rest) if other is not None else None
        path = sole_paths(model, dataset.name).get(prefix)
        if found is not None and path is not None and flaw(path, model) is None:
            return found, path
        more, _, rest = rest.partition("__")
        prefix = f"{prefix}__{more}"
    return None


def _limit(policy: RowPolicy, model: SemanticModel, values: Sequence[str]) -> RowLimit:
    dataset = model.dataset(policy.dataset)
    found = policy_field(model, dataset, policy.field) if dataset is not None else None
    return RowLimit() if found is None else RowLimit(*found, tuple(sorted(values)))


def _fields(model: SemanticModel) -> frozenset[tuple[str, str]]:
    return frozenset((dataset.name, field.name) for dataset in model.datasets for field in dataset.fields)


def _without_fields(model: SemanticModel, hidden: set[tuple[str, str]]) -> SemanticModel:
    datasets = []
    for dataset in model.datasets:
        gone = {name for owner, name in hidden if owner == dataset.name}
        datasets.append(
            dataset.model_copy(
                update={
                    "fields": tuple(f for f in dataset.fields if f.name not in gone),
                    "primary_key": tuple(k for k in dataset.primary_key if k not in gone),
                    "default_time": None if dataset.default_time in gone else dataset.default_time,
                }
            )
        )
    return model.model_copy(
        update={
            "datasets": tuple(datasets),
            "metrics": tuple(m for m in model.metrics if not _read_by(m, model) & hidden),
            "segments": tuple(s for s in model.segments if not segment_fields(s) & hidden),
            "relationships": tuple(
                r
                for r in model.relationships
                if not {(r.left, r.left_field), (r.right, r.right_field)} & hidden
            ),
            "policies": (),
            "hidden_fields": (),
        }
    )


def _read_by(metric: Metric, model: SemanticModel) -> set[tuple[str, str]]:
    """The fields that a metric's number depends on, by dataset and name."""
    found = set()
    for name in metric_fields(metric, model):
        dataset, _, field = name.rpartition("__") if "__" in name else (metric.dataset, "", name)
        found.add((dataset, field))
    return found


def _without_values(
    model: SemanticModel, limits: Mapping[str, tuple[RowLimit, ...]]
) -> tuple[SemanticModel, frozenset[tuple[str, str]]]:
    """The model without what its lists of values and counts tell of rows beyond reach."""
    unlisted = frozenset(
        (dataset.name, field.name)
        for dataset in model.datasets
        for field in dataset.fields
        if dataset.name in limits and field.values is not None
    )
    datasets = [
        dataset
        if dataset.name not in limits
        else dataset.model_copy(
            update={
                "fields": tuple(
                    f.model_copy(update={"values": None, "distinct_count": None}) for f in dataset.fields
                )
            }
        )
        for dataset in model.datasets
    ]
    return model.model_copy(update={"datasets": tuple(datasets)}), unlisted
