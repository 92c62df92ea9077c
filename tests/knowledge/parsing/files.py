"""Files of each format, built byte by byte, good and evil."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from xml.sax.saxutils import escape

import openpyxl

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


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams; a "/" in a name makes a storage. Sectors have 512 bytes, and every
    stream is put into whole ones."""
    entries: list[tuple[str, int, int, int, bytes]] = [("Root Entry", 5, _NONE, 0, b"")]
    folders = {"": 0}
    for path, content in streams.items():
        folder = ""
        *above, name = path.split("/")
        for part in above:
            inner = f"{folder}{part}/"
            if inner not in folders:
                folders[inner] = len(entries)
                entries.append((part, 1, _NONE, folders[folder], b""))
            folder = inner
        entries.append((name, 2, _NONE, folders[folder], content))
    return _compound_file(entries)


_NONE = 0xFFFFFFFF


def _compound_file(entries: Sequence[tuple[str, int, int, int, bytes]]) -> bytes:
    children: dict[int, list[int]] = {}
    for number, entry in enumerate(entries[1:], start=1):
        children.setdefault(entry[3], []).append(number)
    directory, data, table = b"", b"", []
    for number, (name, kind, _, above, content) in enumerate(entries):
        siblings = children.get(above, []) if number else []
        after = siblings[siblings.index(number) + 1 : siblings.index(number) + 2] if number else []
        child = children.get(number, [_NONE])[0] if kind != 2 else _NONE
        start = len(table) if content else 0xFFFFFFFE
        sectors = -(-len(content) // 512)
        table += [len(table) + 1 + place for place in range(sectors)]
        if sectors:
            table[-1] = 0xFFFFFFFE
        data += content.ljust(sectors * 512, b"\0")
        wide = name.encode("utf-16-le")
        directory += wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide) + 2, kind, 1)
        directory += struct.pack("<III", _NONE, after[0] if after else _NONE, child) + b"\0" * 36
        directory += struct.pack("<IQ", start, len(content))
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    first = len(table)
    table += [len(table) + 1 + place for place in range(len(directory) // 512)]
    table[-1] = 0xFFFFFFFE
    own = -(-(len(table) + 40) // 128)
    places = list(range(len(table), len(table) + own))
    table += [0xFFFFFFFD] * own
    packed = struct.pack(f"<{len(table)}I", *table).ljust(own * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + struct.pack("<IIIIII", own, first, 0, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<II", 0xFFFFFFFE, 0) + struct.pack(f"<{own}I", *places)
    return header.ljust(512, b"\xff") + data + directory + packed


def doc(paragraphs: Sequence[tuple[str, int]]) -> bytes:
    """A Word 97 document: paragraphs with the number of their style; what ends in a cell mark keeps it."""
    text = "".join(line if line.endswith("\x07") else line + "\r" for line, _ in paragraphs)
    start = 0x800
    runs, offset = [], start
    for line, style in paragraphs:
        runs.append((offset, style))
        offset += 2 * (len(line) if line.endswith("\x07") else len(line) + 1)
    offsets = struct.pack(f"<{len(runs) + 1}I", *(where for where, _ in runs), offset)
    fkp = bytearray(offsets.ljust(511, b"\0") + bytes([len(runs)]))
    at = 505
    for number, (_, style) in enumerate(runs):
        at -= 5
        at -= at % 2
        fkp[4 * (len(runs) + 1) + 13 * number] = at // 2
        fkp[at : at + 3] = bytes([2]) + struct.pack("<H", style)
    clx = (
        b"\x02"
        + struct.pack("<I", 8 + 8)
        + struct.pack("<II", 0, len(text))
        + struct.pack("<HIH", 0, start, 0)
    )
    plain = struct.pack("<II", start, offset) + struct.pack("<I", 3)
    fib = bytearray(start)
    struct.pack_into("<HH", fib, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<I", fib, 0x4C, len(text))
    struct.pack_into("<II", fib, 0x01A2, 0, len(clx))
    struct.pack_into("<II", fib, 0x0102, len(clx), len(plain))
    fib[3 * 512 : 4 * 512] = fkp
    document = bytes(fib) + text.encode("utf-16-le")
    return compound({"WordDocument": document.ljust(4096, b"\0"), "0Table": (clx + plain).ljust(4096, b"\0")})


def ppt(slides: Sequence[tuple[str, str, str]]) -> bytes:
    """A PowerPoint 97 presentation: title, text and notes a slide."""

    def record(kind: int, body: bytes, *, container: bool = False) -> bytes:
        return struct.pack("<HHI", 0xF if container else 0, kind, len(body)) + body

    def said(kind: int, text: str) -> bytes:
        return record(0x0F9F, struct.pack("<I", kind)) + record(0x0FA0, text.encode("utf-16-le"))

    outline = b"".join(
        record(0x03F3, b"\0" * 20) + said(0, title) + said(1, text) for title, text, _ in slides
    )
    stream = record(0x03E8, record(0x0FF0, outline, container=True), container=True)
    for _, _, notes in slides:
        drawn = record(0x040C, record(0xF00D, said(2, notes), container=True), container=True)
        stream += record(0x03EE, b"", container=True) + record(0x03F0, drawn, container=True)
    return compound({"PowerPoint Document": stream.ljust(4096, b"\0")})


def msg(subject: str, body: str, attachments: Mapping[str, bytes]) -> bytes:
    """An Outlook message."""
    sent = struct.pack("<HHIQ", 0x0040, 0x0039, 0, 134_400_000_000_000_000)
    streams = {
        "__properties_version1.0": b"\0" * 32 + sent,
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Ann".encode("utf-16-le"),
        "__substg1.0_5D01001F": "ann@example.org".encode("utf-16-le"),
        "__substg1.0_0E04001F": "Bob".encode("utf-16-le"),
    }
    for number, (name, content) in enumerate(attachments.items()):
        folder = f"__attach_version1.0_#{number:08X}/"
        streams[f"{folder}__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}__substg1.0_37010102"] = content
    return compound(streams)


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A grey picture, one byte a pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(
        b"\0" + pixels[row * width : (row + 1) * width] for row in range(height) if pixels[row * width :]
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    resolution = struct.pack(">IIB", 7874, 7874, 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"pHYs", resolution)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def scanned_pdf(pages: Sequence[tuple[bytes, int, int] | None], text: str = "") -> bytes:
    """A PDF of scanned pages: grey pictures with their width and height. The first page without a picture has
    the text, other such pages are empty."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids, said = [], False
    for page in pages:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        if page is None:
            stream = b"" if said else f"BT /F1 11 Tf 72 720 Td ({text}) Tj ET".encode()
            said = True
            resources = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        else:
            stream, resources = (
                b"q 612 0 0 792 0 0 cm /I Do Q",
                f"/XObject << /I {number + 2} 0 R >>".encode(),
            )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << "
            + resources
            + f" >> /Contents {number + 1} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
        if page is not None:
            data = zlib.compress(page[0])
            objects.append(
                f"<< /Type /XObject /Subtype /Image /Width {page[1]} /Height {page[2]} /BitsPerComponent 8 "
                f"/ColorSpace /DeviceGray /Filter /FlateDecode /Length {len(data)} >>\nstream\n".encode()
                + data
                + b"\nendstream"
            )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return (
        bytes(out) + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )
