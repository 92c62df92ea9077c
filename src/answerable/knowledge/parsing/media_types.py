"""The formats that are read, and the endings by which kinds of text are told apart."""

from __future__ import annotations

from enum import StrEnum


class MediaType(StrEnum):
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
    XLS = "application/vnd.ms-excel"
    DOC = "application/msword"
    PPT = "application/vnd.ms-powerpoint"
    MSG = "application/vnd.ms-outlook"
    ODT = "application/vnd.oasis.opendocument.text"
    ODP = "application/vnd.oasis.opendocument.presentation"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    EPUB = "application/epub+zip"
    RTF = "application/rtf"
    HTML = "text/html"
    MHTML = "multipart/related"
    EMAIL = "message/rfc822"
    MBOX = "application/mbox"
    ZIP = "application/zip"
    TAR = "application/x-tar"
    GZIP = "application/gzip"
    MARKDOWN = "text/markdown"
    RST = "text/x-rst"
    ASCIIDOC = "text/asciidoc"
    ORG = "text/org"
    TEX = "text/x-tex"
    NOTEBOOK = "application/x-ipynb+json"
    JSON = "application/json"
    JSON_LINES = "application/x-ndjson"
    YAML = "application/yaml"
    TOML = "application/toml"
    XML = "application/xml"
    SRT = "application/x-subrip"
    VTT = "text/vtt"
    ICS = "text/calendar"
    VCF = "text/vcard"
    SOURCE_CODE = "text/x-source-code"
    CSV = "text/csv"
    TSV = "text/tab-separated-values"
    TEXT = "text/plain"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    GIF = "image/gif"
    BMP = "image/bmp"
    WEBP = "image/webp"


PICTURES = frozenset(
    (MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.GIF, MediaType.BMP, MediaType.WEBP)
)
CONTAINERS = frozenset(
    (MediaType.ZIP, MediaType.TAR, MediaType.GZIP, MediaType.MBOX, MediaType.EMAIL, MediaType.MSG)
)
"""Those whose members become documents of their own."""

_ENDINGS: dict[MediaType, str] = {
    MediaType.MARKDOWN: "md markdown mdown mkd mdx",
    MediaType.TEXT: "txt text log",
    MediaType.CSV: "csv",
    MediaType.TSV: "tsv tab",
    MediaType.HTML: "html htm xhtml",
    MediaType.EMAIL: "eml",
    MediaType.MHTML: "mht mhtml",
    MediaType.RST: "rst rest",
    MediaType.ASCIIDOC: "adoc asciidoc asc",
    MediaType.ORG: "org",
    MediaType.TEX: "tex latex ltx",
    MediaType.NOTEBOOK: "ipynb",
    MediaType.JSON: "json geojson",
    MediaType.JSON_LINES: "jsonl ndjson",
    MediaType.YAML: "yaml yml",
    MediaType.TOML: "toml",
    MediaType.XML: "xml xsd xsl rss atom fodt fodp svg",
    MediaType.SRT: "srt",
    MediaType.VTT: "vtt",
    MediaType.ICS: "ics ifb",
    MediaType.VCF: "vcf vcard",
}
_CODE = """
    py pyi js mjs cjs ts tsx jsx vue svelte java kt kts scala groovy c h cc cpp cxx hpp hh cs go rs rb php
    swift m mm pl pm r jl lua dart ex exs erl hs clj fs fsx vb sql sh bash zsh fish ps1 bat cmd css
    scss sass less proto graphql tf hcl ini cfg conf properties env gradle cmake mk dockerfile diff patch
"""
CODE_SUFFIXES = frozenset(f".{ending}" for ending in _CODE.split())
_BY_SUFFIX = {f".{ending}": kind for kind, endings in _ENDINGS.items() for ending in endings.split()}


def by_suffix(suffix: str) -> MediaType | None:
    """The kind of text that an ending, with its dot and in lower case, stands for."""
    return _BY_SUFFIX.get(suffix)
