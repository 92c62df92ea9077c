"""Text files of any size are read piece by piece, to what they give as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing import encoding
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.parser import parse
from answerable.knowledge.parsing.readers import delimited, json_data, markdown, plain, source_code
from answerable.knowledge.parsing.text_builder import MAX_MARKS, TextBuilder, TextLimits

Read = Callable[[Path, TextBuilder], None]
LINES = "\n".join(
    f"{number}. Section of the étude\n\nA line {number} with a “quote”.\r\nMore   \n\n\n\n- item\n====\nend"
    for number in range(400)
)
CSV = "id,name,note\n" + "".join(f'{n},"Zoë {n}","two\nlines, {n}"\n' for n in range(800))
RECORDS = "\n".join(json.dumps({"id": n, "name": f"Zoë {n}", "tags": ["a", n]}) for n in range(800))


def _read(read: Read, path: Path, file: Path | None) -> ParsedDocument:
    builder = TextBuilder(limits=TextLimits(file=file, part_characters=500))
    read(path, builder)
    return builder.finish("text/plain")


@pytest.mark.parametrize(
    ("read", "content"),
    [(plain.read, LINES), (source_code.read, LINES), (delimited.read, CSV), (json_data.read, RECORDS),
     (markdown.read, LINES)],
)  # fmt: skip
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252"])
def test_pieces_give_what_the_whole_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read, content: str, codec: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content.encode(codec))
    held = _read(read, path, None)
    monkeypatch.setattr(encoding, "_PIECE_BYTES", 997)
    monkeypatch.setattr(plain, "_BLOCK_CHARACTERS", 300)
    monkeypatch.setattr(plain, "_VIEW_LINES", 7)
    monkeypatch.setattr(json_data, "_HELD_BYTES", 100)
    long = _read(read, path, tmp_path / "text")
    assert long.long is not None
    assert long.whole[:] == held.text
    assert (long.headings, long.tables, long.warnings) == (held.headings, held.tables, held.warnings)
    long.close()


def test_records_that_break_off_are_read_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text(RECORDS + '\n{"broken')
    held = _read(json_data.read, path, None)
    monkeypatch.setattr(json_data, "_HELD_BYTES", 100)
    for most in (json_data.MAX_TEXT_BYTES, 200):
        monkeypatch.setattr(json_data, "MAX_TEXT_BYTES", most)
        long = _read(json_data.read, path, tmp_path / "text")
        assert long.whole[:] == held.text
        long.close()


def test_a_line_without_an_end_is_parted_at_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("word " * 3_000)
    monkeypatch.setattr(encoding, "_PIECE_BYTES", 1_001)
    read = _read(plain.read, path, None)
    assert read.text.split() == ["word"] * 3_000


def test_headings_beyond_the_bound_are_text(tmp_path: Path) -> None:
    builder = TextBuilder()
    for number in range(MAX_MARKS + 2):
        builder.add(f"H{number}", level=1)
    document = builder.finish("text/plain")
    assert len(document.headings) == MAX_MARKS
    assert document.text.endswith(f"H{MAX_MARKS + 1}")
    assert document.warnings == ("Only the first 100,000 headings count as such.",)


async def test_a_long_text_comes_out_of_the_sandbox_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text(LINES)
    bounds = ParsingSettings(part_characters=500)
    (tmp_path / "out").mkdir()
    held = await parse(path, "file.txt")
    long = await parse(path, "file.txt", settings=bounds, text_folder=tmp_path / "out")
    assert long.long is not None
    assert (long.whole[:], long.headings, long.language) == (held.text, held.headings, held.language)
    long.close()
    few = ParsingSettings(part_characters=500, text_characters=5_000)
    with pytest.raises(ParseFailed, match="5,000 characters") as failed:
        await parse(path, "file.txt", settings=few, text_folder=tmp_path / "out")
    assert failed.value.reason is Reason.TOO_LARGE
