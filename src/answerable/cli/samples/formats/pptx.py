"""PresentationML slide decks (ECMA-376, part 1, section 19): a title slide, then one slide a section."""

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

_OFFICE = "http://schemas.openxmlformats.org"
_SPACES = (
    f'xmlns:a="{_OFFICE}/drawingml/2006/main" '
    f'xmlns:p="{_OFFICE}/presentationml/2006/main" '
    f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
)
_TYPE = "application/vnd.openxmlformats-officedocument.presentationml"
# English Metric Units: 914,400 to the inch; a slide of 16:9.
_WIDTH, _HEIGHT, _MARGIN = 12192000, 6858000, 700000
_TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'


def write_pptx(blocks: Sequence[Block], *, title: str, author: str, created: date) -> bytes:
    """The bytes of a PPTX file; each heading of level 1 or 2 starts a slide."""
    slides = [_slide(group) for group in _by_slide(blocks)]
    overrides = {
        "/ppt/presentation.xml": f"{_TYPE}.presentation.main+xml",
        "/ppt/slideMasters/slideMaster1.xml": f"{_TYPE}.slideMaster+xml",
        "/ppt/slideLayouts/slideLayout1.xml": f"{_TYPE}.slideLayout+xml",
        "/ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    parts = {
        "_rels/.rels": root_relationships("ppt/presentation.xml"),
        "docProps/core.xml": core_properties(escape(title), escape(author), created),
        **_frame(len(slides)),
    }
    for number, slide in enumerate(slides, 1):
        overrides[f"/ppt/slides/slide{number}.xml"] = f"{_TYPE}.slide+xml"
        parts[f"ppt/slides/slide{number}.xml"] = slide
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = relationships(
            {"rId1": ("slideLayout", "../slideLayouts/slideLayout1.xml")}
        )
    return pack({"[Content_Types].xml": content_types(overrides), **parts})


def _by_slide(blocks: Sequence[Block]) -> list[list[Block]]:
    slides: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:
            slides.append([block])
        else:
            slides[-1].append(block)
    return slides


def _slide(blocks: Sequence[Block]) -> str:
    title, *rest = blocks
    heading = title.text if isinstance(title, Heading) else ""
    kind = "ctrTitle" if isinstance(title, Heading) and title.level == 1 else "title"
    texts = [block for block in rest if not isinstance(block, Table)]
    tables = [block for block in rest if isinstance(block, Table)]
    shapes = _text_shape(
        2, "Title", kind, f"<a:p><a:r><a:t>{escape(heading)}</a:t></a:r></a:p>", 400000, 900000
    )
    top = 1500000
    for position, table in enumerate(tables):
        shapes += _table_frame(10 + position, table, top)
        top += 370000 * (len(table.rows) + 1)
    if texts:
        body = "".join(_paragraphs(block) for block in texts)
        shapes += _text_shape(3, "Content", "body", body, top, _HEIGHT - top - 300000)
    return _tree_part("sld", shapes)


def _paragraphs(block: Block) -> str:
    if isinstance(block, Items):
        return "".join(
            f'<a:p><a:pPr marL="285750" indent="-285750"><a:buChar char="•"/></a:pPr>'
            f"<a:r><a:t>{escape(item)}</a:t></a:r></a:p>"
            for item in block.items
        )
    text = block.text if isinstance(block, Heading | Paragraph) else ""
    return f"<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>{escape(text)}</a:t></a:r></a:p>"


def _text_shape(number: int, name: str, kind: str, paragraphs: str, top: int, height: int) -> str:
    index = ' idx="1"' if kind == "body" else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/>'
        f'<p:nvPr><p:ph type="{kind}"{index}/></p:nvPr></p:nvSpPr>'
        f"<p:spPr><a:xfrm>{_place(top, _WIDTH - 2 * _MARGIN, height)}</a:xfrm>"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/>{paragraphs}</p:txBody></p:sp>"
    )


