"""Rules that say two things of one number, or nothing of any: refused where people write them.

Rules that are kept already run as they are: the first range that fits gives the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from answerable.data.ingestion.rules.model import Between, Derive, Range, Ranges, Rule, Validate
from answerable.kit.errors import FieldError


def contradictions(rules: Sequence[Rule]) -> list[FieldError]:
    """What to refuse in rules, by the place of each field."""
    return [error for position, rule in enumerate(rules) for error in _of(rule, f"rules.{position}")]


def _of(rule: Rule, place: str) -> Iterator[FieldError]:
    if isinstance(rule, Derive) and isinstance(rule.by, Ranges):
        for one, other in combinations(rule.by.ranges, 2):
            if _overlap(one, other):
                yield FieldError(
                    f"{place}.by.ranges",
                    f"Two ranges of {rule.column!r} overlap: {_words(one)} and {_words(other)}. A number may "
                    "lie in one of them only; `below` itself is not included.",
                )
    if isinstance(rule, Validate) and isinstance(rule.check, Between):
        low, high = rule.check.minimum, rule.check.maximum
        if low is not None and high is not None and low > high:
            yield FieldError(f"{place}.check", f"No number is at least {low:f} and at most {high:f}.")


def _overlap(one: Range, other: Range) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Range, other: Range) -> bool:
    return one.at_least is None or other.below is None or one.at_least < other.below


def _words(part: Range) -> str:
    ends = [_end("from", part.at_least), _end("below", part.below)]
    return f"{part.value!r} ({' '.join(end for end in ends if end)})"


def _end(word: str, number: Decimal | None) -> str:
    return "" if number is None else f"{word} {number:f}"
