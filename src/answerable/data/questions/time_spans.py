"""The stretches of time that a question names, wherever they stand in it and whatever else it says."""

from __future__ import annotations

from datetime import date, datetime

from answerable.data.questions.meanings import Span
from answerable.data.questions.said import context_of, phrases_in
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.tokens import tokenise
from answerable.data.semantics.model import Dataset, SemanticModel

Days = tuple[date | None, date | None]
"""From the first day to the day after the last; None where a side is open."""


def named_spans(
    question: str, model: SemanticModel, dataset: Dataset, as_of: datetime
) -> dict[tuple[int, int], list[tuple[Days, str]]]:
    """The days, with their label, that each of the question's longest phrases of time means at `as_of`, by
    the words that it stands on: several where a phrase has several meanings."""
    context = context_of(model, dataset, Now.at(as_of, model.calendar))
    found_in = phrases_in(tokenise(question), context)
    spans = [item for item in found_in if item.category == "Span" and isinstance(item.value, Span)]
    places = {(item.start, item.end) for item in spans}
    found: dict[tuple[int, int], list[tuple[Days, str]]] = {}
    for item in sorted(spans, key=lambda item: (item.start, item.end, item.cost)):
        place = (item.start, item.end)
        within = any(a <= place[0] and place[1] <= b and (a, b) != place for a, b in places)
        if isinstance(item.value, Span) and not within:
            found.setdefault(place, []).append(((item.value.start, item.value.end), item.value.label))
    return found
