"""From a workspace's rows to what is configured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from answerable.inference.models import repository
from answerable.inference.models.configured import (
    AliasDefinition,
    ConfiguredModel,
    ConfiguredProvider,
    TimeoutSetting,
    usual_capabilities,
)
from answerable.inference.models.plan import Capability, Price, Timeouts
from answerable.inference.models.secrets import unseal_or_none
from answerable.inference.models.snapshot import Names
from answerable.inference.models.tables import ModelAliasRow, ProviderModelRow, ProviderRow
from answerable.kit.crypto import SecretBox
from answerable.kit.db import Session


class ConfigurationReader:
    """Reads a workspace's own configuration. `private_hosts` are `host` or `host:port`."""

    def __init__(self, box: SecretBox, private_hosts: Iterable[str]) -> None:
        self._box = box
        self._private_hosts = frozenset(host.lower() for host in private_hosts)

    async def names(self, session: Session, beyond: Names) -> Names:
        """The names of the session's workspace, before the operator's."""
        rows = await repository.providers(session)
        if rows:
            models = await repository.models(session)
            providers = [self.provider(row, [m for m in models if m.provider_id == row.id]) for row in rows]
        else:
            providers = []
        return Names(providers, [alias_of(row) for row in await repository.aliases(session)], beyond)

    def provider(self, row: ProviderRow, models: Sequence[ProviderModelRow]) -> ConfiguredProvider:
        """A provider with its key in clear."""
        secrets = unseal_or_none(self._box, row)
        return ConfiguredProvider(
            id=row.id,
            name=row.name,
            kind=row.kind,
            base_url=row.base_url,
            models=tuple(model_of(row, model) for model in models),
            api_key=secrets.api_key,
            headers=tuple(secrets.headers.items()),
            timeouts=TimeoutSetting.model_validate(row.timeouts or {}).over(Timeouts()),
            allow_private_address=self.may_be_private(row.base_url),
        )

    def may_be_private(self, base_url: str) -> bool:
        """Whether the operator lets workspaces name the address's host."""
        parts = urlsplit(base_url)
        return (parts.hostname or "").lower() in self._private_hosts or (
            parts.netloc.rpartition("@")[2].lower() in self._private_hosts
        )


def model_of(provider: ProviderRow, row: ProviderModelRow) -> ConfiguredModel:
    """A model as it is configured; its capabilities as its name tells them where none are given."""
    price = None
    if row.input_per_mtok is not None and row.output_per_mtok is not None:
        price = Price.configured(row.input_per_mtok, row.output_per_mtok, row.cached_input_per_mtok)
    return ConfiguredModel(
        name=row.name,
        upstream_name=row.upstream_name,
        capabilities=usual_capabilities(provider.kind, provider.base_url, row.upstream_name)
        if row.capabilities is None
        else frozenset(Capability(each) for each in row.capabilities),
        context_window=row.context_window,
        max_output_tokens=row.max_output_tokens,
        price=price,
    )


def alias_of(row: ModelAliasRow) -> AliasDefinition:
    """An alias as it is configured."""
    return AliasDefinition.model_validate({**row.definition, "name": row.name})
