"""The rules of providers: names are unique, keys go in and never come out, addresses are public."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from pydantic import JsonValue

from answerable.identity.access import RequestContext
from answerable.inference.models import repository as configuration
from answerable.inference.models.address import is_public_looking
from answerable.inference.models.errors import NameTaken, TooManyConfigured
from answerable.inference.models.naming import begin_change, end_change, refuse_taken
from answerable.inference.models.providers import repository
from answerable.inference.models.providers.schemas import ModelIn, ProviderIn, ProviderOut, ProviderPatch
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.models.secrets import ProviderSecrets, seal, unseal_or_none
from answerable.inference.models.tables import ProviderModelRow, ProviderRow
from answerable.inference.providers.registry import provider_kinds
from answerable.kit import ids
from answerable.kit.crypto import SecretBox
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import Page, PageRequest, make_page

_MOST_PROVIDERS = 100
_MOST_MODELS = 1_000


async def create(context: RequestContext, wanted: ProviderIn) -> ProviderOut:
    """A provider of the workspace. Raises InvalidInput, NameTaken, TooManyConfigured."""
    _check_kind(wanted.kind)
    _check_address(context, wanted.base_url)
    before = await begin_change(context)
    providers, _ = await repository.count(context.session)
    if providers >= _MOST_PROVIDERS:
        raise TooManyConfigured("providers", _MOST_PROVIDERS)
    await _refuse_taken_provider(context, wanted.name)
    row = ProviderRow(
        id=ids.new_id("prv"),
        workspace_id=context.session.workspace_id,
        name=wanted.name,
        kind=wanted.kind,
        base_url=wanted.base_url,
        timeouts=_stored_timeouts(wanted),
    )
    seal(context.runtime.get(SecretBox), row, _secrets(wanted, ProviderSecrets()))
    await repository.add(context.session, row)
    models = await _put_models(context, row, wanted.models)
    await end_change(context, before)
    return ProviderOut.of(row, models)


async def page_of_providers(context: RequestContext, page: PageRequest) -> Page[ProviderOut]:
    """The workspace's providers with their models."""
    rows = await repository.page(context.session, page)
    models = await configuration.models(context.session, [row.id for row in rows])

    def to_item(row: ProviderRow) -> ProviderOut:
        return ProviderOut.of(row, [model for model in models if model.provider_id == row.id])

    return make_page(rows, page, to_item, lambda row: (row.created_at, row.id))


async def read(context: RequestContext, provider_id: str) -> ProviderOut:
    """One provider. Raises NotFound."""
    row = await _found(context, provider_id)
    return ProviderOut.of(row, await configuration.models(context.session, [row.id]))


async def change(context: RequestContext, provider_id: str, wanted: ProviderPatch) -> ProviderOut:
    """Change what is given. Raises NotFound, InvalidInput, NameTaken, InUse."""
    before = await begin_change(context)
    row = await _found(context, provider_id)
    given = wanted.model_fields_set
    if wanted.name is not None and wanted.name != row.name:
        await _refuse_taken_provider(context, wanted.name)
        row.name = wanted.name
    if wanted.base_url:
        _check_address(context, wanted.base_url)
        _refuse_to_send_key_elsewhere(row, wanted)
        row.base_url = wanted.base_url
    if "timeouts" in given:
        row.timeouts = _stored_timeouts(wanted)
    box = context.runtime.get(SecretBox)
    if given & {"api_key", "headers"} or (row.sealed is not None and not box.is_current(row.sealed)):
        seal(box, row, _secrets(wanted, unseal_or_none(box, row)))
    if wanted.models is not None:
        await _put_models(context, row, wanted.models)
    await end_change(context, before)
    return ProviderOut.of(row, await configuration.models(context.session, [row.id]))


async def delete(context: RequestContext, provider_id: str) -> None:
    """Delete a provider with its key and models. Raises NotFound, InUse."""
    before = await begin_change(context)
    if not await repository.remove(context.session, provider_id):
        raise NotFound
    context.session.expire_all()
    await end_change(context, before)


