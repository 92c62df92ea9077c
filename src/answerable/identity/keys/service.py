"""The rules of API keys: shown once, never wider than their maker, gone at once when revoked."""

from __future__ import annotations

from answerable.identity.access import RequestContext
from answerable.identity.keys import repository
from answerable.identity.keys.schemas import KeyIn, KeyMade, KeyOut
from answerable.identity.scopes import Scope
from answerable.identity.secrets_format import SecretKind, new_secret, secret_hash, visible_prefix
from answerable.identity.tables import ApiKeyRow
from answerable.kit.errors import FieldError, Forbidden, InvalidInput, NotFound
from answerable.kit.paging import Page, PageRequest, make_page

# A leaked key must not be able to make itself successors, let people in, raise its own budget or set what
# its calls cost, unless that was wanted.
_ONLY_WHEN_ASKED = frozenset(
    {
        Scope.KEYS_WRITE,
        Scope.MEMBERS_WRITE,
        Scope.WORKSPACE_WRITE,
        Scope.LIMITS_WRITE,
        Scope.MODELS_WRITE,
    }
)


async def create(context: RequestContext, wanted: KeyIn) -> KeyMade:
    """A key for the request's workspace that acts for the caller. Raises Forbidden for scopes that the
    caller lacks, InvalidInput for an end in the past."""
    now = context.runtime.clock.now()
    if wanted.expires_at is not None and wanted.expires_at <= now:
        raise InvalidInput(
            "The key would have expired already. Choose a later time.",
            errors=[FieldError("expires_at", "lies in the past")],
            reason="expires_in_past",
        )
    key = new_secret(SecretKind.API_KEY)
    row = await repository.add(
        context.session,
        ApiKeyRow(
            workspace_id=context.session.workspace_id,
            user_id=context.principal.user_id,
            name=wanted.name,
            prefix=visible_prefix(key),
            key_hash=secret_hash(key),
            scopes=_granted(context, wanted),
            expires_at=wanted.expires_at,
        ),
    )
    return KeyMade(**KeyOut.of(row).model_dump(), key=key)


async def page_of_keys(context: RequestContext, page: PageRequest) -> Page[KeyOut]:
    """The keys of the request's workspace."""
    rows = await repository.page_of_workspace(context.session, page)
    return make_page(rows, page, KeyOut.of, lambda row: (row.created_at, row.id))


async def revoke(context: RequestContext, key_id: str) -> None:
    """Revoke a key: its next request and its open streams fail. Raises NotFound."""
    if not await repository.revoke(context.session, key_id, context.runtime.clock.now()):
        raise NotFound


def _granted(context: RequestContext, wanted: KeyIn) -> list[str]:
    own = context.principal.scopes
    granted = set(own - _ONLY_WHEN_ASKED if wanted.scopes is None else wanted.scopes)
    wrong = [
        (field, scope)
        for field, scopes in (("scopes", wanted.scopes), ("more_scopes", wanted.more_scopes))
        for scope in sorted(set(scopes or ()) - own)
    ]
    if wrong:
        raise Forbidden(
            f"A key cannot hold what you lack: {', '.join(scope for _, scope in wrong)}.",
            errors=[FieldError(field, f"not yours to give: {scope}") for field, scope in wrong],
        )
    return sorted(granted | set(wanted.more_scopes or ()))
