"""Sales of a workspace as an ingestion would leave them: a Parquet file, its rows and the model."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from tests.data.engines.sales import Sale, database, model

from answerable.data.datasets.storage import tables_root
from answerable.data.datasets.tables import DatasetRow, DatasetStatus, DatasetVersionRow
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.tables import SemanticModelRow
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def store_sales(runtime: Runtime, workspace_id: str, rows: Sequence[Sale]) -> str:
    """Store the sales as a ready dataset named `sales`. Returns its id."""
    dataset_id = ids.new_id("ds")
    path = f"{workspace_id}/{ids.new_id('dsv')}.parquet"
    _write(runtime, path, rows)
    sales, _ = model().datasets
    stored = SemanticModel(datasets=(sales.model_copy(update={"id": dataset_id}),), metrics=model().metrics)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        session.add(
            DatasetRow(
                id=dataset_id,
                workspace_id=workspace_id,
                name="sales",
                label="Sales",
                status=DatasetStatus.READY,
                version=1,
                row_count=len(rows),
            )
        )
        await session.flush()
        session.add(_version(workspace_id, dataset_id, 1, path))
        document = stored.model_dump(mode="json")
        await session.execute(
            insert(SemanticModelRow).values(
                id=ids.new_id("sm"),
                workspace_id=workspace_id,
                revision=stored.revision,
                document=document,
                base=document,
            )
        )
    return dataset_id


async def replace_sales(runtime: Runtime, workspace_id: str, dataset_id: str, rows: Sequence[Sale]) -> None:
    """Store a second version of the sales."""
    path = f"{workspace_id}/{ids.new_id('dsv')}.parquet"
    _write(runtime, path, rows)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        session.add(_version(workspace_id, dataset_id, 2, path))
        dataset = await session.get_one(DatasetRow, dataset_id)
        dataset.version = 2


def _version(workspace_id: str, dataset_id: str, number: int, path: str) -> DatasetVersionRow:
    return DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=workspace_id,
        dataset_id=dataset_id,
        number=number,
        upload_id=f"upload-{number}",
        status=DatasetStatus.READY,
        file_name="sales.csv",
        file_key="none",
        file_bytes=0,
        table_path=path,
    )


def _write(runtime: Runtime, path: str, rows: Sequence[Sale]) -> None:
    target = tables_root(runtime.settings) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with database(list(rows)) as connection:
        connection.execute(f"COPY (SELECT * FROM sales) TO '{target}' (FORMAT parquet)")
