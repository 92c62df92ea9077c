"""What runs in the sandbox: find out the type, let its reader fill the text."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from answerable.kit.sandbox.limits import JsonObject, Report
from answerable.knowledge.parsing.document import TEXT_FILE
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.media_types import PICTURES, MediaType
from answerable.knowledge.parsing.members import MemberLimits, Members
from answerable.knowledge.parsing.recognition import Recogniser, Recognition
from answerable.knowledge.parsing.sniff import sniff
from answerable.knowledge.parsing.text_builder import TextBuilder, TextLimits

_READERS = {
    MediaType.PDF: "pdf",
    MediaType.DOCX: "docx",
    MediaType.PPTX: "pptx",
    MediaType.XLSX: "workbook",
    MediaType.XLSB: "workbook",
    MediaType.XLS: "workbook",
    MediaType.ODS: "workbook",
    MediaType.DOC: "word_binary",
    MediaType.PPT: "powerpoint_binary",
    MediaType.MSG: "outlook_message",
    MediaType.ODT: "open_document",
    MediaType.ODP: "open_document",
    MediaType.EPUB: "epub",
    MediaType.RTF: "rtf",
    MediaType.HTML: "html",
    MediaType.MHTML: "email_message",
    MediaType.EMAIL: "email_message",
    MediaType.MBOX: "mailbox",
    MediaType.ZIP: "archives",
    MediaType.TAR: "archives",
    MediaType.GZIP: "archives",
    MediaType.MARKDOWN: "markdown",
    MediaType.RST: "restructured_text",
    MediaType.ASCIIDOC: "asciidoc",
    MediaType.ORG: "org",
    MediaType.TEX: "tex",
    MediaType.NOTEBOOK: "notebook",
    MediaType.JSON: "json_data",
    MediaType.JSON_LINES: "json_data",
    MediaType.YAML: "source_code",
    MediaType.TOML: "source_code",
    MediaType.SOURCE_CODE: "source_code",
    MediaType.XML: "xml_data",
    MediaType.SRT: "subtitles",
    MediaType.VTT: "subtitles",
    MediaType.ICS: "cards",
    MediaType.VCF: "cards",
    MediaType.CSV: "delimited",
    MediaType.TSV: "delimited",
    MediaType.TEXT: "plain",
    **dict.fromkeys(PICTURES, "pictures"),
}
_WITH_MEMBERS = (MediaType.EMAIL, MediaType.MSG, MediaType.MBOX)


def read_file(payload: JsonObject, report: Report) -> JsonObject:
    """`{"path", "name", "text"?: {"folder", "characters", "part_characters"},
    "members"?: {"folder", "count", "bytes_each", "bytes_together"},
    "recognition"?: {"data", "languages", "pages", "seconds"}}` to a ParsedDocument as JSON. Raises
    Refusal with a Reason as its code."""
    path, name = Path(payload["path"]), str(payload["name"])
    media_type = sniff(path, name)
    # Each reader brings its own libraries; only the one that is needed is loaded.
    reader = importlib.import_module(f"answerable.knowledge.parsing.readers.{_READERS[media_type]}")
    builder = TextBuilder(limits=_text_limits(payload))
    members = _members(payload)
    try:
        if media_type is MediaType.PDF or media_type in PICTURES:
            reader.read(path, builder, report, _recogniser(payload))
        elif media_type is MediaType.MHTML:
            reader.read_page(path, builder)
        elif media_type in _WITH_MEMBERS:
            reader.read(path, builder, members)
        elif media_type in (MediaType.ZIP, MediaType.TAR, MediaType.GZIP):
            media_type = _unpack(reader, media_type, path, builder, members, name)
        else:
            reader.read(path, builder)
    except RecursionError as error:
        raise refuse(Reason.DAMAGED) from error
    if members is None:
        return builder.finish(media_type.value).to_json()
    builder.warnings += members.warnings()
    return replace(builder.finish(media_type.value), members=tuple(members.taken)).to_json()


def _text_limits(payload: JsonObject) -> TextLimits | None:
    wanted = payload.get("text")
    if wanted is None:
        return None
    file = Path(wanted["folder"]) / TEXT_FILE
    return TextLimits(int(wanted["characters"]), file, int(wanted["part_characters"]))


def _recogniser(payload: JsonObject) -> Recogniser | None:
    wanted = payload.get("recognition")
    if wanted is None:
        return None
    return Recogniser(
        Recognition(
            Path(wanted["data"]), str(wanted["languages"]), int(wanted["pages"]), float(wanted["seconds"])
        )
    )


def _members(payload: JsonObject) -> Members | None:
    wanted = payload.get("members")
    if wanted is None:
        return None
    limits = MemberLimits(int(wanted["count"]), int(wanted["bytes_each"]), int(wanted["bytes_together"]))
    return Members(Path(wanted["folder"]), limits)


def _unpack(
    archives: ModuleType,
    kind: MediaType,
    path: Path,
    builder: TextBuilder,
    members: Members | None,
    name: str,
) -> MediaType:
    """Read an archive; the kind that it turned out to be."""
    if kind is MediaType.ZIP:
        archives.read_zip(path, builder, members)
    elif kind is MediaType.TAR or archives.is_tar(path):
        archives.read_tar(path, builder, members)
        return MediaType.TAR
    else:
        archives.read_packed(path, builder, members, name)
    return kind
