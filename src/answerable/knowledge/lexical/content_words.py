"""Which words of a question say what it is about."""

from __future__ import annotations

from answerable.knowledge.lexical.function_words import function_words, language_of
from answerable.knowledge.lexical.words import words


def content_words(query: str) -> list[str]:
    """The query's distinct words without those that only carry the grammar of its language; all of them
    when nothing else is there."""
    distinct = list(dict.fromkeys(words(query)))
    grammar = function_words(language_of(distinct))
    return [word for word in distinct if word not in grammar] or distinct
