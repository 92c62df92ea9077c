"""What a file is, from its bytes. Its name only tells kinds of text apart."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path, PurePath

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.encoding import decode, looks_binary
from answerable.knowledge.parsing.failures import Reason, refuse

_HEAD_BYTES = 64 * 1024


class MediaType(StrEnum):
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODP = "application/vnd.oasis.opendocument.presentation"
    EPUB = "application/epub+zip"
    RTF = "application/rtf"
    HTML = "text/html"
    EMAIL = "message/rfc822"
    MARKDOWN = "text/markdown"
    CSV = "text/csv"
    TEXT = "text/plain"


_USE_DATASETS = (
    "This is a table. Upload it to /api/v1/datasets, where questions over its numbers can be asked."
)
_OLD_OFFICE = "Files of old Office versions are not read. Save it as DOCX, PPTX or PDF, then upload that."
_PICTURE = "This is a picture. Run text recognition (OCR) on it, then upload the resulting PDF or text."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_DIRECTORY_BYTES = 4 * 1024 * 1024
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")

_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", MediaType.DOCX),
    (b"wordprocessingml.template.main+xml", MediaType.DOCX),
    (b"wordprocessingml.document.macroEnabled.main+xml", MediaType.DOCX),
    (b"presentationml.presentation.main+xml", MediaType.PPTX),
    (b"presentationml.slideshow.main+xml", MediaType.PPTX),
    (b"presentationml.template.main+xml", MediaType.PPTX),
)
_MIMETYPES = {item.value: item for item in (MediaType.ODT, MediaType.ODP, MediaType.EPUB)}

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|h[1-6]|p|div|table|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:|From ")
_MAIL_HEADER_NAMES = """
    from to cc subject date received message-id mime-version return-path delivered-to content-type
"""
_MAIL_HEADERS = frozenset(_MAIL_HEADER_NAMES.split())
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)

_BY_SUFFIX = {
    ".md": MediaType.MARKDOWN, ".markdown": MediaType.MARKDOWN, ".mdown": MediaType.MARKDOWN,
    ".mkd": MediaType.MARKDOWN, ".txt": MediaType.TEXT, ".text": MediaType.TEXT, ".log": MediaType.TEXT,
    ".csv": MediaType.CSV, ".tsv": MediaType.CSV, ".html": MediaType.HTML, ".htm": MediaType.HTML,
    ".xhtml": MediaType.HTML, ".eml": MediaType.EMAIL,
}  # fmt: skip


def sniff(path: Path, name: str = "") -> MediaType:
    """The file's type. Raises Refusal: empty_file, unsupported_type, encrypted, damaged, too_large."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise refuse(Reason.EMPTY_FILE)
    if b"%PDF-" in head[:1024]:
        return MediaType.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _container(path)
    if head.startswith(_OLE):
        raise _old_office(path)
    if head.startswith(b"{\\rtf"):
        return MediaType.RTF
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        raise refuse(Reason.UNSUPPORTED_TYPE, _PICTURE)
    if head.startswith(b"PAR1"):
        raise refuse(Reason.UNSUPPORTED_TYPE, _USE_DATASETS)
    return _text_type(head, PurePath(name.replace("\x00", "")).suffix.lower())


def _text_type(head: bytes, suffix: str) -> MediaType:
    # A letter may be cut at the end of the sample: that is no reason to doubt the encoding.
    text, _ = decode(head[: len(head) - 4] if len(head) == _HEAD_BYTES else head)
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if _HTML_START.match(text[:4096]):
        return MediaType.HTML
    if _looks_like_mail(text):
        return MediaType.EMAIL
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return MediaType.MARKDOWN if not suffix and _MARKDOWN_HEADING.search(text) else MediaType.TEXT


def _looks_like_mail(text: str) -> bool:
    """Header lines from the first line on, at least three of them known."""
    known = 0
    for line in text[:16_384].replace("\r\n", "\n").split("\n"):
        if not line:
            break
        if line[0] in " \t":
            continue
        if not _HEADER_LINE.match(line):
            return False
        known += line.partition(":")[0].lower() in _MAIL_HEADERS
    return known >= 3


def _container(path: Path) -> MediaType:
    archive = Archive(path)
    if "mimetype" in archive:
        declared = archive.read("mimetype").decode("ascii", "replace").strip()
        if declared in _MIMETYPES:
            return _MIMETYPES[declared]
        if declared.endswith("spreadsheet"):
            raise refuse(Reason.UNSUPPORTED_TYPE, _USE_DATASETS)
    if "[Content_Types].xml" in archive:
        types = archive.read("[Content_Types].xml")
        for mark, kind in _MAIN_PARTS:
            if mark in types:
                return kind
        if b"spreadsheetml" in types:
            raise refuse(Reason.UNSUPPORTED_TYPE, _USE_DATASETS)
    raise refuse(Reason.UNSUPPORTED_TYPE)


def _old_office(path: Path) -> Exception:
    """Old Office files and encrypted new ones share a container; stream names stand in UTF-16."""
    with path.open("rb") as file:
        data = file.read(_OLE_DIRECTORY_BYTES)
        file.seek(max(0, path.stat().st_size - _OLE_DIRECTORY_BYTES))
        data += file.read(_OLE_DIRECTORY_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in data:
        return refuse(Reason.ENCRYPTED)
    if "Workbook".encode("utf-16-le") in data:
        return refuse(Reason.UNSUPPORTED_TYPE, _USE_DATASETS)
    return refuse(Reason.UNSUPPORTED_TYPE, _OLD_OFFICE)
