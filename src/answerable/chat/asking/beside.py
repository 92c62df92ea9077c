"""What documents say beside a computed explanation: sentences about its drivers in its period, word for word.

They are cited as mentions, never as causes: that two things are told of one month proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from answerable.chat.asking.answer import QuoteEvidence, Route
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.named_periods import is_about, months_of
from answerable.knowledge.answering.writing.passages import SourcePassage

_MOST_QUOTES = 2


def cite_beside(
    draft: Draft, passages: Sequence[SourcePassage], drivers: Collection[str], days: tuple[date, date]
) -> Draft:
    """The draft with sentences that name a driver and are about the days, the second of which is the first
    one after them."""
    months = months_of(*days)
    quotes = [
        (passage, start, end)
        for passage in passages
        for start, end in passage.spans
        if _mentions(passage.text[start:end], drivers)
        and not passage.text[start:end].startswith("#")
        and is_about(months, passage.text[start:end], passage.above, passage.text[:start], passage.text[end:])
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


def _mentions(text: str, drivers: Collection[str]) -> bool:
    """Whether the text names one of them as words of their own: "Web" is not in "website"."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in drivers)
