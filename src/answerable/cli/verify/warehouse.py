"""Checks of the data warehouse: each version's table is there with all its rows, for the role that reads, and
there is no other."""

from __future__ import annotations

from collections.abc import Collection

from answerable.cli.verify.problem import Problem
from answerable.cli.verify.rows import found
from answerable.data.datasets import repository as datasets
from answerable.data.warehouse import leftovers
from answerable.data.warehouse.repository import rows_of, schema_of
from answerable.data.warehouse.service import Warehouse
from answerable.kit.errors import AnswerableError
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def check_warehouse(runtime: Runtime, known: Collection[str]) -> list[Problem]:
    """What is wrong with the tables of all workspaces; nothing where no warehouse is set up and none is
    needed."""
    warehouse = runtime.get(Warehouse)
    away: list[str] = []
    missing: list[str] = []
    unnamed: list[str] = []
    made = await leftovers.workspaces(runtime)
    for workspace_id in sorted(known):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            wanted = await datasets.tables_in_warehouse(session)
        if wanted and not warehouse.is_set_up:
            away.append(f"{workspace_id}: no warehouse is set up")
            continue
        try:
            schema = schema_of(workspace_id)
            missing += [
                f"{schema}.{table.relation}"
                for table in wanted
                if await rows_of(warehouse.reading, schema, table.relation) != table.rows
            ]
            if workspace_id in made:
                unnamed += await leftovers.unnamed(runtime, workspace_id)
        except AnswerableError as failure:
            away.append(f"{workspace_id}: {failure.detail}")
    problems = (
        found("warehouse_away", "workspaces of whose tables in the warehouse nothing is known", away),
        found("table_not_in_warehouse", "versions whose table the reading role does not see whole", missing),
        found("table_without_version", "tables of the warehouse that no version has", unnamed),
        found(
            "schema_without_workspace",
            "schemas of the warehouse whose workspace does not exist",
            [schema_of(workspace_id) for workspace_id in made if workspace_id not in known],
        ),
    )
    return [problem for problem in problems if problem.count]
