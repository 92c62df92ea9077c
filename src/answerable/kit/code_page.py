"""Which legacy encoding a text is in, judged by its words beyond ASCII.

Letter pairs of each language (chardet's models) rank the encodings. What they cannot see corrects
the ranking: a sign inside a word, a capital after a small letter or letters that no one language has
speak against a reading, and Windows-1252 is the likeliest where nothing else speaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import chardet

FALLBACK = "cp1252"
# In the order in which equal readings are named: the commonest first.
_CANDIDATES = (
    "windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "iso8859-15", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9",
    "koi8-r", "koi8-u", "ibm866", "macroman", "cp850", "cp852", "cp437", "cp932", "euc-jp", "gb18030",
    "big5", "cp949", "cp874", "iso8859-6",
)  # fmt: skip
_PYTHON_NAMES = {f"windows-{number}": f"cp{number}" for number in range(1250, 1258)} | {
    "ibm866": "cp866",
    "macroman": "mac-roman",
    "cp932": "shift-jis",
    "cp949": "euc-kr",
}
# Python's names of the supersets that are read where a file claims the smaller encoding.
_CODECS = {"shift-jis": "cp932", "euc-kr": "cp949"}
_WORD_ENDS = re.compile(rb"[\x00-\x2f;]+")  # no byte of a multi-byte character is among these
_PRIOR = 1.15  # of Windows-1252
# How much better than the next the best reading must be, with few words and with more.
_FEWEST_WORDS, _FEW_WORDS = 3, 8
_CLEAR_OF_FEW, _CLEAR = 1.6, 1.25
_SIGNS = frozenset("€£¥°²³½¼¾µ§«»„“”‚‘’–—…ºª®©™†•·¿¡ß×´¨№")
_INNER_SIGNS = frozenset("’ß·")
# The letters beyond ASCII of languages in Latin script: the words of one file are mostly of one.
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíòóùú", "åäöé", "æøåé", "äöåšž",
            "éëïóöüèáê", "áðéíóúýþæö", "àçèéíïòóúü", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž",
            "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîûi̇", "äõöüšž", "ąčęėįšųūž", "āčēģīķļņšūž", "çë",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FewWords:
    """How many words there are to guess by, too few of them; none where no encoding fits all of them."""

    count: int


@dataclass(frozen=True, slots=True)
class Rival:
    """A word as it is read, and what `other` it is in the encoding of this `name`, nearly as likely."""

    text: str
    other: str
    name: str


@dataclass(frozen=True, slots=True)
class Guess:
    """The encoding, for Python's codecs. `doubt` says why it may be another; None when the evidence is
    clear."""

    name: str
    doubt: FewWords | Rival | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    text: str
    score: float


def words_of(line: bytes) -> list[bytes]:
    """The words of a line that are not ASCII."""
    return [word for word in _WORD_ENDS.split(line) if not word.isascii()]


def guess(words: Iterable[bytes]) -> Guess:
    """The likeliest encoding of distinct words beyond ASCII that are not UTF-8."""
    known = list(words)
    sample = b"\n".join(known)
    readings = _readings(sample)
    if not readings:
        return Guess(FALLBACK, FewWords(0) if known else None)
    best = readings[0]
    rival = readings[1] if len(readings) > 1 else None
    needed = _CLEAR_OF_FEW if len(known) < _FEW_WORDS else _CLEAR
    if rival is not None and best.score < needed * rival.score:
        return Guess(best.name, _difference(best, rival))
    if len(known) < _FEWEST_WORDS:
        return Guess(best.name, FewWords(len(known)))
    return Guess(best.name)


def codec(name: str) -> str:
    """What Python decodes an encoding with: where one exists, the superset that files in fact use."""
    return _CODECS.get(name, name)


def _readings(sample: bytes) -> list[_Reading]:
    """The readings that differ, the best first."""
    by_text: dict[str, _Reading] = {}
    ranked = chardet.detect_all(sample, include_encodings=_CANDIDATES)
    found = {
        str(entry["encoding"]).lower().replace("iso-", "iso"): float(entry["confidence"]) for entry in ranked
    }
    for name in _CANDIDATES:
        if name not in found:
            continue
        python = _PYTHON_NAMES.get(name, name)
        try:
            text = sample.decode(codec(python))
        except UnicodeDecodeError:
            continue
        score = found[name] * _plausible(text) * (_PRIOR if python == FALLBACK else 1)
        if text not in by_text or by_text[text].score < score:
            by_text[text] = _Reading(python, text, score)
    return sorted(by_text.values(), key=lambda reading: -reading.score)


def _plausible(text: str) -> float:
    """From 1 down to near 0, by words that no language writes so, and letters that no one language has."""
    words = text.split("\n")
    odd = sum(map(_is_odd, words))
    return float((1 - 0.95 * odd / len(words)) ** 4 * _coverage(text) ** 2)


def _coverage(text: str) -> float:
    """The share of the Latin letters beyond ASCII that the best fitting language has; at least 0.1."""
    letters = [letter for letter in text.lower() if letter.isalpha() and "\x7f" < letter < "\u0250"]
    if not letters:
        return 1
    return max(0.1, *(sum(map(alphabet.__contains__, letters)) / len(letters) for alphabet in _ALPHABETS))


def _is_odd(word: str) -> bool:
    inner = range(1, len(word) - 1)
    return (
        any(_is_no_letter(letter) for letter in word)
        or (any(map(str.isascii, filter(str.isalpha, word))) and any("\u0250" < a < "\u2000" for a in word))
        or any(word[at] in _SIGNS - _INNER_SIGNS and _within(word, at) for at in inner)
        or any(one.islower() and other.isupper() for one, other in pairwise(word))
    )


def _is_no_letter(letter: str) -> bool:
    plain = letter.isascii() or letter.isalnum() or letter in _SIGNS
    return not plain and not unicodedata.category(letter).startswith("M")


def _within(word: str, position: int) -> bool:
    return word[position - 1].isalpha() and word[position + 1].isalpha()


def _difference(best: _Reading, rival: _Reading) -> Rival:
    pairs = zip(best.text.split("\n"), rival.text.split("\n"), strict=False)
    one, other = next(((a, b) for a, b in pairs if a != b), ("", ""))
    return Rival(one, other, rival.name)
