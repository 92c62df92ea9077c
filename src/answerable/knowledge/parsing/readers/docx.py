"""Word documents (Office Open XML, ISO/IEC 29500 part 1, WordprocessingML)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.office_package import core_title, main_part, related
from answerable.knowledge.parsing.text_builder import TextBuilder
from answerable.knowledge.parsing.xml_tree import Element, attribute, child, descendants, local, parse_xml

_BODY_LEVEL = 9  # `w:outlineLvl` of running text


def read(path: Path, builder: TextBuilder) -> None:
    archive = Archive(path)
    main = main_part(archive, "wordprocessingml.document.main+xml", "wordprocessingml.template.main+xml")
    parts = related(archive, main)
    builder.title = core_title(archive)
    writer = _Writer(builder, _styles(archive, parts.get("styles")))
    body = child(parse_xml(archive.read(main)), "body")
    if body is not None:
        writer.write(body)
    for kind in ("footnotes", "endnotes"):
        if name := parts.get(kind):
            for note in parse_xml(archive.read(name)):
                if attribute(note, "type") is None:  # the others draw the separator line
                    writer.write(note)


def _styles(archive: Archive, name: str | None) -> dict[str, int]:
    """Heading level by style id; styles inherit it from those that they are based on."""
    if name is None or name not in archive:
        return {}
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in descendants(parse_xml(archive.read(name)), "style"):
        identity = attribute(style, "styleId") or ""
        label, based = child(style, "name"), child(style, "basedOn")
        title = (attribute(label, "val") or "").lower() if label is not None else ""
        level = _outline_level(child(style, "pPr"))
        if title.startswith("heading ") and title[8:9].isdigit():
            level = int(title[8:9])
        elif title == "title":
            level = 1
        if level is not None:
            levels[identity] = level
        elif based is not None:
            parents[identity] = attribute(based, "val") or ""
    for identity, parent in parents.items():
        seen, ancestor = {identity}, parent
        while ancestor in parents and ancestor not in seen:
            seen.add(ancestor)
            ancestor = parents[ancestor]
        if ancestor in levels:
            levels[identity] = levels[ancestor]
    return levels


def _outline_level(properties: Element | None) -> int | None:
    outline = child(properties, "outlineLvl") if properties is not None else None
    value = attribute(outline, "val") if outline is not None else None
    if value is None or not value.isdigit() or int(value) >= _BODY_LEVEL:
        return None
    return int(value) + 1


class _Writer:
    def __init__(self, builder: TextBuilder, levels: dict[str, int]) -> None:
        self._builder = builder
        self._levels = levels
        self._tight = False

    def write(self, container: Element) -> None:
        """Paragraphs and tables in order, through whatever wraps them."""
        for item in container:
            match local(item):
                case "p":
                    self._paragraph(item)
                case "tbl":
                    self._table(item)
                case "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo":
                    self.write(item)

    def _paragraph(self, paragraph: Element) -> None:
        text = _text(paragraph)
        if not text.strip():
            return
        properties = child(paragraph, "pPr")
        level, in_list = None, False
        if properties is not None:
            style = child(properties, "pStyle")
            name = (attribute(style, "val") or "") if style is not None else ""
            level = _outline_level(properties) or self._levels.get(name)
            in_list = child(properties, "numPr") is not None or name.lower().startswith("list")
        if level is not None:
            self._builder.add(text, level=level)
        elif in_list:
            self._builder.add(f"- {text.strip()}", tight=self._tight)
        else:
            self._builder.add(text)
        self._tight = in_list and level is None

    def _table(self, table: Element) -> None:
        for row in _inside(table, "tr"):
            self._builder.add_row([" ".join(_text(cell).split()) for cell in _inside(row, "tc")])
        self._builder.end_table()
        self._tight = False


def _inside(container: Element, name: str) -> Iterator[Element]:
    """Rows of a table, or cells of a row, through what wraps them; not those of a table inside a cell."""
    for item in container:
        if local(item) == name:
            yield item
        elif local(item) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _inside(item, name)


def _text(element: Element) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: Element, pieces: list[str]) -> None:
    for item in element:
        match local(item):
            case "t":
                pieces.append(item.text or "")
            case "tab":
                pieces.append("\t")
            case "br" | "cr":
                pieces.append("\n")
            case "noBreakHyphen":
                pieces.append("-")
            case "pPr" | "rPr" | "Fallback" | "del" | "moveFrom" | "instrText":
                continue  # Fallback repeats what Choice says; deletions are no longer said
            case "p" | "tr":
                _collect(item, pieces)
                pieces.append("\n")
            case _:
                _collect(item, pieces)
