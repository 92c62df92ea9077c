"""Books (EPUB 3, W3C): the chapters in the order of the spine."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import unquote

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.encoding import decode
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers import html
from answerable.knowledge.parsing.text_builder import TextBuilder
from answerable.knowledge.parsing.xml_tree import attribute, descendants, parse_xml

_CONTAINER = "META-INF/container.xml"


def read(path: Path, builder: TextBuilder) -> None:
    archive = Archive(path)
    if "META-INF/rights.xml" in archive:
        raise refuse(
            Reason.ENCRYPTED, "The book is locked by its seller's rights management. Upload a free copy."
        )
    root = next(descendants(parse_xml(archive.read(_CONTAINER)), "rootfile"), None)
    if root is None:
        raise refuse(Reason.DAMAGED)
    package_name = attribute(root, "full-path") or ""
    package = parse_xml(archive.read(package_name))
    title = next(descendants(package, "title"), None)
    builder.title = title.text if title is not None else None
    hrefs = {attribute(item, "id"): attribute(item, "href") or "" for item in descendants(package, "item")}
    for reference in descendants(package, "itemref"):
        href = unquote(hrefs.get(attribute(reference, "idref"), ""))
        name = posixpath.normpath(posixpath.join(posixpath.dirname(package_name), href))
        if href and name in archive:
            text, _ = decode(archive.read(name))
            html.read_markup(text, builder)
