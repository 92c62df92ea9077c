"""Reads each question of the bank, runs what was read, and holds the rows against plain Python's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import import_module
from itertools import permutations
from math import isclose

from tests.data.questions.bank import everyday
from tests.data.questions.bank.asked import Asked, Right
from tests.data.questions.bank.invented import tables
from tests.data.questions.bank.plain import Answer
from tests.data.questions.bank.warehouse import AS_OF, Rows, Warehouse, warehouse

from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.query import SemanticQuery

PENALTY = 10  # what one wrong answer costs in RS(10)


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Judged:
    """One question with what became of it."""

    model: str
    asked: Asked
    verdict: Verdict
    query: SemanticQuery | None
    why: str = ""


@dataclass(frozen=True)
class Figures:
    """`precision` of what was answered, `coverage` of what can be answered; `tempted` are the unanswerable
    and ambiguous ones that were answered; `rs10` the reliability score (Lee et al. 2024, TrustSQL)."""

    questions: int
    answerable: int
    answered: int
    precision: float
    coverage: float
    tempted: int
    rs10: float


@cache
def bank() -> dict[str, tuple[Asked, ...]]:
    """The questions by model."""
    return {
        name: (*import_module(f"tests.data.questions.bank.cases_{name}").CASES, *everyday.CASES[name])
        for name in tables()
    }


@cache
def sealed() -> dict[str, tuple[Asked, ...]]:
    """The questions of another hand by model."""
    return {name: tuple(import_module(f"tests.data.questions.bank.sealed_{name}").CASES) for name in tables()}


def judge(model: str, asked: Asked) -> Judged:
    """What became of one question."""
    return judge_over(warehouse(model), model, asked)


def judge_over(store: Warehouse, model: str, asked: Asked) -> Judged:
    """The same over tables that are not the bank's own."""
    outcome = read_question(asked.text, store.model, AS_OF)
    if not isinstance(outcome, Parsed) or outcome.query is None:
        return Judged(model, asked, Verdict.UNANSWERED, None, str(outcome)[:200])
    if asked.expected is None:
        return Judged(model, asked, Verdict.WRONG, outcome.query, "answered what has no one answer")
    try:
        names, rows = store.run(outcome.query)
    except Exception as error:  # noqa: BLE001 - a query that cannot run is a wrong reading, whatever it raises
        return Judged(model, asked, Verdict.WRONG, outcome.query, repr(error))
    found = [difference(each, outcome.query, names, rows) for each in (asked.expected, *asked.also)]
    why = "" if "" in found else found[0]
    return Judged(model, asked, Verdict.WRONG if why else Verdict.RIGHT, outcome.query, why)


def judged(*, held_out: bool) -> list[Judged]:
    """All questions of one half."""
    return [
        judge(model, asked)
        for model, cases in bank().items()
        for asked in cases
        if asked.held_out is held_out
    ]


def judged_sealed() -> list[Judged]:
    """All questions of the other hand."""
    return [judge(model, asked) for model, cases in sealed().items() for asked in cases]


def figures(results: Iterable[Judged]) -> Figures:
    """The figures of a half."""
    found = list(results)
    answerable = [r for r in found if r.asked.right is Right.ANSWER]
    answered = [r for r in found if r.verdict is not Verdict.UNANSWERED]
    right = sum(r.verdict is Verdict.RIGHT for r in answerable)
    wrong = sum(r.verdict is Verdict.WRONG for r in found)
    abstained = sum(r.verdict is Verdict.UNANSWERED and r.asked.right is not Right.ANSWER for r in found)
    return Figures(
        questions=len(found),
        answerable=len(answerable),
        answered=len(answered),
        precision=round(right / max(1, len(answered)), 4),
        coverage=round(right / max(1, len(answerable)), 4),
        tempted=sum(r.asked.right is not Right.ANSWER for r in answered),
        rs10=round((right + abstained - PENALTY * wrong) / max(1, len(found)), 4),
    )


def difference(expected: Answer, query: SemanticQuery, names: list[str], rows: Rows) -> str:
    """In what the result differs from what is expected, in words; nothing when it does not."""
    if expected.keys or expected.grain or query.measures:
        groups = query.group_by if not query.count_groups else ()
        keys = tuple(sorted(group.field.split("__")[-1] for group in groups))
        narrowed = tuple(sorted(g.field.split("__")[-1] for g in groups if not g.only))
        if expected.keys not in (keys, narrowed):
            return f"groups {keys}, not {expected.keys}"
        grain = query.time.grain.value if query.time is not None and query.time.grain is not None else None
        if grain != expected.grain:
            return f"grain {grain}, not {expected.grain}"
    wanted = [tuple(_told(cell) for cell in row) for row in expected.rows]
    got = [tuple(_told(cell) for cell in row) for row in rows]
    width = len(wanted[0]) if wanted else 1
    for picked in permutations(range(len(names)), width):
        if _same(wanted, [tuple(row[i] for i in picked) for row in got], expected):
            return ""
    return f"rows {got[:3]}, not {wanted[:3]}"


_Told = float | str
_NOTHING = frozenset({"None", 0.0})


def _same(wanted: list[tuple[_Told, ...]], got: list[tuple[_Told, ...]], expected: Answer) -> bool:
    keys = len(expected.keys) + (expected.grain is not None)
    if expected.grain is not None:  # a period without rows may be shown as nothing
        wanted, got = ([row for row in rows if set(row[keys:]) - _NOTHING] for rows in (wanted, got))
    if expected.ordered and wanted:
        values = [row[-1:] for row in got]
        if not _equal([row[-1:] for row in wanted], values[: len(wanted)]):
            return False
        if len(got) > len(wanted):  # those that equal the last are shown as well
            return all(_equal([value], [wanted[-1][-1:]]) for value in values[len(wanted) :])
    return _equal(sorted(wanted, key=_sorting), sorted(got, key=_sorting))


def _sorting(row: tuple[_Told, ...]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    return tuple(c for c in row if isinstance(c, str)), tuple(c for c in row if isinstance(c, float))


def _equal(wanted: list[tuple[_Told, ...]], got: list[tuple[_Told, ...]]) -> bool:
    if len(wanted) != len(got):
        return False
    return all(
        isclose(a, b, rel_tol=1e-7, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        for left, right in zip(wanted, got, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def _told(cell: object) -> _Told:
    """A cell as a number or as text: days without a time, yes as true."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float | Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        return str(cell.date()) if (cell.hour, cell.minute) == (0, 0) else str(cell)
    if isinstance(cell, date):
        return str(cell)
    return {"yes": "true", "no": "false"}.get(str(cell), str(cell))
