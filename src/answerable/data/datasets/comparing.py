"""What differs between two versions of a dataset: columns and rows, told apart by a key if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sqlglot import exp

from answerable.data.datasets.schemas import RowDifference, VersionDifferences
from answerable.data.datasets.service import exact_version, read_dataset
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetStatus, DatasetVersionRow
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.rows import plain_cell
from answerable.data.ingestion.versions import KnownColumn, RowChanges, compare_columns
from answerable.data.ingestion.widening import comparable
from answerable.data.semantics.model import FieldType, Unit
from answerable.data.semantics.result import Cell
from answerable.data.semantics.service import reach_into, require_all_of
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_SIDES = ("after", "before")
_State = Literal["added", "changed", "removed"]
_STATES: tuple[_State, ...] = ("added", "changed", "removed")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two versions' files, the columns that both have, and the columns that tell their rows apart. `types`
    are the engine's for each column: those after and before, none where a version has no rows."""

    engine: DuckDBEngine
    owner: str
    paths: dict[str, Path]
    columns: list[str]
    types: dict[str, tuple[str, str]]
    key: list[str] = field(default_factory=list)

    def text(self, name: str, side: str) -> exp.Expr:
        """A cell as text, the same for what is worth the same in both versions' types."""
        types = self.types.get(name, ("", ""))
        own, other = types if side == "after" else types[::-1]
        return exp.cast(comparable(_column(name), own, other), "VARCHAR")

    async def rows(self, query: exp.Expr) -> list[list[Cell]]:
        found = await self.engine.run(query.sql(dialect="duckdb"), self.paths, owner=self.owner)
        return [[plain_cell(cell) for cell in row] for row in found.rows]


async def compare(
    runtime: Runtime,
    principal: Principal,
    dataset_id: str,
    *,
    version: int | None,
    since: int | None,
    limit: int,
) -> VersionDifferences:
    """What `version`, or else the newest, has otherwise than `since`, or else the one before, with at most
    `limit` rows of each kind. Raises NotFound, InvalidInput where there is none before, VersionExpired,
    DataHidden and the engine's errors."""
    async with runtime.database.begin(principal) as session:
        _, kept = await read_dataset(session, dataset_id)
        await require_all_of(session, dataset_id)
        version = version or _newest(kept)
        since = since or _newest([each for each in kept if each.number < version])
        after, before = [await exact_version(session, dataset_id, number) for number in (version, since)]
        files = DatasetFiles(runtime, session.workspace_id)
        dataset = next((d for d in (await reach_into(session)).model.datasets if d.id == dataset_id), None)
    paths = {"after": files.table(after.table_path or ""), "before": files.table(before.table_path or "")}
    known = _facts(before)
    shared = [name for name in _facts(after) if name in known]
    wanted = after.key_columns or (list(dataset.primary_key) if dataset is not None else [])
    pair = _Pair(runtime.get(DuckDBEngine), principal.workspace_id or "", paths, shared, {})
    pair = replace(pair, types=await _types(pair))
    if wanted and set(wanted) <= set(shared) and await _tells_apart(pair, wanted):
        pair = replace(pair, key=wanted)
    if pair.key:
        rows, examples = await _by_key(pair, limit)
    else:
        rows, examples = await _as_a_whole(pair, limit, after.row_count or 0)
    return VersionDifferences(
        dataset_id=dataset_id,
        version=version,
        since=since,
        columns=compare_columns(known, [(name, c.type, c.unit) for name, c in _facts(after).items()]),
        rows=rows,
        shown=shared,
        examples=examples,
    )


def _newest(versions: Sequence[DatasetVersionRow]) -> int:
    """The number of the newest whose data is there."""
    numbers = [each.number for each in versions if each.status == DatasetStatus.READY]
    if not numbers:
        raise InvalidInput(
            "The dataset has no two versions to compare.",
            errors=[FieldError("since", "there is no version before")],
            reason="no_two_versions",
        )
    return max(numbers)


def _facts(version: DatasetVersionRow) -> dict[str, KnownColumn]:
    return {column["name"]: _known(column) for column in version.columns or []}


def _known(column: dict[str, Any]) -> KnownColumn:
    unit = column.get("unit")
    return KnownColumn(
        label=column["label"],
        type=FieldType(column["type"]),
        unit=Unit.model_validate(unit) if unit is not None else None,
    )


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


async def _types(pair: _Pair) -> dict[str, tuple[str, str]]:
    if not pair.columns:
        return {}
    asked = [exp.Anonymous(this="typeof", expressions=[_column(name)]) for name in pair.columns]
    found = [await pair.rows(exp.select(*asked).from_(side).limit(1)) for side in _SIDES]
    if not all(found):
        return {}
    (after,), (before,) = found
    return {name: (str(a), str(b)) for name, a, b in zip(pair.columns, after, before, strict=True)}


