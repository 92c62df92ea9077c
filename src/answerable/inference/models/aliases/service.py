"""The rules of aliases: each leads somewhere, none leads to itself."""

from __future__ import annotations

from pydantic import JsonValue, ValidationError

from answerable.identity.access import RequestContext
from answerable.inference.models.aliases import repository
from answerable.inference.models.aliases.ordering import dearer_before_cheaper
from answerable.inference.models.aliases.schemas import AliasOut, AliasPatch
from answerable.inference.models.configured import AliasDefinition
from answerable.inference.models.errors import BadAlias, TooManyConfigured, UnknownModel
from answerable.inference.models.naming import begin_change, end_change, refuse_taken
from answerable.inference.models.reading import alias_of
from answerable.inference.models.snapshot import AliasCycle, AliasTooDeep, Names
from answerable.inference.models.tables import ModelAliasRow
from answerable.kit.errors import NotFound
from answerable.kit.paging import Page, PageRequest, make_page

_MOST_ALIASES = 500


async def create(context: RequestContext, wanted: AliasDefinition) -> AliasOut:
    """An alias of the workspace. Raises BadAlias, NameTaken, TooManyConfigured."""
    before = await begin_change(context)
    if await repository.count(context.session) >= _MOST_ALIASES:
        raise TooManyConfigured("aliases", _MOST_ALIASES)
    await refuse_taken(context, "name", [wanted.name])
    _check(before, wanted)
    row = ModelAliasRow(
        workspace_id=context.session.workspace_id, name=wanted.name, definition=_stored(wanted)
    )
    await repository.add(context.session, row)
    await end_change(context, before)
    return AliasOut.of(row)


async def page_of_aliases(context: RequestContext, page: PageRequest) -> Page[AliasOut]:
    """The workspace's aliases."""
    rows = await repository.page(context.session, page)
    return make_page(rows, page, AliasOut.of, lambda row: (row.created_at, row.id))


async def read(context: RequestContext, alias_id: str) -> AliasOut:
    """One alias. Raises NotFound."""
    return AliasOut.of(await _found(context, alias_id))


async def change(context: RequestContext, alias_id: str, wanted: AliasPatch) -> AliasOut:
    """Change what is given. Raises NotFound, BadAlias, NameTaken, InUse."""
    before = await begin_change(context)
    row = await _found(context, alias_id)
    present = alias_of(row)
    try:
        changed = AliasDefinition.model_validate({**dict(present), **_given(wanted)})
    except ValidationError as error:
        raise BadAlias("targets", str(error.errors()[0]["msg"])) from None
    if changed.name != row.name:
        await refuse_taken(context, "name", [changed.name])
    _check(before, changed)
    row.name, row.definition = changed.name, _stored(changed)
    await end_change(context, before)
    return AliasOut.of(row)


async def delete(context: RequestContext, alias_id: str) -> None:
    """Delete an alias. Raises NotFound, InUse when another alias leads there."""
    before = await begin_change(context)
    if not await repository.remove(context.session, alias_id):
        raise NotFound
    context.session.expire_all()
    await end_change(context, before)


async def _found(context: RequestContext, alias_id: str) -> ModelAliasRow:
    row = await repository.get(context.session, alias_id)
    if row is None:
        raise NotFound
    return row


def _check(names: Names, alias: AliasDefinition) -> None:
    try:
        names.check(alias)
    except AliasCycle as error:
        raise BadAlias("targets", f"it leads around in a circle: {error}") from None
    except AliasTooDeep as error:
        raise BadAlias("targets", str(error)) from None
    except UnknownModel as error:
        places = [each.model for each in alias.targets]
        field = f"targets.{places.index(error.name)}.model" if error.name in places else "cascade"
        raise BadAlias(field, f"'{error.name}' is no model or alias here") from None
    found = dearer_before_cheaper(names, alias) if alias.cascade_order == "price" else None
    if found is not None:
        raise BadAlias(
            "cascade",
            f"'{found[0]}' stands before '{found[1]}' and costs more, so that the dear one would be asked "
            'for every call. Put the cheap one first, or set "cascade_order": "as_given"',
        )


def _given(wanted: AliasPatch) -> dict[str, object]:
    """What the patch sets; null gives a rule back to its default."""
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    return {
        name: AliasDefinition.model_fields[name].get_default() if value is None else value
        for name, value in given.items()
        if not (name == "name" and value is None)
    }


def _stored(alias: AliasDefinition) -> dict[str, JsonValue]:
    stored: dict[str, JsonValue] = alias.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    return stored
