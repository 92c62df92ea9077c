"""How sure an excerpt's score makes us.

Logistic regressions (Platt 1999) of "the excerpt holds an accepted answer" on the best sentence's score, over
SQuAD questions asked of the articles they are about and of articles they are not about; half of the
articles for the fit, the other half agreed within two hundredths in most bins.
"""

from __future__ import annotations

import math

from answerable.knowledge.retrieval import SearchMode

LINE = 0.13
"""Below it nothing is quoted: on the held-out half 98 % of the answerable questions lie above, and 92 % of
the unrelated ones below."""

_SLOPE_AND_OFFSET = {
    SearchMode.HYBRID: (0.42, -7.56),
    SearchMode.DENSE: (0.42, -7.56),
    SearchMode.LEXICAL: (0.45, -5.81),
}


def confidence(score: float, mode: SearchMode) -> float:
    """The probability, 0 to 1, that an excerpt whose best sentence has this score answers the question."""
    slope, offset = _SLOPE_AND_OFFSET[mode]
    return 1 / (1 + math.exp(-(slope * score + offset)))
