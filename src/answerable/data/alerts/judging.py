"""Judgement on a number: in order, out of order, or not known. Pure: no database, no clock.

The usual range is median ± k · 1.4826 · MAD, where MAD is the median absolute deviation from the median: the
factor makes it estimate the standard deviation of normal data (Hampel, JASA 69, 1974), and half of the
history may be outliers before it breaks. Where the history hardly varies, one percent of the median is taken
for the deviation, so that noise in the last digit is nothing unusual.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Literal

from answerable.data.alerts.rules import ChangeRule, Rule, ThresholdRule, UsualRangeRule
from answerable.data.alerts.series import Point, same_season, season_of
from answerable.data.questions.formatting import format_number
from answerable.data.semantics.model import Unit
from answerable.data.semantics.query import Grain

State = Literal["ok", "firing", "unknown"]
Code = Literal[
    "no_period_over", "no_rows", "no_number", "above", "not_above", "below", "not_below", "equal",
    "not_equal", "returning", "nothing_before", "still_zero", "no_percentage", "changed", "needs_series",
    "too_little_history", "unusually_high", "unusually_low", "hardly_usual", "usual", "nobody", "failed",
]  # fmt: skip
"""Why a state is what it is. `failed`: the number could not be read, `nobody`: its maker is gone."""
_CODES: dict[str, tuple[Code, Code]] = {
    "above": ("not_above", "above"), "below": ("not_below", "below"), "equal": ("not_equal", "equal"),
}  # fmt: skip
_PLACES = {
    "unusually_high": "above", "unusually_low": "below", "hardly_usual": "hardly within", "usual": "within",
}  # fmt: skip
_CONSISTENT = 1.4826
_LEAST_DEVIATION = 0.01
_MOST_HISTORY = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with what it goes by: the number and its period, what it was compared with or the range that is
    usual, the reason by its code and in a sentence, with the numbers that this says: `percent` of a change,
    `hysteresis` of a line in percent, the periods `needed`. `partial`: the period is not over; `skipped`: the
    one that is not over was left out."""

    state: State
    code: Code
    reason: str
    value: float | None = None
    period: datetime | None = None
    compared: float | None = None
    low: float | None = None
    high: float | None = None
    history: int | None = None
    percent: float | None = None
    hysteresis: float | None = None
    needed: int | None = None
    unit: Unit | None = None
    partial: bool = False
    skipped: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of an insight: its points, oldest first, the grain of a series, and of one number what it
    was under the data before; `unit` is for words alone."""

    points: Sequence[Point]
    grain: Grain | None = None
    before: float | None = None
    unit: Unit | None = None


def judge(rule: Rule, reading: Reading, standing: State) -> Verdict:
    """The verdict on a reading. `standing` is the last state that was known: whoever was out of order is in
    order again only some way within the line. Raises NotWatchable for a season that a series does not
    have."""
    chosen, earlier, skipped = _chosen(rule, reading)
    if chosen is None:
        if skipped is not None:
            return Verdict("unknown", "no_period_over", "No period is over yet.", skipped=skipped)
        return Verdict("unknown", "no_rows", "The insight shows no rows.")
    if chosen.value is None:
        return _with(Verdict("unknown", "no_number", "There is no number for it."), chosen, skipped)
    was_firing = standing == "firing"
    if isinstance(rule, ThresholdRule):
        verdict = _threshold(rule, chosen.value, was_firing, reading.unit)
    elif isinstance(rule, ChangeRule):
        before = earlier[-1].value if earlier else (None if reading.grain else reading.before)
        verdict = _change(rule, chosen.value, before, was_firing, reading.unit)
    else:
        verdict = _usual(rule, chosen, earlier, reading, was_firing)
    return _with(replace(verdict, unit=reading.unit), chosen, skipped)


def _chosen(rule: Rule, reading: Reading) -> tuple[Point | None, list[Point], datetime | None]:
    """(the point that is judged, those before it, the start of the last period that was left out because it
    is not over)."""
    every = list(reading.points)
    whole = [place for place, point in enumerate(every) if point.whole]
    takes_partial = not isinstance(rule, UsualRangeRule) and rule.partial == "include"
    place = len(every) - 1 if takes_partial and every else (whole[-1] if whole else None)
    if place is None:
        return None, [], every[-1].start if every else None
    left_out = every[place + 1].start if place + 1 < len(every) else None
    return every[place], [point for point in every[:place] if point.whole], left_out


def _threshold(rule: ThresholdRule, value: float, was_firing: bool, unit: Unit | None) -> Verdict:
    margin = abs(rule.value) * rule.hysteresis / 100 if was_firing else 0.0
    if rule.operator == "above":
        firing = value > rule.value - margin
    elif rule.operator == "below":
        firing = value < rule.value + margin
    else:
        firing = math.isclose(value, rule.value, rel_tol=1e-9, abs_tol=1e-12)
    crossed = {"above": value > rule.value, "below": value < rule.value, "equal": firing}[rule.operator]
    words = {"above": "above", "below": "below", "equal": "equal to"}[rule.operator]
    line = _said(rule.value, unit)
    code: Code = _CODES[rule.operator][firing]
    if firing and not crossed:
        code = "returning"
        reason = f"{_said(value, unit)} is back within {line}, but not yet by {rule.hysteresis:g} %."
    else:
        reason = f"{_said(value, unit)} is {'' if firing else 'not '}{words} {line}."
    state: State = "firing" if firing else "ok"
    hysteresis = rule.hysteresis if code == "returning" else None
    return Verdict(state, code, reason, value=value, compared=rule.value, hysteresis=hysteresis)


def _change(
    rule: ChangeRule, value: float, before: float | None, was_firing: bool, unit: Unit | None
) -> Verdict:
    if before is None:
        nothing = "There is nothing before it to compare with."
        return Verdict("unknown", "nothing_before", nothing, value=value)
    if before == 0:
        if value == 0:
            return Verdict("ok", "still_zero", "It was 0 and is 0.", value=value, compared=before)
        reason = f"{_said(value, unit)} after 0: that is no percentage."
        return Verdict("unknown", "no_percentage", reason, value=value, compared=before)
    percent = (value - before) / abs(before) * 100
    counted = {"up": percent, "down": -percent, "either": abs(percent)}[rule.direction]
    line = rule.percent * (1 - rule.hysteresis / 100) if was_firing else rule.percent
    firing = counted >= line
    reason = f"{_said(value, unit)} is {percent:+.1f} % against {_said(before, unit)}."
    state: State = "firing" if firing else "ok"
    return Verdict(state, "changed", reason, value=value, compared=before, percent=percent)


def _usual(
    rule: UsualRangeRule, chosen: Point, earlier: Sequence[Point], reading: Reading, was_firing: bool
) -> Verdict:
    value, grain, unit = chosen.value or 0.0, reading.grain, reading.unit
    if grain is None or chosen.start is None:
        needed = "A usual range needs a series: pin the question by day, week or month."
        return Verdict("unknown", "needs_series", needed)
    season = season_of(grain, rule.season)
    history = [
        point.value
        for point in earlier
        if point.value is not None
        and point.start is not None
        and same_season(point.start, chosen.start, grain, season)
    ][-_MOST_HISTORY:]
    if len(history) < rule.min_history:
        reason = f"{len(history)} periods to compare with are too few; {rule.min_history} are needed."
        return Verdict(
            "unknown",
            "too_little_history",
            reason,
            value=value,
            history=len(history),
            needed=rule.min_history,
        )
    middle = median(history)
    deviation = _CONSISTENT * median(abs(each - middle) for each in history)
    width = rule.k * max(deviation, _LEAST_DEVIATION * abs(middle))
    narrowed = width * (1 - rule.hysteresis / 100) if was_firing else width
    firing = abs(value - middle) > narrowed
    low, high = middle - width, middle + width
    code: Code = (
        "unusually_high"
        if value > high
        else "unusually_low"
        if value < low
        else "hardly_usual"
        if firing
        else "usual"
    )
    reason = f"{_said(value, unit)} is {_PLACES[code]} the usual {_said(low, unit)} to {_said(high, unit)}."
    return Verdict(
        "firing" if firing else "ok",
        code,
        reason,
        value=value,
        compared=middle,
        low=low,
        high=high,
        history=len(history),
    )


def _with(verdict: Verdict, chosen: Point, skipped: datetime | None) -> Verdict:
    """The verdict with its period, and in words what is not over."""
    reason = verdict.reason
    if not chosen.whole:
        reason += " The period is not over."
    elif skipped is not None and chosen.start is not None:
        judged, left_out = f"{chosen.start:%Y-%m-%d}", f"{skipped:%Y-%m-%d}"
        reason += f" Judged is the period from {judged}; the one from {left_out} is not over."
    return replace(verdict, reason=reason, period=chosen.start, partial=not chosen.whole, skipped=skipped)


def _said(number: float, unit: Unit | None) -> str:
    return format_number(float(f"{number:.6g}") if abs(number) < 1e6 else round(number), unit)
