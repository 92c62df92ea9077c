"""What a number is broken down by, and how it runs over time."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Develop, Field, Groups, How, TimeUnit, Trend
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.query import Grain

_BY = (
    "by|across|across all|across different|broken down by|break down by|breakdown by|split by"
    "|grouped by|group by|divided by|according to|segmented by|for all|split into|split across"
    "|depending on|for different|by different|separated by|broken out by|sliced by|for individual"
    "|distributed by|distribution by|distributed across|broken down per|split per"
)
_EACH = (
    "for each|for every|by each|in each|of each|from each|at each|with each|within each|in every|to each"
    "|on each|on every|by every|for each of|separately for each|and for each|per each|within every"
)
FEW = 200  # a field with more values names single things
_ADVERBS = {
    Grain.HOUR: "hourly|hour by hour",
    Grain.DAY: "daily|day by day|day to day|by calendar day",
    Grain.WEEK: "weekly|week by week|by calendar week",
    Grain.MONTH: "monthly|month by month|by calendar month|on a monthly basis|on monthly basis",
    Grain.QUARTER: "quarterly|quarter by quarter|on quarterly basis",
    Grain.YEAR: "yearly|annually|annual|year by year|on yearly basis|on annual basis",
}


def add_rules(grammar: Grammar) -> None:
    """The rules of groups; the clauses are `Groups`, `Trend`, `How` and `Develop`."""
    grammar.words_as("@By", _BY)
    grammar.words_as(
        "@With", "and|,|by|per|, and|&|/|and by|and per|then by|, by|x|and for each|and then by|and each"
    )
    for grain, words in _ADVERBS.items():
        grammar.words_as("Groups", words, Groups(grain=grain))
    grammar.rule("GroupItem", "Dim", _field)
    grammar.rule("GroupItem", "Unit", _grain)
    grammar.words_as("GroupItem", "hour|hours", Groups(grain=Grain.HOUR))
    grammar.rule("GroupItem", "(TimeF|TimeVerb|TimeStem) Unit", lambda c, f, u: _grain_of(c, u, f))
    grammar.rule("GroupItem", "Unit (of|by) (TimeF|TimeVerb)", _grain_of)
    grammar.rule("GroupItem", "TimeF", _day_of)
    grammar.rule("GroupList", "GroupItem", lambda _c, g: g)
    grammar.rule("GroupList", "GroupList @With GroupItem", _together)
    grammar.rule("Groups", "@By GroupList", lambda _c, g: g)
    grammar.words_as("@Each", _EACH)
    grammar.rule("Groups", "@Each GroupList", lambda _c, g: replace(g, each=True), cost=-0.01)
    grammar.rule(
        "Groups", "(per|each|every|per each) GroupList", lambda _c, g: replace(g, per=True, each=True)
    )
    grammar.words_as(
        "Compare",
        "breakdown of|break down|breakdown|distribution of|split of|how is|how are|how was|how were",
    )
    grammar.rule(
        "Groups",
        "(split|distributed|divided|broken down|spread) (by|across|among|over|between) GroupList",
        lambda _c, g: g,
    )
    grammar.rule("Groups", "(breakdown|break down) (of|by) GroupList", lambda _c, g: g)
    grammar.rule("Groups", "GroupList (breakdown|split|distribution)", lambda _c, g: g)
    grammar.rule("Groups", "Groups (in total|overall|altogether|in all)", lambda _c, g: g, cost=0.05)
    grammar.rule("Groups", "Dim", _bare, cost=0.6)
    grammar.words_as(
        "Trend",
        "over time|trend|trends|trend of|trend for|trend in|trend over time|trends in|timeline|timeline"
        " of|time series"
        "|time series of|evolution of|development of|development|evolution|over period|over years"
        "|historical|history of",
        Trend(),
    )
    grammar.words_as("How", "how did|how has|how have|how does|how do|how is|how are|how was|how were", How())
    grammar.words_as(
        "Develop",
        "develop|developed|developing|evolve|evolved|evolving|trended|trending|trend|progress|progressed"
        "|perform"
        "|performed|performing|doing|do|change over time|changed over time|vary over time|move|moved|moving",
        Develop(),
    )


def _field(context: Context, field: Field) -> Groups | None:
    if "@" in field.name:
        return Groups((field.name,))
    model_field = context.field(field.name)
    if model_field is None or context.dataset.primary_key == (field.name,):
        return None
    return Groups((field.name,), entity=model_field.values is None or len(model_field.values) > FEW)


def _bare(context: Context, field: Field) -> Groups | None:
    """`revenue country`: a group that no word announces."""
    groups = None if field.many else _field(context, field)
    return replace(groups, bare=True) if groups else None


def _grain(_context: Context, unit: TimeUnit) -> Groups:
    return Groups(grain=Grain(unit.value))


def _grain_of(_context: Context, unit: TimeUnit, field: Field) -> Groups:
    return Groups(grain=Grain(unit.value), time_field=field.name)


def _day_of(context: Context, field: Field) -> Groups | None:
    model_field = context.field(field.name)
    if (
        model_field is None
        or model_field.type is FieldType.TIME
        or model_field.label.casefold() in set(TimeUnit)
    ):
        return None
    return Groups(grain=Grain.DAY, time_field=field.name)


def _together(_context: Context, first: Groups, second: Groups) -> Groups | None:
    if (first.grain and second.grain) or set(first.fields) & set(second.fields) or len(first.fields) >= 3:
        return None
    entity = first.entity or second.entity
    return Groups(
        first.fields + second.fields,
        first.grain or second.grain,
        first.time_field or second.time_field,
        entity=entity,
    )
