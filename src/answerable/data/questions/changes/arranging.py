"""The first few of what is shown, and its order: only the top 3, lowest first, sort ascending."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerable.data.questions.changes.outcome import Change, Patched, Unchanged, Why, asked
from answerable.data.questions.numbers import cardinal
from answerable.data.questions.outcome import Option
from answerable.data.questions.shapes import LISTED_ROWS
from answerable.data.questions.wording import field_label, measure_alias, measure_words
from answerable.data.semantics.model import TEMPORAL_TYPES, SemanticModel
from answerable.data.semantics.query import Order, SemanticQuery, TopN

_MOST, _LEAST = "top|highest|largest|biggest|greatest", "bottom|lowest|smallest"
_LEAD = r"(?:only |just |show |keep |give me |limit (?:it |them )?to )*(?:the )?"
_TOP = re.compile(
    rf"^{_LEAD}(?:(?P<most>{_MOST})|(?P<least>{_LEAST})|best|worst) (?P<n>[\w-]+)(?: only)?$", re.I
)
_N_TOP = re.compile(rf"^{_LEAD}(?P<n>[\w-]+) (?:(?P<most>{_MOST})|(?P<least>{_LEAST})|best|worst)$", re.I)
_SORT = re.compile(
    r"^(?:please )?(?:(?:re)?(?:sort|order|arrange)(?:ed)?(?: it| them| these| those)? ?)?"
    r"(?:by(?: value| size)? ?)?(?:the )?(?:in )?(?:an? )?"
    r"(?:(?P<time>newest first|latest first|(?P<old>oldest first|earliest first))"
    r"|(?P<down>(?:highest|largest|biggest|greatest) first|from (?:high|large|largest|highest) to "
    r"(?:low|small|smallest|lowest))"
    r"|(?P<up>(?:lowest|smallest) first|from (?:low|small|smallest|lowest) to (?:high|large|largest|highest))"
    r"|(?P<descending>desc|descending)|(?P<ascending>asc|ascending))(?: order)?$",
    re.I,
)
_SORT_BY = re.compile(
    r"^(?:please )?(?:re)?(?:sort|order|arrange)(?:ed)?(?: it| them| these| those)? by (?:the )?(?P<what>.+?)"
    r"(?:,? (?:(?P<down>desc|descending|(?:highest|largest|biggest|newest|latest) first)"
    r"|(?P<up>asc|ascending|(?:lowest|smallest|oldest|earliest) first)|alphabetically))?$",
    re.I,
)
_PERIOD = "period"
_TIMES = frozenset({"time", "date", "period"})


@dataclass(frozen=True, slots=True)
class _Sort:
    """Which way; by time or by value where that was said."""

    descending: bool
    by_time: bool | None


def arranged(said: str, last: SemanticQuery, model: SemanticModel) -> Change | None:
    """The query with fewer rows or in another order, as the words say; None where they say neither."""
    found = _TOP.match(said) or _N_TOP.match(said)
    if found is not None and (number := cardinal(found["n"].casefold())) is not None:
        if number != number.to_integral_value() or not 1 <= number <= 1000:
            return Unchanged(Why.DOES_NOT_FIT)
        ways = [True] if found["most"] else [False] if found["least"] else [True, False]
        return _first(last, int(number), ways)
    if (sort := _sort(said)) is not None:
        return _sorted(last, sort, model)
    named = _SORT_BY.match(said)
    return _sorted_by(last, named, model) if named is not None and last.measures else None


def _sort(said: str) -> _Sort | None:
    found = _SORT.match(said)
    if found is None:
        return None
    if found["time"]:
        return _Sort(found["old"] is None, by_time=True)
    by_time = None if found["descending"] or found["ascending"] else False
    return _Sort(bool(found["down"] or found["descending"]), by_time)


def _first(last: SemanticQuery, n: int, ways: list[bool]) -> Change:
    """The n first by the number that is shown; the best may be the largest or the smallest, to be asked."""
    by = _leading(last)
    changed = [_first_of(last, n, by, descending) for descending in ways] if by is not None else [None]
    options = [
        Option(f"the {'largest' if way else 'smallest'}", query)
        for way, query in zip(ways, changed, strict=False)
        if query is not None
    ]
    if len(options) < len(ways):
        return Unchanged(Why.DOES_NOT_FIT)
    return asked("Which are the first?", options)


def _first_of(last: SemanticQuery, n: int, by: str, descending: bool) -> SemanticQuery | None:
    order = (Order(by=by, descending=descending),)
    time = last.time
    if time is not None and time.grain is not None:
        ranked = not last.group_by and time.comparison is None
        if not ranked or any(m.running_total or m.moving_average for m in last.measures):
            return None
        return last.model_copy(
            update={"time": time.model_copy(update={"fill_gaps": False}), "order": order, "limit": n}
        )
    if len(last.group_by) != 1 or last.group_by[0].only or last.count_groups or last.limit is not None:
        return None
    top = TopN(n=n, by=by, descending=descending)
    return last.model_copy(
        update={"group_by": (last.group_by[0].model_copy(update={"top": top}),), "order": order}
    )


def _leading(query: SemanticQuery) -> str | None:
    """The number that the rows are ordered by, else the only one."""
    names = [measure_alias(measure) for measure in query.measures]
    if query.order and query.order[0].by in names:
        return query.order[0].by
    return names[0] if len(names) == 1 else None


def _sorted(last: SemanticQuery, sort: _Sort, model: SemanticModel) -> Change:
    if not last.measures:
        return _listing_sorted(last, sort, model)
    grained = last.time is not None and last.time.grain is not None
    each = any(group.top is not None and group.top.each for group in last.group_by)
    if last.limit is not None or each or last.count_groups or not (last.group_by or grained):
        return Unchanged(Why.DOES_NOT_FIT)
    by = _leading(last)
    ways = [] if by is None or sort.by_time else [("by value", by)]
    if grained and sort.by_time is not False:
        ways.insert(0, ("by time", _PERIOD))
    options = [
        Option(label, last.model_copy(update={"order": (Order(by=name, descending=sort.descending),)}))
        for label, name in ways
    ]
    if not options:
        return Unchanged(Why.DOES_NOT_FIT)
    change = asked("By what?", options)
    return Unchanged(Why.DOES_NOT_FIT) if change == Patched(last) else change


def _sorted_by(last: SemanticQuery, said: re.Match[str], model: SemanticModel) -> Change | None:
    """In the order of a group, the periods or a number that is shown; None where the words name none."""
    columns = _columns_called(said["what"].casefold(), last, model)
    if not columns:
        return None
    by = columns[0]
    number = by in {measure_alias(measure) for measure in last.measures}
    order = (Order(by=by, descending=bool(said["down"]) or (number and not said["up"])),)
    cut = last.limit is not None or any(group.top is not None and group.top.each for group in last.group_by)
    if len(columns) > 1 or cut or last.count_groups or order == last.order:
        return Unchanged(Why.DOES_NOT_FIT)
    return Patched(last.model_copy(update={"order": order}))


def _columns_called(what: str, last: SemanticQuery, model: SemanticModel) -> list[str]:
    """The columns of the result that people call so."""
    found = [
        group.field
        for group in last.group_by
        if group.part is None
        and what in (_plain(group.field), field_label(group.field, last, model).casefold())
    ]
    if last.time is not None and last.time.grain is not None and what in (*_TIMES, last.time.grain.value):
        found.append(_PERIOD)
    for measure in last.measures:
        words = measure_words(measure, last, model).casefold()
        if what in (words, words.removeprefix("total ").removeprefix("average ")):
            found.append(measure_alias(measure))
    return found


def _plain(field: str) -> str:
    """A field's own name in words: city, of customers__city."""
    return field.rsplit("__", 1)[-1].replace("_", " ").casefold()


def _listing_sorted(last: SemanticQuery, sort: _Sort, model: SemanticModel) -> Change:
    """Rows the other way round; not the few of a ranking, which would be others then."""
    dataset = model.dataset(last.dataset)
    field = dataset.field(last.order[0].by) if dataset is not None and len(last.order) == 1 else None
    if field is None or last.limit != LISTED_ROWS:
        return Unchanged(Why.DOES_NOT_FIT)
    if sort.by_time is not None and sort.by_time is not (field.type in TEMPORAL_TYPES):
        return Unchanged(Why.DOES_NOT_FIT)
    turned = last.model_copy(update={"order": (Order(by=field.name, descending=sort.descending),)})
    return Unchanged(Why.DOES_NOT_FIT) if turned == last else Patched(turned)
