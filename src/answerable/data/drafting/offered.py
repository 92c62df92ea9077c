"""What a model may choose from: the members of the model that a question is near to, each with one name.

Values of fields that hold data of persons are never among it, and no value of a field that is not indexed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from answerable.data.questions.lexicon import token_words
from answerable.data.questions.service import lexicon_for
from answerable.data.questions.tokens import tokenise
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    ModelField,
    SemanticModel,
)
from answerable.data.semantics.paths import sole_paths

MOST_DATASETS = 3
_MOST_FIELDS = 60
_MOST_VALUES = 12
_AGGREGATIONS = (Aggregation.SUM, Aggregation.AVG, Aggregation.MIN, Aggregation.MAX, Aggregation.MEDIAN)
COUNT = "count"


@dataclass(frozen=True, slots=True)
class OfferedField:
    """A field under the name that a query of `dataset` gives it. `values` are some of its values, to show how
    they are written; empty where none may be shown."""

    name: str
    field: ModelField
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferedDataset:
    """A table with the fields that its rows lead to, and the numbers that can be computed over it."""

    dataset: Dataset
    fields: tuple[OfferedField, ...]
    measures: tuple[str, ...]  # count, metric:<name>, <aggregation>:<field>, count_distinct:<field>

    def field(self, name: str) -> ModelField | None:
        """The field of that name, or None."""
        return next((offered.field for offered in self.fields if offered.name == name), None)


def offer(
    question: str, model: SemanticModel, scope: Collection[str] | None = None
) -> tuple[OfferedDataset, ...]:
    """The datasets that the question's words are nearest to, best first; none where no word is known."""
    words = token_words(tokenise(question))
    hits: dict[str, set[int]] = {}
    for start, end, entry in lexicon_for(model).spot(words):
        hits.setdefault(entry.dataset, set()).update(range(start, end))
    near = [d for d in model.datasets if d.name in hits and (scope is None or d.name in scope)]
    # Of tables that know as many words the one whose rows lead to others knows theirs, too.
    near.sort(key=lambda d: (-len(hits[d.name]), -len(sole_paths(model, d.name)), d.name))
    return tuple(_offered(dataset, model, scope, set(words)) for dataset in near[:MOST_DATASETS])


def _offered(
    dataset: Dataset, model: SemanticModel, scope: Collection[str] | None, words: set[str]
) -> OfferedDataset:
    fields = [OfferedField(f.name, f, _shown(f, words)) for f in dataset.fields]
    for goal in sole_paths(model, dataset.name):
        other = model.dataset(goal)
        if other is not None and (scope is None or goal in scope):
            fields += [
                OfferedField(f"{goal}__{f.name}", f, _shown(f, words))
                for f in other.fields
                if f.role in (FieldRole.DIMENSION, FieldRole.KEY) and len(f"{goal}__{f.name}") <= 63
            ]
    measures = [COUNT, *(f"metric:{m.name}" for m in model.metrics if m.dataset == dataset.name)]
    for field in dataset.fields:
        if field.type in NUMERIC_TYPES and field.role is not FieldRole.KEY:
            measures += [f"{aggregation.value}:{field.name}" for aggregation in _AGGREGATIONS]
        elif field.type not in TEMPORAL_TYPES:
            measures.append(f"count_distinct:{field.name}")
    return OfferedDataset(dataset, tuple(fields[:_MOST_FIELDS]), tuple(measures))


def _shown(field: ModelField, words: set[str]) -> tuple[str, ...]:
    """Some of a field's values: those with a word of the question first."""
    if field.personal or field.values is None or field.type is not FieldType.STRING:
        return ()
    near = [v for v in field.values if words & set(token_words(tokenise(v)))]
    return tuple(dict.fromkeys([*near, *field.values]))[:_MOST_VALUES]
