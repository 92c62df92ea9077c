"""What documents say beside a computed explanation: sentences about its drivers in its period, word for word.

They are cited as mentions, never as causes: that two things are told of one month proves nothing.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence

from answerable.chat.asking.answer import QuoteEvidence, Route
from answerable.chat.asking.composer import Draft
from answerable.knowledge.answering.writing.passages import SourcePassage

_MOST_QUOTES = 2


def cite_beside(
    draft: Draft, passages: Sequence[SourcePassage], drivers: Collection[str], period: str
) -> Draft:
    """The draft with sentences that name a driver, out of passages that name the period as well."""
    quotes = [
        (passage, start, end)
        for passage in passages
        if _mentions(" ".join((*passage.heading_path, passage.title, passage.text)), _names(period))
        for start, end in passage.spans
        if _mentions(passage.text[start:end], drivers) and not passage.text[start:end].startswith("#")
    ][:_MOST_QUOTES]
    if not quotes:
        return draft
    marks = []
    for passage, start, end in quotes:
        number = len(draft.evidence) + 1
        text = passage.text[start:end]
        draft.evidence.append(
            QuoteEvidence(
                n=number,
                document_id=passage.document_id,
                title=passage.title,
                page=passage.page,
                heading_path=list(passage.heading_path),
                quote=text,
                start=passage.start + start,
                end=passage.start + end,
                score=round(max(0.0, min(1.0, passage.score)), 4),
            )
        )
        marks.append(f"“{' '.join(text.split())}” [{number}]")
    draft.text = f"{draft.text} Documents mention it: {' '.join(marks)}"
    draft.route = Route.BOTH
    return draft


def _mentions(text: str, words: Collection[str]) -> bool:
    folded = text.casefold()
    return any(word.casefold() in folded for word in words)


def _names(label: str) -> tuple[str, ...]:
    """How a document may name a period: March 2026, or March."""
    months = [word for word in label.split() if word in calendar.month_name[1:]]
    return tuple(name for name in (label, *months) if name)
