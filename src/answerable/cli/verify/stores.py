"""Checks of vector stores elsewhere: each holds what PostgreSQL holds, and nothing of anybody who is gone."""

from __future__ import annotations

from answerable.cli.verify.problem import Problem
from answerable.cli.verify.rows import found
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.stores import following, outbox
from answerable.plugins.vector_stores import VectorStoreAway

_LATE_SECONDS = 300.0


async def check_stores(runtime: Runtime) -> list[Problem]:
    """What is wrong with the copies of all workspaces that are searched in a store elsewhere."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        places, strangers = await outbox.followed(session), await outbox.unowned(session)
    missing: list[str] = []
    surplus: list[str] = []
    late: list[str] = []
    away: set[str] = set()
    for place in places:
        async with runtime.database.begin(Principal.system(place.workspace_id)) as session:
            _, seconds = await outbox.waiting(session, place.collection.generation)
        if seconds > _LATE_SECONDS:
            late.append(place.workspace_id)
        try:
            difference = await following.settled_difference(runtime, place)
        except VectorStoreAway as failure:
            away.add(f"{place.store}: {failure.detail}")
            continue
        missing += map(str, difference.missing)
        surplus += map(str, difference.surplus)
    problems = (
        found("vector_store_away", "vector stores that do not answer, so nothing is known of them", away),
        found("vector_not_in_store", "documents with vectors that their store lacks", missing),
        found("vector_without_passage", "documents of which a store holds vectors that are gone", surplus),
        found("vector_store_behind", "workspaces whose store has not been told of changes for long", late),
        found(
            "collection_without_workspace",
            "collections in stores that no workspace is searched by any more",
            [f"{gone.store}: {gone.collection.name}" for gone in strangers],
        ),
    )
    return [problem for problem in problems if problem.count]
