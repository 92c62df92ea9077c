"""SQL of the semantic model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.tables import SemanticModelRow
from answerable.kit import ids
from answerable.kit.db import Session

EMPTY = SemanticModel(datasets=())


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A workspace's model with its id, and the last guess that edits are told from."""

    id: str
    model: SemanticModel
    base: SemanticModel
    created_at: datetime
    updated_at: datetime


async def read(session: Session) -> StoredModel | None:
    """The workspace's model; None before its first dataset."""
    row = await session.scalar(select(SemanticModelRow))
    return None if row is None else _stored(row)


async def read_revision(session: Session) -> str | None:
    """The revision of the workspace's model; None before its first dataset."""
    revision: str | None = await session.scalar(select(SemanticModelRow.revision))
    return revision


async def lock(session: Session) -> StoredModel:
    """The workspace's model, made when there is none, held until the transaction ends: two datasets
    that become ready at once are merged one after the other."""
    empty = EMPTY.model_dump(mode="json")
    made = insert(SemanticModelRow).values(
        id=ids.new_id("sm"),
        workspace_id=session.workspace_id,
        revision=EMPTY.revision,
        document=empty,
        base=empty,
    )
    await session.execute(made.on_conflict_do_nothing(index_elements=["workspace_id"]))
    statement = select(SemanticModelRow).with_for_update().execution_options(populate_existing=True)
    return _stored((await session.scalars(statement)).one())


async def save(session: Session, model: SemanticModel, base: SemanticModel | None = None) -> None:
    """Write the model that `lock` holds; `base` too when a new guess was merged."""
    row = (await session.scalars(select(SemanticModelRow))).one()
    row.document = model.model_dump(mode="json")
    row.revision = model.revision
    if base is not None:
        row.base = base.model_dump(mode="json")
    await session.flush()


def _stored(row: SemanticModelRow) -> StoredModel:
    return StoredModel(
        row.id,
        SemanticModel.model_validate(row.document),
        SemanticModel.model_validate(row.base),
        row.created_at,
        row.updated_at,
    )
