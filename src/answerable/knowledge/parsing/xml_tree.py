"""XML of untrusted files: no document types, so no entities, and no bottomless nesting."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.parsers import expat

from answerable.knowledge.parsing.failures import Reason, refuse

MAX_DEPTH = 200
MAX_ELEMENTS = 3_000_000

Element = ET.Element


def parse_xml(data: bytes) -> Element:
    """The root element. Raises Refusal: damaged for malformed XML and for document types and
    entities, which office formats never declare; too_large past the bounds."""
    _scan(data)
    try:
        return ET.fromstring(data)  # noqa: S314 - `_scan` refused what makes it dangerous
    except (ET.ParseError, ValueError, LookupError) as error:
        raise refuse(Reason.DAMAGED) from error


def local(element: Element) -> str:
    """The element's name without its namespace, which differs between a format's variants."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def descendants(element: Element, name: str) -> Iterator[Element]:
    """All elements below with that local name, in document order."""
    return (item for item in element.iter() if local(item) == name)


def child(element: Element, name: str) -> Element | None:
    """The first child with that local name."""
    return next((item for item in element if local(item) == name), None)


class _Scan:
    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def open(self, _name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise refuse(Reason.TOO_LARGE)

    def close(self, _name: str) -> None:
        self.depth -= 1


def _scan(data: bytes) -> None:
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.open
    parser.EndElementHandler = scan.close
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refuse(Reason.DAMAGED) from error


def _no_document_type(*_declaration: object) -> None:
    raise refuse(
        Reason.DAMAGED,
        "The file declares XML entities, which no such document needs and attacks use. Save it again with "
        "the program that made it.",
    )
