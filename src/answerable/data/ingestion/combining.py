"""A file's rows and those that are there: added, or in the place of those with the same key.

Nothing is guessed: columns of another kind, other units, keys that are missing or occur twice refuse the
file, with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import ColumnsMissingSaid
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.ingestion.versions import ColumnChanges, KnownColumn, RowChanges
from answerable.data.ingestion.widening import comparable
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldType

_REMEDY = "Upload with the mode 'replace', or as a dataset of its own."


def check_columns(changes: ColumnChanges, settings: TableSettings) -> None:
    """Refuse a file whose columns changed more than its dataset accepts, or than rows can be added over."""
    if settings.schema_changes == "refuse" and changes.any:
        raise refuse(
            "schema_changed",
            f"The file's columns are not those of the version before: {changes.words()}. The dataset refuses "
            "such files (schema_changes).",
        )
    if settings.mode == "replace":
        return
    other = [c for c in changes.unit_changed if c.before is not None and c.after is not None]
    if other:
        raise refuse(
            "unit_changed",
            f"{other[0].column} is in {other[0].after}, the rows that are there are in {other[0].before}: "
            f"added up they would be wrong. {_REMEDY}",
        )
    unsaid = next((c for c in changes.unit_changed if {c.before, c.after} == {None, "%"}), None)
    if unsaid is not None:
        said, lacking = ("the file", "the rows that are there")[:: -1 if unsaid.after is None else 1]
        raise refuse(
            "unit_changed",
            f"{unsaid.column} is in percent in {said} and without a unit in {lacking}: 7 % may be 7 or 0.07 "
            f"there. Write the percent sign into the header of each file. {_REMEDY}",
        )


def missing_columns(
    connection: duckdb.DuckDBPyConnection, written: Path, names: Sequence[str], settings: TableSettings
) -> list[Finding]:
    """What there is to say about columns that a file lacks whose rows are added to others: rows in the place
    of others keep what those have there."""
    if not names:
        return []
    fresh = f"SELECT count(*) FROM {_rows(written)} AS new"  # noqa: S608
    if settings.mode == "upsert" and settings.base is not None:
        if not set(settings.key) <= _described(connection, written).keys() & settings.known.keys():
            return []  # refused for its key
        fresh += (
            f" WHERE NOT EXISTS (SELECT 1 FROM {_rows(settings.base)} AS old WHERE {_same(settings.key)})"  # noqa: S608
        )
    found = connection.execute(fresh).fetchone()
    count = int(found[0]) if found else 0
    if not count:
        return []
    labels = tuple(settings.known[name].label or name for name in names)
    said = ColumnsMissingSaid(code="columns_missing", columns=labels[:5], count=count)
    return [noted(Code.COLUMNS_MISSING, Severity.DOUBTFUL, said, count=count, example=labels[0])]


def combine(
    connection: duckdb.DuckDBPyConnection,
    written: Path,
    columns: Sequence[TypedColumn],
    settings: TableSettings,
) -> list[TypedColumn]:
    """Write the file anew with the rows of `settings.base` before its own; the columns of both. A row in the
    place of another keeps what that one has in columns that the file lacks."""
    base = settings.base
    assert base is not None
    known = {name: column.type for name, column in settings.known.items()}
    casts = _agree(connection, written, columns, settings.known)
    key = list(settings.key)
    if settings.mode == "upsert":
        _check_key(connection, written, key, {c.header.name for c in columns}, "the file")
        _check_key(connection, base, key, set(known), "the dataset")
        _check_zeros(connection, written, base, key)
    kept = f"SELECT * EXCLUDE (file_row_number) FROM {_rows(base, numbered=True)} AS old"  # noqa: S608
    fresh = f"SELECT {', '.join(casts)} FROM {_rows(written)} AS new"  # noqa: S608
    if settings.mode == "upsert":
        kept += f" WHERE NOT EXISTS (SELECT 1 FROM {_rows(written)} AS new WHERE {_same(key)})"  # noqa: S608
        lacking = [f"old.{_name(name)}" for name in known if name not in {c.header.name for c in columns}]
        if lacking:
            numbered = (
                f"{_rows(written, numbered=True)} AS new LEFT JOIN {_rows(base)} AS old ON {_same(key)}"
            )
            fresh = f"SELECT {', '.join([*casts, *lacking])} FROM {numbered} ORDER BY new.file_row_number"  # noqa: S608
    kept += " ORDER BY file_row_number"
    together = written.with_suffix(".together")
    query = f"SELECT * FROM ({kept}) UNION ALL BY NAME SELECT * FROM ({fresh})"  # noqa: S608
    connection.execute(sql.as_parquet(query, together))
    together.replace(written)
    return _typed(columns, settings)


def compare_rows(
    connection: duckdb.DuckDBPyConnection, before: Path, after: Path, key: Sequence[str]
) -> RowChanges | None:
    """Rows of two versions, told apart by a key; None where it does not tell every row of both apart."""
    old, new = (_described(connection, path) for path in (before, after))
    if not key or not set(key) <= old.keys() & new.keys():
        return None
    if any(_blank(connection, p, key) or _repeated(connection, p, key) for p in (before, after)):
        return None
    pairs = [
        (_compared("old", name, old, new), _compared("new", name, old, new)) for name in new if name in old
    ]
    differs = " OR ".join(f"{one} IS DISTINCT FROM {other}" for one, other in pairs)
    first = _name(key[0])
    same = " AND ".join(f"{_compared('old', k, old, new)} = {_compared('new', k, old, new)}" for k in key)
    counts = connection.execute(
        f"SELECT count_if(old.{first} IS NULL), count_if(new.{first} IS NULL), "  # noqa: S608
        f"count_if(old.{first} IS NOT NULL AND new.{first} IS NOT NULL AND ({differs})), count(*) "
        f"FROM {_rows(before)} AS old FULL JOIN {_rows(after)} AS new ON {same}"
    ).fetchone() or (0, 0, 0, 0)
    added, removed, changed, total = (int(count) for count in counts)
    unchanged = total - added - removed - changed
    return RowChanges(key=list(key), added=added, changed=changed, removed=removed, unchanged=unchanged)


def _rows(path: Path, *, numbered: bool = False) -> str:
    option = ", file_row_number = true" if numbered else ""
    return f"read_parquet({sql.quoted_path(path)}{option})"


def _name(column: str) -> str:
    return sql.render(sql.column(column))


def _same(key: Sequence[str]) -> str:
    return " AND ".join(f"old.{_name(k)} = new.{_name(k)}" for k in key)


def _described(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    found = connection.execute(f"DESCRIBE SELECT * FROM {_rows(path)}").fetchall()  # noqa: S608
    return {str(row[0]): str(row[1]) for row in found}


def _compared(side: str, name: str, old: dict[str, str], new: dict[str, str]) -> str:
    """A cell for comparison, also where the two versions have it in different types."""
    own, other = (old[name], new[name])[:: 1 if side == "old" else -1]
    return sql.render(comparable(exp.column(exp.to_identifier(name, quoted=True), table=side), own, other))


def _agree(
    connection: duckdb.DuckDBPyConnection,
    written: Path,
    columns: Sequence[TypedColumn],
    known: Mapping[str, KnownColumn],
) -> list[str]:
    """The file's columns as they are added; a column of another kind refuses the file, unless it is blank."""
    casts = []
    for column in columns:
        name, there = column.header.name, known.get(column.header.name)
        before = None if there is None else there.type
        alike = before is None or before is column.type or _same_kind(before, column.type)
        if alike and (there is None or before not in TEMPORAL_TYPES or there.instant is column.instant):
            casts.append(f"new.{_name(name)}")
            continue
        filled = connection.execute(f"SELECT count({_name(name)}) FROM {_rows(written)}").fetchone()  # noqa: S608
        if filled and filled[0] and alike:
            zoned, bare = ("the file", "the rows that are there")[:: 1 if column.instant else -1]
            raise refuse(
                "schema_changed",
                f"{name} has times with a zone in {zoned} and without one in {bare}: side by side they would "
                f"be hours apart. Write the zone behind each time. {_REMEDY}",
            )
        if filled and filled[0] and before is not None:
            raise refuse(
                "schema_changed",
                f"{name} is {column.type.value} in the file and {before.value} in the rows that are there. "
                f"Choose how the column is read in the review, or {_REMEDY[0].lower()}{_REMEDY[1:]}",
            )
        # A null of no type takes the type of the rows that are there.
        casts.append(f"NULL AS {_name(name)}")
    return casts


