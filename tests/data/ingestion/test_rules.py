"""Business rules as data: what they derive, bring into form, reject and flag."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.quality import Code
from answerable.data.ingestion.request import IngestionRequest, TableSettings
from answerable.data.ingestion.rules.model import Rules
from answerable.kit.sandbox import Refusal
from tests.data.ingestion.reading import ReadTable, rows_of

CLIENTS = """client,tax_number,amount
Ada,12.345.678/0001-90,5
Bob,123.456.789-00,50
Cem,123 456 789 01,500
Dee,?x,
"""


def ruled(text: str, *rules: dict[str, Any]) -> ReadTable:
    """The one table of a text, by rules."""
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "table.csv", Path(folder) / "out"
        path.write_text(text)
        target.mkdir()
        main = TableSettings(rules=TypeAdapter(Rules).validate_python(rules))
        request = IngestionRequest(path=path, folder=target, name="table", threads=1, main=main)
        (table,) = read_tables(request, lambda _: None).tables
        return ReadTable(table, rows_of(target / table.file))


def test_the_form_of_a_tax_number_gives_the_client_type() -> None:
    table = ruled(
        CLIENTS,
        {"kind": "normalise", "column": "tax_number", "steps": ["digits_only"]},
        {
            "kind": "derive", "column": "client_type", "label": "Client type", "source": "tax_number",
            "by": {"kind": "patterns", "cases": [
                {"pattern": r"\d{14}", "value": "company"}, {"pattern": r"\d{11}", "value": "person"},
            ]},
            "otherwise": "unknown",
        },
    )  # fmt: skip
    assert table.column("tax_number") == ["12345678000190", "12345678900", "12345678901", None]
    assert table.column("client_type") == ["company", "person", "person", "unknown"]
    assert table.table.profile.columns[-1].label == "Client type"
    found = table.finding(Code.RULE_NORMALISED)
    assert found is not None
    assert found.count == 4
    assert ("123.456.789-00", "12345678900") in [(e.before, e.after) for e in found.examples]


def test_ranges_and_lookups_derive_columns() -> None:
    table = ruled(
        CLIENTS,
        {
            "kind": "derive", "column": "size", "source": "amount",
            "by": {"kind": "ranges", "ranges": [
                {"below": 10, "value": "small"}, {"at_least": 10, "below": 100, "value": "middle"},
                {"at_least": 100, "value": "large"},
            ]},
        },
        {
            "kind": "derive", "column": "region", "source": "client", "otherwise": "elsewhere",
            "by": {"kind": "lookup", "table": {"ada": "North", "BOB": "South"}},
        },
    )  # fmt: skip
    assert table.column("size") == ["small", "middle", "large", None]
    assert table.column("region") == ["North", "South", "elsewhere", "elsewhere"]


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        (["trim", "collapse_spaces", "upper"], "AB  C D"),
        (["lower", "remove_spaces"], "ab cd"),
        (["letters_and_digits"], "ab c-d"),
        ([{"map": {"AB C-D": "other"}}], "other"),
    ],
)
def test_texts_are_brought_into_one_form(steps: list[Any], after: str) -> None:
    table = ruled("a,b\nab  c-d,1\nx,2\n", {"kind": "normalise", "column": "a", "steps": steps})
    expected = {"AB  C D": "AB C-D", "ab cd": "abc-d", "ab c-d": "abcd", "other": "ab  c-d"}[after]
    assert table.column("a")[0] == expected


@pytest.mark.parametrize(
    ("column", "check", "left"),
    [
        ("amount", {"kind": "required"}, ["Ada", "Bob", "Cem"]),
        ("amount", {"kind": "range", "minimum": 10, "maximum": 499.5}, ["Bob", "Dee"]),
        ("tax_number", {"kind": "pattern", "pattern": r"[\d./\- ]+"}, ["Ada", "Bob", "Cem"]),
        ("client", {"kind": "one_of", "values": ["ADA", "dee"]}, ["Ada", "Dee"]),
    ],
)
def test_rows_that_do_not_hold_are_rejected_or_flagged(
    column: str, check: dict[str, Any], left: list[str]
) -> None:
    rule = {"kind": "validate", "column": column, "check": check}
    rejected = ruled(CLIENTS, {**rule, "action": "reject"})
    assert rejected.column("client") == left
    assert rejected.finding(Code.RULE_REJECTED).count == 4 - len(left)  # type: ignore[union-attr]
    assert rejected.table.quality.rows_read == 4
    flagged = ruled(CLIENTS, {**rule, "action": "flag"})
    assert len(flagged.rows) == 4
    assert flagged.finding(Code.RULE_FLAGGED).count == 4 - len(left)  # type: ignore[union-attr]


def test_values_that_occur_twice_are_found() -> None:
    rule = {"kind": "validate", "column": "a", "check": {"kind": "unique"}, "action": "reject"}
    assert ruled("a,b\n1,x\n1,y\n2,z\n", rule).column("b") == ["z"]


def test_a_rule_whose_column_is_missing_is_passed_over_and_said() -> None:
    rule = {"kind": "normalise", "column": "nowhere", "steps": ["trim"]}
    found = ruled(CLIENTS, rule).finding(Code.RULE_UNFIT)
    assert found is not None
    assert "no column 'nowhere'" in found.sentence


def test_a_pattern_that_is_none_refuses_the_file_with_the_rules_number() -> None:
    check = {"kind": "pattern", "pattern": "(unclosed"}
    with pytest.raises(Refusal) as refused:
        ruled(CLIENTS, {"kind": "validate", "column": "client", "check": check, "action": "flag"})
    assert refused.value.code == "invalid_rule"
    assert "Rule 1" in refused.value.detail


def test_texts_of_rules_stay_texts_whatever_they_hold() -> None:
    evil = "'); DROP TABLE raw; --"
    table = ruled(
        CLIENTS,
        {"kind": "normalise", "column": "client", "steps": [{"map": {"Ada": evil}}]},
        {
            "kind": "validate", "column": "client", "action": "reject",
            "check": {"kind": "one_of", "values": [evil]},
        },
    )  # fmt: skip
    assert table.column("client") == [evil]
