"""What HTTP carries about API keys and what they may spend."""

from __future__ import annotations

from pydantic import Field

from answerable.identity.keys.schemas import KeyIn, KeyOut
from answerable.inference.limits.schemas import BudgetOut, BudgetTerms, LimitOut, LimitTerms

_MOST = 20


class BoundedKeyIn(KeyIn):
    """A key, with budgets and limits that bind its calls from the first one on."""

    budgets: list[BudgetTerms] = Field([], max_length=_MOST)
    limits: list[LimitTerms] = Field([], max_length=_MOST)


class BoundedKeyOut(KeyOut):
    """With the budgets and limits whose subject the key is, and where they stand; none are shown to who may
    not see usage."""

    budgets: list[BudgetOut]
    limits: list[LimitOut]


class BoundedKeyMade(BoundedKeyOut):
    """With the key itself, which is shown this once."""

    key: str
