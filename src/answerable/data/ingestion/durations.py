"""Lengths of time (7:30, 26:45, 112:05:30), which look like times of day until one is longer."""

from __future__ import annotations

import re

from answerable.data.ingestion.arguments import CountedColumnTextSaid
from answerable.data.ingestion.column_types import Values
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted
from answerable.data.ingestion.times import parse_hours

_NAMED = re.compile(
    r"\b(?:durations?|dauer|elapsed|laufzeit|arbeitszeit(?:en)?|hours[ _]worked|worked[ _]hours|"
    r"time[ _]spent|overtime|(?:soll|ist|arbeits|über|ueber)stunden|durée|duree|duración|duracion|durata)\b",
    re.IGNORECASE,
)
_SECONDS = re.compile(r":\d\d:")


def is_named(label: str) -> bool:
    """Whether a header says that its cells are lengths of time."""
    return _NAMED.search(label) is not None


def finding(filled: Values, label: str) -> Finding:
    """What to say of lengths of time that become hours: doubtful where they may be minutes and seconds."""
    read = [(text.strip(), hours) for text, _ in filled if (hours := parse_hours(text)) is not None]
    count = sum(count for text, count in filled if parse_hours(text) is not None)
    longest = max(read, key=lambda each: each[1])[0]
    plain = all(_SECONDS.search(text) for text, _ in read) or is_named(label.replace("_", " "))
    return noted(
        Code.DURATIONS,
        Severity.CHANGED if plain else Severity.DOUBTFUL,
        CountedColumnTextSaid(code="durations_read", column=label, count=count, text=longest),
        column=label,
        count=count,
        example=longest,
        examples=tuple(Example(before=text, after=f"{hours:.6g} h") for text, hours in read[:SHOWN]),
    )
