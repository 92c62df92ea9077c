"""Marks made to be slow, CommonMark's pathological inputs among them: the text is kept, in time that
grows with the file."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.budget import Budget
from answerable.knowledge.parsing.parser import parse
from answerable.knowledge.parsing.readers import html, markdown
from answerable.knowledge.parsing.text_builder import TextBuilder

Reader = Callable[[Path, TextBuilder], None]
Shape = Callable[[int], str]

MARKDOWN: dict[str, Shape] = {
    "brackets": lambda n: "[" * n,
    "pictures": lambda n: "![" * n,
    "links without end": lambda n: "[a](b" * n,
    "links in links": lambda n: "[" * n + "x" + "](y)" * n,
    "references": lambda n: "[a]: b\n\n" + "[a" * n,
    "emphasis": lambda n: "*a **a " * n,
    "emphasis that ends only": lambda n: "a** " * n,
    "emphasis of three": lambda n: "a***b__c" * n,
    "ticks of growing number": lambda n: "".join("e" + "`" * count for count in range(int(n**0.5))),
    "ticks": lambda n: "`a" * n,
    "open tags": lambda n: "x <a b=" * n,
    "comments": lambda n: "x <!--" * n,
    "instructions": lambda n: "x <?" * n,
    "declarations": lambda n: "x <!A " * n,
    "character data": lambda n: "x <![CDATA[" * n,
    "pipes": lambda n: "|" * n + "\n" + "|-" * n + "|\n" + "x|" * n,
    "a wide table of short rows": lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n" + "a\n" * n,
    "entities": lambda n: "&a" * n,
    "escapes": lambda n: "x" + "\\" * n,
    "lazy lines of a deep quote": lambda n: "> " * 30 + "a\n" + "b\n" * n,
    "pages in a page": lambda n: "<div>x\n\n" * n,
    "open tags of a page": lambda n: "<p>x\n" + "<a " * n,
}
DEEP: dict[str, Shape] = {
    "quotes": lambda n: ">" * n + "deep",
    "bullets": lambda n: "- " * n + "deep",
    "numbers": lambda n: "1. " * n + "deep",
    "quotes in bullets": lambda n: "- > " * n + "deep",
    "stairs": lambda n: "".join("  " * level + "- deep\n" for level in range(min(n, 100))),
}
HTML: dict[str, Shape] = {
    "elements": lambda n: "<div>x" * n,
    "less-than": lambda n: "x" + "<" * n,
    "open tags": lambda n: "x" + "<a " * n,
    "open tags with one end": lambda n: "x" + '<a b="' * n + ">",
    "open values": lambda n: "x" + "<a b='" * n,
    "end tags": lambda n: "x" + "</a " * n,
    "comments": lambda n: "x" + "<!--" * n,
    "instructions": lambda n: "x" + "<?" * n,
    "marked sections": lambda n: "x" + "<![" * n,
    "character data": lambda n: "x" + "<![CDATA[" * n,
    "references": lambda n: "x" + "&#" * n,
    "a reference of many digits": lambda n: "x&#" + "1" * n + ";",
    "scripts": lambda n: "x" + "<script></script" * n,
    "a script that does not end": lambda n: "x<script>" + "</scrip" * n,
    "cells": lambda n: "<table><tr><td>x" * n,
}


def seconds(reader: Reader, text: str, folder: Path) -> float:
    """Processor time for reading a text of marks: of this thread, as others embed meanwhile."""
    path = folder / "file"
    path.write_text(text, encoding="utf-8")
    before = time.thread_time()
    # A base that is small against the time of a reader that is not linear.
    reader(path, builder := TextBuilder(Budget(base=0.1)))
    assert not builder.empty
    return time.thread_time() - before


def assert_proportional(reader: Reader, shape: Shape, folder: Path, n: int) -> None:
    """Four times the marks may take ten times as long; a square would take sixteen."""
    small, large = (seconds(reader, shape(count), folder) for count in (n, 4 * n))
    # What takes longer than the reader's budget (2 s, and more by the length) loses its marks.
    assert large < 10 * max(small, 0.02) or large < 60e-6 * len(shape(4 * n)) + 2.5


@pytest.mark.parametrize("shape", MARKDOWN.values(), ids=MARKDOWN.keys())
def test_marks_of_markdown_take_time_in_proportion(tmp_path: Path, shape: Shape) -> None:
    assert_proportional(markdown.read, shape, tmp_path, 1_500)


@pytest.mark.parametrize("shape", HTML.values(), ids=HTML.keys())
def test_marks_of_pages_take_time_in_proportion(tmp_path: Path, shape: Shape) -> None:
    assert_proportional(html.read, shape, tmp_path, 5_000)


def test_mixtures_of_marks_take_time_in_proportion(tmp_path: Path) -> None:
    seed = 20261121
    source = random.Random(seed)
    atoms = [
        "[",
        "](",
        "![",
        "]",
        "<",
        "<a ",
        '="',
        "<?",
        "<!--",
        "*",
        "_",
        "`",
        "&",
        "\\",
        "> ",
        "\n",
        "a",
        " ",
    ]
    for _ in range(25):
        unit = "".join(source.choices(atoms, k=source.randint(1, 5)))
        end = source.choice(["", "]", ")", "`", ">", '"'])
        assert_proportional(markdown.read, lambda n, u=unit, e=end: "x " + u * n + e, tmp_path, 400)


@pytest.mark.parametrize("shape", DEEP.values(), ids=DEEP.keys())
def test_what_lies_deep_inside_lists_and_quotes_is_kept(tmp_path: Path, shape: Shape) -> None:
    path = tmp_path / "file"
    for depth in (3, 19, 20, 21, 39, 40, 41, 2_000):
        path.write_text(shape(depth))
        markdown.read(path, builder := TextBuilder())
        assert builder.finish("").text.count("deep") == shape(depth).count("deep"), depth


def test_marks_that_take_too_long_leave_their_text_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("# Title\n\nSome *words* and <b>more</b>.")
    ticking = itertools.count(step=100)
    builder = TextBuilder(Budget(spent=lambda: next(ticking)))
    markdown.read(path, builder)
    document = builder.finish("text/markdown")
    assert document.text == "# Title\n\nSome *words* and <b>more</b>."
    assert document.headings == ()
    assert document.warnings == (html.PLAIN_WARNING,)


def test_tags_that_take_too_long_leave_the_text_between_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(
        "<style>p {}</style><p>Some <b>words</b> &amp; more.<!-- <i>not this</i> -->"
        "<SCRIPT>if (a<b)</SCRIPT ><p>The end"
    )
    ticking = itertools.count(step=100)
    html.read(path, builder := TextBuilder(Budget(spent=lambda: next(ticking))))
    document = builder.finish("text/html")
    assert " ".join(document.text.split()) == "Some words & more. The end"
    assert document.warnings == (html.PLAIN_WARNING,)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "# a\n\n" + "[" * 100_000 + "x"),
        ("a.md", "<p>\n" + "<a b=" * 20_000 + "x"),
        ("a.html", "<p>" + '<a b="' * 20_000 + "x"),
    ],
    ids=["brackets", "tags in Markdown", "tags"],
)
async def test_a_slow_file_becomes_a_document_within_its_limits(
    tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    bounds = ParsingSettings(memory_bytes=400_000_000, cpu_seconds=8, wall_seconds=120)
    document = await parse(path, name, settings=bounds)
    assert document.text.endswith("x")
