"""What is said of an answer once it is decided: editors' notes on the documents that it quotes, and how sure
it is by what became of others. Neither changes whether there is an answer."""

from __future__ import annotations

from answerable.chat.asking.answer import Calibration, QueryEvidence, QuoteEvidence, QuoteNote, Status
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.steps import Asking
from answerable.chat.confidence.service import recalibrated
from answerable.kit.db import Session
from answerable.knowledge.notes.service import accepted_notes


async def annotate(asking: Asking, draft: Draft) -> Draft:
    """The draft with the accepted notes on its documents, beside the first quote of each, and with its
    confidence recalibrated."""
    if draft.status not in (Status.ANSWERED, Status.PARTIAL):
        return draft
    async with asking.runtime.database.begin(asking.principal) as session:
        await _note(session, draft)
        await _recalibrate(session, draft)
    return draft


async def _note(session: Session, draft: Draft) -> None:
    quotes = [item for item in draft.evidence if isinstance(item, QuoteEvidence)]
    found = dict(await accepted_notes(session, {quote.document_id for quote in quotes}))
    for quote in quotes:
        rows = found.pop(quote.document_id, ())
        quote.notes = [QuoteNote(id=row.id, text=row.text, accepted_at=row.decided_at) for row in rows]


async def _recalibrate(session: Session, draft: Draft) -> None:
    """An answer that a person has confirmed says so itself, and teaches nothing of the rules."""
    if any(isinstance(item, QueryEvidence) and item.verified is not None for item in draft.evidence):
        return
    raw = round(draft.confidence, 4)
    found = await recalibrated(session, draft.route, raw)
    draft.confidence = found.confidence
    draft.calibration = Calibration(raw=raw, version=found.version)
