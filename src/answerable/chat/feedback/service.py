"""Taking feedback, and deciding on what it proposes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from answerable.chat.feedback import repository
from answerable.chat.feedback.schemas import (
    FeedbackIn,
    FeedbackView,
    ProposalsRequest,
    ProposalStatus,
    Synonym,
)
from answerable.chat.feedback.tables import ProposalRow
from answerable.data.semantics import service as semantics
from answerable.data.semantics.model import Dataset, Metric, ModelField, SemanticModel
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.runtime import Runtime

_Part = TypeVar("_Part", Dataset, Metric, ModelField)


class AlreadyDecided(Conflict):
    code, title = "already_decided", "The proposal is not open any more"


class NothingToName(Conflict):
    code, title = "nothing_to_name", "What the word should name is not in the semantic model"


async def give(session: Session, runtime: Runtime, wanted: FeedbackIn) -> FeedbackView:
    """Keep what a person says of an answer of theirs; a correction becomes a proposal. Raises NotFound for
    any other answer, InvalidInput for a correction of what there is not."""
    run = await repository.answered_run(session, wanted.answer_id)
    if run is None:
        raise NotFound
    row = await repository.put(session, run.id, wanted.rating, wanted.comment, runtime.clock.now())
    proposal_id = None
    if wanted.correction is not None:
        _require_known(await semantics.current_model(session), wanted.correction)
        proposal = ProposalRow(
            workspace_id=session.workspace_id,
            kind=wanted.correction.kind,
            question=run.question,
            comment=wanted.comment,
            change=wanted.correction.model_dump(mode="json"),
            proposed_by=session.principal.user_id,
        )
        await repository.add_proposal(session, proposal)
        proposal_id = proposal.id
    return FeedbackView.of(row, run.answer_id, proposal_id)


async def list_proposals(session: Session, request: ProposalsRequest) -> Sequence[ProposalRow]:
    """The workspace's proposals, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def accept(session: Session, runtime: Runtime, proposal_id: str) -> ProposalRow:
    """Make the change that is proposed. Raises NotFound, AlreadyDecided, and NothingToName when the
    semantic model has lost what the word should name."""
    row = await _open(session, proposal_id)
    stored = await semantics.find_model(session)
    synonym = Synonym.model_validate(row.change)
    wanted = with_synonym(stored.model, synonym) if stored is not None else None
    if stored is None or wanted is None:
        raise NothingToName("The table, field or metric is gone. Reject the proposal, or add it again first.")
    await semantics.replace_model(session, stored.id, wanted, if_match=stored.model.revision)
    return _decided(session, runtime, row, ProposalStatus.ACCEPTED)


async def reject(session: Session, runtime: Runtime, proposal_id: str) -> ProposalRow:
    """Change nothing. Raises NotFound and AlreadyDecided."""
    return _decided(session, runtime, await _open(session, proposal_id), ProposalStatus.REJECTED)


def with_synonym(model: SemanticModel, wanted: Synonym) -> SemanticModel | None:
    """The model in which the word names what it should; None when it has no such thing."""
    if wanted.metric is not None:
        if not any(m.name == wanted.metric and m.dataset == wanted.dataset for m in model.metrics):
            return None
        metrics = tuple(_named(m, wanted.word) if m.name == wanted.metric else m for m in model.metrics)
        return model.model_copy(update={"metrics": metrics})
    dataset = model.dataset(wanted.dataset)
    if dataset is None:
        return None
    changed = _named(dataset, wanted.word)
    if wanted.field is not None:
        if dataset.field(wanted.field) is None:
            return None
        fields = tuple(_named(f, wanted.word) if f.name == wanted.field else f for f in dataset.fields)
        changed = dataset.model_copy(update={"fields": fields})
    datasets = tuple(changed if d.name == dataset.name else d for d in model.datasets)
    return model.model_copy(update={"datasets": datasets})


def _named(part: _Part, word: str) -> _Part:
    return part.model_copy(update={"synonyms": tuple(dict.fromkeys((*part.synonyms, word)))})


def _require_known(model: SemanticModel, wanted: Synonym) -> None:
    if with_synonym(model, wanted) is None:
        raise InvalidInput(
            "The semantic model has no such table, field or metric. Read it, and use its names.",
            errors=[FieldError("correction", "names nothing in the semantic model")],
        )


async def _open(session: Session, proposal_id: str) -> ProposalRow:
    row = await repository.lock_proposal(session, proposal_id)
    if row is None:
        raise NotFound
    if row.status != ProposalStatus.OPEN:
        raise AlreadyDecided(f"It was {row.status} before; there is nothing to decide.")
    return row


def _decided(session: Session, runtime: Runtime, row: ProposalRow, status: ProposalStatus) -> ProposalRow:
    row.status, row.decided_by = status.value, session.principal.user_id
    row.decided_at = runtime.clock.now()
    return row
