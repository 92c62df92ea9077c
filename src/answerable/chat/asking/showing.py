"""A run whose answer is read while it is written: what was shown is kept, and nobody takes it back."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError

from answerable.chat.asking.answer import Answer, IntentReport, QuoteEvidence, Route, Status
from answerable.chat.asking.events import Shown, sentence_events, shown_text
from answerable.chat.asking.live import LiveSentence
from answerable.chat.asking.repository import RunRepository
from answerable.chat.asking.run_tasks import RunTasks
from answerable.chat.asking.schemas import Asked
from answerable.chat.asking.tables import RunRow
from answerable.chat.asking.warnings import Warning
from answerable.kit.errors import Conflict, Unavailable
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_QUOTE = TypeAdapter(QuoteEvidence)


class SourceGone(Conflict):
    code, title = "source_gone", "A source was deleted meanwhile"


class RunLost(Unavailable):
    code, title = "run_lost", "The run ended without an answer"


def lost() -> RunLost:
    """Why a run has no answer, where nothing else is known."""
    return RunLost("The run ended without an answer; nothing was kept of it. Ask again.")


def source_gone() -> SourceGone:
    """Why an answer cannot be kept whose source is no more."""
    return SourceGone("A source of this answer was deleted while it was written. Ask again.")


class ShownRun:
    """Keeps each sentence with its run, in a transaction of its own, and tells whoever follows the run."""

    def __init__(self, runtime: Runtime, principal: Principal, run_id: str) -> None:
        self._runtime = runtime
        self._principal = principal
        self._run_id = run_id
        self._begun = False

    @property
    def begun(self) -> bool:
        """Whether a sentence was shown."""
        return self._begun

    async def show(self, sentence: LiveSentence) -> None:
        """One more sentence. Raises SourceGone, and RunLost for a run that has ended or is another
        process's by now."""
        events = sentence_events(sentence, is_first=not self._begun)
        quoted = {item.document_id for item in sentence.evidence}
        try:
            async with self._runtime.database.begin(self._principal) as session:
                if not await self._runtime.get(RunTasks).shown(session, self._run_id, len(events)):
                    raise lost()
                runs = RunRepository(session)
                await runs.show(self._run_id, events)
                # Tied before it is shown: when a source goes, so does all that quotes it.
                await runs.cite(self._run_id, documents=quoted, datasets=())
        except IntegrityError as error:
            raise source_gone() from error
        self._begun = True


def left_over(run: RunRow, now: datetime, why: Warning) -> Answer:
    """The answer of a run that ended after it had shown a part: that part, with a warning that says why there
    is no more."""
    shown: Shown = run.shown or []
    evidence = [_QUOTE.validate_python(data) for name, data in shown if name == "evidence"]
    route = next(data for name, data in shown if name == "route")
    intent = IntentReport.model_validate(route["intent"])
    asked = Asked.model_validate(run.asked)
    return Answer(
        id=run.answer_id,
        run_id=run.id,
        session_id=run.session_id,
        message_id=run.message_id,
        question=run.question,
        as_of=asked.request.as_of or now,
        text=shown_text(shown),
        status=Status.PARTIAL,
        route=Route.DOCUMENTS,
        intent=intent,
        confidence=min([intent.confidence, *(item.score for item in evidence)]),
        stage=str(route["stage"]),
        evidence=list(evidence),
        warnings=[why],
        trace_id=asked.trace_id,
    )
