"""A few words after an answer change its query: only Germany, by month, and last year, as a share, top 5.

The words are read by the same grammar as a question, beside a count of the same rows, so that they mean
what they would mean there; what was read is then put into the query's slots. Pure, as reading is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from answerable.data.questions.changes.comparing import compared
from answerable.data.questions.changes.outcome import Change, Patched, Unchanged, Why, asked
from answerable.data.questions.changes.periods import Days, days_of, during, named, same_part_of, years_of
from answerable.data.questions.changes.slots import alias_of, put_in
from answerable.data.questions.numbers import cardinal
from answerable.data.questions.outcome import Ambiguous, Option, Outcome, Unparsed
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import GroupBy, Order, SemanticQuery, TopN

_OPENING = re.compile(
    r"^(?:and |but |now |then |ok |okay |just |what about |how about |the same |same )+", re.I
)
_SHARE = re.compile(
    r"^(?:as|in|show)? ?(?:an? )?(?:shares?|percentages?|percent|%)(?: of (?:the )?total)?$", re.I
)
_TOP = re.compile(r"^(?:only |show )?(?:the )?(top|best|bottom|worst) (\w+)$", re.I)
_ALSO = re.compile(r"^(?:and |also |additionally )+(?:also )?(?=by |per )", re.I)
_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
_MOST_YEARS = 2
_WHICH_TIME = "Which time do you mean?"


def follow_up(text: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Change:
    """The query `last` changed as `text` says, a choice of changes, or why there is none. Relative time
    counts from `as_of`; a month without a year is one of the year that `last` is about. Nothing of the words
    is ignored: a change that cannot be made whole is not made."""
    also = bool(_ALSO.match(text.strip()))
    said = _OPENING.sub("", text.strip().rstrip("?!. ")).strip()
    said = re.sub(r"^also ", "", said, flags=re.I)
    if _SHARE.match(said):
        return _as_share(last, model)
    if (ranked := _TOP.match(said)) is not None:
        return _top(last, ranked.group(1).casefold() in ("top", "best"), ranked.group(2))
    dataset = model.dataset(last.dataset)
    if dataset is None or not said:
        return Unchanged(Why.NOT_UNDERSTOOD)
    now = Now.at(as_of, model.calendar)
    beside = compared(said, last, model, dataset, now)
    if beside is not None:
        return beside
    scope = [dataset.name, *sole_paths(model, dataset.name)]
    noun = dataset.row_noun if dataset.row_noun not in ("", "row") else "rows"

    def changed(year: int | None) -> Patched | Unchanged:
        read = read_question(f"number of {noun} {said}", model, as_of, scope=scope, year=year)
        return _put_in(last, read, model, also=also)

    return _in_its_year(changed, last, now)


def _put_in(last: SemanticQuery, read: Outcome, model: SemanticModel, *, also: bool) -> Patched | Unchanged:
    if isinstance(read, Unparsed):
        return Unchanged(Why.NOT_UNDERSTOOD, read.left_over)
    if isinstance(read, Ambiguous):
        return Unchanged(Why.SEVERAL_MEANINGS)
    return put_in(last, read.query, model, also=also)


def _in_its_year(
    changed: Callable[[int | None], Patched | Unchanged], last: SemanticQuery, now: Now
) -> Change:
    """The change with what it says of time placed in the year that `last` is about; asked where that year has
    not come so far, where `last` is about several, or where a year may stand for a part of it."""
    latest = changed(None)
    if not isinstance(latest, Patched):
        return latest
    before = last.time.period if last.time is not None else None
    years = years_of(before)
    placed = {year: changed(year) for year in years[-_MOST_YEARS:]}
    if (unplaced := next((one for one in placed.values() if isinstance(one, Unchanged)), None)) is not None:
        return unplaced
    found = [one for one in placed.values() if isinstance(one, Patched)]
    if all(one == latest for one in found):
        return _of_its_part(latest, last)
    within = [one for one in found if _lies_in(one.query, days_of(before))]
    likely = within if len(within) == 1 else found if len(years) == 1 else []
    if likely and not _lies_ahead(likely[0].query, now):
        return likely[0]
    if len(years) > _MOST_YEARS:
        return Unchanged(Why.SEVERAL_MEANINGS)
    return _asked_when([one.query for one in (*(within or found), latest)])


def _lies_in(query: SemanticQuery, days: Days | None) -> bool:
    own = days_of(query.time.period) if query.time is not None else None
    return own is not None and days is not None and days[0] <= own[0] and own[1] <= days[1]


def _lies_ahead(query: SemanticQuery, now: Now) -> bool:
    own = days_of(query.time.period) if query.time is not None else None
    return own is not None and own[0] > now.today


def _of_its_part(change: Patched, last: SemanticQuery) -> Change:
    """The change; asked where it names a year after a part of one: March, and then "last year"."""
    before = last.time.period if last.time is not None else None
    period = change.query.time.period if change.query.time is not None else None
    if before is None or period is None or period == before:
        return change
    part = same_part_of(period, before)
    return change if part is None else _asked_when([during(change.query, part), change.query])


def _asked_when(queries: list[SemanticQuery]) -> Change:
    options = [Option(named(query.time.period if query.time else None), query) for query in queries]
    return asked(_WHICH_TIME, options)


def _as_share(last: SemanticQuery, model: SemanticModel) -> Change:
    parts = [model.face(m.metric) or m for m in last.measures]
    fits = parts and all(part.aggregation in _ADDITIVE for part in parts)
    compared = last.time is not None and last.time.comparison is not None
    grouped = last.group_by and not last.count_groups
    if not fits or not grouped or compared or all(m.share_of_total for m in last.measures):
        return Unchanged(Why.DOES_NOT_FIT)
    measures = tuple(measure.model_copy(update={"share_of_total": True}) for measure in last.measures)
    return Patched(last.model_copy(update={"measures": measures}))


def _top(last: SemanticQuery, descending: bool, number: str) -> Change:
    count = cardinal(number)
    if count is None:
        return Unchanged(Why.NOT_UNDERSTOOD, (number,))
    grained = last.time is not None and last.time.grain is not None
    whole = count == count.to_integral_value() and 1 <= count <= 1000
    grouped = len(last.group_by) == 1 and not last.count_groups and not last.group_by[0].only
    if not grouped or not last.measures or grained or not whole:
        return Unchanged(Why.DOES_NOT_FIT)
    by = alias_of(last.measures[0])
    top = TopN(n=int(count), by=by, descending=descending)
    groups = (GroupBy(field=last.group_by[0].field, top=top),)
    return Patched(
        last.model_copy(update={"group_by": groups, "order": (Order(by=by, descending=descending),)})
    )
