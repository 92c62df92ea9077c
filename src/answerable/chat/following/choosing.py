"""Which of the readings that were offered a person means by a few words: a label, a part of one, a place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answerable.chat.asking.answer import AskBackOption

_PLACES = {
    "first": 0, "1st": 0, "1": 0, "one": 0,
    "second": 1, "2nd": 1, "2": 1, "two": 1,
    "third": 2, "3rd": 2, "3": 2, "three": 2,
}  # fmt: skip
_FRAME = re.compile(
    r"^(?:(?:i|i'd) (?:mean|meant|want|like|take)|by|the|option|number|no|please|take|use|yes|ok|it's|its)\b|"
    r"\b(?:one|option|please|reading)$"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def chosen(text: str, options: Sequence[AskBackOption]) -> AskBackOption | None:
    """The option that the words name, when they name exactly one and say nothing else."""
    said = _bare(text)
    if not said:
        return None
    if said[0] == "last" and len(said) == 1 and options:
        return options[-1]
    if len(said) == 1 and (place := _PLACES.get(said[0])) is not None:
        return options[place] if place < len(options) else None
    labels = [_words(option.label) for option in options]
    same = [option for option in options if _bare(option.label) == said]
    if len(same) == 1:
        return same[0]
    within = [option for option, label in zip(options, labels, strict=True) if set(said) <= set(label)]
    return within[0] if len(within) == 1 else None


def _bare(text: str) -> list[str]:
    """The words without those that only frame a choice: “the second one, please” is “second”."""
    said = " ".join(_words(text))
    while (bare := _FRAME.sub("", said).strip()) and bare != said:
        said = bare
    return said.split()


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
