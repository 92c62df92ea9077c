"""A question within a conversation: what it takes over from the turns before, and the answer to it so.

The order is from the surest to the least sure: a choice among readings that were offered, a change of the
last query, the question completed from the conversation. What stands alone is asked alone first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from answerable.chat.asking import composer
from answerable.chat.asking.answer import CarriedOver, Route, Status
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.patch import difference
from answerable.chat.asking.steps import Asking
from answerable.chat.asking.warnings import WordsTold, warning
from answerable.chat.following.choosing import chosen
from answerable.chat.following.completion import (
    changes_what_is_shown,
    complete,
    is_elliptical,
    refers_back,
)
from answerable.chat.following.past import PastTurn
from answerable.chat.following.rewriting import rewrite
from answerable.chat.following.transcript import transcript
from answerable.data.answering.outcome import Choice, Computed, Declined, Explained
from answerable.data.answering.service import explain_change, run_reading
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.explanations.following import change_shown, direction_asked, reasons_to_ask
from answerable.data.explanations.reading import Direction
from answerable.data.questions.assumed import assumptions
from answerable.data.questions.changes.crossed import crossed
from answerable.data.questions.changes.outcome import Asked, Unchanged, Why
from answerable.data.questions.followup import follow_up
from answerable.data.questions.outcome import Intent, Option, Reason
from answerable.data.questions.wording import describe
from answerable.data.semantics.query import SemanticQuery

Alone = Callable[[str], Awaitable[Draft]]
"""Answers a question as if nothing had been said before."""

_UNDERSTOOD = frozenset({Why.SEVERAL_MEANINGS, Why.DOES_NOT_FIT})

Told = Callable[[Explained], Awaitable[Draft]]
"""Tells why a number changed, with what documents say of it."""


async def answer_following(asking: Asking, past: Sequence[PastTurn], alone: Alone, explained: Told) -> Draft:
    """The answer to the request's question after these turns, newest first."""
    question = asking.request.question
    before = past[0]
    if (option := chosen(question, before.options)) is not None:
        return await _chosen(asking, before, option.query)
    last = next((turn for turn in past if turn.answered), None)
    why = direction_asked(question)
    if why is not None and last is not None and last.query is not None and asking.may_change_queries:
        return await _explained(asking, last, last.query, why, explained)
    short = is_elliptical(question)
    fits = short or changes_what_is_shown(question)
    changed = await _changed(asking, last) if fits and last is not None else Why.NOT_UNDERSTOOD
    if isinstance(changed, Draft):
        return changed
    # Words that were understood of the last query are not read anew without it.
    if changed not in _UNDERSTOOD and (short or refers_back(question)):
        completed = await _completed(asking, past, last or before)
        if completed is not None:
            draft = await alone(completed.question)
            if draft.status is not Status.ABSTAINED:
                draft.carried_over = completed
                return draft
    draft = await alone(question)
    if changed in _UNDERSTOOD and draft.route is Route.DOCUMENTS and draft.status is not Status.ABSTAINED:
        # “And the average?” was of the number that is shown: a sentence of some document is no answer to it.
        draft = composer.abstain(Declined((), (), 1.0, Reason.NOT_EXPRESSIBLE), None)
    if draft.status is Status.ABSTAINED:
        queried = next((turn for turn in past if turn.query is not None), None)
        later = await _changed(asking, queried) if queried is not None else changed
        if isinstance(later, Draft):
            return later
        if Why.DOES_NOT_FIT in (changed, later):
            told = WordsTold(code="change_does_not_fit", words=question.strip("?!. "))
            draft.warnings.append(warning(told))
    return draft


async def _chosen(asking: Asking, turn: PastTurn, query: SemanticQuery) -> Draft:
    tables = await asking.tables()
    outcome = await run_reading(asking.runtime, tables, query)
    if isinstance(outcome, Computed):
        outcome = _with_assumptions(outcome, asking, tables, query)
    draft = composer.from_data(outcome)
    draft.carried_over = CarriedOver(kind="choice", from_answer_id=turn.answer_id, question=turn.question)
    return draft