async def _tells_apart(pair: _Pair, key: Sequence[str]) -> bool:
    """Whether no two rows of a version have the same key."""
    for side in _SIDES:
        columns = [_column(name) for name in key]
        twice = exp.select(*columns).from_(side).group_by(*columns).having(exp.Count(this=exp.Star()) > 1)
        if await pair.rows(twice.limit(1)):
            return False
    return True


def _cell(at: int, table: str) -> exp.Column:
    return _column(f"c{at}", f"side_{table}")


def _side(pair: _Pair, table: str) -> exp.Subquery:
    return exp.select(*_texts(pair, table), exp.true().as_("there")).from_(table).subquery(f"side_{table}")


def _texts(pair: _Pair, table: str) -> list[exp.Expr]:
    return [exp.alias_(pair.text(name, table), f"c{at}") for at, name in enumerate(pair.columns)]


def _joined(pair: _Pair) -> exp.Subquery:
    """Each row of either version with its state, and its cells on both sides."""
    same = {
        name: exp.NullSafeEQ(this=_cell(at, "after"), expression=_cell(at, "before"))
        for at, name in enumerate(pair.columns)
    }
    state = exp.case()
    for missing, told in (("before", "added"), ("after", "removed")):
        there = _column("there", f"side_{missing}")
        state = state.when(exp.Is(this=there, expression=exp.Null()), exp.Literal.string(told))
    if others := [equal for name, equal in same.items() if name not in pair.key]:
        state = state.when(exp.not_(exp.and_(*others)), exp.Literal.string("changed"))
    cells = [_cell(at, table).as_(f"{table}_{at}") for table in _SIDES for at in range(len(pair.columns))]
    return (
        exp.select(state.else_(exp.Literal.string("unchanged")).as_("state"), *cells)
        .from_(_side(pair, "after"))
        .join(_side(pair, "before"), on=exp.and_(*(same[name] for name in pair.key)), join_type="full")
        .subquery("joined")
    )


async def _by_key(pair: _Pair, limit: int) -> tuple[RowChanges, list[RowDifference]]:
    joined, width = _joined(pair), len(pair.columns)
    tally = exp.select("state", exp.Count(this=exp.Star()).as_("n")).from_(joined.copy()).group_by("state")
    counts = {str(name): int(str(n)) for name, n in await pair.rows(tally)}
    shown = [_column(f"{table}_{at}") for table in _SIDES for at in range(width)]
    by_key = [_column(f"{table}_{pair.columns.index(name)}") for name in pair.key for table in _SIDES]
    examples: list[RowDifference] = []
    for kind in _STATES:
        wanted = exp.select(*shown).from_(joined.copy()).where(_column("state").eq(kind)).order_by(*by_key)
        found = await pair.rows(wanted.limit(limit)) if counts.get(kind) and limit else []
        examples += [_difference(kind, row[:width], row[width:]) for row in found]
    rows = RowChanges(key=pair.key, **{kind: counts.get(kind, 0) for kind in (*_STATES, "unchanged")})
    return rows, examples


def _difference(kind: _State, after: list[Cell], before: list[Cell]) -> RowDifference:
    return RowDifference(
        kind=kind,
        before=before if kind != "added" else None,
        after=after if kind != "removed" else None,
    )


async def _as_a_whole(pair: _Pair, limit: int, count: int) -> tuple[RowChanges, list[RowDifference]]:
    """Rows that one version has more often than the other: without a key a changed row is one that went and
    one that came."""
    if not pair.columns:
        return RowChanges(added=0, changed=0, removed=0, unchanged=count), []
    sides = [
        exp.select(*_texts(pair, table), exp.Literal.number(sign).as_("side")).from_(table)
        for table, sign in zip(_SIDES, (1, -1), strict=True)
    ]
    names = [_column(f"c{at}") for at in range(len(pair.columns))]
    surplus = exp.Sum(this=_column("side"))
    uneven = (
        exp.select(*names, surplus.copy().as_("surplus"))
        .from_(exp.union(*sides, distinct=False).subquery("both_sides"))
        .group_by(*names)
        .having(surplus.copy().neq(0))
        .subquery("uneven")
    )
    counts: dict[_State, int] = {}
    examples: list[RowDifference] = []
    signs: tuple[tuple[_State, exp.Expr], ...] = (
        ("added", _column("surplus") > 0),
        ("removed", _column("surplus") < 0),
    )
    for kind, more in signs:
        total = exp.select(exp.Sum(this=exp.Abs(this=_column("surplus")))).from_(uneven.copy()).where(more)
        counts[kind] = int(float(str((await pair.rows(total))[0][0] or 0)))
        wanted = exp.select(*names).from_(uneven.copy()).where(more).order_by(*names).limit(limit)
        found = await pair.rows(wanted) if counts[kind] and limit else []
        examples += [_difference(kind, row, row) for row in found]
    unchanged = count - counts["added"]
    rows = RowChanges(added=counts["added"], changed=0, removed=counts["removed"], unchanged=unchanged)
    return rows, examples
