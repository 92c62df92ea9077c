"""What the models of one answer came to, whatever became of what they said."""

from __future__ import annotations

from decimal import Decimal

from answerable.chat.asking.answer import Usage
from answerable.inference.chat import TokenCount


class Spending:
    """Adds up the calls for one answer: also those whose reply was of no use, or broke off."""

    def __init__(self) -> None:
        self._tokens = TokenCount()
        self._cost_usd = Decimal(0)
        self._kept: list[bool] = []

    def add(self, tokens: TokenCount, cost_usd: Decimal, *, cached: bool = False) -> None:
        """What one call and its stages came to; `cached`: its reply is an earlier one."""
        self._tokens = self._tokens.plus(tokens)
        self._cost_usd += cost_usd
        self._kept.append(cached)

    def usage(self, latency_ms: float) -> Usage:
        """The sum, as the answer has it."""
        return Usage(
            cost_usd=float(self._cost_usd),
            input_tokens=self._tokens.input,
            output_tokens=self._tokens.output,
            latency_ms=latency_ms,
            cached=bool(self._kept) and all(self._kept),
        )
