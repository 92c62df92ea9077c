"""A provider's key and headers, sealed for its row."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import structlog
from msgspec import Struct

from answerable.inference.models.tables import ProviderRow
from answerable.kit.crypto import SecretBox, Undecipherable

_LONG_ENOUGH_TO_SHOW = 12

log = structlog.get_logger(__name__)


class ProviderSecrets(Struct, frozen=True):
    """In clear; its repr shows nothing."""

    api_key: str | None = None
    headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "ProviderSecrets(…)"


def seal(box: SecretBox, row: ProviderRow, secrets: ProviderSecrets) -> None:
    """Put the secrets into the row, whose workspace and id must be set."""
    sealed = msgspec.json.encode(secrets).decode()
    row.sealed = box.seal(sealed, place=_place(row)) if secrets.api_key or secrets.headers else None
    row.has_key = secrets.api_key is not None
    row.key_ending = ending(secrets.api_key)
    row.header_names = sorted(secrets.headers)


def unseal(box: SecretBox, row: ProviderRow) -> ProviderSecrets:
    """The secrets of a row. Raises Undecipherable."""
    if row.sealed is None:
        return ProviderSecrets()
    return msgspec.json.decode(box.open(row.sealed, place=_place(row)), type=ProviderSecrets)


def unseal_or_none(box: SecretBox, row: ProviderRow) -> ProviderSecrets:
    """The secrets of a row; none, and a line in the log, when they cannot be opened: the provider will
    say that a key is missing, and the workspace's others go on."""
    try:
        return unseal(box, row)
    except Undecipherable as error:
        log.warning("provider_key_undecipherable", provider_id=row.id, reason=str(error))
        return ProviderSecrets()


def ending(api_key: str | None) -> str | None:
    """The last four characters, by which people know a key; nothing of a short one."""
    return api_key[-4:] if api_key is not None and len(api_key) >= _LONG_ENOUGH_TO_SHOW else None


def _place(row: ProviderRow) -> str:
    return f"{row.workspace_id}/providers/{row.id}/sealed"
