"""Questions that can be answered, for someone whose own could not."""

from __future__ import annotations

import re
from collections.abc import Sequence

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

_NTH = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_LOW = frozenset({"lowest", "smallest", "worst", "fewest", "least"})
_ORDINAL = (
    rf"(?P<nth>{'|'.join(_NTH)})[- ]"
    rf"(?P<best>best|highest|largest|biggest|most|greatest|{'|'.join(sorted(_LOW))})"
)
_ASKING = r"(?:(?:who|what|which) (?:is|are|was|were) )?(?:the |which |what )?"
_NTH_OF = re.compile(rf"^{_ASKING}{_ORDINAL} (?P<what>[\w ]+?) (?:by|in terms of) (?P<by>.+)$", re.I)
_WITH_NTH = re.compile(
    rf"^{_ASKING}(?P<what>[\w ]+?) (?:with|has|had|having) (?:the )?{_ORDINAL} (?P<by>.+)$", re.I
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


def first_few(question: str) -> str:
    """For the second best of something, the two best: which one is second is then seen. Empty where no such
    is asked for."""
    said = question.strip().rstrip("?!. ")
    for pattern in (_NTH_OF, _WITH_NTH):
        found = pattern.match(said)
        if found is not None:
            n = _NTH[found["nth"].lower()]
            end = "bottom" if found["best"].lower() in _LOW else "top"
            return f"{end} {n} {plural(found['what'].lower())} by {found['by']}"
    return ""


def examples(model: SemanticModel, names: Sequence[str]) -> list[str]:
    """Two questions for each named dataset, in that order, of the sort that stage 0 always answers."""
    found: list[str] = []
    for name in names:
        dataset = model.dataset(name)
        if dataset is None:
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
