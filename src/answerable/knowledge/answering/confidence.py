"""How sure an excerpt makes us: the probability that it answers the question.

A logistic regression (Platt 1999: the monotone map from a score to a probability) of "the excerpt holds an
accepted answer" on the scores of the best sentence and of its passage and on the doubts about the excerpt.
Fitted on the questions of half of SQuAD's articles, asked where their paragraph is indexed, where only others
of its article are, and where its whole article is missing; weighed so that half of the questions can be
answered. The doubts' weights are held near those of an earlier fit, which had questions with a name or year
swapped too, and the offset is set so that as many questions meet silence as with it. `bench/retrieval.py`
prints how often answers of each confidence are right on the other half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from answerable.knowledge.answering.doubts import Doubts
from answerable.knowledge.retrieval import SearchMode

LINE = 0.16
"""Below it nothing is quoted. It is as high as it can be while about four of five questions that documents
answer get the right quote first, silence counted as wrong."""


@dataclass(frozen=True, slots=True)
class _Logit:
    """The log-odds: `sentence` times the best sentence's score, `passage` times its passage's (which tells
    more of whether there is an answer than of which sentence it is), what each doubt weighs, and `offset`."""

    sentence: float
    passage: float
    against: Doubts
    offset: float


_BY_MEANING = _Logit(
    0.172,
    1.98,
    Doubts(
        nameless=-1.54,
        yearless=-0.56,
        codeless=-3.5,
        wordless=-1.06,
        attributeless=-0.98,
        rarest=-0.92,
        unmeasured=-8.17,
        uncounted=-0.78,
        undated=-1.3,
        unrepeated=-5.04,
    ),
    -2.96,
)
_BY_WORDS = _Logit(
    0.267,
    0.0,
    Doubts(
        nameless=-0.9,
        yearless=-0.37,
        codeless=-2.03,
        wordless=-0.61,
        attributeless=-0.63,
        rarest=-0.53,
        unmeasured=-4.78,
        uncounted=-0.44,
        undated=-0.77,
        unrepeated=-2.92,
    ),
    -2.58,
)


def confidence(sentence: float, passage: float, doubts: Doubts, mode: SearchMode) -> float:
    """The probability, 0 to 1, that an excerpt answers the question, by the scores of its best sentence and
    of its passage and the doubts about it."""
    logit = _BY_WORDS if mode is SearchMode.LEXICAL else _BY_MEANING
    scores = logit.sentence * sentence + logit.passage * passage
    return 1 / (1 + math.exp(-(scores + doubts.weighed(logit.against) + logit.offset)))