def _table_frame(number: int, table: Table, top: int) -> str:
    columns = len(table.rows[0])
    width = (_WIDTH - 2 * _MARGIN) // columns
    grid = f'<a:gridCol w="{width}"/>' * columns
    rows = "".join(
        '<a:tr h="370000">'
        + "".join(
            f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:t>{escape(cell)}</a:t></a:r></a:p></a:txBody>"
            "<a:tcPr/></a:tc>"
            for cell in row
        )
        + "</a:tr>"
        for row in table.rows
    )
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="Table {number}"/>'
        "<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>"
        f"<p:xfrm>{_place(top, width * columns, 370000 * len(table.rows))}</p:xfrm>"
        f'<a:graphic><a:graphicData uri="{_OFFICE}/drawingml/2006/table">'
        f'<a:tbl><a:tblPr firstRow="1"/><a:tblGrid>{grid}</a:tblGrid>{rows}</a:tbl>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def _place(top: int, width: int, height: int) -> str:
    return f'<a:off x="{_MARGIN}" y="{top}"/><a:ext cx="{width}" cy="{height}"/>'


def _tree_part(element: str, shapes: str, extra: str = "") -> str:
    tree = f"<p:cSld><p:spTree>{_TREE}{shapes}</p:spTree></p:cSld>"
    return f"{XML}<p:{element} {_SPACES}>{tree}{extra}</p:{element}>"


def _frame(slides: int) -> dict[str, str]:
    """The parts that a deck needs besides its slides: presentation, master, layout and theme."""
    identifiers = "".join(
        f'<p:sldId id="{255 + number}" r:id="rId{number + 1}"/>' for number in range(1, slides + 1)
    )
    targets = {"rId1": ("slideMaster", "slideMasters/slideMaster1.xml")}
    targets |= {f"rId{number + 1}": ("slide", f"slides/slide{number}.xml") for number in range(1, slides + 1)}
    colours = "".join(
        f'{name}="{value}" '
        for name, value in (("bg1", "lt1"), ("tx1", "dk1"), ("bg2", "lt2"), ("tx2", "dk2"))
    ) + " ".join(f'accent{n}="accent{n}"' for n in range(1, 7))
    master = (
        f'<p:clrMap {colours} hlink="hlink" folHlink="folHlink"/>'
        '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
    )
    return {
        "ppt/presentation.xml": (
            f"{XML}<p:presentation {_SPACES}>"
            '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
            f'<p:sldIdLst>{identifiers}</p:sldIdLst><p:sldSz cx="{_WIDTH}" cy="{_HEIGHT}"/>'
            f'<p:notesSz cx="{_HEIGHT}" cy="{_WIDTH}"/></p:presentation>'
        ),
        "ppt/_rels/presentation.xml.rels": relationships(targets),
        "ppt/slideMasters/slideMaster1.xml": _tree_part("sldMaster", "", master),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": relationships(
            {
                "rId1": ("slideLayout", "../slideLayouts/slideLayout1.xml"),
                "rId2": ("theme", "../theme/theme1.xml"),
            }
        ),
        "ppt/slideLayouts/slideLayout1.xml": _tree_part("sldLayout", ""),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relationships(
            {"rId1": ("slideMaster", "../slideMasters/slideMaster1.xml")}
        ),
        "ppt/theme/theme1.xml": _theme(),
    }


def _theme() -> str:
    names = ("dk1", "lt1", "dk2", "lt2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
    values = (
        "1B1B1B", "FFFFFF", "3B2F2F", "F4EFE6", "7B4B2A", "C08552",
        "4F6D7A", "8FA998", "D9AE61", "5E503F", "1F5FA8", "6B3FA0",
    )  # fmt: skip
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in zip(names, values, strict=True)
    )
    font = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    fonts = f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont>"
    return (
        f'{XML}<a:theme {_SPACES} name="Plain"><a:themeElements>'
        f'<a:clrScheme name="Plain">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Plain">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="Plain"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
