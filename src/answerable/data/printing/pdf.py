"""From pages to a PDF, with the extra `charts`: it draws charts, and SVG as PDF with the fonts in it."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pypdfium2

from answerable.data.engines.charts.frame import JsonObject
from answerable.data.engines.charts.sizes import lying_height, sized
from answerable.data.insights.export import CHART_WIDTH, require_renderer
from answerable.data.printing.content import Document, Picture
from answerable.data.printing.layout import CHART_HEIGHT, pages_of

# PDFium must not be entered twice at once.
_ONE_AT_A_TIME = threading.Lock()


def _left_out(spec: Mapping[str, Any]) -> JsonObject | None:
    """What the chart says that it leaves out, as its title."""
    title = spec.get("title")
    said = title.get("subtitle") if isinstance(title, Mapping) else None
    return None if said is None else {"text": "", "subtitle": said, "anchor": "start"}


def as_pdf(document: Document) -> bytes:
    """The document as a PDF. It takes some tenths of a second for each chart: call it in a thread. Raises
    ChartsUnavailable without the extra `charts`."""
    renderer = import_module(require_renderer())

    def draw(picture: Picture) -> str:
        # A chart beside words of the document, which say its title.
        height = max(CHART_HEIGHT * 1.3, lying_height(picture.spec) or 0)
        spec = sized({**picture.spec, "title": _left_out(picture.spec)}, CHART_WIDTH, height)
        return str(renderer.vegalite_to_svg(spec, allowed_base_urls=[]))

    pages = [renderer.svg_to_pdf(page) for page in pages_of(document, draw)]
    with _ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument.new()
        for page in pages:
            with pypdfium2.PdfDocument(page) as one:
                whole.import_pages(one)
        made = io.BytesIO()
        whole.save(made)
        whole.close()
    return made.getvalue()
