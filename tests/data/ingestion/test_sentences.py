"""What findings say: each code has a sentence, and a sentence is made of its arguments alone."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from pydantic import BaseModel

import answerable.data.ingestion
from answerable.data.ingestion.arguments import (
    Arguments,
    CountSaid,
    DelimiterSaid,
    Place,
    PlacesSaid,
    RivalSaid,
    Sign,
    SignsSaid,
)
from answerable.data.ingestion.quality import Code, Finding, QualityReport, Severity, noted
from answerable.data.ingestion.sentences import SENTENCES, sentence_of
from tests.data.ingestion.reading import read_text

SETS: list[type[BaseModel]] = list(get_args(get_args(Arguments)[0]))
BY_CODE = {code: each for each in SETS for code in get_args(each.model_fields["code"].annotation)}


def test_each_code_belongs_to_one_set_of_arguments_and_has_a_sentence() -> None:
    assert sum(len(get_args(each.model_fields["code"].annotation)) for each in SETS) == len(BY_CODE)
    assert SENTENCES.keys() == BY_CODE.keys()


@pytest.mark.parametrize("code", BY_CODE)
def test_a_sentence_takes_exactly_its_arguments(code: str) -> None:
    taken = {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name is not None}
    assert taken == BY_CODE[code].model_fields.keys() - {"code"}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            CountSaid(code="duplicates_kept", count=1),
            "1 row equals an earlier row in every column; it is kept.",
        ),
        (
            CountSaid(code="duplicates_kept", count=2),
            "2 rows equal an earlier row in every column; they are kept.",
        ),
        (DelimiterSaid(code="delimiter", delimiter="\t"), "Cells are separated by a tab."),
        (DelimiterSaid(code="delimiter", delimiter="~"), "Cells are separated by '~'."),
        (
            PlacesSaid(
                code="ragged_long_at", count=2, places=(Place(line=3, text="x | y"), Place(line=7, text="z"))
            ),
            "2 rows have more cells than the table has columns; what is beyond the last column is left out "
            "(line 3: 'x | y'; line 7: 'z').",
        ),
        (
            SignsSaid(
                code="number_format",
                column="net",
                signs=(Sign(kind="decimal_comma", text=","), Sign(kind="affix", text="€")),
            ),
            "Numbers in 'net' are written with a decimal comma, '€' beside them; stored as plain numbers.",
        ),
        (
            SignsSaid(code="number_format", column="net", signs=()),
            "Numbers in 'net' are written with signs of their own; stored as plain numbers.",
        ),
        (
            RivalSaid(
                code="encoding_rival", encoding="cp1252", mixed=True, text="Å", other="≈", rival="mac-roman"
            ),
            "Some lines are UTF-8, others cp1252; each is read as what it is. It may be another encoding: "
            "'Å', or '≈' in mac-roman. Save it as UTF-8 if letters look wrong.",
        ),
    ],
)
def test_sentences_count_and_list(said: Arguments, sentence: str) -> None:
    assert sentence_of(said) == sentence


def test_braces_of_a_file_are_text() -> None:
    finding = read_text("{count},{count}\n1,2\n3,4\n").finding(Code.HEADER_DUPLICATE)
    assert finding is not None
    assert finding.sentence == "The header '{count}' occurs 2 times; the columns are named count, count_2."


def test_a_finding_is_made_of_its_arguments_wherever_it_is_made() -> None:
    folder = Path(answerable.data.ingestion.__file__).parent
    makers = [path.name for path in folder.rglob("*.py") if " Finding(" in path.read_text(encoding="utf-8")]
    assert makers == ["quality.py"]


def test_a_report_is_kept_with_the_arguments_of_its_findings() -> None:
    said = CountSaid(code="blank_rows", count=3)
    report = QualityReport(findings=[noted(Code.BLANK_ROWS, Severity.DROPPED, said, count=3)])
    assert QualityReport.model_validate(report.model_dump(mode="json")) == report


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"arguments": None},
        {"arguments": {"code": "of_old", "rows": 1}},
        {"arguments": {"code": "blank_rows"}},
    ],
)
def test_a_report_of_another_release_is_told_by_its_sentence(kept: dict[str, object]) -> None:
    stored = {
        "code": "blank_rows",
        "severity": "dropped",
        "count": 3,
        "sentence": "3 blank rows are left out.",
    }
    finding = Finding.model_validate(stored | kept)
    assert (finding.sentence, finding.arguments) == ("3 blank rows are left out.", None)
