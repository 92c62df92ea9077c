"""Chunks follow the structure, are within the limit and lose nothing."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from pydantic import ValidationError

from answerable.knowledge.chunking import Chunk, ChunkSettings, chunk, estimate_tokens
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.text_builder import TextBuilder

_WORDS = st.text(st.sampled_from("ab é漢🙂.,!?\t-|\u00a0" + "e" * 5), max_size=60)
_BLOCKS = st.lists(
    st.tuples(
        st.one_of(_WORDS, st.builds(lambda word, n: (word + " ") * n, _WORDS, st.integers(1, 30))),
        st.one_of(st.none(), st.integers(1, 6)),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


def _document(
    blocks: list[tuple[str, int | None, bool, bool]], media_type: str = "text/plain"
) -> ParsedDocument:
    builder = TextBuilder()
    page = 0
    for text, level, tight, turns in blocks:
        if turns:
            page += 1
            builder.begin_page(page)
        builder.add(text, level=level, tight=tight)
    builder.add("end")
    return builder.finish(media_type)


def _text(document: ParsedDocument, part: Chunk) -> str:
    return document.text[part.start : part.end]


@given(_BLOCKS, st.integers(1, 60), st.sampled_from(["text/plain", "application/presentation"]))
def test_chunks_are_in_order_cover_everything_and_keep_to_the_limit(
    blocks: list[tuple[str, int | None, bool, bool]], target: int, media_type: str
) -> None:
    document = _document(blocks, media_type)
    chunks = list(chunk(document, target_tokens=target))
    position = 0
    for ordinal, part in enumerate(chunks):
        assert part.ordinal == ordinal
        assert position <= part.start < part.end <= len(document.text)
        assert not document.text[position : part.start].strip()
        assert _text(document, part) == _text(document, part).strip()
        assert estimate_tokens(_text(document, part)) <= part.token_count <= max(1.25 * target, 1)
        position = part.end
    assert not document.text[position:].strip()


@given(_BLOCKS, st.integers(1, 60))
def test_no_chunk_crosses_a_heading_that_has_text_above_it(
    blocks: list[tuple[str, int | None, bool, bool]], target: int
) -> None:
    document = _document(blocks)
    for part in chunk(document, target_tokens=target):
        inside = [item for item in document.headings if part.start < item.start < part.end]
        for heading in inside:  # only headings stand before a heading inside a chunk
            position = part.start
            for other in document.headings:
                if other.end > part.start and other.start < heading.start:
                    assert not document.text[position : other.start].strip()
                    position = other.end
            assert not document.text[position : heading.start].strip()


@given(_BLOCKS)
def test_every_chunk_knows_its_page_and_slides_are_never_mixed(
    blocks: list[tuple[str, int | None, bool, bool]],
) -> None:
    document = _document(blocks, "application/presentation")
    for part in chunk(document):
        pages = [page for page in document.pages if page.start <= part.start < page.end]
        assert part.page == (pages[0].number if pages else None)
        assert all(part.end <= page.end for page in pages)


def test_a_chunk_carries_the_headings_that_it_stands_under() -> None:
    document = _document(
        [
            ("Handbook", 1, False, False),
            ("Returns", 2, False, False),
            ("Within 30 days.", None, False, False),
            ("Shipping", 2, False, False),
            ("By parcel.", None, False, False),
            ("Imprint", 1, False, False),
            ("Who we are.", None, False, False),
        ]
    )
    found = [(_text(document, part), part.heading_path) for part in chunk(document)]
    assert found == [
        ("Handbook\n\nReturns\n\nWithin 30 days.", ("Handbook", "Returns")),
        ("Shipping\n\nBy parcel.", ("Handbook", "Shipping")),
        ("Imprint\n\nWho we are.\n\nend", ("Imprint",)),
    ]


def test_a_heading_with_nothing_under_it_keeps_its_own_chunk_before_a_sibling() -> None:
    document = _document([("One", 1, False, False), ("Two", 1, False, False), ("Text.", None, False, False)])
    assert [(_text(document, part), part.heading_path) for part in chunk(document)] == [
        ("One", ("One",)),
        ("Two\n\nText.\n\nend", ("Two",)),
    ]


def test_a_long_paragraph_is_parted_between_sentences() -> None:
    sentence = "The parcel is sent on the day of the order and arrives on the next one. "
    document = _document([(sentence * 60, None, False, False)])
    chunks = list(chunk(document))
    assert len(chunks) > 3
    assert all(_text(document, part).endswith((".", "end")) for part in chunks)
    assert all(_text(document, part).startswith("The parcel") for part in chunks)


def test_short_paragraphs_come_together_up_to_the_target() -> None:
    document = _document(
        [(f"Paragraph number {number} says little.", None, False, False) for number in range(40)]
    )
    sizes = [part.token_count for part in chunk(document, target_tokens=100)]
    assert all(size > 80 for size in sizes[:-1])


@pytest.mark.parametrize("line", ["x", "ab ", "漢", " ", "a.\t", "\u2003y", "| 1 "])
def test_a_line_of_a_million_characters_is_chunked(line: str) -> None:
    builder = TextBuilder()
    builder.add("start " + line * (1_000_000 // len(line)) + " end")
    document = builder.finish("text/plain")
    chunks = list(chunk(document))
    assert chunks[0].start == 0
    assert chunks[-1].end == len(document.text)
    assert max(part.token_count for part in chunks) <= 250


def test_another_count_of_tokens_is_obeyed() -> None:
    document = _document([("one two three four five six", None, False, False)])
    chunks = list(chunk(document, count_tokens=len, target_tokens=10))
    assert all(part.end - part.start <= 12 for part in chunks)


def _table(rows: int, header: str = "Land | Days | Fee") -> ParsedDocument:
    builder = TextBuilder()
    builder.add("Prices", level=1)
    builder.add_row(header.split(" | "))
    for number in range(rows):
        builder.add_row([f"Country {number}", str(number), f"{number} EUR"])
    builder.end_table()
    builder.add("What comes after. It is no row.")
    return builder.finish("text/plain")


def test_a_table_is_cut_between_rows_and_every_part_knows_its_header() -> None:
    document = _table(60)
    chunks = list(chunk(document, target_tokens=60))
    inside = [part for part in chunks if part.table_header is not None]
    assert len(inside) > 3
    assert {part.table_header for part in inside} == {"Land | Days | Fee"}
    for part in inside:
        assert all(
            line.count(" | ") == 2 for line in _text(document, part).split("\n") if line.startswith("Country")
        )
        assert part.token_count <= 75
    assert chunks[0].table_header is None
    assert _text(document, chunks[0]).startswith("Prices\n\nLand | Days | Fee\nCountry 0")
    assert chunks[-1].table_header is None or "What comes after" not in _text(document, chunks[-1])[:5]


def test_a_small_table_stays_whole_and_a_header_of_any_length_ends() -> None:
    document = _table(3)
    (only,) = chunk(document)
    assert only.table_header is None
    wide = _table(40, header=" | ".join(f"Column {number}" for number in range(500)))
    parts = list(chunk(wide, target_tokens=60))
    assert max(len(part.table_header or "") for part in parts) == 300
    assert all(part.token_count <= 75 for part in parts)


def test_chunks_repeat_whole_sentences_of_the_one_before_within_their_section() -> None:
    builder = TextBuilder()
    for section in ("One", "Two"):
        builder.add(section, level=1)
        builder.add(" ".join(f"Sentence {number} of section {section} is here." for number in range(30)))
    document = builder.finish("text/plain")
    plain = list(chunk(document, target_tokens=60))
    parts = list(chunk(document, target_tokens=60, overlap_tokens=20))
    assert [part.end for part in parts] == [part.end for part in plain]
    for before, part, alone in zip([None, *parts], parts, plain, strict=False):
        repeated = document.text[part.start : alone.start]
        if before is None or before.section != part.section:
            assert repeated == ""
        else:
            assert repeated.startswith("Sentence")
            assert repeated.rstrip().endswith("here.")
            assert estimate_tokens(repeated) <= 20
            assert part.start > before.start


def test_the_section_of_a_chunk_is_all_that_stands_under_its_heading() -> None:
    document = _table(60)
    (start, end), *others = {part.section for part in chunk(document, target_tokens=60)}
    assert not others
    assert document.text[start:end] == document.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_tokens": 10},
        {"target_tokens": 5000},
        {"overlap_tokens": 101},
        {"overlap_tokens": -1},
        {"size": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ChunkSettings.model_validate(wrong)
