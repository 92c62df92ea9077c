"""What a change of the model changes in the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel

from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.relationships import changed_ends

_Part = TypeVar("_Part", bound=BaseModel)

# How a part is called, and how far it is trusted, is in no number.
_TOLD = frozenset(
    {"label", "synonyms", "description", "row_noun", "status", "confidence", "values", "personal"}
    | {"nullable", "distinct_count", "unique"}
)


def computed_otherwise(before: SemanticModel, after: SemanticModel) -> frozenset[str]:
    """The ids of the datasets whose queries may give something else, or be refused, under the second model.
    Names of datasets are taken as they are in either."""
    ids = {dataset.name: dataset.id for model in (before, after) for dataset in model.datasets}
    if before.calendar != after.calendar:
        return frozenset(ids.values())
    names = set(changed_ends(before.relationships, after.relationships))
    names |= {metric.dataset for metric in _differing(before.metrics, after.metrics)}
    names |= {segment.dataset for segment in _differing(before.segments, after.segments)}
    names |= {policy.dataset for policy in _differing(before.policies, after.policies)}
    names |= {hidden.dataset for hidden in _differing(before.hidden_fields, after.hidden_fields)}
    names |= {dataset.name for dataset in _differing(before.datasets, after.datasets)}
    return frozenset(ids[name] for name in names if name in ids)


def _differing(before: Iterable[_Part], after: Iterable[_Part]) -> Iterable[_Part]:
    """The parts that only one of the models has, as far as numbers go."""
    old, new = ({_meant(part): part for part in parts} for parts in (before, after))
    return [part for key, part in (*old.items(), *new.items()) if (key in old) is not (key in new)]


def _meant(part: BaseModel) -> str:
    told = _TOLD & type(part).model_fields.keys()
    inner = {"fields": {"__all__": set(_TOLD)}} if "fields" in type(part).model_fields else {}
    return part.model_dump_json(exclude={**dict.fromkeys(told, True), **inner})
