"""SQL of semantic models: the workspace's, or, of a session that acts within a conversation, the
conversation's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import load_only

from answerable.data.semantics.merging import remove_dataset
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.tables import (
    ConversationModelRevisionRow,
    ConversationModelRow,
    ModelColumns,
    RevisionColumns,
    SemanticModelRevisionRow,
    SemanticModelRow,
)
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

EMPTY = SemanticModel(datasets=())
MOST_KEPT_VALUES = 50


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose model is meant: a conversation's, or, where that is None, the workspace's."""

    conversation_id: str | None = None

    @classmethod
    def of(cls, session: Session) -> Holder:
        """The conversation within which the session acts, or the workspace."""
        return cls(session.principal.conversation_id)

    @property
    def row(self) -> type[ModelColumns]:
        """The table that the model lies in."""
        return SemanticModelRow if self.conversation_id is None else ConversationModelRow

    @property
    def revision_row(self) -> type[RevisionColumns]:
        """The table that its revisions lie in."""
        return SemanticModelRevisionRow if self.conversation_id is None else ConversationModelRevisionRow

    @property
    def key(self) -> str:
        """The column that tells holders apart."""
        return "workspace_id" if self.conversation_id is None else "session_id"

    @property
    def values(self) -> dict[str, str]:
        """What a row of it has besides the workspace."""
        return {} if self.conversation_id is None else {"session_id": self.conversation_id}

    def has(self, row: Any) -> ColumnElement[bool]:  # Any: either of the two tables of either kind
        """That a row is its own."""
        return true() if self.conversation_id is None else row.session_id == self.conversation_id


WORKSPACE = Holder()


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A workspace's or conversation's model with its id, and the last guess that edits are told from.
    `revision` is that of the whole model, of which `model` may be what somebody sees."""

    id: str
    model: SemanticModel
    base: SemanticModel
    created_at: datetime
    updated_at: datetime
    revision: str


async def read(session: Session, holder: Holder = WORKSPACE) -> StoredModel | None:
    """The holder's model; None before its first dataset."""
    row = await session.scalar(select(holder.row).where(holder.has(holder.row)))
    return None if row is None else _stored(row)


async def read_revision(session: Session, holder: Holder = WORKSPACE) -> str | None:
    """The revision of the holder's model; None before its first dataset."""
    statement = select(holder.row.revision).where(holder.has(holder.row))
    revision: str | None = await session.scalar(statement)
    return revision


async def lock(session: Session, holder: Holder) -> StoredModel:
    """The holder's model, made when there is none, held until the transaction ends: two datasets
    that become ready at once are merged one after the other."""
    empty = EMPTY.model_dump(mode="json")
    made = insert(holder.row).values(
        id=ids.new_id("sm"),
        workspace_id=session.workspace_id,
        revision=EMPTY.revision,
        document=empty,
        base=empty,
        **holder.values,
    )
    await session.execute(made.on_conflict_do_nothing(index_elements=[holder.key]))
    statement = select(holder.row).where(holder.has(holder.row)).with_for_update()
    return _stored((await session.scalars(statement.execution_options(populate_existing=True))).one())


async def save(
    session: Session, holder: Holder, model: SemanticModel, base: SemanticModel | None = None
) -> None:
    """Write the model that `lock` holds; `base` too when a new guess was merged."""
    row: ModelColumns = (await session.scalars(select(holder.row).where(holder.has(holder.row)))).one()
    row.document = model.model_dump(mode="json")
    row.revision = model.revision
    if base is not None:
        row.base = base.model_dump(mode="json")
    await session.flush()
    kept = insert(holder.revision_row).values(
        id=ids.new_id("smr"),
        workspace_id=session.workspace_id,
        revision=model.revision,
        document=_lean(model).model_dump(mode="json"),
        **holder.values,
    )
    # A revision that comes back is the newest again.
    again = {"created_at": func.now()}
    await session.execute(kept.on_conflict_do_update(index_elements=[holder.key, "revision"], set_=again))


def _lean(model: SemanticModel) -> SemanticModel:
    """The model without the long lists of values, which only reading a question needs."""
    datasets = []
    for dataset in model.datasets:
        fields = [
            field.model_copy(update={"values": None}) if len(field.values or ()) > MOST_KEPT_VALUES else field
            for field in dataset.fields
        ]
        datasets.append(dataset.model_copy(update={"fields": tuple(fields)}))
    return model.model_copy(update={"datasets": tuple(datasets)})


async def read_at(session: Session, revision: str, holder: Holder = WORKSPACE) -> SemanticModel | None:
    """The holder's model as it was at a revision, without long lists of values; None when that is not
    known."""
    row = holder.revision_row
    statement = select(row.document).where(row.revision == revision, holder.has(row))
    document = await session.scalar(statement)
    return None if document is None else SemanticModel.model_validate(document)


async def page_revisions(session: Session, request: PageRequest) -> Sequence[SemanticModelRevisionRow]:
    """The revisions of the workspace's model, newest first, one more than the page holds."""
    row = SemanticModelRevisionRow
    statement = select(row).options(load_only(row.id, row.revision, row.created_at))
    return (await session.scalars(after_cursor(statement, request, row.created_at, row.id))).all()


async def forget_in_revisions(session: Session, holder: Holder, dataset_id: str) -> None:
    """Take a dataset out of every revision."""
    revision = holder.revision_row
    statement = select(revision).where(
        revision.document["datasets"].contains([{"id": dataset_id}]), holder.has(revision)
    )
    for row in await session.scalars(statement):
        kept = remove_dataset(SemanticModel.model_validate(row.document), dataset_id)
        row.document = kept.model_dump(mode="json")
    await session.flush()


def _stored(row: ModelColumns) -> StoredModel:
    model = SemanticModel.model_validate(row.document)
    base = SemanticModel.model_validate(row.base)
    return StoredModel(row.id, model, base, row.created_at, row.updated_at, model.revision)
