"""Whether a cascade's stages stand in order of price: a dear one before a cheap one saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from answerable.inference.models.configured import AliasDefinition
from answerable.inference.models.names import SYSTEM_MODEL
from answerable.inference.models.plan import Target
from answerable.inference.models.snapshot import Names
from answerable.inference.usage.prices import UNKNOWN, price_of

_Prices = tuple[tuple[Decimal, Decimal], ...]


def dearer_before_cheaper(names: Names, alias: AliasDefinition) -> tuple[str, str] | None:
    """The first two stages of which the earlier one costs more whatever a call holds; None where there are
    none. The alias's own targets are its last stage.

    A model without a known price is not compared, and neither is `answerable`, which costs nothing and may
    stand anywhere.
    """
    stages = [
        (stage.model, _prices([target for group in names.groups(stage.model) for target in group]))
        for stage in alias.cascade
        if stage.model != SYSTEM_MODEL
    ]
    own = [target for each in alias.targets for group in names.groups(each.model) for target in group]
    if alias.cascade and own:
        stages.append(("the alias's own targets", _prices(own)))
    for place, (later, cheap) in enumerate(stages):
        for earlier, dear in stages[:place]:
            if dear and cheap and all(_costs_more(first, second) for first in dear for second in cheap):
                return earlier, later
    return None


def _prices(targets: Sequence[Target]) -> _Prices:
    """Input's and output's price of each target; nothing where one of them is not known."""
    prices = [price_of(target) for target in targets]
    if any(price.version == UNKNOWN for price in prices):
        return ()
    return tuple((price.input_per_mtok, price.output_per_mtok) for price in prices)


def _costs_more(one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]
