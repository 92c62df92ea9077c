"""Scanned pages and pictures: told of where nothing reads them, read where Tesseract is installed."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pypdfium2
import pytest

from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.parser import parse
from answerable.knowledge.parsing.scans import named_pages
from tests.knowledge.parsing import files

OFF = ParsingSettings(ocr="off")
LINES = [(18, "Grinders with a broken seal cannot be returned."), (18, "Refunds are paid within 14 days.")]
TIFF, JPEG = 4, 2
"""Leptonica's numbers of the formats."""


def drawn(lines: list[tuple[int, str]]) -> tuple[bytes, int, int]:
    """A page as a grey picture: its bytes, width and height."""
    document = pypdfium2.PdfDocument(files.pdf([lines]))
    try:
        bitmap = document[0].render(scale=200 / 72, grayscale=True)
        rows = bytes(bitmap.buffer)
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        return b"".join(rows[row * stride : row * stride + width] for row in range(height)), width, height
    finally:
        document.close()


async def read(tmp_path: Path, content: bytes, settings: ParsingSettings | None = None) -> ParsedDocument:
    path = tmp_path / "file"
    path.write_bytes(content)
    return await parse(path, "scan", settings=settings)


def mixed() -> bytes:
    """A page of text, two scanned ones, and an empty one."""
    return files.scanned_pdf(
        [None, drawn(LINES), drawn(LINES[:1]), None], text="A page with text of its own, long."
    )


async def test_scanned_pages_are_named_with_the_remedy(tmp_path: Path) -> None:
    document = await read(tmp_path, mixed(), OFF)
    assert document.scanned == (2, 3)
    (warning,) = document.warnings
    assert warning.startswith("Scanned without text: pages 2–3. Install Tesseract")
    with pytest.raises(ParseFailed) as caught:
        await read(tmp_path, files.scanned_pdf([drawn(LINES)]), OFF)
    assert caught.value.reason is Reason.NO_TEXT
    assert "page 1" in caught.value.detail


async def test_scanned_pages_are_read_in_their_place(tmp_path: Path) -> None:
    document = await read(tmp_path, mixed())
    assert document.scanned == ()
    assert document.warnings == ("Text recognised from scans, which may have slips: pages 2–3.",)
    texts = [document.text[page.start : page.end].strip() for page in document.pages]
    assert texts[0] == "A page with text of its own, long."
    assert "Grinders with a broken seal cannot be returned." in texts[1]
    assert "Refunds are paid within 14 days." in texts[1]
    assert texts[2] == "Grinders with a broken seal cannot be returned."


@pytest.mark.parametrize("kind", ["png", "tiff", "jpeg"])
async def test_pictures_are_read(tmp_path: Path, kind: str) -> None:
    content = files.png(*drawn(LINES))
    if kind != "png":
        path, target = tmp_path / "a.png", tmp_path / "other"
        path.write_bytes(content)
        leptonica = ctypes.CDLL("liblept.so.5")
        leptonica.pixRead.restype = ctypes.c_void_p
        pix = ctypes.c_void_p(leptonica.pixRead(bytes(path)))
        assert leptonica.pixWrite(bytes(target), pix, TIFF if kind == "tiff" else JPEG) == 0
        content = target.read_bytes()
    document = await read(tmp_path, content)
    assert document.media_type == f"image/{kind}"
    assert "Grinders with a broken seal cannot be returned." in document.text
    with pytest.raises(ParseFailed) as caught:
        await read(tmp_path, content, OFF)
    assert caught.value.reason is Reason.NO_TEXT


async def test_pages_beyond_the_limit_are_named(tmp_path: Path) -> None:
    document = await read(tmp_path, mixed(), ParsingSettings(ocr_pages=1))
    assert "Grinders" in document.text
    assert any("beyond the limits of text recognition: page 3" in warning for warning in document.warnings)


async def test_a_picture_without_words_and_a_flood_of_pixels_say_why(tmp_path: Path) -> None:
    with pytest.raises(ParseFailed) as caught:
        await read(tmp_path, files.png(b"\xff" * 10_000, 100, 100))
    assert caught.value.reason is Reason.NO_TEXT
    with pytest.raises(ParseFailed) as caught:
        await read(tmp_path, files.png(b"\xff", 60_000, 60_000))
    assert caught.value.reason is Reason.TOO_LARGE
    with pytest.raises(ParseFailed) as caught:
        await read(tmp_path, b"\x89PNG\r\n\x1a\nbroken")
    assert caught.value.reason is Reason.DAMAGED


async def test_recognition_that_fails_costs_the_scanned_pages_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "eng.traineddata").write_bytes(b"no such data")
    document = await read(tmp_path, mixed(), ParsingSettings(ocr_data=folder))
    assert document.text == "A page with text of its own, long."
    assert document.scanned == (2, 3)
    assert "Recognising their text failed" in document.warnings[-1]


@pytest.mark.parametrize(
    ("pages", "named"),
    [([3], "page 3"), ([1, 2, 3, 9], "pages 1–3, 9"), (list(range(1, 100, 2)), "and 30 more ranges")],
)
def test_pages_are_named_by_ranges(pages: list[int], named: str) -> None:
    assert named in named_pages(pages)
