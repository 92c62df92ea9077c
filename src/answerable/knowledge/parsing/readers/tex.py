"""LaTeX: sections, paragraphs, items and tables without their commands; formulas stay as they are written."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.readers.light_markup import Blocks, lines_of, replaced
from answerable.knowledge.parsing.text_builder import TextBuilder

_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_SECTION = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]]{0,300}\])?\{((?:[^{}]|\{[^{}]*\}){0,500})\}\s*"
    r"(?:\\label\{[^}]{0,200}\})?\s*(.*)$"
)
_TITLE = re.compile(r"\\title(?:\[[^\]]{0,300}\])?\{([^{}]{1,500})\}")
_COMMENT = re.compile(r"(?<!\\)%.*$")
_BEGIN = re.compile(r"\\begin\{([\w*]{1,40})\}(?:\[[^\]]{0,200}\])?(?:\{[^{}]{0,200}\})*")
_END = re.compile(r"\\end\{([\w*]{1,40})\}")
_TABLES = ("tabular", "tabular*", "tabularx", "longtable", "array")
_VERBATIM = ("verbatim", "lstlisting", "minted", "verbatim*", "alltt")
_ROW_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]*\}|endhead|endfirsthead|endfoot)")
_WORDS = replaced(
    (r"\\(?:label|ref|eqref|pageref|cite\w*|index|vspace|hspace|includegraphics|input|include|bibliography\w*"
     r"|usepackage|documentclass|newcommand|renewcommand|setlength|thispagestyle|pagestyle)\*?"
     r"(?:\[[^\]]{0,300}\]){0,2}(?:\{[^{}]{0,500}\}){0,3}", ""),
    (r"\\href\{[^{}]{0,1000}\}\{([^{}]{0,500})\}", r"\1"),
    (r"\\footnote\{([^{}]{0,2000})\}", r" (\1)"),
    (r"\\item(?:\[([^\]]{0,200})\])?\s*", r"- \1"),
    (r"\\[\"'`^~=.](?:\{\\?([a-zA-Z])\}|([a-zA-Z]))", r"\1\2"),
    (r"\\(?:\\|newline|par)(?:\[[^\]]{0,30}\])?", " "),
    (r"(?<!\\)~", " "),
    (r"``|''", '"'),
    (r"\\([%&#_{}$])", r"\1"),
)  # fmt: skip
_COMMAND = re.compile(r"\\[a-zA-Z]{1,40}\*?(?:\[[^\]\[]{0,200}\])?")
_MATHS = re.compile(r"(\$[^$\n]{1,1000}\$|\\\([^\n]{1,1000}?\\\)|\\\[[^\n]{1,1000}?\\\])")
_ACCENTS = re.compile(r"\\([\"'`^~])(?:\{\\?([a-zA-Z])\}|([a-zA-Z]))")
_COMBINING = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303"}


def read(path: Path, builder: TextBuilder) -> None:
    lines = lines_of(path, builder)
    begin = next((n for n, line in enumerate(lines) if "\\begin{document}" in line), -1)
    if title := _TITLE.search("\n".join(lines[: max(begin, 0) + 60])):
        builder.title = _words(title[1])
    _Reader(Blocks(builder, _words)).run(lines[begin + 1 :])


def _words(line: str) -> str:
    """A line without its commands; formulas stay."""
    pieces = _MATHS.split(line)
    for place in range(0, len(pieces), 2):
        text = _ACCENTS.sub(lambda m: (m[2] or m[3]) + _COMBINING[m[1]], pieces[place])
        text = _COMMAND.sub("", _WORDS(text))
        pieces[place] = text.replace("{", "").replace("}", "")
    return "".join(pieces)


class _Reader:
    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._inside: list[str] = []
        self._row: list[str] = []

    def run(self, lines: list[str]) -> None:
        for line in lines:
            if "\\end{document}" in line:
                break
            self._line(line)
        self._end_row()
        self._blocks.end()

    def _line(self, line: str) -> None:
        if self._inside and self._inside[-1] in _VERBATIM:
            if f"\\end{{{self._inside[-1]}}}" in line:
                self._inside.pop()
                self._blocks.end()
            else:
                self._blocks.verbatim(line)
            return
        uncommented = _COMMENT.sub("", line)
        if line.strip() and not uncommented.strip():
            return  # a line of comment does not end the paragraph
        if section := _SECTION.match(uncommented):
            self._blocks.heading(section[2], _LEVELS[section[1]])
            uncommented = section[3]
        for begun in _BEGIN.finditer(uncommented):
            self._inside.append(begun[1])
        ended = [match[1] for match in _END.finditer(uncommented)]
        rest = _END.sub("", _BEGIN.sub("", uncommented))
        if self._inside and self._inside[-1] in _TABLES:
            self._cells(rest)
        elif rest.strip() or not uncommented.strip():
            self._blocks.line(rest)
        self._leave(ended)

    def _cells(self, line: str) -> None:
        *ends, rest = _ROW_RULES.sub("", line).split("\\\\")
        for end in ends:
            self._row.append(end)
            self._end_row()
        self._row.append(rest)

    def _end_row(self) -> None:
        row = " ".join(self._row)
        self._row = []
        if row.strip():
            self._blocks.row(re.split(r"(?<!\\)&", row))

    def _leave(self, ended: list[str]) -> None:
        for name in ended:
            if name in self._inside:
                while self._inside.pop() != name:
                    pass
            if name in _TABLES:
                self._end_row()
                self._blocks.end()
