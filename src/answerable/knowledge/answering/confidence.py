"""How sure an excerpt makes us: the probability that it answers the question.

A logistic regression (Platt 1999: the monotone map from a score to a probability) of "the excerpt holds an
accepted answer" on the best sentence's score and on the doubts about the excerpt. Fitted on the questions of
half of SQuAD's articles, asked where their paragraph is indexed, where only others of its article are, where
its whole article is missing, and with a name or year swapped; weighed so that half of the questions can be
answered. `bench/retrieval.py` prints how often answers of each confidence are right on the other half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from answerable.knowledge.answering.doubts import Doubts
from answerable.knowledge.retrieval import SearchMode

LINE = 0.16
"""Below it nothing is quoted. It is as high as it can be while about four of five questions that documents
answer get the right quote first, silence counted as wrong."""

_AGAINST = Doubts(
    nameless=-1.56,
    yearless=-0.64,
    codeless=-3.5,
    wordless=-1.06,
    attributeless=-1.09,
    rarest=-0.92,
    unmeasured=-8.24,
    uncounted=-0.76,
    undated=-1.32,
    unrepeated=-5.04,
)
"""What each doubt weighs."""


@dataclass(frozen=True, slots=True)
class _Logit:
    """The log-odds: `slope` times the score plus `doubts` times what the doubts weigh plus `offset`."""

    slope: float
    doubts: float
    offset: float


_BY_MEANING = _Logit(0.213, 1.0, -2.69)
_BY_WORDS = _Logit(0.267, 0.58, -2.83)


def confidence(score: float, doubts: Doubts, mode: SearchMode) -> float:
    """The probability, 0 to 1, that an excerpt answers the question, by its best sentence's score and the
    doubts about it."""
    logit = _BY_WORDS if mode is SearchMode.LEXICAL else _BY_MEANING
    weighed = doubts.weighed(_AGAINST)
    return 1 / (1 + math.exp(-(logit.slope * score + logit.doubts * weighed + logit.offset)))
