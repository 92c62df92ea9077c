"""WordprocessingML documents (ECMA-376, part 1, section 17) with headings, lists and tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

from answerable.cli.samples.formats.blocks import Block, Heading, Items, Paragraph, Table
from answerable.cli.samples.formats.package import (
    XML,
    content_types,
    core_properties,
    pack,
    relationships,
    root_relationships,
)

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_STYLES = {
    "Normal": ("Normal", 21, None),
    "Heading1": ("heading 1", 36, 0),
    "Heading2": ("heading 2", 28, 1),
    "Heading3": ("heading 3", 24, 2),
    "ListParagraph": ("List Paragraph", 21, None),
}


def write_docx(blocks: Sequence[Block], *, title: str, author: str, created: date) -> bytes:
    """The bytes of a DOCX file."""
    body = "".join(_block(block) for block in blocks)
    return pack(
        {
            "[Content_Types].xml": content_types(
                {
                    "/word/document.xml": f"{_TYPE}.document.main+xml",
                    "/word/styles.xml": f"{_TYPE}.styles+xml",
                    "/word/numbering.xml": f"{_TYPE}.numbering+xml",
                    "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
                }
            ),
            "_rels/.rels": root_relationships("word/document.xml"),
            "docProps/core.xml": core_properties(escape(title), escape(author), created),
            "word/_rels/document.xml.rels": relationships(
                {"rId1": ("styles", "styles.xml"), "rId2": ("numbering", "numbering.xml")}
            ),
            "word/document.xml": f"{XML}<w:document {_W}><w:body>{body}<w:sectPr/></w:body></w:document>",
            "word/styles.xml": _styles(),
            "word/numbering.xml": _numbering(),
        }
    )


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return _paragraph(block.text, f'<w:pStyle w:val="Heading{block.level}"/>')
    if isinstance(block, Paragraph):
        return _paragraph(block.text)
    if isinstance(block, Items):
        number = 2 if block.numbered else 1
        mark = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        return "".join(_paragraph(item, f'<w:pStyle w:val="ListParagraph"/>{mark}') for item in block.items)
    return _table(block)


def _paragraph(text: str, properties: str = "") -> str:
    style = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _table(table: Table) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "<w:gridCol/>" * len(table.rows[0])
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in table.rows
    )
    return (
        f"<w:tbl><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>{_paragraph('')}"
    )


def _styles() -> str:
    return (
        f"{XML}<w:styles {_W}>{''.join(_style(key, *values) for key, values in _STYLES.items())}</w:styles>"
    )


def _style(key: str, name: str, half_points: int, outline: int | None) -> str:
    level = "" if outline is None else f'<w:outlineLvl w:val="{outline}"/>'
    weight = "" if outline is None else "<w:b/>"
    default = ' w:default="1"' if key == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:pPr><w:spacing w:after="120"/>{level}</w:pPr>'
        f'<w:rPr>{weight}<w:sz w:val="{half_points}"/></w:rPr></w:style>'
    )


def _numbering() -> str:
    kinds = (("bullet", "•"), ("decimal", "%1."))
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        '<w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
        for number, (kind, text) in enumerate(kinds)
    )
    uses = "".join(
        f'<w:num w:numId="{number + 1}"><w:abstractNumId w:val="{number}"/></w:num>'
        for number in range(len(kinds))
    )
    return f"{XML}<w:numbering {_W}>{abstract}{uses}</w:numbering>"
