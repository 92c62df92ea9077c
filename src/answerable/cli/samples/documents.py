"""The documents of the sample company: which text becomes which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from string import Template

from answerable.cli.samples.company import COMPANY
from answerable.cli.samples.formats.blocks import Heading, read_blocks
from answerable.cli.samples.formats.docx import write_docx
from answerable.cli.samples.formats.mail import write_mail
from answerable.cli.samples.formats.page import write_html, write_text
from answerable.cli.samples.formats.pdf import write_pdf
from answerable.cli.samples.formats.pptx import write_pptx


class Format(StrEnum):
    """File formats, by their extension."""

    MARKDOWN = "md"
    HTML = "html"
    TEXT = "txt"
    MAIL = "eml"
    DOCX = "docx"
    PPTX = "pptx"
    PDF = "pdf"


@dataclass(frozen=True)
class Source:
    """A text under `texts/` and the format in which the company keeps it.

    `recent` documents were made in these weeks, the others at the beginning of last year.
    """

    text: str
    format: Format
    author: str
    recent: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.text}.{self.format}"


SOURCES = (
    Source("customer-faq", Format.HTML, "Lukas Engel"),
    Source("data-protection-notice", Format.HTML, "Carla Nunes"),
    Source("employee-handbook", Format.PDF, "Miriam Feld"),
    Source("grinder-buying-guide", Format.MARKDOWN, "Giulia Ferri"),
    Source("incident-report-web-shop", Format.MARKDOWN, "Pieter van Aalst"),
    Source("information-security-guideline", Format.DOCX, "Pieter van Aalst"),
    Source("mail-aoyama-prices", Format.MAIL, "Kenji Morita"),
    Source("mail-christmas-closing", Format.MAIL, "Henrike Osterloh"),
    Source("mail-pallet-damage", Format.MAIL, "Svenja Krüger"),
    Source("management-meeting-march", Format.MARKDOWN, "Lukas Engel"),
    Source("manual-bravanti-duo", Format.PDF, "Officine Bravanti"),
    Source("onboarding-guide", Format.DOCX, "Miriam Feld"),
    Source("price-list-notes", Format.TEXT, "Tomasz Wilk"),
    Source("quarterly-review", Format.PPTX, "Carla Nunes", recent=True),
    Source("returns-policy", Format.MARKDOWN, "Jonas Brandt"),
    Source("service-training", Format.PPTX, "Jonas Brandt"),
    Source("shipping-terms", Format.HTML, "Aylin Demir"),
    Source("supplier-contract-bravanti", Format.DOCX, "Beatrice Conti"),
    Source("travel-expense-policy", Format.DOCX, "Carla Nunes"),
    Source("warehouse-safety-rules", Format.TEXT, "Aylin Demir"),
    Source("warranty-terms", Format.PDF, "Jonas Brandt"),
)


def make_document(source: Source, figures: Mapping[str, str], as_of: date) -> bytes:
    """The bytes of the document as it was on `as_of`; `figures` fills the names that the text uses."""
    raw = files("answerable.cli.samples").joinpath("texts", f"{source.text}.md").read_text(encoding="utf-8")
    last_year = as_of.year - 1
    text = Template(raw).substitute(figures, year=str(as_of.year), last_year=str(last_year))
    blocks = read_blocks(text)
    title = blocks[0].text if isinstance(blocks[0], Heading) else source.text
    created = as_of if source.recent else date(last_year, 1, 15)
    author = f"{source.author}, {COMPANY}"
    match source.format:
        case Format.MARKDOWN:
            return text.encode()
        case Format.HTML:
            return write_html(blocks, title=title).encode()
        case Format.TEXT:
            return write_text(blocks).encode()
        case Format.MAIL:
            return write_mail(text)
        case Format.DOCX:
            return write_docx(blocks, title=title, author=author, created=created)
        case Format.PPTX:
            return write_pptx(blocks, title=title, author=author, created=created)
        case Format.PDF:
            return write_pdf(blocks, title=title, author=author, created=created)
