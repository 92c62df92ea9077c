"""Rules over a table's file: columns derived, texts normalised, rows rejected or flagged, all counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import RuleCheckSaid, RuleCountSaid, RuleDerivedSaid
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.quality import (
    SHOWN,
    Code,
    Example,
    Finding,
    Severity,
    left_out,
    noted,
    shorten,
)
from answerable.data.ingestion.rules.compile import broken, derived, normalised, problem_of
from answerable.data.ingestion.rules.model import Derive, Normalise, Rule, Validate
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import FieldType


def apply_rules(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    columns: Sequence[TypedColumn],
    rules: Sequence[Rule],
) -> tuple[list[TypedColumn], list[Finding]]:
    """Write the file anew by the rules, in their order: (its columns, a finding a rule). A rule whose column
    the file lacks is passed over and reported. Refuses a pattern that is none."""
    now, findings = list(columns), list[Finding]()
    for position, rule in enumerate(rules, start=1):
        problem = problem_of(rule, position, {c.header.name: c.type for c in now})
        if problem is not None:
            findings.append(noted(Code.RULE_UNFIT, Severity.DOUBTFUL, problem, column=rule.column))
            continue
        with patterns_checked(position):
            if isinstance(rule, Normalise):
                findings.append(_normalise(connection, parquet, rule, position))
            elif isinstance(rule, Derive):
                findings.append(_derive(connection, parquet, rule, position))
                now.append(
                    TypedColumn(ColumnHeader(rule.column, rule.label or rule.column), FieldType.STRING)
                )
            else:
                findings += _validate(connection, parquet, rule, position)
    return now, findings


@contextmanager
def patterns_checked(position: int) -> Iterator[None]:
    """What the engine says against a pattern is a refusal that names the rule."""
    try:
        yield
    except duckdb.InvalidInputException as error:
        words = shorten(str(error), 200)
        raise refuse("invalid_rule", f"Rule {position} has a pattern that cannot be read: {words}") from error


def _normalise(
    connection: duckdb.DuckDBPyConnection, parquet: Path, rule: Normalise, position: int
) -> Finding:
    cell, after = sql.column(rule.column), normalised(rule)
    differs = exp.NullSafeNEQ(this=cell, expression=after)
    source = sql.parquet(parquet)
    changed = _count(connection, source, differs)
    shown = connection.execute(
        sql.render(exp.select(cell, after).distinct().from_(source).where(differs).limit(SHOWN))
    ).fetchall()
    named = f"{sql.render(after)} AS {sql.render(cell)}"
    _rewrite(connection, parquet, f"SELECT * REPLACE ({named}) FROM {sql.render(source)}")  # noqa: S608
    return noted(
        Code.RULE_NORMALISED,
        Severity.CHANGED,
        RuleCountSaid(code="rule_normalised", rule=position, column=rule.column, count=changed),
        column=rule.column,
        count=changed,
        examples=tuple(Example(before=shorten(a), after=None if b is None else shorten(b)) for a, b in shown),
    )


def _derive(connection: duckdb.DuckDBPyConnection, parquet: Path, rule: Derive, position: int) -> Finding:
    value, source = derived(rule), sql.parquet(parquet)
    words = sql.cast(sql.column(rule.source), "VARCHAR")
    filled = exp.Not(this=exp.Is(this=words, expression=sql.null()))
    shown = connection.execute(
        sql.render(exp.select(words, value).distinct().from_(source).where(filled).limit(SHOWN))
    ).fetchall()
    named = f"{sql.render(value)} AS {sql.render(sql.column(rule.column))}"
    _rewrite(connection, parquet, f"SELECT *, {named} FROM {sql.render(source)}")  # noqa: S608
    there = exp.Not(this=exp.Is(this=sql.column(rule.column), expression=sql.null()))
    count = _count(connection, sql.parquet(parquet), there)
    return noted(
        Code.RULE_DERIVED,
        Severity.CHANGED,
        RuleDerivedSaid(
            code="rule_derived", rule=position, column=rule.column, source=rule.source, count=count
        ),
        column=rule.column,
        count=count,
        examples=tuple(Example(before=shorten(a), after=None if b is None else shorten(b)) for a, b in shown),
    )


def _validate(
    connection: duckdb.DuckDBPyConnection, parquet: Path, rule: Validate, position: int
) -> list[Finding]:
    source, wrong = sql.parquet(parquet), broken(rule)
    marked = exp.select("*", exp.alias_(wrong, "broken rule", quoted=True)).from_(source).subquery("marked")
    is_broken = sql.column("broken rule")
    count = _count(connection, marked, is_broken)
    if not count:
        return []
    words = sql.cast(sql.column(rule.column), "VARCHAR")
    shown = connection.execute(
        sql.render(exp.select(words).distinct().from_(marked).where(is_broken).limit(SHOWN))
    ).fetchall()
    texts = ["" if text is None else str(text) for (text,) in shown]
    flagged = rule.action == "flag"
    said = RuleCheckSaid(
        code="rule_flagged" if flagged else "rule_rejected",
        rule=position,
        column=rule.column,
        count=count,
        check=rule.check.kind,
    )
    if flagged:
        return [
            noted(
                Code.RULE_FLAGGED,
                Severity.DOUBTFUL,
                said,
                column=rule.column,
                count=count,
                example=shorten(texts[0]) or None,
                examples=tuple(Example(before=shorten(text), after=shorten(text)) for text in texts),
            )
        ]
    kept = exp.select(exp.Star(except_=[sql.column("broken rule")])).from_(marked)
    _rewrite(connection, parquet, sql.render(kept.where(exp.Not(this=is_broken))))
    return [
        noted(
            Code.RULE_REJECTED,
            Severity.DROPPED,
            said,
            column=rule.column,
            count=count,
            example=shorten(texts[0]) or None,
            examples=left_out(texts),
        )
    ]


def _count(connection: duckdb.DuckDBPyConnection, source: exp.Expression, condition: exp.Expression) -> int:
    found = connection.execute(
        sql.render(exp.select(exp.Count(this=exp.Star())).from_(source).where(condition))
    ).fetchone()
    return int(found[0]) if found else 0


def _rewrite(connection: duckdb.DuckDBPyConnection, parquet: Path, query: str) -> None:
    written = parquet.with_suffix(".ruled")
    connection.execute(sql.as_parquet(query, written))
    written.replace(parquet)
