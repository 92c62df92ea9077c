"""The parts of a cell that may be a number: sign, digits, and the currency, percent sign or unit beside
them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from answerable.data.ingestion.units import currency

BLANKS = "\u00a0\u202f\u2009\u2007 "
DASHES = ("-", "–", "—")

_SHAPE = re.compile(
    r"""(?P<open>\(?)\s*(?P<sign>[+\-−–]?)\s*(?P<prefix>(?:[^\d\s+\-−–().,'’]{1,5}\.?)?)\s*(?P<sign2>[+\-−–]?)\s*
    (?P<body>[0-9.,][0-9.,'’_\u00a0\u202f\u2009\u2007 ]*|\.[0-9]+)
    (?P<exponent>[eE][+\-]?[0-9]{1,3})?
    \s*(?P<suffix>[^\d\s+\-−–()][^\d+\-−–()]{0,7}(?:[/²³][^\d]{1,4})?)?\s*(?P<trailing>-?)\s*(?P<close>\)?)""",
    re.VERBOSE,
)


_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DIGIT = re.compile("[0-9]")
_LONGEST_KNOWN = 60
_CODE = re.compile(r"\d+[A-Z]")
# "(99,10) €": the currency stands outside of the brackets.
_BRACKETED = re.compile(
    r"(?P<prefix>[^\d\s+\-−–().,'’]{0,5}\.?)\s*(?P<inner>\([^()]*\))\s*(?P<suffix>[^\d()+\-−–]{0,8})"
)
# "12,-" and "12.–" say that there are no cents; a minus behind a number follows a digit.
_NO_CENTS = re.compile(r"(?<=[0-9][.,])[-–—]{1,2}(?=[^0-9]*$)")


class Shape(NamedTuple):
    """A cell cut into the parts of a number; `affix` is the currency, percent sign or unit."""

    negative: bool
    body: str
    affix: str
    exponent: str


def cut(text: str) -> Shape | None:
    """The parts of a text that may be a number; None when it is none in any style."""
    if _PLAIN.fullmatch(text):
        negative = text[0] == "-"
        return Shape(negative, text[negative:], "", "")
    return _cut_known(text) if len(text) <= _LONGEST_KNOWN else _cut(text)


def _cut(text: str) -> Shape | None:
    if _DIGIT.search(text) is None:
        return _cut_dash(text.strip())
    bare = _NO_CENTS.sub("", text.strip())
    match = _SHAPE.fullmatch(bare)
    if match is None:
        return _cut_bracketed(bare)
    part = match.groupdict()
    bracketed = part["open"] == "(" and part["close"] == ")"
    if (part["open"] == "(") != (part["close"] == ")"):
        return None
    signs = [s for s in (part["sign"], part["sign2"], part["trailing"]) if s]
    if len(signs) + bracketed > 1:
        return None
    prefix, suffix = part["prefix"].strip(), (part["suffix"] or "").strip()
    # "A1" and "12B" are codes, not amperes and bytes.
    if (prefix and currency(prefix) is None) or _CODE.fullmatch(text.strip()):
        return None
    if (prefix and suffix) or not re.search("[0-9]", part["body"]):
        return None
    negative = bracketed or any(s != "+" for s in signs)
    return Shape(negative, part["body"].strip(BLANKS), prefix or suffix, part["exponent"] or "")


# A column is looked at several times: for its type, for what does not fit it, and for what becomes of each
# cell.
_cut_known = lru_cache(maxsize=1 << 14)(_cut)


def _cut_dash(text: str) -> Shape | None:
    """Nothing, as accounts write it: a dash beside a currency."""
    for affix in (text[:-1], text[1:]) if text[-1:] in DASHES or text[:1] in DASHES else ():
        if currency(affix) is not None:
            return Shape(False, "0", affix.strip(), "")
    return None


def _cut_bracketed(text: str) -> Shape | None:
    match = _BRACKETED.fullmatch(text)
    inner = cut(match["inner"]) if match is not None else None
    if match is None or inner is None or inner.affix:
        return None
    prefix, suffix = match["prefix"].strip(), match["suffix"].strip()
    if bool(prefix) == bool(suffix) or (prefix and currency(prefix) is None):
        return None
    return inner._replace(affix=prefix or suffix)
