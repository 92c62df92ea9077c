"""The words of version 1, for documents that are not yet indexed anew."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from answerable.knowledge.lexical.stemming import stem

_CJK = (
    "\u3040-\u30ff"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # han
    "\uac00-\ud7af"  # hangul syllables
    "\U00020000-\U0002fa1f"  # han, supplementary
)
_MARKS = "".join(
    re.escape(chr(code)) for code in range(0x300, 0x1E00) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_PART = rf"[^\W_{_CJK}](?:[^\W_{_CJK}]|[{_MARKS}])*"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>{_PART}(?:[-_./'’@:]{_PART})*)")
_SPLIT = re.compile(r"[-_./'’@:]")
_LATIN_MARKS = re.compile(r"[\u0300-\u036f]")
_LONGEST = 64
"""Characters that count of one word; longer runs are data (hashes, base64), not words."""


def words(text: str) -> list[str]:
    """The words of a text in order, folded and stemmed; each part of a code also by itself."""
    return list(_words(fold(text)))


def fold(text: str) -> str:
    """Compatibility forms resolved, lower case, without Latin, Greek and Cyrillic accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", decomposed))


def _words(folded: str) -> Iterator[str]:
    for match in _RUN.finditer(folded):
        if match["cjk"]:
            yield from _pairs(match["cjk"])
        else:
            yield from _parts(match["word"])


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second


def _parts(word: str) -> Iterator[str]:
    parts = _SPLIT.split(word)
    if len(parts) == 1:
        yield stem(word[:_LONGEST])
        return
    if parts[-1] == "s" and len(parts) == 2:  # a possessive names the same thing
        yield stem(parts[0][:_LONGEST])
        return
    for part in parts:
        yield stem(part[:_LONGEST])
    if any(character.isdigit() for character in word):
        yield word[:_LONGEST]
