"""Text recognition by Tesseract, where the operator has installed it: its C library is loaded in the sandbox,
so that no program has to be started there. Pictures are opened by Leptonica, which comes with it.

Source of the calls: tesseract/capi.h (4 and 5), leptonica/allheaders.h."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from answerable.knowledge.parsing.failures import Reason, refuse

_LIBRARIES = ("libtesseract.so.5", "libtesseract.so.4", "libtesseract.5.dylib", "libtesseract.dylib")
_PICTURE_LIBRARIES = (
    "libleptonica.so.6", "liblept.so.5", "libleptonica.so", "libleptonica.6.dylib", "libleptonica.dylib",
)  # fmt: skip
_LEAST_CONFIDENCE = 30
"""Percent: below it a line is most often dirt or a picture."""
MAX_PIXELS = 60_000_000
"""Of one picture: A4 at 600 dots an inch has 35 million."""
_GREY_FROM, _TEXT_LINE = 1, 2
_DEFAULT_DPI = 300


@dataclass(frozen=True, slots=True)
class Recognition:
    """How text is recognised: Tesseract's data, languages joined by "+", the pages and seconds allowed."""

    data: Path
    languages: str
    pages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line, and whether it begins a paragraph."""

    text: str
    begins_paragraph: bool


class Recogniser:
    """Tesseract for one file. Raises Refusal (crash) where the library or its data cannot be loaded."""

    def __init__(self, wanted: Recognition) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # more threads wait for each other on small pages
        library = _loaded(_LIBRARIES)
        if library is None:
            raise refuse(Reason.CRASH)
        self._tesseract = _declared(library)
        self._api = ctypes.c_void_p(library.TessBaseAPICreate())
        data, languages = os.fsencode(wanted.data), wanted.languages.encode()
        if library.TessBaseAPIInit3(self._api, data, languages) != 0:
            raise refuse(Reason.CRASH, f"Tesseract lacks the language data of {wanted.languages!r}.")
        self._pages_left = wanted.pages
        self._end = time.monotonic() + wanted.seconds

    @property
    def exhausted(self) -> bool:
        """Whether its pages or its time are used up."""
        return self._pages_left <= 0 or time.monotonic() >= self._end

    def grey(
        self, pixels: bytes, width: int, height: int, stride: int, dpi: int
    ) -> list[RecognisedLine] | None:
        """The lines of a grey picture, one byte a pixel; None when the time ran out."""
        self._tesseract.TessBaseAPISetImage(self._api, pixels, width, height, _GREY_FROM, stride)
        self._tesseract.TessBaseAPISetSourceResolution(self._api, dpi)
        return self._recognise()

    def picture(self, pix: ctypes.c_void_p) -> list[RecognisedLine] | None:
        """The lines of a picture of Leptonica's; None when the time ran out."""
        self._tesseract.TessBaseAPISetImage2(self._api, pix)
        if self._tesseract.TessBaseAPIGetSourceYResolution(self._api) < 70:
            self._tesseract.TessBaseAPISetSourceResolution(self._api, _DEFAULT_DPI)
        return self._recognise()

    def _recognise(self) -> list[RecognisedLine] | None:
        self._pages_left -= 1
        library = self._tesseract
        monitor = ctypes.c_void_p(library.TessMonitorCreate())
        try:
            left = max(1, int(1000 * (self._end - time.monotonic())))
            library.TessMonitorSetDeadlineMSecs(monitor, left)
            failed = library.TessBaseAPIRecognize(self._api, monitor) != 0
            return None if failed or time.monotonic() >= self._end else list(self._lines())
        finally:
            library.TessMonitorDelete(monitor)

    def _lines(self) -> Iterator[RecognisedLine]:
        library = self._tesseract
        found = ctypes.c_void_p(library.TessBaseAPIGetIterator(self._api))
        if not found:
            return
        place = library.TessResultIteratorGetPageIterator(found)
        try:
            while True:
                if library.TessResultIteratorConfidence(found, _TEXT_LINE) >= _LEAST_CONFIDENCE:
                    begins = bool(library.TessPageIteratorIsAtBeginningOf(place, _TEXT_LINE - 1))
                    yield RecognisedLine(self._text(found), begins)
                if not library.TessResultIteratorNext(found, _TEXT_LINE):
                    return
        finally:
            library.TessResultIteratorDelete(found)

    def _text(self, found: ctypes.c_void_p) -> str:
        pointer = self._tesseract.TessResultIteratorGetUTF8Text(found, _TEXT_LINE)
        try:
            return (ctypes.string_at(pointer) if pointer else b"").decode("utf-8", "replace").strip()
        finally:
            self._tesseract.TessDeleteText(pointer)


