"""XML of any vocabulary: elements with text alone as `name: text`, mixed content as running text, titles as
headings. What is malformed or declares entities is read without its tags."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.kit.sandbox.limits import Refusal
from answerable.knowledge.parsing.encoding import MAX_TEXT_BYTES, decode, read_text_bytes
from answerable.knowledge.parsing.readers import html, open_document
from answerable.knowledge.parsing.text_builder import TextBuilder
from answerable.knowledge.parsing.xml_tree import Element, local, parse_xml

_MAX_TREE_BYTES = MAX_TEXT_BYTES // 2
_DOCUMENT_TYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[[^\]]*\])?\s*>")
_TITLES = ("title", "heading", "head")


def read(path: Path, builder: TextBuilder) -> None:
    data = read_text_bytes(path)
    try:
        root = parse_xml(data) if len(data) <= _MAX_TREE_BYTES else None
    except Refusal:
        root = None
    if root is None:
        text = _DOCUMENT_TYPE.sub("", decode(data)[0], count=1)
        builder.warnings.append(html.PLAIN_WARNING)
        builder.add(html.without_tags(text).strip())
    elif local(root) == "document" and "opendocument" in root.tag:  # OpenDocument in one file
        open_document.write_content(root, builder)
    else:
        _write(root, builder, 0)


def _write(element: Element, builder: TextBuilder, depth: int) -> None:
    if len(element) == 0:
        if not (text := _joined(element)):
            return
        if local(element) in _TITLES:
            builder.add(text, level=min(depth, 6))
        else:
            builder.add(f"{local(element)}: {text}", tight=True)
        return
    if _is_mixed(element):
        builder.add(_joined(element))
        return
    for number, item in enumerate(element):
        if len(item) and number:
            builder.add_gap()
        _write(item, builder, depth + 1)
    builder.add_gap()


def _is_mixed(element: Element) -> bool:
    return bool((element.text or "").strip()) or any((item.tail or "").strip() for item in element)


def _joined(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
