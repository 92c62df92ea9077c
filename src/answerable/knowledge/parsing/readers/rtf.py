"""Rich Text Format (Microsoft, specification 1.9.1): the running text, with outline levels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from answerable.knowledge.parsing.encoding import read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"  # control word with its number; one space ends it
    r"|\\'([0-9a-fA-F]{2})"  # a byte in the code page
    r"|\\([^a-zA-Z])"  # control symbol
    r"|([{}])"
    r"|[\r\n]+"  # line breaks mean nothing
    r"|([^\\{}\r\n]+)"
)
_SKIPPED_WORDS = """
    fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl footerr
    footerf fldinst themedata colorschememapping datastore latentstyles listtable listoverridetable rsidtbl
    generator xmlnstbl mmathPr bkmkstart bkmkend nonshppict shppict pntext listtext filetbl revtbl objdata
    datafield
"""
_SKIPPED = frozenset(_SKIPPED_WORDS.split())
_SYMBOLS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
}  # fmt: skip
_CHARACTERS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}"}
_PARAGRAPH_ENDS = ("par", "sect", "page")
_MAX_GROUPS = 5_000


@dataclass(slots=True)
class _Group:
    skipped: bool = False
    fallback_length: int = 1  # characters after \u that stand in for old readers


def read(path: Path, builder: TextBuilder) -> None:
    read_source(read_text_bytes(path).decode("latin-1"), builder)


def read_source(source: str, builder: TextBuilder) -> None:
    """Add rich text, whose bytes are given as Latin-1."""
    writer = _Writer(builder)
    for match in _TOKEN.finditer(source):
        word, number, byte, symbol, brace, text = match.groups()
        if word is not None:
            writer.word(word, int(number) if number else None)
        elif byte is not None:
            writer.bytes(bytes([int(byte, 16)]))
        elif symbol is not None:
            writer.symbol(symbol)
        elif brace is not None:
            writer.brace(brace)
        elif text is not None:
            writer.bytes(text.encode("latin-1"))
    writer.end_paragraph()


class _Writer:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._groups = [_Group()]
        self._pieces: list[str] = []
        self._pending = bytearray()  # bytes of the code page; some letters take two
        self._code_page = "cp1252"
        self._to_skip = 0
        self._level: int | None = None
        self._row: list[str] | None = None

    def word(self, word: str, number: int | None) -> None:
        group = self._groups[-1]
        if word in _SKIPPED:
            group.skipped = True
        if group.skipped:
            return
        if word == "u" and number is not None:
            self._settle()
            self._pieces.append(chr(number % 0x10000))
            self._to_skip = group.fallback_length
            return
        self._formatting(group, word, number)

    def _formatting(self, group: _Group, word: str, number: int | None) -> None:
        match word:
            case "uc":
                group.fallback_length = max(0, number or 0)
            case "ansicpg" if number:
                self._code_page = f"cp{number}"
            case "pard":
                self._level = None
            case "outlinelevel" if number is not None and number < 9:
                self._level = number + 1
            case "cell":
                self._row = [*(self._row or []), " ".join(self._take().split())]
            case "row":
                self._end_row()
            case _ if word in _SYMBOLS:
                self._settle()
                self._pieces.append(_SYMBOLS[word])
            case _ if word in _PARAGRAPH_ENDS:
                self.end_paragraph()

    def bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if not self._groups[-1].skipped:
            self._pending += data

    def symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._groups[-1].skipped = True  # a destination that only its own program knows
        elif not self._groups[-1].skipped and symbol in _CHARACTERS:
            self._settle()
            self._pieces.append(_CHARACTERS[symbol])
        elif symbol in "\r\n":
            self.end_paragraph()

    def brace(self, brace: str) -> None:
        self._settle()
        self._to_skip = 0
        if brace == "{":
            if len(self._groups) > _MAX_GROUPS:
                raise refuse(Reason.DAMAGED)
            outer = self._groups[-1]
            self._groups.append(_Group(outer.skipped, outer.fallback_length))
        elif len(self._groups) > 1:
            self._groups.pop()

    def end_paragraph(self) -> None:
        if self._row is not None:
            self._pieces.append(" ")  # a paragraph inside a cell
            return
        text = self._take()
        self._builder.add(text, level=self._level)

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if row:
            self._builder.add_row(row)

    def _settle(self) -> None:
        """Decode the bytes so far: a letter may not span anything else."""
        if self._pending:
            try:
                self._pieces.append(self._pending.decode(self._code_page, "replace"))
            except LookupError:
                self._pieces.append(self._pending.decode("cp1252", "replace"))
            self._pending.clear()

    def _take(self) -> str:
        self._settle()
        # Letters beyond the first plane come as two halves.
        text = "".join(self._pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._pieces.clear()
        return text
