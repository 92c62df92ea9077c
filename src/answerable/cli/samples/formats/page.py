"""HTML pages, plain text and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from answerable.cli.samples.formats.blocks import Block, Heading, Items, Paragraph, Table, bullet

_LINE = 78


def write_html(blocks: Sequence[Block], *, title: str) -> str:
    """A page as a small company's web site has it: navigation, article, footer."""
    article = "\n".join(_html(block) for block in blocks)
    links = ("Shop", "Service", "Training", "Contact")
    navigation = " ".join(f'<a href="/{link.lower()}">{link}</a>' for link in links)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>body {{ font-family: sans-serif; max-width: 46em }}</style>\n"
        f"</head>\n<body>\n<nav>{navigation}</nav>\n<main>\n{article}\n</main>\n"
        "<footer>Lindmoor Coffee Equipment GmbH, Bremen</footer>\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Items):
        tag = "ol" if block.numbered else "ul"
        return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</{tag}>"
    header, *rows = block.rows
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def write_text(blocks: Sequence[Block]) -> str:
    """Plain text with underlined headings, lines of at most 78 characters and tables in columns."""
    return "\n\n".join(_text(block) for block in blocks) + "\n"


def _text(block: Block) -> str:
    if isinstance(block, Heading):
        text = block.text.upper() if block.level == 1 else block.text
        return f"{text}\n{('=' if block.level == 1 else '-') * len(text)}"
    if isinstance(block, Paragraph):
        return _fold(block.text)
    if isinstance(block, Items):
        marks = (
            (bullet(n, numbered=block.numbered).replace("•", "-"), item) for n, item in enumerate(block.items)
        )
        return "\n".join(_fold(item, mark + " ") for mark, item in marks)
    return _columns(block)


def _fold(text: str, mark: str = "") -> str:
    lines, line = [], mark
    for word in text.split():
        if len(line) + len(word) > _LINE and line.strip():
            lines.append(line.rstrip())
            line = " " * len(mark)
        line += word + " "
    return "\n".join([*lines, line.rstrip()])


def _columns(table: Table) -> str:
    widths = [max(len(row[column]) for row in table.rows) for column in range(len(table.rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table.rows
    ]
    return "\n".join(
        line.rstrip() for line in [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
    )
