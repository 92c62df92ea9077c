"""What is offered when a question is asked back: only what can be computed."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery

_ONLY_ONE = 0.9
"""How sure the answer is where no other reading can be computed."""


def offerable(outcome: Outcome, model: SemanticModel) -> Outcome:
    """The outcome without options that the compiler refuses; the reading itself where one is left. Where none
    is, it stays, so that taking one says what is wrong with it."""
    if not isinstance(outcome, Ambiguous):
        return outcome
    sound = tuple(option for option in outcome.options if _compiles(option.query, model))
    if len(sound) == 1:
        return Parsed(sound[0].query, outcome.intent, _ONLY_ONE, outcome.readings)
    return replace(outcome, options=sound) if sound else outcome


def _compiles(query: SemanticQuery, model: SemanticModel) -> bool:
    try:
        compile_query(query, model)
    except InvalidQuery:
        return False
    return True
