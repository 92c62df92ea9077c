"""Files of each format, built byte by byte, good and evil."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = "application/vnd.openxmlformats-officedocument"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip container of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, *, prologue: str = "", extra: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document with this XML in its body."""
    styles = "".join(
        f'<w:style w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Override PartName="/word/document.xml" '
            f'ContentType="{_MAIN}.wordprocessingml.document.main+xml"/></Types>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
            f'Type="{_R}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}<w:style w:styleId="Mine">'
            '<w:name w:val="My heading"/><w:basedOn w:val="Heading2"/></w:style></w:styles>',
            "word/document.xml": f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{W}"><w:body>{body}'
            "</w:body></w:document>",
            **(extra or {}),
        }
    )


def paragraph(text: str, style: str | None = None) -> str:
    """A paragraph of a Word document."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def pptx(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A presentation: a title and paragraphs a slide."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Override PartName="/ppt/presentation.xml" '
        f'ContentType="{_MAIN}.presentationml.presentation.main+xml"/></Types>',
    }
    listed, related = "", ""
    for number, (title, lines) in enumerate(slides, start=1):
        body = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
        shapes = f"<p:sp><p:txBody>{body}</p:txBody></p:sp>"
        if title:
            shapes += (
                '<p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r>'
                f"<a:t>{escape(title)}</a:t></a:r></a:p></p:txBody></p:sp>"
            )
        parts[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld xmlns:p="{_P}" xmlns:a="{_A}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'
        )
        listed += f'<p:sldId id="{255 + number}" r:id="rId{number}"/>'
        related += f'<Relationship Id="rId{number}" Type="{_R}/slide" Target="slides/slide{number}.xml"/>'
    parts["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>'
    )
    parts["ppt/_rels/presentation.xml.rels"] = f'<Relationships xmlns="{_RELS}">{related}</Relationships>'
    return zipped(parts)


def odt(body: str, *, manifest: str | None = None) -> bytes:
    """An OpenDocument text with this XML in its body."""
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {namespaces}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>",
    }
    return zipped({**parts, "META-INF/manifest.xml": manifest} if manifest else parts)


def epub(chapters: Sequence[str]) -> bytes:
    """A book of XHTML chapters."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{name}" href="{name}"/>' for name in names)
    spine = "".join(f'<itemref idref="{name}"/>' for name in reversed(names))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="OPS/book.opf"/></container>',
            "OPS/book.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A book'
            f"</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OPS/{name}": chapter for name, chapter in zip(names, chapters, strict=True)},
        }
    )


def mail(subject: str, text: str | None, html: str | None = None) -> bytes:
    """An e-mail."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Ann <ann@example.org>", "bob@example.org"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    if text is not None:
        message.set_content(text)
    if html is not None:
        (message.set_content if text is None else message.add_alternative)(html, subtype="html")
    message.add_attachment(b"data", maintype="application", subtype="pdf", filename="invoice.pdf")
    return bytes(message)


def pdf(pages: Sequence[Sequence[tuple[int, str]]], *, encrypted: bool = False, extra: bytes = b"") -> bytes:
    """A PDF: lines of (font size, text) on each page."""
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for number, lines in enumerate(pages):
        shown = " ".join(f"/F1 {size} Tf ({text}) Tj 0 -{size * 3 // 2} Td" for size, text in lines)
        stream = f"BT 72 720 Td {shown} ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 "
            f"{font} >> >> /Contents {4 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R"
    if encrypted:
        key = "00" * 32
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >>")
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<00> <00>]"
    return _pdf_file(objects, trailer) + extra


def _pdf_file(objects: Sequence[str], trailer: str) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return bytes(out) + f"trailer << {trailer} >>\nstartxref\n{start}\n%%EOF".encode()


def overlapping_zip(entries: int = 200) -> bytes:
    """Many directory entries for one and the same compressed bytes."""
    plain = b"\0" * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(plain) + packer.flush()
    name = b"word/document.xml"
    sizes = struct.pack("<LLL", zlib.crc32(plain), len(data), len(plain))
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes
    local += struct.pack("<HH", len(name), 0) + name + data
    central = b""
    for number in range(entries):
        entry = b"part%06d" % number
        central += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0x21) + sizes
        central += struct.pack("<HHHHHLL", len(entry), 0, 0, 0, 0, 0, 0) + entry
    end = struct.pack("<HHHHLLH", 0, 0, entries, entries, len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + end


def pdf_with_huge_picture(text: str) -> bytes:
    """A page of text and a picture of 40 gigapixels: 120 GB once somebody draws it."""
    stream = f"BT /F1 11 Tf 72 720 Td ({text}) Tj ET q 600 0 0 600 0 0 cm /I Do Q"
    picture = "<< /Type /XObject /Subtype /Image /Width 200000 /Height 200000 /BitsPerComponent 8 "
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /XObject "
        "<< /I 5 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        f"{picture} /ColorSpace /DeviceRGB /Length 4 >>\nstream\nAAAA\nendstream",
    ]
    return _pdf_file(objects, "/Size 6 /Root 1 0 R")


def pdf_bomb() -> bytes:
    """A page whose content unpacks to 20 MB of operators."""
    content = zlib.compress(zlib.compress(b"q " * 10_000_000, 9), 9)
    head = (
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n"
        f"4 0 obj\n<< /Filter [/FlateDecode /FlateDecode] /Length {len(content)} >>\nstream\n"
    )
    return head.encode() + content + b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF"
