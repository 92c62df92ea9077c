"""The rules that hold over providers, models and aliases of one workspace together."""

from __future__ import annotations

from collections.abc import Collection

from answerable.identity.access import RequestContext
from answerable.inference.models import repository
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.errors import InUse, NameTaken
from answerable.inference.models.operator import OperatorModels
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.models.snapshot import Names


async def begin_change(context: RequestContext) -> Names:
    """What is configured now; others' changes wait until this transaction ends, and every process
    drops what it knows when it commits."""
    await repository.hold_names(context.session)
    context.runtime.get(Catalog).forget_after_commit(context.session)
    return await present_names(context)


async def present_names(context: RequestContext) -> Names:
    """The workspace's names as the transaction sees them."""
    runtime = context.runtime
    beyond = runtime.get(OperatorModels).names(context.session.workspace_id)
    return await runtime.get(ConfigurationReader).names(context.session, beyond)


async def end_change(context: RequestContext, before: Names) -> Names:
    """The names after the change. Raises InUse when an alias that led somewhere leads nowhere now."""
    await context.session.flush()
    after = await present_names(context)
    broken = sorted(set(after.dangling()) - set(before.dangling()))
    if broken:
        raise InUse(broken)
    return after


async def refuse_taken(
    context: RequestContext, field: str, names: Collection[str], *, provider_id: str | None = None
) -> None:
    """Raises NameTaken when one of the names is an alias, or a model of another provider."""
    taken = {row.name: "an alias" for row in await repository.aliases(context.session)}
    for row in await repository.models(context.session):
        if row.provider_id != provider_id:
            taken[row.name] = "a model"
    for name in names:
        if name in taken and name != "*":
            raise NameTaken(field, name, taken[name])