async def _found(context: RequestContext, provider_id: str) -> ProviderRow:
    row = await repository.get(context.session, provider_id)
    if row is None:
        raise NotFound
    return row


async def _put_models(
    context: RequestContext, row: ProviderRow, models: Sequence[ModelIn]
) -> Sequence[ProviderModelRow]:
    names = [model.name for model in models]
    await refuse_taken(context, "models", names, provider_id=row.id)
    made = [_model_row(row, position, model) for position, model in enumerate(models)]
    await repository.replace_models(context.session, row.id, made)
    _, total = await repository.count(context.session)
    if total > _MOST_MODELS:
        raise TooManyConfigured("models", _MOST_MODELS)
    return made


def _model_row(provider: ProviderRow, position: int, model: ModelIn) -> ProviderModelRow:
    price = model.price
    return ProviderModelRow(
        id=ids.new_id("mdl"),
        workspace_id=provider.workspace_id,
        provider_id=provider.id,
        position=position,
        name=model.name,
        upstream_name=model.upstream_name or model.name,
        capabilities=None if model.capabilities is None else sorted(model.capabilities),
        context_window=model.context_window,
        max_output_tokens=model.max_output_tokens,
        input_per_mtok=None if price is None else price.input_per_mtok,
        output_per_mtok=None if price is None else price.output_per_mtok,
        cached_input_per_mtok=None if price is None else price.cached_input_per_mtok,
    )


def _secrets(wanted: ProviderIn | ProviderPatch, present: ProviderSecrets) -> ProviderSecrets:
    """The secrets that were given, else the present ones."""
    given = wanted.model_fields_set
    api_key, headers = present.api_key, present.headers
    if "api_key" in given:
        api_key = wanted.api_key.get_secret_value() if wanted.api_key is not None else None
    if "headers" in given:
        headers = {name: value.get_secret_value() for name, value in (wanted.headers or {}).items()}
    return ProviderSecrets(api_key, headers)


def _stored_timeouts(wanted: ProviderIn | ProviderPatch) -> dict[str, JsonValue] | None:
    return None if wanted.timeouts is None else wanted.timeouts.model_dump(exclude_none=True)


async def _refuse_taken_provider(context: RequestContext, name: str) -> None:
    if await repository.by_name(context.session, name) is not None:
        raise NameTaken("name", name, "a provider")


def _check_kind(kind: str) -> None:
    known = provider_kinds()
    if kind not in known:
        raise InvalidInput(
            f"No provider of the kind '{kind}' is known. Use one of: {', '.join(known)}.",
            errors=[FieldError("kind", f"must be one of {', '.join(known)}")],
        )


def _check_address(context: RequestContext, address: str) -> None:
    """A workspace's provider must not be a way into the operator's network, or carry its key in clear."""
    if context.runtime.get(ConfigurationReader).may_be_private(address):
        return
    if not is_public_looking(address):
        raise InvalidInput(
            "The address leads into a private network. Use a public one, or ask the server's operator to "
            "allow the host (ANSWERABLE_INFERENCE__PRIVATE_HOSTS).",
            errors=[FieldError("base_url", "is not a public address")],
            reason="private_address",
        )
    if urlsplit(address).scheme != "https":
        raise InvalidInput(
            "The address must begin with https://, or the key would travel in clear. The server's operator "
            "can allow the host (ANSWERABLE_INFERENCE__PRIVATE_HOSTS).",
            errors=[FieldError("base_url", "must begin with https://")],
            reason="https_needed",
        )


def _refuse_to_send_key_elsewhere(row: ProviderRow, wanted: ProviderPatch) -> None:
    """Whoever may change the address must not learn the key by pointing it at a server of theirs. The
    path counts too: some hosts serve many customers by it."""
    secrets = {"api_key"} if row.has_key else set()
    secrets |= {"headers"} if row.header_names else set()
    missing = sorted(secrets - wanted.model_fields_set)
    if row.base_url != wanted.base_url and missing:
        raise InvalidInput(
            f"The address changes: give {' and '.join(missing)} again with it.",
            errors=[FieldError(name, "must be given with a new address") for name in missing],
            reason="secrets_again",
        )
