"""What stands beside the numbers of a column: one unit, several that are one ("5 kg", "700 g"), or several
that are not; and numbers that have nothing beside them where others have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from answerable.data.ingestion.number_shapes import cut
from answerable.data.ingestion.numbers import NumberFormat, NumberReading, measured
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted, shorten
from answerable.data.semantics.model import Unit
from answerable.data.semantics.units import Conversion, conversion

Values = Sequence[tuple[str, int]]
BarePercent = Literal["percent", "fraction"]
Way = int | Conversion  # how numbers become those of another unit: a power of ten, or what no power does

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
    found, rare = _units_of(reading.affixes), _units_of(reading.rare)
    if not reading.affixes:
        return _bare_column(reading, filled, label, stated, rare, chosen)
    if len(found) < len(reading.affixes) and len(found) < 2:
        return None
    # "12 €" alone below "Revenue (k€)": the cells leave out what the header says of all of them.
    short = stated is not None and all(_is_short(unit, stated) for unit in found.values())
    bases = [stated] if stated is not None else list(found.values())
    for base, exact in [*((base, True) for base in bases), (bases[0], False)] if bases else ():
        ways = {affix: 0 if short else _way(unit, base, exact=exact) for affix, unit in found.items()}
        own = {affix: way for affix, way in ways.items() if way is not None}
        if len(own) == len(reading.affixes):
            own |= {} if short else _ways(rare, base)
            return _in_one_unit(reading, filled, label, (base, stated), own, chosen)
    named = (_words(stated), *found) if stated is not None else tuple(found)
    said = UnitsSaid(code="mixed_units", column=label, units=named[:5])
    return Meant(reading, findings=[_noted(Code.MIXED_UNITS, Severity.DOUBTFUL, said, filled)], mixed=True)


def _units_of(affixes: Sequence[str]) -> dict[str, Unit]:
    return {affix: unit for affix in affixes if (unit := units.parse_affix(affix)) is not None}


def _bare_column(
    reading: NumberReading,
    filled: Values,
    label: str,
    stated: Unit | None,
    rare: Mapping[str, Unit],
    chosen: BarePercent | None,
) -> Meant:
    """Numbers that have their unit from the header, if any; a few may say it again, or another that becomes
    it."""
    if stated is None:
        return Meant(reading)
    own = _ways({affix: unit for affix, unit in rare.items() if not _is_short(unit, stated)}, stated)
    if own and stated.kind != "percent":
        return _in_one_unit(reading, filled, label, (stated, stated), own, chosen)
    asked = stated.kind == "percent" and stated.scale == 1
    return _percent(reading, filled, label, stated, chosen) if asked else Meant(reading)


def _is_short(unit: Unit, stated: Unit) -> bool:
    return unit.symbol == stated.symbol and unit.scale == 1 < stated.scale


def _way(unit: Unit, base: Unit, *, exact: bool) -> Way | None:
    """How numbers of one unit become those of another: a power of ten, or where that need not be, any
    conversion; None where there is none."""
    if unit.symbol == base.symbol:
        return _power(Fraction(unit.scale) / Fraction(base.scale))
    found = conversion(unit, base.symbol) if base.scale == 1 else None
    if found is None:
        return None
    power = _power(found[0].factor) if not found[0].offset else None
    return found[0] if power is None and not exact else power


def _power(ratio: Fraction) -> int | None:
    return next((power for power in range(-9, 13) if Fraction(10) ** power == ratio), None)


def _ways(found: Mapping[str, Unit], base: Unit) -> dict[str, Way]:
    """The ways of those units that become the base."""
    ways = {affix: _way(unit, base, exact=False) for affix, unit in found.items()}
    return {affix: way for affix, way in ways.items() if way is not None}


def _in_one_unit(
    reading: NumberReading,
    filled: Values,
    label: str,
    units_: tuple[Unit, Unit | None],
    ways: Mapping[str, Way],
    chosen: BarePercent | None,
) -> Meant:
    base, stated = units_
    if len(ways) > 1 or any(ways.values()) or not reading.affixes:
        form = replace(
            reading.format,
            powers=tuple((affix, way) for affix, way in ways.items() if isinstance(way, int)),
            conversions=tuple((affix, way) for affix, way in ways.items() if isinstance(way, Conversion)),
        )
        reading = measured(replace(reading, format=form), filled)
    converted = [affix for affix, way in ways.items() if way]
    if base.kind == "percent" and not converted:
        return _percent(reading, filled, label, stated, chosen)
    findings = [_converted(reading, filled, label, base, converted)] if converted else []
    unscaled = next((a for a, way in ways.items() if way == 0 and _scale(a) != base.scale), None)
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


def _converted(
    reading: NumberReading, filled: Values, label: str, base: Unit, affixes: Sequence[str]
) -> Finding:
    cells = [(text, n) for text, n in filled if (shape := cut(text)) is not None and shape.affix in affixes]
    said = UnitsConvertedSaid(
        code="units_converted",
        column=label,
        count=_total(cells),
        units=tuple(affixes)[:5],
        unit=_words(base),
    )
    return _noted(Code.UNITS_CONVERTED, Severity.CHANGED, said, cells, _examples(cells, reading.format))


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
