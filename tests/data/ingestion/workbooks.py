"""Workbooks made by hand: spreadsheets of kinds that no library here writes, and evil ones."""

from __future__ import annotations

import base64
import gzip
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl

from answerable.data.ingestion.choices import TableChoices
from tests.data.ingestion.reading import ReadTable, read_file

# A sheet "Orders" of five columns and two rows, as BIFF8 in an OLE container (written by xlwt), packed.
_XLS = """
H4sIAAAAAAACA+1YTWgTQRT+ZneTJqHNn6nYCiUUWjW2B/HiwRqVak+ptRd/EGrS7CHUJmUbD/FiteYoCJ4UEQr14KXqxR9UUPDg
QagoKAhCoseeBAUPbdY3L7s1jQoNaCGyX5g3897M+2ayM29mZ18vhkpz9zrLqMM+qKiYXrhrbIKS11aCoHrTlEU791AyHTQVvB6a
SLcLj9tetcg5lPNdhoK72nOSwCdKpzCF4VxWj24gDvIYkkKOYYCkwA2y+NHBowqzHGe5ieUdbvmE5X62XGY5QG1L4iQW48OxPdYq
Pq50c50fkvcB+3xgyy6046VcxeeviGpbFw4YmeSZJqvo0loxD5rQIT2rG1IP4BZ8wAlCfyLRPzhYQoQmex7fzCjw1Y7qZ1HHvrF2
AbJ/X2tv+YPdQ5NYb7+qaMAMzNMcJEVa1D1aNZCPGGndmF7GXrkQONESz6RVIJ0sUJwnJ3Nns3lqPJ7JFyibSmbSlI3mJnXayd9N
53UjZeR8ctPnTSK4ZpNo4+BpJZlGgMshDqEgjXL59pc3idRIfIwtM3wwVI+PHjlamLggPcjZzzUqSxelGHvsZHmRWbdyuZNlhNpQ
3jvSbhUOz3KbS1zbS/3sZryNb6spb6dycenow67i5/gOKi8Mlc9FFt7H59BNx1ma/OVvFn2iT1y/JvEobufC2mo+suz4ZdvxKEFr
7KZ1RgawIgONEGJZ1eTTEauaYj2rqqaSpq5qGmmaxSzqmJ9iC9tCPANhxF5IpiVVMkpvwVzyOboUD2ka9yqZlN8wKczkY6abzOSH
zaQwk9tiUpiJXgqUMO5LN9pif8IHBw4cOHDgwIEDB00DUb0W8AuoZr2Eu63rgvyus0Kp4nwm+W8xihz98nSpPIQs5QYKDa2fzXAJ
m0us08f+XihxjHo3MIEUj2Oi4fVL1zNR+3/W7Rj8eyHUaP+VRsb5j/v/Acte1DoAFgAA
"""
# A sheet "Prices" in the same format, with number formats, error cells, a hidden row and a hidden column.
_XLS_FORMATS = """
H4sIAAAAAAACA+1YXWhURxT+5u69m93NJtnE/Bg11+0Go8YoWwvFF11btEIhIfqitgUbkyWGSKKb
LcVC1WrzKIg+Kb4I9keQ2FJoKyrqm1JB0YeCICT66JNQwQfN+p2zd9M13QsGGqHlnsucmXNm5pxv
Zs787N69Uz959udFU5hFGxDCdCGKcJnOMEVLQgKsLxSkWMojTIWA/lMUjXAhww4u19yukjWU9Z6C
hZ/sG+TAI6bPsA89oyPZ5FukDxVDnxEM68kNzlBTi1ZF1aC8X/kC5Re15RXlG1VzTPl6tp00n+BO
pqdznRfFO6yU1tVC7P6mfR6o5l004aZE8aHjptjWwQe5ob69QUVQMR8Vrh3HOXDnbcmOZHMix/Ad
K5EWcu02fI84TDu60M4vjTVMaSSRwoVkCq5dgx/k3E2vSSdTw4Mp167Dj4gBO0mru7tXb9rk2otx
HtXlRrrUwLCamEQjN/05PCskgb9Kp/v1ZKB/u3rDNcHz1/VVPvoIY6SSPsqvkj7GKKqkr2bwVNLH
GUOV9DUMpEr6Wh88dT54Ej546n3wNPjgWeCDp9EHT5MPnmYfPC0+eBb64GmtgOekZQOHUfhcL7Fx
ztUt76LtzQ31Z8de8LoShSS27B8dyHL7j+3py0m+T9rwTv4yOzS4J8+Nvv+L0fxQdiQfAgb6DmiH
sXxMHmZ6kSdeu8hr9IKLkw9wLaRcr9dcghH04vzTe927ezO7VHNYH29yMBksE8Qo4BvpEf9azh9+
J6rr9AEIq1Zb2srFVadaWKX8iHpZrOVFyht5mjHv6G3yCh8d1Tbfam0H/b6ndD+zvKy8guXxJ1t/
d8cfZ1ayPLFl6qvGiT8zZ3luRTkao99RdJkuc/qU0KVMKTfe8+Ch8tZ/PBUiVsLDXvDetXV4KWcm
qV55UZLZMjOS5c1dUQpRCs1INiV7RnIoOTNSmFLY82pmeb3Ks9joc2YiIegGdb6ayZvwqSVoOllu
RuqaxVhM9Yg1sWOV2UmqHVd1C/H+RhnxHzr726vBlSiiDaONLWwdQ5U+0+HNgWvYGeGrOmkOlqCD
ztrw8f6Ss9As0AetmOpcrI2HEWI4hDiIpd7S/ZIRSyHaSmItW72DFkcAOFaEXAC0mGILh0vZSV/t
OHJZfG2wGvCrjIIb4m+KIaCAAgoooPkgo1cb9ES39fIqPh2qvP91XjJNB3+T/G9pG0b55Xlbb8YI
8xwOzCl+muGYki3zhn1K/xcKbaf3HH+K7lYcw3OOX75aTPl43rhj4t/bQnP1Pz0XnPPs/xViO9Eo
ABYAAA==
"""
_SHEET = "xl/worksheets/sheet1.xml"
_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'office:version="1.2">'
)
_ODS_BODY = '<office:body><office:spreadsheet><table:table table:name="Orders">'
_ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


