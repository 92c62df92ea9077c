"""“Why?”, asked of an answer: the change that it shows, where it shows one."""

from __future__ import annotations

import re
from datetime import date, datetime

from answerable.data.explanations.reading import (
    DOWN,
    EITHER,
    UP,
    Direction,
    Wanted,
    asks_why,
    compared_to_date,
)
from answerable.data.questions.formatting import format_period
from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.time.resolve import Now, add, floor
from answerable.data.questions.wording import measure_words
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import Comparison, Grain, Period, SemanticQuery, TimeSlice

_VERB = rf"(?P<down>{DOWN})|(?P<up>{UP})|(?P<either>{EITHER})"
_ONLY_WHY = re.compile(
    r"^(?:and |but |so )*(?:"
    r"(?:why|how come)(?: so| though)?"
    r"|(?:why|how come) (?:is|was) (?:it|this|that)(?: so)?"
    rf"|(?:why|how come) (?:did |has )?(?:it|this|that) (?:{_VERB})(?: so much)?"
    r"|what (?:caused|explains|is behind|drove) (?:it|this|that)"
    r")$",
    re.I,
)
_SURE = 0.95


def direction_asked(text: str) -> Direction | None:
    """Which way the number is said to have gone, where the words ask for nothing but the reason."""
    found = _ONLY_WHY.match(text.strip().rstrip("?!. "))
    if found is None:
        return None
    return Direction.DOWN if found["down"] else Direction.UP if found["up"] else Direction.EITHER


def change_shown(
    last: SemanticQuery, direction: Direction, model: SemanticModel, as_of: datetime
) -> Wanted | None:
    """The change that the query shows: of one number, between two periods that it compares, or the only two
    that it runs over. None where it shows none, or several."""
    one = len(last.measures) == 1 and not last.group_by and not last.having and last.limit is None
    time = last.time
    if not one or time is None or last.measures[0].share_of_total or last.measures[0].moving_average:
        return None
    pair = time if time.grain is None else _two_buckets(time, Now.at(as_of, model.calendar))
    if pair is None or pair.comparison is None or last.measures[0].running_total:
        return None
    query = compared_to_date(
        last.model_copy(update={"time": pair, "order": ()}), Now.at(as_of, model.calendar).today
    )
    return Wanted(query, direction, _SURE) if query is not None else None


def _two_buckets(time: TimeSlice, now: Now) -> TimeSlice | None:
    """The later of two whole periods beside the earlier; None where there are more."""
    period = time.period
    if time.comparison is not None or period is None or time.grain in (None, Grain.HOUR):
        return None
    start, end = period.start, period.end
    if type(start) is not date or type(end) is not date or time.grain is None:
        return None
    unit = TimeUnit(time.grain.value)
    middle = add(start, unit, 1)
    if start != floor(start, unit, now) or add(middle, unit, 1) != end:
        return None
    comparison = Comparison(kind="previous_period", period=Period(start=start, end=middle))
    return time.model_copy(
        update={"period": Period(start=middle, end=end), "grain": None, "comparison": comparison}
    )


def reasons_to_ask(last: SemanticQuery, model: SemanticModel, as_of: datetime) -> tuple[str, ...]:
    """Questions for reasons near what the query shows, that can be answered as they stand."""
    if len(last.measures) != 1:
        return ()
    name = measure_words(last.measures[0], last, model)
    period = format_period(last.time.period) if last.time is not None else ""
    asked = [f"Why did {name} change {when}?" for when in dict.fromkeys((period, "last month")) if when]
    return tuple(question for question in asked if asks_why(question, model, as_of) is not None)
