"""Proposed synonyms: a word of people becomes one that the semantic model knows, or is taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from answerable.chat.proposals import repository
from answerable.chat.proposals.schemas import ProposalStatus, Synonym
from answerable.chat.proposals.tables import ProposalRow
from answerable.data.semantics import service as semantics
from answerable.data.semantics.changing import replace_model
from answerable.data.semantics.model import Dataset, Metric, ModelField, SemanticModel
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.paging import MOST_AT_ONCE, PageRequest, encode_cursor
from answerable.kit.runtime import Runtime

_Part = TypeVar("_Part", Dataset, Metric, ModelField)


class AlreadyDecided(Conflict):
    code, title = "already_decided", "The proposal is not open any more"


class NotDecided(Conflict):
    code, title = "not_decided", "There is no decision to take back"


class NothingToName(Conflict):
    code, title = "nothing_to_name", "What the word should name is not in the semantic model"


async def propose(session: Session, wanted: Synonym, question: str, comment: str | None) -> ProposalRow:
    """A proposal that waits for an editor: a new one, unless the caller's same one for the question waits
    already. Raises InvalidInput for a word for what there is not."""
    seen = await semantics.reach_into(session)
    if _changed(seen.model, wanted, add=True) is None:  # what is hidden is answered as what is not there
        raise InvalidInput(
            "The semantic model has no such table, field or metric. Read it, and use its names.",
            errors=[FieldError("correction", "names nothing in the semantic model")],
            reason="names_nothing",
        )
    change = wanted.model_dump(mode="json")
    known = await repository.waiting(session, question, change)
    if known is not None:  # said twice, it is one proposal, with what was said of it last
        known.comment = comment or known.comment
        return known
    row = ProposalRow(
        workspace_id=session.workspace_id,
        kind=wanted.kind,
        question=question,
        comment=comment,
        change=change,
        proposed_by=session.principal.user_id,
    )
    await repository.add(session, row)
    return row


async def list_readable(
    session: Session, request: PageRequest, status: ProposalStatus | None
) -> list[ProposalRow]:
    """Newest first, one more than the page holds, without those that name what is hidden from the session's
    principal."""
    found: list[ProposalRow] = []
    wanted = request
    while True:
        rows = await repository.page(session, wanted, status)
        found += await _readable(session, rows)
        if len(rows) <= wanted.limit or len(found) > request.limit:
            return found[: request.limit + 1]
        # Rows were left out: the page is filled from those behind it.
        wanted = PageRequest(limit=MOST_AT_ONCE, cursor=encode_cursor(rows[-1].created_at, rows[-1].id))


async def _readable(session: Session, rows: Sequence[ProposalRow]) -> list[ProposalRow]:
    seen = await semantics.reach_into(session)
    if not seen.hidden:
        return list(rows)
    return [
        row for row in rows if _changed(seen.model, Synonym.model_validate(row.change), add=True) is not None
    ]


async def accept(session: Session, runtime: Runtime, proposal_id: str) -> ProposalRow:
    """Make the change that is proposed. Raises NotFound, AlreadyDecided, and NothingToName when the
    semantic model has lost what the word should name."""
    row = await _open(session, proposal_id)
    changed = await _change(session, row, add=True)
    if changed is None:
        raise NothingToName("The table, field or metric is gone. Reject the proposal, or add it again first.")
    row.applied = changed
    return _decided(session, runtime, row, ProposalStatus.ACCEPTED)


async def reject(session: Session, runtime: Runtime, proposal_id: str) -> ProposalRow:
    """Change nothing. Raises NotFound and AlreadyDecided."""
    return _decided(session, runtime, await _open(session, proposal_id), ProposalStatus.REJECTED)


async def reopen(session: Session, proposal_id: str) -> ProposalRow:
    """Take the decision back, and out of the semantic model what it put in. Raises NotFound, NotDecided."""
    row = await _locked(session, proposal_id)
    if row.status == ProposalStatus.OPEN:
        raise NotDecided("It waits for a decision. Accept or reject it.")
    if row.applied:
        await _change(session, row, add=False)  # where the thing itself is gone, so is its word
    row.status, row.applied, row.decided_by, row.decided_at = ProposalStatus.OPEN.value, False, None, None
    return row


async def _change(session: Session, row: ProposalRow, *, add: bool) -> bool | None:
    """Whether the semantic model has changed; None when it has no such thing."""
    stored = await semantics.find_model(session)
    wanted = Synonym.model_validate(row.change)
    model = _changed(stored.model, wanted, add=add) if stored is not None else None
    if stored is None or model is None:
        return None
    if model == stored.model:
        return False
    await replace_model(session, stored.id, model, if_match=stored.model.revision)
    return True


def _changed(model: SemanticModel, wanted: Synonym, *, add: bool) -> SemanticModel | None:
    """The model in which the word names what it should, or does not any more; None when it has no such
    thing."""
    if wanted.metric is not None:
        if not any(m.name == wanted.metric and m.dataset == wanted.dataset for m in model.metrics):
            return None
        metrics = tuple(
            _named(m, wanted.word, add=add) if m.name == wanted.metric else m for m in model.metrics
        )
        return model.model_copy(update={"metrics": metrics})
    dataset = model.dataset(wanted.dataset)
    if dataset is None:
        return None
    if wanted.field is None:
        changed = _named(dataset, wanted.word, add=add)
    else:
        if dataset.field(wanted.field) is None:
            return None
        fields = tuple(
            _named(f, wanted.word, add=add) if f.name == wanted.field else f for f in dataset.fields
        )
        changed = dataset.model_copy(update={"fields": fields})
    datasets = tuple(changed if d.name == dataset.name else d for d in model.datasets)
    return model.model_copy(update={"datasets": datasets})


def _named(part: _Part, word: str, *, add: bool) -> _Part:
    others = tuple(known for known in part.synonyms if known != word)
    synonyms = tuple(dict.fromkeys((*part.synonyms, word))) if add else others
    return part.model_copy(update={"synonyms": synonyms})


async def _locked(session: Session, proposal_id: str) -> ProposalRow:
    row = await repository.lock(session, proposal_id)
    if row is None or not await _readable(session, [row]):
        raise NotFound
    return row


async def _open(session: Session, proposal_id: str) -> ProposalRow:
    row = await _locked(session, proposal_id)
    if row.status != ProposalStatus.OPEN:
        raise AlreadyDecided(f"It was {row.status} before. Reopen it to decide anew.")
    return row


def _decided(session: Session, runtime: Runtime, row: ProposalRow, status: ProposalStatus) -> ProposalRow:
    row.status, row.decided_by = status.value, session.principal.user_id
    row.decided_at = runtime.clock.now()
    return row
