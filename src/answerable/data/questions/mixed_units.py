"""Asks back where a reading would add up several units: which of them, or each for itself."""

from __future__ import annotations

from answerable.data.questions.outcome import Ambiguous, Option, Outcome, Parsed, Slot
from answerable.data.semantics.filters import AllOf, Condition, Operator
from answerable.data.semantics.mixing import Mixture, mixtures
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import GroupBy, Order, SemanticQuery

_MOST_UNITS = 4
_SLOT: Slot = "unit"


def settle_units(outcome: Outcome, model: SemanticModel) -> Outcome:
    """The outcome, with a choice of units for each query that would mix them."""
    if isinstance(outcome, Parsed) and outcome.query is not None:
        mixed = mixtures(outcome.query, model)
        if not mixed:
            return outcome
        options = _options(outcome.query, mixed[0])
        return Ambiguous(_question(mixed[0]), options, outcome.intent, _SLOT, outcome.readings)
    if isinstance(outcome, Ambiguous):
        # One choice at a time: the units stand side by side in whatever is chosen.
        chosen = tuple(_side_by_side(option, model) for option in outcome.options)
        return Ambiguous(outcome.question, chosen, outcome.intent, outcome.slot, outcome.readings)
    return outcome


def _question(mixed: Mixture) -> str:
    units = ", ".join(mixed.left[:_MOST_UNITS]) + (", …" if len(mixed.left) > _MOST_UNITS else "")
    held = f" ({units})" if units else ""
    stated = f"{mixed.field.label} is stated in several units{held}"
    return f"{stated}, which do not add up. Which {mixed.companion.label} do you mean?"


def _options(query: SemanticQuery, mixed: Mixture) -> tuple[Option, ...]:
    grouped = [] if mixed.ranked else [Option(f"by {mixed.companion.label}", _grouped(query, mixed))]
    filtered = [Option(unit, _filtered(query, mixed, unit)) for unit in mixed.left[:_MOST_UNITS]]
    return tuple([*filtered, *grouped])


def _side_by_side(option: Option, model: SemanticModel) -> Option:
    mixed = mixtures(option.query, model)
    if not mixed or mixed[0].ranked:
        return option
    return Option(f"{option.label}, by {mixed[0].companion.label}", _grouped(option.query, mixed[0]))


def _grouped(query: SemanticQuery, mixed: Mixture) -> SemanticQuery:
    """Each unit for itself, in the order of the units: their amounts cannot be ranked."""
    companion = mixed.companion.name
    groups = (*query.group_by, GroupBy(field=companion))
    return query.model_copy(update={"group_by": groups, "order": (Order(by=companion), *query.order)})


def _filtered(query: SemanticQuery, mixed: Mixture, unit: str) -> SemanticQuery:
    chosen = Condition(field=mixed.companion.name, operator=Operator.EQ, values=(unit,))
    where = chosen if query.where is None else AllOf(all=(query.where, chosen))
    return query.model_copy(update={"where": where})
