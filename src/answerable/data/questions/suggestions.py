"""Questions that can be answered, for someone whose own could not."""

from __future__ import annotations

from collections.abc import Collection

from answerable.data.questions.english import plural
from answerable.data.questions.tokens import tokenise
from answerable.data.semantics.model import Dataset, FieldRole, SemanticModel

_DANGLING = frozenset(
    [
        "in",
        "for",
        "from",
        "with",
        "of",
        "by",
        "at",
        "on",
        "the",
        "a",
        "and",
        "or",
        "to",
        "that",
        "which",
        "who",
    ]
)


def shortened(question: str, left_over: tuple[str, ...]) -> str:
    """The question without the words left over and without a preposition left dangling before one."""
    if not left_over:
        return ""
    kept: list[str] = []
    for token in tokenise(question):
        if token.norm in left_over:
            while kept and kept[-1].casefold() in _DANGLING:
                kept.pop()
        else:
            kept.append(question[token.start : token.end])
    while kept and kept[-1].casefold() in _DANGLING:
        kept.pop()
    return " ".join(kept)


def examples(model: SemanticModel, scope: Collection[str]) -> list[str]:
    """Two questions a dataset, of the sort that stage 0 always answers."""
    found: list[str] = []
    for dataset in model.datasets:
        if dataset.name not in scope:
            continue
        measure = _measure(model, dataset)
        group = next(
            (
                f
                for f in dataset.fields
                if f.role is FieldRole.DIMENSION and f.values is not None and not f.personal
            ),
            None,
        )
        if dataset.default_time is not None:
            found.append(f"{measure} by month")
        if group is not None:
            found.append(f"{measure} by {group.label.casefold()}")
    return found


def _measure(model: SemanticModel, dataset: Dataset) -> str:
    metric = next((m for m in model.metrics if m.dataset == dataset.name), None)
    if metric is not None:
        return metric.label
    noun = dataset.row_noun if dataset.row_noun else "row"
    return f"number of {plural(noun)}"
