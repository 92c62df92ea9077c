"""PowerPoint 97 to 2003 (Microsoft [MS-PPT]): a page a slide, its title a heading, its notes after it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.knowledge.parsing.compound_file import CompoundFile
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder

_STREAM = "PowerPoint Document"
_HEADER = struct.Struct("<HHI")
_CONTAINER = 0xF
_SLIDE, _NOTES, _LIST, _PERSIST, _TEXT_HEADER, _CHARS, _BYTES = (
    0x03EE, 0x03F0, 0x0FF0, 0x03F3, 0x0F9F, 0x0FA0, 0x0FA8,
)  # fmt: skip
_OF_SLIDES = 0
_TITLES = (0, 6)
_MAX_DEPTH = 30
_LINES = str.maketrans({"\r": "\n", "\x0b": "\n"})


@dataclass(slots=True)
class _Slide:
    texts: list[tuple[int, str]] = field(default_factory=list)  # kind of the text, text


@dataclass(slots=True)
class _Found:
    slides: list[_Slide] = field(default_factory=list)  # by the outline
    drawn: list[_Slide] = field(default_factory=list)  # by what is drawn
    notes: list[_Slide] = field(default_factory=list)


def read(path: Path, builder: TextBuilder) -> None:
    file = CompoundFile(path)
    if "EncryptedSummary" in file:
        raise refuse(Reason.ENCRYPTED)
    found = _Found()
    try:
        _walk(file.read(_STREAM), found)
    except struct.error as error:
        raise refuse(Reason.DAMAGED) from error
    slides = found.slides or found.drawn
    for number, slide in enumerate(slides, start=1):
        builder.begin_page(number)
        texts = list(slide.texts)
        if len(found.drawn) == len(found.slides):
            texts += [text for text in found.drawn[number - 1].texts if text not in texts]
        for kind, text in sorted(texts, key=lambda item: item[0] not in _TITLES):
            builder.add(text, level=1 if kind in _TITLES else None)
        if len(found.notes) == len(slides):
            lines = "\n".join(text for _, text in found.notes[number - 1].texts)
            builder.add(f"Notes: {lines}" if lines else "")


def _walk(data: bytes, found: _Found) -> None:
    for kind, instance, body in _records(data):
        if kind == _SLIDE:
            found.drawn.append(_Slide(list(_texts(body, 1))))
        elif kind == _NOTES:
            found.notes.append(_Slide(list(_texts(body, 1))))
        elif kind == _LIST and instance == _OF_SLIDES:
            _outline(body, found)
        elif kind == 0x03E8:  # the document, which holds the outline
            _walk(body, found)


def _outline(data: bytes, found: _Found) -> None:
    text_kind = 1
    for kind, _, body in _records(data):
        if kind == _PERSIST:
            found.slides.append(_Slide())
        elif kind == _TEXT_HEADER and len(body) >= 4:
            text_kind = struct.unpack_from("<I", body)[0]
        elif kind in (_CHARS, _BYTES) and found.slides:
            found.slides[-1].texts.append((text_kind, _decoded(kind, body)))


def _texts(data: bytes, depth: int) -> Iterator[tuple[int, str]]:
    text_kind = 1
    for kind, _, body in _records(data):
        if kind == _TEXT_HEADER and len(body) >= 4:
            text_kind = struct.unpack_from("<I", body)[0]
        elif kind in (_CHARS, _BYTES):
            yield text_kind, _decoded(kind, body)
        elif body and depth < _MAX_DEPTH and _is_container(kind):
            yield from _texts(body, depth + 1)


def _is_container(kind: int) -> bool:
    """The containers that lie between a slide and its texts (drawings, groups, shapes, text boxes)."""
    return kind in (0x040C, 0xF002, 0xF003, 0xF004, 0xF00D)


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Records as (type, instance, body)."""
    place = 0
    while place + _HEADER.size <= len(data):
        version, kind, length = _HEADER.unpack_from(data, place)
        place += _HEADER.size
        yield kind, version >> 4, data[place : place + length]
        place += length


def _decoded(kind: int, body: bytes) -> str:
    text = body.decode("utf-16-le" if kind == _CHARS else "latin-1", "replace")
    return text.translate(_LINES).strip()
