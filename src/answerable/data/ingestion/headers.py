"""Column names out of header rows: labels as people wrote them, snake_case ASCII names, units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.data.ingestion import units
from answerable.data.ingestion.arguments import BlankHeaderSaid, DuplicateHeaderSaid
from answerable.data.ingestion.characters import storable
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten
from answerable.data.semantics.model import Unit

_NAME_LENGTH = 63
# A label is carried by every model and answer; a cell of a megabyte in a header row is no label.
_LABEL_LENGTH = 200
_MOST_READ = 10_000
_TRANSLITERATED = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "å": "a",
        "ł": "l",
        "đ": "d",
        "þ": "th",
        "€": " eur ",
        "$": " usd ",
        "£": " gbp ",
        "%": " pct ",
        "&": " and ",
        "#": " no ",
        "№": " no ",
    }
)


@dataclass(frozen=True, slots=True)
class ColumnHeader:
    """`name` is the column's name in queries, `label` what the file says, `unit` what the label
    names in brackets or at its end."""

    name: str
    label: str
    unit: Unit | None = None


def snake_case(text: str, *, fallback: str = "column") -> str:
    """An ASCII name `^[a-z][a-z0-9_]{0,62}$` for any text: "Größe (m²)" → groesse_m2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", " ", text)
    lowered = unicodedata.normalize("NFC", spaced).lower().translate(_TRANSLITERATED)
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not name:
        return fallback
    if not name[0].isalpha() and fallback:
        name = f"{fallback[0]}_{name}"
    return name[:_NAME_LENGTH].rstrip("_")


def _column_name(label: str) -> str:
    """The label as a name; empty when no letter or digit of it can be written in ASCII."""
    name = snake_case(label, fallback="")
    return f"c_{name}"[:_NAME_LENGTH].rstrip("_") if name and not name[0].isalpha() else name


def unique(name: str, taken: set[str]) -> str:
    """The name, or the name with the first free number; the result is added to `taken`."""
    candidate, number = name, 2
    while candidate in taken:
        tail = f"_{number}"
        candidate = name[: _NAME_LENGTH - len(tail)] + tail
        number += 1
    taken.add(candidate)
    return candidate


def name_columns(labels: Sequence[str]) -> tuple[list[ColumnHeader], list[Finding]]:
    """A header for each label: unique names, units split off, blank and duplicate ones reported."""
    taken: set[str] = set()
    headers, findings = [], []
    seen: dict[str, list[str]] = {}
    for position, raw in enumerate(labels, start=1):
        label = " ".join(storable(raw[:_MOST_READ]).split())[:_LABEL_LENGTH]
        bare, unit = units.split_header(label)
        fallback = f"column_{position}"
        name = unique(_column_name(bare) or fallback, taken)
        if not label:
            findings.append(_blank(position, name))
        seen.setdefault(label, []).append(name)
        headers.append(ColumnHeader(name, label or fallback, unit))
    findings += [_duplicate(label, names) for label, names in seen.items() if label and len(names) > 1]
    return headers, findings


def _blank(position: int, name: str) -> Finding:
    said = BlankHeaderSaid(code="header_blank", position=position, name=name)
    return noted(Code.HEADER_BLANK, Severity.DOUBTFUL, said, column=name, count=1)


def _duplicate(label: str, names: Sequence[str]) -> Finding:
    said = DuplicateHeaderSaid(
        code="header_duplicate",
        count=len(names),
        text=shorten(label, 40),
        names=(*names[:5], *(["…"] if len(names) > 5 else [])),
    )
    return noted(
        Code.HEADER_DUPLICATE,
        Severity.DOUBTFUL,
        said,
        column=names[1],
        count=len(names),
        example=shorten(label),
    )
