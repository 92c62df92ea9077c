"""Spellings of one value become one, so that groups, counts and filters agree."""

from __future__ import annotations

from pathlib import Path

import duckdb

from answerable.data.ingestion.quality import Code, Severity
from tests.data.ingestion.reading import read_file, read_text

TEAMS = (
    "team,budget\nAlpha,10\nALPHA,20\nAlpha,5\nbeta,30\nBeta,1\nBeta,2\nNew  York,7\nnew york,8\nNew York,9\n"
)


def test_a_category_keeps_the_most_frequent_spelling_of_each_value() -> None:
    table = read_text(TEAMS)
    assert table.column("team") == ["Alpha"] * 3 + ["Beta"] * 3 + ["New York"] * 3
    assert table.column("budget") == [10, 20, 5, 30, 1, 2, 7, 8, 9]


def test_the_report_counts_the_cells_that_were_spelt_otherwise_and_shows_one() -> None:
    finding = read_text(TEAMS).finding(Code.SPELLINGS)
    assert finding is not None
    assert (finding.severity, finding.column, finding.count) == (Severity.CHANGED, "team", 4)
    assert finding.example in {"ALPHA", "beta", "New York", "new york"}


def test_the_profile_has_the_spellings_that_are_stored() -> None:
    table = read_text(TEAMS)
    column = table.table.profile.columns[0]
    assert column.distinct_count == 3
    assert {v.value for v in column.values or []} == {"Alpha", "Beta", "New York"}


def test_composed_and_decomposed_letters_are_one_value() -> None:
    table = read_text("city,units\nKo\u0308ln,1\nK\u00f6ln,2\nK\u00d6LN,3\nBonn,4\n")
    assert table.column("city") == ["K\u00f6ln"] * 3 + ["Bonn"]


def test_keys_persons_and_prose_stay_as_the_file_has_them() -> None:
    remark = "The customer called about the parcel that came late and asked for a refund of it"
    rows = "".join(
        f"{a},{b},{c} {remark}\n" for a, b, c in [("a1", "Ann Lee", "x"), ("A1", "ANN LEE", "X")] * 3
    )
    table = read_text(f"product_code,contact_name,remark\n{rows}")
    assert set(table.column("product_code")) == {"a1", "A1"}
    assert set(table.column("contact_name")) == {"Ann Lee", "ANN LEE"}
    assert {text[0] for text in table.column("remark")} == {"x", "X"}
    assert table.finding(Code.SPELLINGS) is None


def test_a_table_without_variants_says_nothing() -> None:
    assert read_text("team,budget\nAlpha,10\nBeta,20\nAlpha,30\n").finding(Code.SPELLINGS) is None


def test_parquet_files_are_treated_the_same_and_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "teams.parquet"
    duckdb.execute(f"""
        COPY (SELECT CASE WHEN i % 10 = 0 THEN 'ALPHA' WHEN i % 2 = 0 THEN 'Alpha' ELSE 'beta' END AS team,
            i AS units FROM range(5000) t(i)) TO '{path}' (FORMAT parquet)""")
    (table,) = read_file(path)
    assert set(table.column("team")) == {"Alpha", "beta"}
    assert table.column("units") == list(range(5000))
    finding = table.finding(Code.SPELLINGS)
    assert finding is not None
    assert finding.count == 500