def _same_kind(one: FieldType, other: FieldType) -> bool:
    return any({one, other} <= kinds for kinds in (NUMERIC_TYPES, TEMPORAL_TYPES))


def _typed(columns: Sequence[TypedColumn], settings: TableSettings) -> list[TypedColumn]:
    """The columns of both: those that are there first, then the file's new ones."""
    fresh = {column.header.name: column for column in columns}
    together = []
    for name, column in settings.known.items():
        own = fresh.pop(name, None)
        kind = column.type if own is None else _wider(column.type, own.type)
        together.append(
            TypedColumn(
                header=ColumnHeader(name, column.label, column.unit or (own.unit if own else None)),
                type=kind,
                unit=column.unit or (own.unit if own else None),
                date_order=column.date_order or (own.date_order if own else None),
                decimal_mark=column.decimal_mark or (own.decimal_mark if own else None),
                identifier=column.identifier or (own is not None and own.identifier),
                instant=column.instant or (own is not None and own.instant),
            )
        )
    return [*together, *fresh.values()]


def _wider(one: FieldType, other: FieldType) -> FieldType:
    if {one, other} <= NUMERIC_TYPES:
        order = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.FLOAT)
        return max(one, other, key=order.index)
    return FieldType.TIMESTAMP if one is not other and {one, other} <= TEMPORAL_TYPES else one


