"""Pictures (PNG, JPEG, TIFF, GIF, BMP, WebP): their text as Tesseract recognises it, a page a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from answerable.kit.sandbox.limits import JsonObject
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.recognition import Recogniser, opened_picture, paragraphs
from answerable.knowledge.parsing.scans import named_pages, unread_warning
from answerable.knowledge.parsing.text_builder import TextBuilder

_MOST_PAGES = 10_000


def read(
    path: Path, builder: TextBuilder, report: Callable[[JsonObject], None], recogniser: Recogniser | None
) -> None:
    if recogniser is None:
        builder.scanned.append(1)
        return
    unread: list[int] = []
    for page in range(_MOST_PAGES):
        with opened_picture(path, page) as picture:
            if picture is None:
                break
            lines = None if recogniser.exhausted else recogniser.picture(picture)
        builder.begin_page(page + 1)
        if lines is None:
            unread.append(page + 1)
            continue
        for paragraph in paragraphs(lines):
            builder.add(paragraph)
        report({"done": page + 1, "total": page + 1, "unit": "pages"})
    if unread and builder.empty:
        raise refuse(Reason.TIMEOUT, f"Recognising the text took too long ({named_pages(unread)}).")
    if unread:
        builder.warnings.append(unread_warning(unread))
    if builder.empty:
        raise refuse(Reason.NO_TEXT, "No text was recognised in the picture.")
