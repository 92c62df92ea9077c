"""Text to the words that search compares.

Words are runs of letters, digits and marks of any script, folded in case, accents and variant letters. A code
such as `INV-2024-001` counts as a whole and by its parts. Text that does not part its words (Chinese,
Japanese, Korean; Thai, Lao, Khmer, Burmese) counts by pairs of letters, each with the marks that it carries.

When the words of a text change, VERSION does: documents are indexed anew in the background, and until then
queries look for `former_words` too.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from answerable.knowledge.lexical import words_before
from answerable.knowledge.lexical.stemming import stem

VERSION = 2
"""2: variant letters of Arabic, Hebrew and Devanagari and digits of all scripts are folded, Arabic's articles
and endings taken off, and Thai, Lao, Khmer and Burmese count by pairs."""

_CJK = (
    "\u3040-\u30ff"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # han
    "\uac00-\ud7af"  # hangul syllables
    "\U00020000-\U0002fa1f"  # han, supplementary
)
_UNSPACED = "".join(
    re.escape(chr(code))
    for start, end in ((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800))  # Thai and Lao, Burmese, Khmer
    for code in range(start, end)
    if unicodedata.category(chr(code))[0] in "LM"
)
_MARKS = "".join(
    re.escape(chr(code)) for code in range(0x300, 0x1E00) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_ALONE = _CJK + _UNSPACED
_PART = rf"[^\W_{_ALONE}](?:[^\W_{_ALONE}]|[{_MARKS}])*"
_RUN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)|(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<word>{_PART}(?:[-_./'’@:]{_PART})*)"
)
_CLUSTER = re.compile(rf"[{_MARKS}]*[^{_MARKS}][{_MARKS}]*")
_SPLIT = re.compile(r"[-_./'’@:]")
_LONGEST = 64
"""Characters that count of one word; longer runs are data (hashes, base64), not words."""

# Arabic's vowel signs and lengthening, Hebrew's points, Devanagari's dot below and its kin, the joiners.
_UNWRITTEN = [
    *range(0x064B, 0x0660),
    0x0670,
    0x0640,
    *range(0x0591, 0x05C8),
    0x093C,
    0x09BC,
    0x0A3C,
    0x200C,
    0x200D,
]
_VARIANTS = str.maketrans("أإآٱىةیکךםןףץ", "ااااي" + "هيك" + "כמנפצ")
_ARABIC = re.compile("[\u0621-\u064a]+")
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_SHORTEST_STEM = 3
_FOLDED: dict[int, int | str | None] = {
    **{
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, sys.maxunicode)
        if chr(code).isdecimal()
    },
    **_VARIANTS,
    **dict.fromkeys(_UNWRITTEN),
}


def words(text: str) -> list[str]:
    """The words of a text in order, folded and stemmed; each part of a code also by itself."""
    return list(_words(fold(text)))


def former_words(text: str) -> list[str]:
    """The words that version 1 found in a text and this one does not: what documents that it indexed have."""
    if text.isascii():
        return []
    present = set(words(text))
    return [word for word in words_before.words(text) if word not in present]


def fold(text: str) -> str:
    """Compatibility forms resolved, lower case, without accents; variant letters and digits as one."""
    if text.isascii():
        return text.lower()
    return words_before.fold(text).translate(_FOLDED)


def _words(folded: str) -> Iterator[str]:
    for match in _RUN.finditer(folded):
        if match["cjk"]:
            yield from _pairs(match["cjk"])
        elif match["unspaced"]:
            yield from _pairs(_CLUSTER.findall(match["unspaced"]))
        else:
            yield from _parts(match["word"])


def _pairs(run: Sequence[str]) -> Iterator[str]:
    if len(run) == 1:
        yield run[0]
    for first, second in pairwise(run):
        yield first + second


def _parts(word: str) -> Iterator[str]:
    parts = _SPLIT.split(word)
    if len(parts) == 1:
        yield _stem(word)
        return
    if parts[-1] == "s" and len(parts) == 2:  # a possessive names the same thing
        yield _stem(parts[0])
        return
    for part in parts:
        yield _stem(part)
    if any(character.isdigit() for character in word):
        yield word[:_LONGEST]


def _stem(word: str) -> str:
    word = word[:_LONGEST]
    return _arabic_stem(word) if _ARABIC.fullmatch(word) else stem(word)


def _arabic_stem(word: str) -> str:
    """Without article and ending (Larkey, Ballesteros, Connell, "Light stemming for Arabic", 2007)."""
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _SHORTEST_STEM:
            word = word.removeprefix(article)
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
