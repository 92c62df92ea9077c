"""OpenDocument texts and presentations (ODT, ODP; ISO/IEC 26300)."""

from __future__ import annotations

from pathlib import Path

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder
from answerable.knowledge.parsing.xml_tree import Element, attribute, descendants, local, parse_xml

_MANIFEST, _META = "META-INF/manifest.xml", "meta.xml"
_MAX_SPACES = 100


def read(path: Path, builder: TextBuilder) -> None:
    archive = Archive(path)
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise refuse(Reason.ENCRYPTED)
    if _META in archive:
        title = next(descendants(parse_xml(archive.read(_META)), "title"), None)
        builder.title = title.text if title is not None else None
    write_content(parse_xml(archive.read("content.xml")), builder)


def write_content(root: Element, builder: TextBuilder) -> None:
    """The body of a document's XML."""
    writer = _Writer(builder)
    for body in descendants(root, "body"):
        writer.write(body, in_list=False)


class _Writer:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._tight = False
        self._slides = 0

    def write(self, container: Element, *, in_list: bool) -> None:
        for item in container:
            match local(item):
                case "h":
                    level = attribute(item, "outline-level") or "1"
                    self._builder.add(_text(item), level=int(level) if level.isdigit() else 1)
                    self._tight = False
                case "p":
                    text = _text(item).strip()
                    self._builder.add(
                        f"- {text}" if in_list and text else text, tight=in_list and self._tight
                    )
                    self._tight = in_list
                case "list":
                    self.write(item, in_list=True)
                case "table":
                    self._table(item)
                case "page":
                    self._slides += 1
                    self._builder.begin_page(self._slides)
                    self.write(item, in_list=False)
                case "notes":  # a slide's
                    self._notes(item)
                case "tracked-changes":
                    continue
                case _:
                    self.write(item, in_list=in_list)

    def _notes(self, notes: Element) -> None:
        lines = [_text(item).strip() for item in descendants(notes, "p")]
        if any(lines):
            self._builder.add("Notes: " + "\n".join(filter(None, lines)))

    def _table(self, table: Element) -> None:
        for row in descendants(table, "table-row"):
            self._builder.add_row([_cell(cell) for cell in row if local(cell) == "table-cell"])
        self._builder.end_table()
        self._tight = False


def _cell(cell: Element) -> str:
    return " ".join(_text(cell).split())


def _text(element: Element) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for item in element:
        match local(item):
            case "s":
                count = attribute(item, "c") or "1"
                pieces.append(" " * min(int(count) if count.isdigit() else 1, _MAX_SPACES))
            case "tab":
                pieces.append("\t")
            case "line-break":
                pieces.append("\n")
            case "note-citation" | "annotation":
                pass
            case "p":
                _collect(item, pieces)
                pieces.append("\n")
            case _:
                _collect(item, pieces)
        pieces.append(item.tail or "")
