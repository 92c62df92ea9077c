"""What Office Open XML packages have in common: part types, relationships, core properties
(ISO/IEC 29500 part 2, Open Packaging Conventions)."""

from __future__ import annotations

import posixpath

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.xml_tree import attribute, child, descendants, parse_xml

CONTENT_TYPES = "[Content_Types].xml"


def main_part(archive: Archive, *types: str) -> str:
    """Name of the part whose content type ends in one of `types`. Raises Refusal (damaged)."""
    for override in descendants(parse_xml(archive.read(CONTENT_TYPES)), "Override"):
        if (attribute(override, "ContentType") or "").endswith(types):
            return (attribute(override, "PartName") or "").lstrip("/")
    raise refuse(Reason.DAMAGED)


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part points to inside the package: (kind, part name) by relationship id."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in archive:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for item in descendants(parse_xml(archive.read(rels)), "Relationship"):
        if attribute(item, "TargetMode") == "External":
            continue
        target = attribute(item, "Target") or ""
        kind = (attribute(item, "Type") or "").rpartition("/")[2]
        place = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        found[attribute(item, "Id") or ""] = (kind, posixpath.normpath(place))
    return found


def related(archive: Archive, part: str) -> dict[str, str]:
    """Part name by kind of relationship, for kinds that occur once."""
    return {kind: name for kind, name in relationships(archive, part).values() if name in archive}


def core_title(archive: Archive) -> str | None:
    """The title that the author gave the file."""
    if "docProps/core.xml" not in archive:
        return None
    title = child(parse_xml(archive.read("docProps/core.xml")), "title")
    return title.text if title is not None else None