async def _explained(
    asking: Asking, turn: PastTurn, query: SemanticQuery, direction: Direction, explained: Told
) -> Draft:
    """Why the number changed that the turn shows; where it shows no one change, what can be asked."""
    tables = await asking.tables()
    wanted = change_shown(query, direction, tables.model, asking.as_of)
    if wanted is None:
        nearest = reasons_to_ask(query, tables.model, asking.as_of)
        draft = composer.abstain(Declined((), nearest, 1.0, Reason.NOT_EXPRESSIBLE), None)
        draft.text = "The last answer shows no change of one number between two periods: say which is meant."
        return draft
    outcome = await explain_change(asking.runtime, tables, wanted)
    draft = await explained(outcome) if isinstance(outcome, Explained) else composer.from_data(outcome)
    draft.carried_over = CarriedOver(
        kind="query", from_answer_id=turn.answer_id, question=describe(wanted.query, tables.model)
    )
    return draft


async def _changed(asking: Asking, turn: PastTurn) -> Draft | Why:
    """The turn's query changed as the question says, or why it is not."""
    if turn.query is None or not asking.may_change_queries:
        return Why.NOT_UNDERSTOOD
    tables = await asking.tables()
    change = follow_up(asking.request.question, turn.query, tables.model, asking.as_of)
    if isinstance(change, Unchanged):
        return change.why
    if isinstance(change, Asked):
        return composer.from_data(Choice(change.question, change.options, Intent.KPI, "change"))
    meant = await _meant(asking, tables, turn.query, change.query)
    if isinstance(meant, Choice):
        return composer.from_data(meant)
    outcome = await run_reading(asking.runtime, tables, meant)
    if not isinstance(outcome, Computed):
        return Why.DOES_NOT_FIT
    draft = composer.from_data(_with_assumptions(outcome, asking, tables, meant))
    draft.carried_over = CarriedOver(
        kind="query",
        from_answer_id=turn.answer_id,
        question=outcome.executed.words,
        patch=difference(
            turn.query.model_dump(mode="json", exclude_none=True),
            meant.model_dump(mode="json", exclude_none=True),
        ),
    )
    return draft


def _with_assumptions(
    outcome: Computed, asking: Asking, tables: DataSnapshot, query: SemanticQuery
) -> Computed:
    """The outcome with what would be told of the query if the whole question had been asked."""
    told = assumptions(query, tables.model, asking.as_of)
    return replace(outcome, notes=(*told, *(note for note in outcome.notes if note not in told)))


async def _meant(
    asking: Asking, tables: DataSnapshot, last: SemanticQuery, changed: SemanticQuery
) -> SemanticQuery | Choice:
    """The changed query; where no row has what it chooses together with what was chosen before, the new
    values in the place of the old if they are of one kind, else a choice."""
    beside = crossed(last, changed)
    if beside is None or await _rows(asking, tables, beside.together) != 0:
        return changed
    if not await _rows(asking, tables, beside.apart):
        return changed
    if await _rows(asking, tables, beside.alike):
        return beside.alone
    options = [Option(describe(query, tables.model), query) for query in (beside.alone, changed)]
    return Choice("No row has both. Which do you mean?", tuple(options), Intent.KPI, "change")


async def _rows(asking: Asking, tables: DataSnapshot, count: SemanticQuery) -> int | None:
    """What a query that counts gives; None where it cannot be run."""
    outcome = await run_reading(asking.runtime, tables, count)
    if not isinstance(outcome, Computed) or not outcome.executed.result.rows:
        return None
    (found,) = outcome.executed.result.rows[0]
    return found if isinstance(found, int) else None


async def _completed(asking: Asking, past: Sequence[PastTurn], turn: PastTurn) -> CarriedOver | None:
    """The question made whole, by a model where the workspace has one for that, else by rule."""
    question = asking.request.question
    caller = await asking.completer()
    if caller is not None:
        conversation = transcript(past, asking.runtime.settings.chat.context_tokens)
        async with asking.turn.away():
            written = await rewrite(asking.runtime, caller, question, conversation)
        if written is not None:
            asking.spending.add(written.tokens, written.cost_usd, cached=written.cached)
            if written.question not in (None, question):
                return CarriedOver(
                    kind="question",
                    from_answer_id=turn.answer_id,
                    question=written.question,
                    by=written.stage,
                )
    completed = complete(question, turn.question)
    if completed is None:
        return None
    return CarriedOver(kind="question", from_answer_id=turn.answer_id, question=completed)