@contextmanager
def opened_picture(path: Path, page: int) -> Iterator[ctypes.c_void_p | None]:
    """A page of a picture file (pages of TIFF count from 0), for `Recogniser.picture`; None past the last.
    Raises Refusal: damaged, too_large."""
    library = _loaded(_PICTURE_LIBRARIES)
    if library is None:
        raise refuse(Reason.CRASH)
    library.pixReadTiff.restype = library.pixRead.restype = ctypes.c_void_p
    library.setMsgSeverity(6)  # it says nothing itself
    name = os.fsencode(path)
    with path.open("rb") as file:
        is_tiff = file.read(4) in (b"II*\0", b"MM\0*")
    if (not is_tiff and page) or not _fits(library, name, page, is_tiff=is_tiff):
        yield None
        return
    pix = ctypes.c_void_p(library.pixReadTiff(name, page) if is_tiff else library.pixRead(name))
    if not pix:
        raise refuse(Reason.DAMAGED)
    try:
        yield pix
    finally:
        library.pixDestroy(ctypes.byref(pix))


def _fits(library: ctypes.CDLL, name: bytes, page: int, *, is_tiff: bool) -> bool:
    """Whether the page is there; its size is looked at before it is unpacked."""
    width, height, rest = ctypes.c_int(), ctypes.c_int(), [ctypes.c_int() for _ in range(4)]
    sizes = [ctypes.byref(each) for each in (width, height, *rest[:2])]
    if is_tiff:
        failed = library.readHeaderTiff(name, page, *sizes, *(ctypes.byref(each) for each in rest[2:]), None)
    else:
        kind = ctypes.c_int()
        failed = library.pixReadHeader(name, ctypes.byref(kind), *sizes, None)
    if failed:
        if is_tiff and page:
            return False
        raise refuse(Reason.DAMAGED)
    if width.value * height.value > MAX_PIXELS:
        raise refuse(Reason.TOO_LARGE, "The picture is larger than is read. Save it at 300 dots an inch.")
    return True


def paragraphs(lines: Sequence[RecognisedLine]) -> Iterator[str]:
    """The lines put together: a word parted at a line's end whole, other lines by spaces."""
    together = ""
    for line in lines:
        if not line.text:
            continue
        if line.begins_paragraph and together:
            yield together
            together = ""
        if together.endswith("-") and together[-2:-1].isalpha() and line.text[0].islower():
            together = together[:-1] + line.text
        else:
            together = f"{together} {line.text}" if together else line.text
    if together:
        yield together


def _loaded(names: Sequence[str]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """The library with the types of the calls that are used: pointers must not be taken for numbers."""
    pointer, number = ctypes.c_void_p, ctypes.c_int
    types: dict[str, tuple[object, list[object]]] = {
        "TessBaseAPICreate": (pointer, []),
        "TessBaseAPIInit3": (number, [pointer, ctypes.c_char_p, ctypes.c_char_p]),
        "TessBaseAPISetImage": (None, [pointer, ctypes.c_char_p, number, number, number, number]),
        "TessBaseAPISetImage2": (None, [pointer, pointer]),
        "TessBaseAPISetSourceResolution": (None, [pointer, number]),
        "TessBaseAPIGetSourceYResolution": (number, [pointer]),
        "TessMonitorCreate": (pointer, []),
        "TessMonitorSetDeadlineMSecs": (None, [pointer, number]),
        "TessMonitorDelete": (None, [pointer]),
        "TessBaseAPIRecognize": (number, [pointer, pointer]),
        "TessBaseAPIGetIterator": (pointer, [pointer]),
        "TessResultIteratorGetPageIterator": (pointer, [pointer]),
        "TessPageIteratorIsAtBeginningOf": (number, [pointer, number]),
        "TessResultIteratorConfidence": (ctypes.c_float, [pointer, number]),
        "TessResultIteratorGetUTF8Text": (pointer, [pointer, number]),
        "TessResultIteratorNext": (number, [pointer, number]),
        "TessResultIteratorDelete": (None, [pointer]),
        "TessDeleteText": (None, [pointer]),
    }
    for name, (result, arguments) in types.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
