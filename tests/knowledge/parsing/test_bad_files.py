"""Damaged, locked, empty and hostile files: a typed reason with a remedy, within memory and time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.failures import SENTENCES, ParseFailed, Reason
from answerable.knowledge.parsing.parser import parse
from tests.knowledge.parsing import files

BOUNDS = ParsingSettings(memory_bytes=400_000_000, cpu_seconds=10, wall_seconds=30)
PDF = files.pdf([[(11, "Some text on a page.")]])
DOCX = files.docx(files.paragraph("Some text."))
BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


async def reason(tmp_path: Path, content: bytes | str, name: str = "") -> Reason | None:
    """Why the file gives no text; None when it gives some."""
    path = tmp_path / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        await parse(path, name, settings=BOUNDS)
    except ParseFailed as failure:
        return failure.reason
    return None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", Reason.EMPTY_FILE, id="empty"),
        pytest.param(b" \n\t ", Reason.NO_TEXT, id="blank"),
        pytest.param(files.pdf([[]]), Reason.NO_TEXT, id="page without text"),
        pytest.param(files.pdf([[(11, "x")]], encrypted=True), Reason.ENCRYPTED, id="locked pdf"),
        pytest.param(PDF[:60], Reason.DAMAGED, id="cut pdf"),
        pytest.param(b"%PDF-1.7 nothing", Reason.DAMAGED, id="no pdf"),
        pytest.param(DOCX[: len(DOCX) // 2], Reason.DAMAGED, id="cut docx"),
        pytest.param(files.docx("<w:p>"), Reason.DAMAGED, id="broken xml"),
        pytest.param(
            files.odt("<text:p>x</text:p>", manifest="<encryption-data/>"), Reason.ENCRYPTED, id="locked odt"
        ),
        pytest.param(
            files.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}),
            Reason.ENCRYPTED,
            id="locked docx",
        ),
        pytest.param(files.compound({"Other": b"x"}), Reason.UNSUPPORTED_TYPE, id="other compound file"),
        pytest.param(files.compound({"WordDocument": b"x"})[:700], Reason.DAMAGED, id="cut doc"),
        pytest.param(files.compound({"WordDocument": b"x"}), Reason.DAMAGED, id="empty doc"),
        pytest.param(b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, Reason.UNSUPPORTED_TYPE, id="7z"),
        pytest.param(b"\x1f\x8b\x08\0cut", Reason.DAMAGED, id="cut gzip"),
        pytest.param(files.zipped({"Index/Document.iwa": "x"}), Reason.UNSUPPORTED_TYPE, id="iwork"),
        pytest.param(b"\x7fELF" + bytes(range(256)) * 20, Reason.UNSUPPORTED_TYPE, id="program"),
        pytest.param(b"\x89PNG\r\n\x1a\n", Reason.DAMAGED, id="cut picture"),
        pytest.param(
            files.zipped({"[Content_Types].xml": "<Types>spreadsheetml</Types>"}),
            Reason.DAMAGED,
            id="empty workbook",
        ),
    ],
)
async def test_a_file_that_gives_no_text_says_why(tmp_path: Path, content: bytes, expected: Reason) -> None:
    assert await reason(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            files.docx("", extra={"word/media/x": b"\0" * 80_000_000}), Reason.TOO_LARGE, id="zip bomb"
        ),
        pytest.param(files.overlapping_zip(), Reason.TOO_LARGE, id="overlapping zip"),
        pytest.param(
            files.docx(files.paragraph("x"), prologue=BILLION_LAUGHS), Reason.DAMAGED, id="entity bomb"
        ),
        pytest.param(
            files.docx(
                files.paragraph("x"), prologue='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            ),
            Reason.DAMAGED,
            id="external entity",
        ),
        pytest.param(files.docx("<w:p>" * 300 + "</w:p>" * 300), Reason.TOO_LARGE, id="deep xml"),
        pytest.param("y" * 11_000_000, Reason.TOO_LARGE, id="line of 11 MB"),
    ],
)
async def test_bombs_are_refused_before_they_go_off(tmp_path: Path, content: bytes, expected: Reason) -> None:
    assert await reason(tmp_path, content) == expected


async def test_a_pdf_bomb_ends_within_its_limits(tmp_path: Path) -> None:
    assert await reason(tmp_path, files.pdf_bomb()) in (Reason.NO_TEXT, Reason.MEMORY, Reason.TIMEOUT)


async def test_a_picture_of_any_size_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(files.pdf_with_huge_picture("Text beside a picture."))
    assert (await parse(path, settings=BOUNDS)).text == "Text beside a picture."


async def test_a_line_of_200_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    with pytest.raises(ParseFailed) as caught:
        await parse(path, "a.txt", settings=BOUNDS)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<p>" + "<div>" * 100_000 + "text", id="deep html"),
        pytest.param("<p>" + "<!--" * 50_000 + "text", id="unclosed comments"),
        pytest.param("{\\rtf1 " + "{" * 100_000 + "text", id="deep rtf"),
        pytest.param("# a\n\n" + "> " * 20_000 + "text", id="deep quotes"),
        pytest.param("# a\n\n" + "[" * 50_000 + "text", id="brackets"),
        pytest.param("# a\n\n" + "*a **a " * 20_000, id="emphasis"),
        pytest.param("From: a\nTo: b\nSubject: " + "=?utf-8?q?" * 10_000 + "\n\ntext", id="header words"),
        pytest.param("| a " * 50_000 + "\n" + "|--" * 50_000 + "\n", id="wide table"),
    ],
)
async def test_texts_made_to_be_slow_end(tmp_path: Path, content: str) -> None:
    assert await reason(tmp_path, content) in (None, *Reason)


@pytest.mark.parametrize("original", [PDF, DOCX], ids=["pdf", "docx"])
async def test_files_with_random_damage_give_text_or_a_reason(tmp_path: Path, original: bytes) -> None:
    seed = 20261121
    source = random.Random(seed)
    for round_number in range(8):
        damaged = bytearray(original)
        for _ in range(source.randint(1, 20)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        cut = damaged[: source.randint(1, len(damaged))] if round_number % 2 else damaged
        assert await reason(tmp_path, bytes(cut)) in (None, *Reason), (seed, round_number)


def test_every_reason_has_a_sentence_that_says_what_to_do() -> None:
    for sentence in SENTENCES.values():
        assert sentence.endswith(".")
        assert sentence.count(".") >= 2


async def test_memory_is_bounded_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(files.docx("".join(f'<w:p w:x="{n * 2654435761 % 2**32}"/>' for n in range(600_000))))
    tight = ParsingSettings(memory_bytes=134_217_728, cpu_seconds=60, wall_seconds=60)
    with pytest.raises(ParseFailed) as caught:
        await parse(path, settings=tight)
    assert caught.value.reason is Reason.MEMORY


def test_the_remedy_names_no_file_of_the_source_tree() -> None:
    assert [sentence for sentence in SENTENCES.values() if "docs/" in sentence] == []
