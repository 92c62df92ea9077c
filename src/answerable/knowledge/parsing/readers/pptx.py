"""Presentations (Office Open XML, PresentationML): one page a slide, its title a heading."""

from __future__ import annotations

from pathlib import Path

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.office_package import core_title, main_part, related, relationships
from answerable.knowledge.parsing.text_builder import TextBuilder
from answerable.knowledge.parsing.xml_tree import Element, attribute, child, descendants, local, parse_xml

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "sldNum", "hdr")  # date, footer, slide number, header
_STANDARD_TITLE = "PowerPoint Presentation"


def read(path: Path, builder: TextBuilder) -> None:
    archive = Archive(path)
    main = main_part(
        archive,
        "presentationml.presentation.main+xml",
        "presentationml.slideshow.main+xml",
        "presentationml.template.main+xml",
    )
    targets = relationships(archive, main)
    title = core_title(archive)
    builder.title = None if title == _STANDARD_TITLE else title
    number = 0
    for slide in descendants(parse_xml(archive.read(main)), "sldId"):
        _, part = targets.get(_relation_id(slide), ("", ""))
        if part not in archive:
            continue
        number += 1
        builder.begin_page(number)
        _slide(parse_xml(archive.read(part)), builder)
        if notes := related(archive, part).get("notesSlide"):
            _notes(parse_xml(archive.read(notes)), builder)


def _relation_id(slide: Element) -> str:
    """`r:id`; the slide has a plain `id` of its own besides."""
    return next((value for key, value in slide.attrib.items() if key.endswith("}id")), "")


def _slide(slide: Element, builder: TextBuilder) -> None:
    shapes = list(descendants(slide, "spTree"))
    titled = [item for item in descendants(slide, "sp") if _placeholder(item) in _TITLES]
    for shape in titled:
        builder.add(" ".join(_paragraphs(shape)), level=1)
    for tree in shapes:
        _shapes(tree, builder)


def _shapes(tree: Element, builder: TextBuilder) -> None:
    for item in tree:
        match local(item):
            case "sp" if _placeholder(item) not in (*_TITLES, *_FURNITURE):
                for number, paragraph in enumerate(_paragraphs(item)):
                    builder.add(paragraph, tight=number > 0)
            case "grpSp":
                _shapes(item, builder)
            case "graphicFrame":
                for row in descendants(item, "tr"):
                    builder.add_row([" ".join(_paragraphs(cell)) for cell in row if local(cell) == "tc"])
                builder.end_table()
            case "AlternateContent":
                choice = child(item, "Choice")
                if choice is not None:
                    _shapes(choice, builder)


def _notes(notes: Element, builder: TextBuilder) -> None:
    for shape in descendants(notes, "sp"):
        if _placeholder(shape) == "body" and (lines := _paragraphs(shape)):
            builder.add("Notes: " + "\n".join(lines))


def _placeholder(shape: Element) -> str | None:
    found = next(descendants(shape, "ph"), None)
    return None if found is None else (attribute(found, "type") or "body")


def _paragraphs(element: Element) -> list[str]:
    texts = []
    for paragraph in descendants(element, "p"):
        pieces = []
        for item in paragraph.iter():
            if local(item) == "t":
                pieces.append(item.text or "")
            elif local(item) in ("br", "tab"):
                pieces.append(" ")
        if text := "".join(pieces).strip():
            texts.append(text)
    return texts
