"""One spelling for each value of a category: "Alpha", "ALPHA" and "alpha " are one team.

Filters take no notice of case, so groups and counts must not either, or the parts of a total would not
add up to what a filter finds. Numbers, keys, prose and data of persons stay as the file has them.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import CountSaid, Spelling, SpellingsSaid
from answerable.data.ingestion.choices import TableChoices
from answerable.data.ingestion.headers import snake_case
from answerable.data.ingestion.outcome import TableProfile, ValueCount
from answerable.data.ingestion.quality import Code, Example, Finding, Severity, noted, shorten
from answerable.data.semantics.inference import infer
from answerable.data.semantics.model import FieldRole, FieldType

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Change:
    """The texts of a column that become another, and what to say of it."""

    column: str
    spellings: dict[str, str]
    finding: Finding


def unify(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    table: TableProfile,
    label: str,
    choices: TableChoices,
) -> tuple[list[Finding], bool]:
    """(what there is to say about spellings, whether the file was written anew): each value of a category
    gets its most frequent spelling, unless a person chose to keep them."""
    found = [change for name in _categories(table, label) if (change := _change(table, name)) is not None]
    changes = [change for change in found if choices.column(change.column).spellings != "keep"]
    findings = [change.finding if change in changes else _as_they_are(change) for change in found]
    if not changes:
        return findings, False
    replaced = ", ".join(
        f"{sql.render(_respelt(change))} AS {sql.render(sql.column(change.column))}" for change in changes
    )
    source = sql.render(sql.text(str(parquet)))
    written = parquet.with_suffix(".respelt")
    statement = f"SELECT * REPLACE ({replaced}) FROM read_parquet({source})"  # noqa: S608
    connection.execute(sql.as_parquet(statement, written))
    written.replace(parquet)
    return findings, True


def _as_they_are(change: _Change) -> Finding:
    seen = change.finding
    said = CountSaid(code="spellings_kept", count=seen.count)
    return noted(
        Code.SPELLINGS, Severity.INFO, said, column=seen.column, count=seen.count, example=seen.example
    )


def folded(text: str) -> str:
    """What all spellings of a value have in common: no case, no outer or double blanks, composed letters."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def _categories(table: TableProfile, label: str) -> list[str]:
    """The columns of text whose values people name, as the inferred model sees them."""
    if not any(column.type is FieldType.STRING and column.values for column in table.columns):
        return []
    fields = infer("table", snake_case(label), label, table).dataset.fields
    return [
        field.name
        for field in fields
        if field.type is FieldType.STRING
        and field.role is FieldRole.DIMENSION
        and not field.personal
        and field.values is not None
    ]


def _change(table: TableProfile, name: str) -> _Change | None:
    column = next(column for column in table.columns if column.name == name)
    together: dict[str, list[ValueCount]] = defaultdict(list)
    for found in column.values or ():
        together[folded(found.value)].append(found)
    spellings: dict[str, str] = {}
    rows = 0
    for variants in together.values():
        if len(variants) == 1:
            continue
        kept = _kept(variants)
        for variant in variants:
            if variant.value != kept:
                spellings[variant.value] = kept
                rows += variant.count
    if not spellings:
        return None
    shown = list(spellings.items())[:_SHOWN]
    finding = noted(
        Code.SPELLINGS,
        Severity.CHANGED,
        SpellingsSaid(
            code="spellings",
            column=column.label,
            count=rows,
            spellings=tuple(Spelling(before=shorten(a, 40), after=shorten(b, 40)) for a, b in shown),
        ),
        column=name,
        count=rows,
        example=shorten(next(iter(spellings))),
        examples=tuple(Example(before=shorten(a), after=shorten(b)) for a, b in shown),
    )
    return _Change(name, spellings, finding)


def _kept(variants: Sequence[ValueCount]) -> str:
    """The most frequent spelling, without stray blanks; of equals, one that is neither all capitals nor
    all small letters."""
    counts: dict[str, int] = defaultdict(int)
    for variant in variants:
        counts[" ".join(unicodedata.normalize("NFC", variant.value).split())] += variant.count
    return min(counts, key=lambda text: (-counts[text], text.isupper() or text.islower(), text))


def _respelt(change: _Change) -> exp.Expression:
    cell = sql.column(change.column)
    pairs: list[tuple[exp.Expression, exp.Expression]] = [
        (exp.EQ(this=cell.copy(), expression=sql.text(old)), sql.text(new))
        for old, new in change.spellings.items()
    ]
    # Few rows are spelt otherwise: only those go through the list.
    concerned = sql.among(cell.copy(), change.spellings)
    return sql.when([(concerned, sql.when(pairs, cell.copy()))], cell.copy())
