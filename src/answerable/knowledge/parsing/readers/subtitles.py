"""Subtitles and transcripts (SubRip, WebVTT): paragraphs of about half a minute, each with the time that it
begins at; WebVTT's voices as `Name: …`."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder, clean

_TIMING = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}[ \t]+-->")
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]{1,200})>")
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_PARAGRAPH_SECONDS = 30


def read(path: Path, builder: TextBuilder) -> None:
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    begun, lines = 0, list[str]()
    for cue in clean(text).split("\n\n"):
        timing, body = _parts(cue)
        if timing is None:
            continue  # the file's head, notes and styles
        if lines and timing - begun >= _PARAGRAPH_SECONDS:
            _paragraph(begun, lines, builder)
            lines = []
        if not lines:
            begun = timing
        lines += _spoken(body)
    _paragraph(begun, lines, builder)
    if builder.empty:
        builder.add(text)


def _parts(cue: str) -> tuple[int | None, str]:
    """When a cue begins, in seconds, and what is said; no time: it is no cue."""
    match = _TIMING.search(cue)
    if match is None:
        return None, ""
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds, cue[match.end() :].partition("\n")[2]


def _spoken(body: str) -> list[str]:
    named = _VOICE.sub(r"\1: ", body)
    return [line for line in (_TAG.sub("", line).strip() for line in named.split("\n")) if line]


def _paragraph(begun: int, lines: list[str], builder: TextBuilder) -> None:
    if lines:
        time = f"{begun // 3600:02}:{begun // 60 % 60:02}:{begun % 60:02}"
        builder.add(f"[{time}] " + "\n".join(dict.fromkeys(lines)))
