"""Text for spreadsheet programs, in which nothing is run as a formula (OWASP, CSV injection)."""

from __future__ import annotations

import re

# Wide forms are taken for the plain ones by some programs; a mark of byte order is not seen at all.
_STARTS = r"=+\-@＝＋－＠﹦﹢﹣﹫"
_FORMULA = re.compile(rf"^[ \ufeff]*[{_STARTS}\t\r\n]")
# Where semicolons separate, a text is cut at them, and each piece may begin a cell.
_PIECE = re.compile(rf"(?<!^)([;\t\r\n][ \ufeff]*)(?=[{_STARTS}])")


def inert(text: str) -> str:
    """The text; an apostrophe stands before whatever a spreadsheet program would run."""
    pieces = _PIECE.sub(r"\1'", text)
    return f"'{pieces}" if _FORMULA.match(pieces) else pieces
