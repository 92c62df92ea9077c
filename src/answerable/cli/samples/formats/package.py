"""Open Packaging Conventions: the ZIP container of DOCX, PPTX and XLSX (ECMA-376, part 2)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date

_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The ZIP format counts years from 1980; a fixed time keeps equal content at equal bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    """A relationship part; `targets` maps an id to its type's last word and the target's path."""
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def content_types(overrides: Mapping[str, str]) -> str:
    """The part that names each part's media type; `overrides` maps a path to its type."""
    rows = "".join(
        f'<Override PartName="{path}" ContentType="{media_type}"/>' for path, media_type in overrides.items()
    )
    return (
        f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def core_properties(title: str, creator: str, created: date) -> str:
    """The part with title, author and date that office programs show."""
    dublin = "http://purl.org/dc"
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="{dublin}/elements/1.1/" xmlns:dcterms="{dublin}/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created.isoformat()}T08:00:00Z</dcterms:created>'
        "</cp:coreProperties>"
    )


def root_relationships(main_part: str) -> str:
    """The package's own relationships: its main part and its core properties."""
    properties = f"{_PACKAGE}/relationships/metadata/core-properties"
    return (
        f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="{main_part}"/>'
        f'<Relationship Id="rId2" Type="{properties}" Target="docProps/core.xml"/></Relationships>'
    )


def pack(parts: Mapping[str, str]) -> bytes:
    """The bytes of the package; equal parts give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for path, content in parts.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return buffer.getvalue()
