"""SQL of the semantic model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from answerable.data.semantics.merging import remove_dataset
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.tables import SemanticModelRevisionRow, SemanticModelRow
from answerable.kit import ids
from answerable.kit.db import Session

EMPTY = SemanticModel(datasets=())
_MOST_KEPT_VALUES = 50


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A workspace's model with its id, and the last guess that edits are told from. `revision` is that of the
    whole model, of which `model` may be what somebody sees."""

    id: str
    model: SemanticModel
    base: SemanticModel
    created_at: datetime
    updated_at: datetime
    revision: str


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
    kept = insert(SemanticModelRevisionRow).values(
        id=ids.new_id("smr"),
        workspace_id=session.workspace_id,
        revision=model.revision,
        document=_lean(model).model_dump(mode="json"),
    )
    await session.execute(kept.on_conflict_do_nothing(index_elements=["workspace_id", "revision"]))


def _lean(model: SemanticModel) -> SemanticModel:
    """The model without the long lists of values, which only reading a question needs."""
    datasets = []
    for dataset in model.datasets:
        fields = [
            field.model_copy(update={"values": None})
            if len(field.values or ()) > _MOST_KEPT_VALUES
            else field
            for field in dataset.fields
        ]
        datasets.append(dataset.model_copy(update={"fields": tuple(fields)}))
    return model.model_copy(update={"datasets": tuple(datasets)})


async def read_at(session: Session, revision: str) -> SemanticModel | None:
    """The model as it was at a revision, without long lists of values; None when that is not known."""
    statement = select(SemanticModelRevisionRow.document).where(SemanticModelRevisionRow.revision == revision)
    document = await session.scalar(statement)
    return None if document is None else SemanticModel.model_validate(document)


async def forget_in_revisions(session: Session, dataset_id: str) -> None:
    """Take a dataset out of every revision."""
    statement = select(SemanticModelRevisionRow).where(
        SemanticModelRevisionRow.document["datasets"].contains([{"id": dataset_id}])
    )
    for row in await session.scalars(statement):
        kept = remove_dataset(SemanticModel.model_validate(row.document), dataset_id)
        row.document = kept.model_dump(mode="json")
    await session.flush()


def _stored(row: SemanticModelRow) -> StoredModel:
    model = SemanticModel.model_validate(row.document)
    base = SemanticModel.model_validate(row.base)
    return StoredModel(row.id, model, base, row.created_at, row.updated_at, model.revision)
