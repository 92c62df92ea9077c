"""What a model made of a question over tables, as an answer: computed, and said to be a model's reading."""

from __future__ import annotations

from answerable.chat.asking import composer
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.warnings import WordsTold, warning
from answerable.data.answering.outcome import Choice
from answerable.data.answering.service import run_reading
from answerable.data.drafting.service import Drafted
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.questions.outcome import Intent, Option
from answerable.data.questions.wording import describe
from answerable.kit.runtime import Runtime

_MOST_OPTIONS = 3
# How far a model's reading is believed: two stages that filled the form alike, or one alone.
AGREED, ALONE = 0.8, 0.6


async def draft_of(runtime: Runtime, data: DataSnapshot, drafted: Drafted) -> Draft | None:
    """The draft of a model's reading, computed; the readings to choose from where stages differ; None where
    no model could read the question."""
    if not drafted.queries or len(drafted.queries) > _MOST_OPTIONS:
        return None
    if len(drafted.queries) == 1:
        draft = composer.from_data(await run_reading(runtime, data, drafted.queries[0]))
        draft.confidence = min(draft.confidence, AGREED if drafted.agreed else ALONE)
        draft.intent.confidence = draft.confidence
        words = describe(drafted.queries[0], data.model)
        draft.warnings.append(warning(WordsTold(code="model_reading", words=words)))
    else:
        options = tuple(Option(describe(query, data.model), query) for query in drafted.queries)
        draft = composer.from_data(Choice("Which of these do you mean?", options, Intent.KPI, "reading"))
    draft.stage = drafted.stage
    return draft
