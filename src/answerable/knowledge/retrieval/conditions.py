"""Filters as an SQL/JSON path over a document's facts.

The path holds keys and operators alone; every value travels beside it as a variable. A comparison with
several values on a side holds when one pair of them does (ISO/IEC 9075-2, SQL/JSON path, lax mode).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from answerable.knowledge.indexing.facts import CREATED, LANGUAGE, METADATA, MODIFIED, TAGS, TYPE
from answerable.knowledge.retrieval.filters import Filters, MetadataCondition, TimeRange


@dataclass(frozen=True, slots=True)
class Condition:
    """A path predicate and the values of its variables."""

    path: str
    values: dict[str, JsonValue]


@dataclass(slots=True)
class _Builder:
    parts: list[str] = field(default_factory=list)
    values: dict[str, JsonValue] = field(default_factory=dict)

    def compare(self, place: str, operator: str, value: JsonValue) -> None:
        name = f"v{len(self.values)}"
        self.values[name] = value
        several = "[*]" if isinstance(value, list) else ""
        self.parts.append(f"{place} {operator} ${name}{several}")

    def within(self, place: str, wanted: TimeRange | None) -> None:
        if wanted is None:
            return
        start, end = wanted.seconds()
        if start is not None:
            self.compare(place, ">=", start)
        if end is not None:
            self.compare(place, "<", end)

    def metadata(self, key: str, wanted: MetadataCondition) -> None:
        place = f"$.{METADATA}" + "".join(f".{json.dumps(part)}" for part in key.split("."))
        if "eq" in wanted.model_fields_set:
            self.compare(place, "==", wanted.eq)
        if wanted.one_of is not None:
            self.compare(place, "==", list(wanted.one_of))
        bounds = ((">", wanted.gt), (">=", wanted.gte), ("<", wanted.lt), ("<=", wanted.lte))
        for operator, bound in bounds:
            if bound is not None:
                self.compare(place, operator, bound)
        if wanted.exists is not None:
            self.parts.append(f"{'' if wanted.exists else '!'}exists({place})")


def condition_of(several: Iterable[Filters]) -> Condition | None:
    """The filters, all of which must hold, as a condition on a document's facts; None when they leave
    nothing out."""
    built = _Builder()
    for filters in several:
        named = ((TAGS, filters.tags), (TYPE, filters.types), (LANGUAGE, filters.languages))
        for name, wanted in named:
            if wanted is not None:
                built.compare(f"$.{name}", "==", list(wanted))
        built.within(f"$.{CREATED}", filters.created)
        built.within(f"$.{MODIFIED}", filters.modified)
        for key, condition in (filters.metadata or {}).items():
            built.metadata(key, condition)
    if not built.parts:
        return None
    return Condition(" && ".join(f"({part})" for part in built.parts), built.values)
