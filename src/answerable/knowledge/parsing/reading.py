"""What runs in the sandbox: find out the type, let its reader fill the text."""

from __future__ import annotations

import importlib
from pathlib import Path

from answerable.kit.sandbox.limits import JsonObject, Report
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.sniff import MediaType, sniff
from answerable.knowledge.parsing.text_builder import TextBuilder

_READERS = {
    MediaType.PDF: "pdf",
    MediaType.DOCX: "docx",
    MediaType.PPTX: "pptx",
    MediaType.ODT: "open_document",
    MediaType.ODP: "open_document",
    MediaType.EPUB: "epub",
    MediaType.RTF: "rtf",
    MediaType.HTML: "html",
    MediaType.EMAIL: "email_message",
    MediaType.MARKDOWN: "markdown",
    MediaType.CSV: "plain",
    MediaType.TEXT: "plain",
}


def read_file(payload: JsonObject, report: Report) -> JsonObject:
    """`{"path", "name"}` to a ParsedDocument as JSON. Raises Refusal with a Reason as its code."""
    path = Path(payload["path"])
    media_type = sniff(path, str(payload["name"]))
    # Each reader brings its own libraries; only the one that is needed is loaded.
    reader = importlib.import_module(f"answerable.knowledge.parsing.readers.{_READERS[media_type]}")
    builder = TextBuilder()
    try:
        if media_type is MediaType.PDF:
            reader.read(path, builder, report)
        else:
            reader.read(path, builder)
    except RecursionError as error:
        raise refuse(Reason.DAMAGED) from error
    return builder.finish(media_type.value).to_json()
