"""Moments of the world in files, which keep them in UTC: shown by the clocks of the calendar's time zone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlglot import exp

from answerable.data.engines.dialects.scans import by_clocks_of


def by_calendar(tree: exp.Expr, instants: Mapping[str, Collection[str]], time_zone: str) -> exp.Expr:
    """The tree with a scan of each table of whose `instants` (columns by table) it reads one: there they are
    as the clocks of the time zone show them. Days, hours and bounds of periods are those of that zone."""
    made = tree.copy()
    named = {column.name for column in made.find_all(exp.Column)}
    for node in list(made.find_all(exp.Table)):
        moments = sorted(named & set(instants.get(node.name, ())))
        if moments:
            alias = exp.TableAlias(this=exp.to_identifier(node.alias_or_name, quoted=True))
            node.replace(exp.Subquery(this=_scan(node.name, moments, time_zone), alias=alias))
    return made


def _scan(table: str, moments: Collection[str], time_zone: str) -> exp.Select:
    shown: list[exp.Expr] = [
        exp.Alias(
            this=by_clocks_of(exp.column(moment, quoted=True), time_zone),
            alias=exp.to_identifier(moment, quoted=True),
        )
        for moment in moments
    ]
    return exp.Select().select(exp.Star(replace=shown)).from_(exp.table_(table, quoted=True))
