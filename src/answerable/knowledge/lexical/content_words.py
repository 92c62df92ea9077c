"""Which words of a question say what it is about."""

from __future__ import annotations

from answerable.knowledge.lexical.words import words

_FUNCTION_WORDS = frozenset(
    words(
        "a an the of in on at to for from by with and or is are was were be been being do does did "
        "has have had it its this that these those as what which who whom whose when where why how "
        "many much not there their they he she his her i you we our your than then into about also "
        "can could would should will may name type kind called me us tell please"
    )
)


def content_words(query: str) -> list[str]:
    """The query's distinct words without those that only carry its grammar; all of them when nothing
    else is there."""
    distinct = list(dict.fromkeys(words(query)))
    return [word for word in distinct if word not in _FUNCTION_WORDS] or distinct
