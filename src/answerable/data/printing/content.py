"""What a printed document says, before anybody knows where on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, large."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, as Vega-Lite. Any: a specification as it was kept."""

    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `numeric` says which columns stand to the right, `more` how many rows were left out."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its title, what it shows, and small print: where it comes from."""

    title: str
    parts: Sequence[Figure | Picture | Grid | Words]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what it is for, facts about the whole, and sections in reading order."""

    title: str
    lead: str
    facts: Sequence[str]
    sections: Sequence[Section]