def _check_key(
    connection: duckdb.DuckDBPyConnection, path: Path, key: Sequence[str], names: set[str], where: str
) -> None:
    missing = [name for name in key if name not in names]
    if missing:
        raise refuse(
            "key_missing", f"The key {missing[0]!r} is no column of {where}. Name one that is in both."
        )
    blank = _blank(connection, path, key)
    if blank:
        raise refuse(
            "key_missing", f"{blank} rows of {where} have no {', '.join(key)}: nothing tells them apart."
        )
    repeated = _repeated(connection, path, key)
    if repeated is not None:
        raise refuse(
            "key_not_unique",
            f"Several rows of {where} have the same {', '.join(key)} ({repeated}). Add the column that tells "
            "them apart to the key.",
        )


def _check_zeros(
    connection: duckdb.DuckDBPyConnection, written: Path, base: Path, key: Sequence[str]
) -> None:
    """Refuse keys that are those of the dataset but for zeros in front, which spreadsheets take away."""

    def bare(side: str, name: str) -> str:
        text = f"CAST({side}.{_name(name)} AS VARCHAR)"
        return f"CASE WHEN regexp_full_match({text}, '[0-9]+') THEN ltrim({text}, '0') ELSE {text} END"

    alike = " AND ".join(f"{bare('old', name)} = {bare('new', name)}" for name in key)
    same = " AND ".join(f"other.{_name(name)} = new.{_name(name)}" for name in key)
    shown = ", ".join(f"new.{_name(name)}, old.{_name(name)}" for name in key)
    found = connection.execute(
        f"SELECT {shown} FROM {_rows(written)} AS new JOIN {_rows(base)} AS old ON {alike} "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM {_rows(base)} AS other WHERE {same}) LIMIT 1"
    ).fetchone()
    if found is not None:
        mine, theirs = next((a, b) for a, b in zip(found[::2], found[1::2], strict=True) if a != b)
        raise refuse(
            "key_zeros",
            f"The key {mine} of the file is {theirs} in the rows that are there, but for zeros in front: it "
            "would be added as another row. Write the keys as they are there, in a spreadsheet as cells of "
            "text; rows that are others take the mode 'append'.",
        )


def _blank(connection: duckdb.DuckDBPyConnection, path: Path, key: Sequence[str]) -> int:
    """How many rows lack a part of the key."""
    missing = " OR ".join(f"{_name(name)} IS NULL" for name in key)
    found = connection.execute(f"SELECT count(*) FROM {_rows(path)} WHERE {missing}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def _repeated(connection: duckdb.DuckDBPyConnection, path: Path, key: Sequence[str]) -> str | None:
    """A value of the key that several rows have."""
    names = ", ".join(_name(name) for name in key)
    found = connection.execute(
        f"SELECT {names} FROM {_rows(path)} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"  # noqa: S608
    ).fetchone()
    return None if found is None else shorten(", ".join(str(value) for value in found), 60)
