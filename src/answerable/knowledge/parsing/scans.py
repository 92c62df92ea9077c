"""Scanned pages, as people are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_NAMED_RANGES = 20


def named_pages(pages: Sequence[int]) -> str:
    """Page numbers in words: "page 3", "pages 1–4, 9"."""
    ends = [
        0,
        *(place for place, (one, other) in enumerate(pairwise(pages), 1) if other != one + 1),
        len(pages),
    ]
    ranges = [pages[start:end] for start, end in pairwise(ends)]
    named = [str(part[0]) if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in ranges[:_NAMED_RANGES]]
    more = f" and {len(ranges) - _NAMED_RANGES} more ranges" if len(ranges) > _NAMED_RANGES else ""
    return f"{'page' if len(pages) == 1 else 'pages'} {', '.join(named)}{more}"


def scanned_warning(pages: Sequence[int]) -> str:
    """For pages that are pictures, where nothing recognises their text."""
    named = named_pages(pages)
    return (
        f"Scanned without text: {named}. Install Tesseract on the server (apt install tesseract-ocr) or run "
        "text recognition (OCR) on the file, then upload it again."
    )


def recognised_warning(pages: Sequence[int]) -> str:
    """For pages whose text was recognised: it may have slips."""
    return f"Text recognised from scans, which may have slips: {named_pages(pages)}."


def unread_warning(pages: Sequence[int]) -> str:
    """For scanned pages that were beyond the limits."""
    return (
        f"Scanned pages beyond the limits of text recognition: {named_pages(pages)}. Split the file, or "
        "raise ANSWERABLE_PARSING__OCR_PAGES and ANSWERABLE_PARSING__OCR_SECONDS."
    )
