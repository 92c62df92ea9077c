"""What a file is, from its bytes. Its name only tells kinds of text apart."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.compound_file import SIGNATURE, CompoundFile
from answerable.knowledge.parsing.encoding import decode, looks_binary
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.media_types import CODE_SUFFIXES, MediaType, by_suffix

_HEAD_BYTES = 64 * 1024
_TAR_MARK = slice(257, 262)

_USE_DATASETS = (
    "This is a table. Upload it to /api/v1/datasets, where questions over its numbers can be asked."
)
_OTHER_PACKERS = "Archives of this kind are not opened. Pack the files as ZIP, then upload that."
_APPLE = "Files of Apple's iWork are not read. Export it as PDF, DOCX or PPTX, then upload that."
_OLD_OFFICE = "Files of this program are not read. Save it as DOCX, PPTX or PDF, then upload that."
_PACKED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_OTHERS_PACKED = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")
_PICTURES = (
    (b"\x89PNG\r\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"GIF8", MediaType.GIF),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"BM", MediaType.BMP),
)

_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", MediaType.DOCX),
    (b"wordprocessingml.template.main+xml", MediaType.DOCX),
    (b"wordprocessingml.document.macroEnabled.main+xml", MediaType.DOCX),
    (b"ms-word.document.macroEnabled.main+xml", MediaType.DOCX),
    (b"presentationml.presentation.main+xml", MediaType.PPTX),
    (b"presentationml.slideshow.main+xml", MediaType.PPTX),
    (b"presentationml.template.main+xml", MediaType.PPTX),
    (b"ms-powerpoint.presentation.macroEnabled.main+xml", MediaType.PPTX),
    (b"ms-excel.sheet.binary.macroEnabled.main", MediaType.XLSB),
    (b"spreadsheetml", MediaType.XLSX),
    (b"ms-excel.sheet.macroEnabled.main+xml", MediaType.XLSX),
)
_MIMETYPES = {item.value: item for item in (MediaType.ODT, MediaType.ODP, MediaType.ODS, MediaType.EPUB)}
_STREAMS = (
    ("WordDocument", MediaType.DOC),
    ("PowerPoint Document", MediaType.PPT),
    ("Workbook", MediaType.XLS),
    ("Book", MediaType.XLS),
    ("__properties_version1.0", MediaType.MSG),
)

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|h[1-6]|p|div|table|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_START = re.compile(r"\s*<\?xml\s")
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:|From ")
_MAIL_HEADER_NAMES = """
    from to cc subject date received message-id mime-version return-path delivered-to content-type
    snapshot-content-location
"""
_MAIL_HEADERS = frozenset(_MAIL_HEADER_NAMES.split())
_NEXT_MESSAGE = re.compile(r"\n\r?\nFrom \S+.*\d\d:\d\d")
_SAVED_PAGE = re.compile(r"^(?:snapshot-content-location:|content-type:\s*multipart/related\b)", re.I | re.M)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_SUBTITLES = re.compile(r"\s*WEBVTT\b")
_CARDS = re.compile(r"\s*BEGIN:(VCALENDAR|VCARD)\b", re.IGNORECASE)


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
    if head.startswith(SIGNATURE):
        return _compound(path)
    if head.startswith(b"{\\rtf"):
        return MediaType.RTF
    if (packed := _packed(head)) is not None:
        return packed
    if (picture := _picture(head)) is not None:
        return picture
    if head.startswith(b"PAR1"):
        raise refuse(Reason.UNSUPPORTED_TYPE, _USE_DATASETS)
    return _text_type(head, PurePath(name.replace("\x00", "")).suffix.lower())


def _packed(head: bytes) -> MediaType | None:
    if head.startswith(_OTHERS_PACKED):
        raise refuse(Reason.UNSUPPORTED_TYPE, _OTHER_PACKERS)
    if head[_TAR_MARK] == b"ustar":
        return MediaType.TAR
    return MediaType.GZIP if head.startswith(_PACKED) else None


def _picture(head: bytes) -> MediaType | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    return next((kind for mark, kind in _PICTURES if head.startswith(mark)), None)


def _text_type(head: bytes, suffix: str) -> MediaType:
    # A letter may be cut at the end of the sample: that is no reason to doubt the encoding.
    text, _ = decode(head[: len(head) - 4] if len(head) == _HEAD_BYTES else head)
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    named = by_suffix(suffix)
    if suffix in CODE_SUFFIXES:
        return MediaType.SOURCE_CODE
    if _HTML_START.match(text[:4096]):
        return MediaType.HTML
    if _looks_like_mail(text):
        return _mail_type(text, suffix)
    if named is not None:
        return named
    return _unnamed(text, suffix)


def _unnamed(text: str, suffix: str) -> MediaType:
    if _XML_START.match(text):
        return MediaType.XML
    if _SUBTITLES.match(text):
        return MediaType.VTT
    if cards := _CARDS.match(text):
        return MediaType.ICS if cards[1].upper() == "VCALENDAR" else MediaType.VCF
    return MediaType.MARKDOWN if not suffix and _MARKDOWN_HEADING.search(text) else MediaType.TEXT


def _mail_type(text: str, suffix: str) -> MediaType:
    if text.startswith("From ") and (suffix == ".mbox" or _NEXT_MESSAGE.search(text)):
        return MediaType.MBOX
    head = text.replace("\r\n", "\n").partition("\n\n")[0]
    if suffix in (".mht", ".mhtml") or (suffix != ".eml" and _SAVED_PAGE.search(head)):
        return MediaType.MHTML
    return MediaType.EMAIL


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
    if "[Content_Types].xml" in archive:
        types = archive.read("[Content_Types].xml")
        for mark, kind in _MAIN_PARTS:
            if mark in types:
                return kind
    if any(name.endswith(".iwa") for name in archive.names):
        raise refuse(Reason.UNSUPPORTED_TYPE, _APPLE)
    return MediaType.ZIP


def _compound(path: Path) -> MediaType:
    """Old Office files, Outlook's messages and encrypted new ones share a container."""
    file = CompoundFile(path)
    if "EncryptedPackage" in file:
        raise refuse(Reason.ENCRYPTED)
    for stream, kind in _STREAMS:
        if stream in file:
            return kind
    raise refuse(Reason.UNSUPPORTED_TYPE, _OLD_OFFICE)
