"""A few words after an answer change its query: only Germany, by month, and last year, as a share, top 5.

The words are read by the same grammar as a question, beside a count of the same rows, so that they mean
what they would mean there; what was read is then put into the query's slots. Pure, as reading is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from answerable.data.questions.changes.arranging import arranged
from answerable.data.questions.changes.comparing import alone_or_compared, compared
from answerable.data.questions.changes.measuring import aggregated, as_share, bounded
from answerable.data.questions.changes.outcome import Asked, Change, Patched, Unchanged, Why, asked
from answerable.data.questions.changes.periods import (
    Days,
    days_of,
    during,
    named,
    of_whole_periods,
    same_part_of,
    the_one_before,
    years_of,
)
from answerable.data.questions.changes.slots import Way, holds, put_in
from answerable.data.questions.context import Context
from answerable.data.questions.english import plural
from answerable.data.questions.outcome import Ambiguous, Option, Outcome, Parsed, Unparsed
from answerable.data.questions.said import context_of
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.unfinished import as_far_as_known
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import Period, SemanticQuery

_OPENING = re.compile(
    r"^(?:and |but |now |then |ok |okay |just |what about |how about |the same |same )+", re.I
)
_ALSO = re.compile(r"^(?:and |also |additionally )+(?:also )?(?=by |per )", re.I)
# "show it as", "remove", "add": what is meant is what follows, that it is left out, or that it comes beside.
_IT = "(?: (?:it|this|that|them))?"
_TURNED = (
    (re.compile(rf"^(?:group|show|give|make){_IT} (?=by |per |as )", re.I), ""),
    (re.compile(r"^(?:remove|drop|take out|leave out|hide) ", re.I), "without "),
)
_ADDED = re.compile(r"^add (?:by )?", re.I)
_BROKEN_DOWN = re.compile(rf"^(?:break|split){_IT}(?: down| up)? (?=by |per )", re.I)
_INSTEAD = re.compile(r"^(?P<what>.+?),? instead(?: of (?P<of>.+))?$", re.I)
_ONLY = re.compile(r"^(?:only |just )+", re.I)
_SHOWING = re.compile(r"^(?:show|use|take|give|make it|do)(?: me)? (?=\w)", re.I)
_MOST_YEARS = 2
_WHICH = "Which of these do you mean?"
_WHICH_TIME = "Which time do you mean?"


def follow_up(text: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Change:
    """The query `last` changed as `text` says, a choice of changes, or why there is none. Relative time
    counts from `as_of`; a month without a year is one of the year that `last` is about. Nothing of the words
    is ignored: a change that cannot be made whole is not made."""
    change, now = _change(text, last, model, as_of), Now.at(as_of, model.calendar)
    if isinstance(change, Unchanged) and change.why is Why.DOES_NOT_FIT:
        change = _only_of_compared(text, last, model, as_of) or change
    if isinstance(change, Patched):
        return Patched(_as_known(change.query, now))
    if isinstance(change, Asked):
        return replace(
            change,
            options=tuple(replace(o, query=_as_known(o.query, now)) for o in change.options),
        )
    return change


def _as_known(query: SemanticQuery, now: Now) -> SemanticQuery:
    """With periods only as far as they can be told today."""
    if query.time is None:
        return query
    averaged = any(measure.moving_average is not None for measure in query.measures)
    time, _ = as_far_as_known(query.time, now, averaged=averaged)
    return query.model_copy(update={"time": time})


def _change(text: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Change:
    also = bool(_ALSO.match(text.strip()))
    said = _OPENING.sub("", text.strip().rstrip("?!. ")).strip()
    said = re.sub(r"^also ", "", said, flags=re.I)
    if (broken := _BROKEN_DOWN.match(said)) is not None:
        return _broken_down(said[broken.end() :], last, model, as_of)
    if (added := _ADDED.match(said)) is not None:
        return _only_groups(_change(f"and by {said[added.end() :]}", last, model, as_of), last)
    for opening, meant in _TURNED:
        said = opening.sub(meant, said)
    dataset = model.dataset(last.dataset)
    if dataset is None or not said:
        return Unchanged(Why.NOT_UNDERSTOOD)
    now = Now.at(as_of, model.calendar)
    context = context_of(model, dataset, now)
    instead = _INSTEAD.match(said)
    if instead is not None:
        said = _SHOWING.sub("", instead["what"])
        if instead["of"] is None and (change := aggregated(said, last, context)) is not None:
            return change
    else:
        shown = _shown_otherwise(said, last, model, context)
        if shown is not None:
            return shown
    scope = [dataset.name, *sole_paths(model, dataset.name)]
    noun = dataset.row_noun if dataset.row_noun not in ("", "row") else "rows"

    def read(words: str, year: int | None) -> Outcome:
        outcome = read_question(f"number of {noun} {words}", model, as_of, scope=scope, year=year)
        only = _ONLY.match(words)
        # "only 2024": of a time alone the grammar does not say that it is the only one.
        return read(words[only.end() :], year) if only and isinstance(outcome, Unparsed) else outcome

    def changes(year: int | None) -> list[Option] | Unchanged:
        way = Way(also=also, instead=instead is not None)
        if instead is not None and instead["of"] is not None:
            old = read(instead["of"], year)
            if not isinstance(old, Parsed) or not holds(last, old.query):
                return Unchanged(Why.NOT_UNDERSTOOD)
        return _options(last, read(said, year), model, way, now)

    change = _in_its_year(changes, last, now)
    return _of_rows_or_groups(change, said, last, context, noun) if instead is None else change


def _shown_otherwise(said: str, last: SemanticQuery, model: SemanticModel, context: Context) -> Change | None:
    """The same rows shown in another way or beside others, or those of the period before."""
    changed = (
        as_share(said, last, model)
        or aggregated(said, last, context)
        or arranged(said, last, model)
        or compared(said, last, model, context.dataset, context.now)
        or bounded(said, last, context)
    )
    if changed is not None:
        return changed
    before = the_one_before(said, last, context.now)
    return Patched(before) if before is not None else None


def _only_of_compared(text: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Change | None:
    """Only 2024, of what is compared with another period; None for a change that is not of the period
    alone."""
    if last.time is None or last.time.comparison is None or not _ONLY.match(text.strip()):
        return None
    single = last.model_copy(update={"time": last.time.model_copy(update={"comparison": None})})
    change, dataset = _change(text, single, model, as_of), model.dataset(last.dataset)
    if not isinstance(change, Patched) or change.query.time is None or dataset is None:
        return None
    if during(change.query, last.time.period or Period()) != single:
        return None
    return alone_or_compared(last, change.query, model, dataset, Now.at(as_of, model.calendar))


def _broken_down(said: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Change:
    """Broken down by something else; of groups it may be further down, which is asked."""
    alone = _only_groups(_change(said, last, model, as_of), last)
    beside = _change(f"and {said}", last, model, as_of) if last.group_by else alone
    if not isinstance(alone, Patched) or not isinstance(beside, Patched):
        return alone
    return asked(_WHICH, [Option(f"{said} alone", alone.query), Option(f"{said} as well", beside.query)])


def _only_groups(change: Change, last: SemanticQuery) -> Change:
    """The change where it is one of the groups; "by phone" would leave rows out."""
    same = isinstance(change, Patched) and change.query.where == last.where
    return change if same or not isinstance(change, Patched) else Unchanged(Why.NOT_UNDERSTOOD)


def _of_rows_or_groups(change: Change, said: str, last: SemanticQuery, context: Context, noun: str) -> Change:
    """A bare "over 300" after groups may be of their number or of the rows in them."""
    groups = bounded(f"those {said}", last, context)
    if not isinstance(groups, Patched) or isinstance(change, Asked):
        return change
    if isinstance(change, Unchanged):
        return groups if change.why is Why.NOT_UNDERSTOOD else change
    rows = Option(f"{plural(noun)} {said}", change.query)
    return asked(_WHICH, [Option(f"what is shown, {said}", groups.query), rows])


def _options(
    last: SemanticQuery, read: Outcome, model: SemanticModel, way: Way, now: Now
) -> list[Option] | Unchanged:
    """The query changed in each way that the words may mean, or why it is not."""
    if isinstance(read, Unparsed):
        return Unchanged(Why.NOT_UNDERSTOOD, read.left_over)
    queries = (
        [(o.label, o.query) for o in read.options] if isinstance(read, Ambiguous) else [("", read.query)]
    )
    options: list[Option] = []
    for label, query in queries:
        change = put_in(last, query, model, way)
        if isinstance(change, Unchanged):
            several = len(queries) > 1 and change.why is Why.DOES_NOT_FIT
            return Unchanged(Why.SEVERAL_MEANINGS) if several else change
        whole = of_whole_periods(change.query, now)
        if whole is None:
            return Unchanged(Why.DOES_NOT_FIT)
        options.append(Option(label, whole))
    return options


def _in_its_year(
    changes: Callable[[int | None], list[Option] | Unchanged], last: SemanticQuery, now: Now
) -> Change:
    """The change with what it says of time placed in the year that `last` is about; asked where that year has
    not come so far, where `last` is about several, or where a year may stand for a part of it."""
    latest = changes(None)
    if isinstance(latest, Unchanged):
        return latest
    before = last.time.period if last.time is not None else None
    years = years_of(before)
    found: list[Option] = []
    for year in years[-_MOST_YEARS:]:
        placed = changes(year)
        if isinstance(placed, Unchanged):
            return placed
        found += placed
    if _hashes(found) <= _hashes(latest):
        return _of_its_part(latest, last)
    within = [one for one in found if _lies_in(one.query, days_of(before))]
    likely = within if len(_hashes(within)) == 1 else found if len(years) == 1 else []
    if len(_hashes(likely)) == 1 and not _lies_ahead(likely[0].query, now):
        return Patched(likely[0].query)
    if len(years) > _MOST_YEARS:
        return Unchanged(Why.SEVERAL_MEANINGS)
    ahead = any(_lies_ahead(one.query, now) for one in found)
    return _asked_when([*(within or found), *(latest if ahead or not within else [])])


def _hashes(options: list[Option]) -> set[str]:
    return {option.query.canonical_hash for option in options}


def _lies_in(query: SemanticQuery, days: Days | None) -> bool:
    own = days_of(query.time.period) if query.time is not None else None
    return own is not None and days is not None and days[0] <= own[0] and own[1] <= days[1]


def _lies_ahead(query: SemanticQuery, now: Now) -> bool:
    own = days_of(query.time.period) if query.time is not None else None
    return own is not None and own[0] > now.today


def _of_its_part(latest: list[Option], last: SemanticQuery) -> Change:
    """The change; asked where it names a year after a part of one: March, and then "last year"."""
    before = last.time.period if last.time is not None else None
    period = latest[0].query.time.period if latest[0].query.time is not None else None
    if len(latest) > 1:
        return asked(_WHICH, latest)
    if before is None or period is None or period == before:
        return Patched(latest[0].query)
    part = same_part_of(period, before)
    return _asked_when([*([Option("", during(latest[0].query, part))] if part else []), *latest])


def _asked_when(options: list[Option]) -> Change:
    return asked(
        _WHICH_TIME, [Option(named(o.query.time.period if o.query.time else None), o.query) for o in options]
    )
