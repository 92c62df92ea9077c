"""What stands beside the numbers of a column: one unit, several that are one ("5 kg", "700 g"), or several
that are not; and numbers that have nothing beside them where others have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from answerable.data.ingestion import units
from answerable.data.ingestion.arguments import (
    BareNumbersSaid,
    BarePercentSaid,
    CountedColumnTextSaid,
    HeaderScaleSaid,
    UnitsConvertedSaid,
    UnitsSaid,
)
from answerable.data.ingestion.numbers import NumberFormat, NumberReading, cut, measured
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted, shorten
from answerable.data.semantics.model import Unit
from answerable.data.semantics.units import conversion

Values = Sequence[tuple[str, int]]
BarePercent = Literal["percent", "fraction"]

_PERCENT_POWER = 2  # 0.07 is 7 %


@dataclass(frozen=True, slots=True)
class Meant:
    """Numbers with the unit that they all have: `reading` brings them into it. `unit` is None where nothing
    stands beside them. `mixed` says that they have none in common; then there is nothing but findings."""

    reading: NumberReading
    unit: Unit | None = None
    findings: list[Finding] = field(default_factory=list)
    mixed: bool = False


def meant(
    reading: NumberReading, filled: Values, label: str, stated: Unit | None, chosen: BarePercent | None
) -> Meant | None:
    """What the affixes of a column say; None where one is no unit, and the cells are no numbers. `stated` is
    the unit of the header; `chosen` says what a number without a percent sign is."""
    if not reading.affixes:
        asked = stated is not None and stated.kind == "percent" and stated.scale == 1
        return _percent(reading, filled, label, stated, chosen) if asked else Meant(reading)
    found = {affix: unit for affix in reading.affixes if (unit := units.parse_affix(affix)) is not None}
    if len(found) < len(reading.affixes) and len(found) < 2:
        return None
    # "12 €" alone below "Revenue (k€)": the cells leave out what the header says of all of them.
    short = stated is not None and all(_is_short(unit, stated) for unit in found.values())
    for base in [stated] if stated is not None else found.values():
        powers = {affix: 0 if short else _power(unit, base) for affix, unit in found.items()}
        if len(found) == len(reading.affixes) and None not in powers.values():
            own = tuple((affix, power) for affix, power in powers.items() if power is not None)
            return _in_one_unit(reading, filled, label, (base, stated), own, chosen)
    named = (_words(stated), *found) if stated is not None else tuple(found)
    said = UnitsSaid(code="mixed_units", column=label, units=named[:5])
    return Meant(reading, findings=[_noted(Code.MIXED_UNITS, Severity.DOUBTFUL, said, filled)], mixed=True)


def _is_short(unit: Unit, stated: Unit) -> bool:
    return unit.symbol == stated.symbol and unit.scale == 1 < stated.scale


def _power(unit: Unit, base: Unit) -> int | None:
    """The power of ten that brings numbers of one unit into another; None where none does."""
    if unit.symbol == base.symbol:
        ratio = Fraction(unit.scale) / Fraction(base.scale)
    else:
        found = conversion(unit, base.symbol) if base.scale == 1 else None
        if found is None or found[0].offset:
            return None
        ratio = found[0].factor
    return next((power for power in range(-9, 13) if Fraction(10) ** power == ratio), None)


def _in_one_unit(
    reading: NumberReading,
    filled: Values,
    label: str,
    units_: tuple[Unit, Unit | None],
    powers: tuple[tuple[str, int], ...],
    chosen: BarePercent | None,
) -> Meant:
    base, stated = units_
    several = len(powers) > 1 or any(power for _, power in powers)
    if several:
        reading = measured(replace(reading, format=replace(reading.format, powers=powers)), filled)
    if base.kind == "percent" and not any(power for _, power in powers):
        return _percent(reading, filled, label, stated, chosen)
    findings = []
    converted = any(power for _, power in powers)
    if converted:
        said = UnitsConvertedSaid(
            code="units_converted",
            column=label,
            units=tuple(affix for affix, _ in powers)[:5],
            unit=_words(base),
        )
        findings.append(
            _noted(Code.UNITS_CONVERTED, Severity.CHANGED, said, filled, _examples(filled, reading.format))
        )
    unscaled = next((a for a, power in powers if power == 0 and _scale(a) != base.scale), None)
    if unscaled is not None:
        scaled = HeaderScaleSaid(code="header_scale", column=label, affix=unscaled, unit=_words(base))
        findings.append(_noted(Code.HEADER_SCALE, Severity.DOUBTFUL, scaled, filled))
    dashes = [(text, count) for text, count in filled if not any(c.isdigit() for c in text) and cut(text)]
    if dashes:
        dash = CountedColumnTextSaid(
            code="dash_zeros", column=label, count=_total(dashes), text=dashes[0][0].strip()
        )
        findings.append(_noted(Code.DASH_ZEROS, Severity.CHANGED, dash, dashes))
    if reading.bare and stated is None:
        severity = Severity.DOUBTFUL if converted else Severity.INFO
        findings.append(_bare(label, reading.bare, base.symbol, severity))
    return Meant(reading, base, findings)


def _words(unit: Unit) -> str:
    return unit.symbol if unit.scale == 1 else f"{unit.scale:,.0f} {unit.symbol}"


def _scale(affix: str) -> float:
    unit = units.parse_affix(affix)
    return unit.scale if unit is not None else 1


def _percent(
    reading: NumberReading, filled: Values, label: str, stated: Unit | None, chosen: BarePercent | None
) -> Meant:
    """A column of percentages: what its numbers are that have no percent sign, 7 % or 0.07."""
    unit = Unit(kind="percent", symbol="%")
    bare = [
        (text, count, value)
        for text, count in (reading.bare if reading.affixes else filled)
        if (value := reading.format.parse(text))
    ]
    shares = [(text, count) for text, count, value in bare if abs(value) <= 1]
    doubtful = any(abs(value) < 1 for *_, value in bare)
    if not reading.affixes and not (doubtful and len(shares) == len(bare)):
        return Meant(reading)  # as the header says: not every number could be a share of 1
    if not doubtful:
        pairs = [(text, count) for text, count, _ in bare]
        return Meant(
            reading, unit, [_bare(label, pairs, "%", Severity.INFO)] if pairs and stated is None else []
        )
    assumed: BarePercent = "fraction" if stated is None and len(shares) == len(bare) else "percent"
    taken = chosen or assumed
    if taken == "fraction":
        form = replace(reading.format, powers=(*reading.format.powers, ("", _PERCENT_POWER)))
        reading = measured(replace(reading, format=form), filled)
    text = next(text for text, _, value in bare if abs(value) < 1)
    value = reading.format.parse(text)
    said = BarePercentSaid(
        code="bare_percent" if chosen is None else "bare_percent_chosen",
        column=label,
        count=sum(count for _, count, _ in bare),
        text=text.strip(),
        taken_for=taken,
        number="" if value is None else format(value, "f"),
    )
    severity = Severity.DOUBTFUL if chosen is None else Severity.INFO
    concerned = [(text, said.count)]
    return Meant(
        reading,
        unit,
        [_noted(Code.BARE_PERCENT, severity, said, concerned, _examples(shares, reading.format))],
    )


def _bare(label: str, bare: Values, unit: str, severity: Severity) -> Finding:
    said = BareNumbersSaid(
        code="bare_numbers", column=label, count=_total(bare), text=bare[0][0].strip(), unit=unit
    )
    return _noted(Code.BARE_NUMBERS, severity, said, bare)


def _total(values: Values) -> int:
    return sum(count for _, count in values)


def _examples(values: Values, form: NumberFormat) -> tuple[Example, ...]:
    """A text of each affix first, and what it is read as."""
    seen: dict[str, tuple[str, str]] = {}
    for text, _ in values:
        value = form.parse(text)
        if value is not None:
            seen.setdefault(text.strip().lstrip("0123456789.,' "), (text.strip(), format(value, "f")))
    return tuple(Example(before=shorten(a), after=b) for a, b in list(seen.values())[:SHOWN])


def _noted(
    code: Code,
    severity: Severity,
    said: UnitsSaid
    | UnitsConvertedSaid
    | BareNumbersSaid
    | BarePercentSaid
    | HeaderScaleSaid
    | CountedColumnTextSaid,
    values: Values,
    examples: tuple[Example, ...] = (),
) -> Finding:
    example = shorten(values[0][0])
    return noted(
        code, severity, said, column=said.column, count=_total(values), example=example, examples=examples
    )
