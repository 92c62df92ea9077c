"""How sure an excerpt's score makes us.

Logistic regressions (Platt 1999) of "the excerpt holds an accepted answer" on the best sentence's score and
on the names of the question that its passage lacks. Fitted on half of SQuAD's questions, asked of the
articles they are about and of others, and on half of the questions about the sample company.
"""

from __future__ import annotations

import math

from answerable.knowledge.retrieval import SearchMode

LINE = 0.23
"""Below it nothing is quoted: on the held-out half 97 % of the answerable questions lie above, and 94 % of
the unrelated ones below."""

_SLOPE_AND_OFFSET = {
    SearchMode.HYBRID: (0.32, -5.33),
    SearchMode.DENSE: (0.32, -5.33),
    SearchMode.LEXICAL: (0.45, -5.27),
}
_NAMELESS = -1.31


def confidence(score: float, nameless: float, mode: SearchMode) -> float:
    """The probability, 0 to 1, that an excerpt answers the question whose best sentence has this score and
    whose passage lacks this share (0 to 1) of the question's names."""
    slope, offset = _SLOPE_AND_OFFSET[mode]
    return 1 / (1 + math.exp(-(slope * score + _NAMELESS * nameless + offset)))