def xls() -> bytes:
    """The old binary format: id, day, amount, city, paid."""
    return gzip.decompress(base64.b64decode(_XLS))


def xls_with_formats() -> bytes:
    """The old binary format: code as 00000, share as 0%, price in €, weight in kg, a quotient with two
    errors, day, and cost that shows thousands; the second row and `share` are hidden."""
    return gzip.decompress(base64.b64decode(_XLS_FORMATS))


def encrypted() -> bytes:
    """What a program writes that protects an XLSX by a password: its stream's name says so."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(99)
    )


def ods(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """An OpenDocument spreadsheet of one sheet."""
    cells = ("".join(_ods_cell(value) for value in row) for row in rows)
    return ods_of(path, "".join(f"<table:table-row>{row}</table:table-row>" for row in cells))


def ods_of(path: Path, rows_xml: str, styles_xml: str = "") -> Path:
    """An OpenDocument spreadsheet with these rows, and styles of its own."""
    styles = f"<office:automatic-styles>{styles_xml}</office:automatic-styles>" if styles_xml else ""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", _ODS + styles + _ODS_BODY + rows_xml + _ODS_END)
    return path


def _ods_cell(value: object) -> str:
    if isinstance(value, date):
        typed, text = f'office:value-type="date" office:date-value="{value}"', ""
    elif isinstance(value, int | float):
        typed, text = f'office:value-type="float" office:value="{value}"', ""
    else:
        typed, text = 'office:value-type="string"', value
    return f"<table:table-cell {typed}><text:p>{text}</text:p></table:table-cell>"


def xlsx(path: Path, change: Callable[[bytes], bytes] = bytes) -> Path:
    """A workbook with (id, name) and the rows (1, a) and (2, b), its sheet's XML changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "name"], [1, "a"], [2, "b"]):
        sheet.append(row)
    whole = path.with_suffix(".whole")
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, change(content) if name == _SHEET else content)
    return path


def read_book(
    folder: Path,
    rows: Sequence[Sequence[object]],
    *,
    formats: Mapping[str, str] | None = None,
    merges: Sequence[str] = (),
    columns: Mapping[str, Mapping[str, object]] | None = None,
    change: Callable[[openpyxl.Workbook], None] | None = None,
) -> list[ReadTable]:
    """The tables of a workbook of one sheet: number formats by cell, merged ranges, `columns` as chosen."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    for merge in merges:
        sheet.merge_cells(merge)
    if change is not None:
        change(book)
    path = folder / "book.xlsx"
    book.save(path)
    return read_file(path, choices=TableChoices.model_validate({"columns": columns or {}}))


def with_entities(sheet: bytes) -> bytes:
    """A sheet whose first number is an entity that stands for ten times ten times … a text."""
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    bomb = f'<!DOCTYPE bomb [<!ENTITY a "{"9" * 10}">{entities}]>'.encode()
    start = sheet.index(b"<worksheet")
    return sheet[:start] + bomb + sheet[start:].replace(b"<v>1</v>", b"<v>&j;</v>")


def with_blanks(sheet: bytes) -> bytes:
    """A sheet that unpacks to a hundred megabytes."""
    return sheet.replace(b"</worksheet>", b" " * (100 << 20) + b"</worksheet>")


def with_far_cell(sheet: bytes) -> bytes:
    """A sheet with one more cell, in the last row and column that there can be."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>3</v></c></row></sheetData>'
    return sheet.replace(b"</sheetData>", far)
