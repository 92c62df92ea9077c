"""Every name that a workspace may call, and how it stands."""

from __future__ import annotations

import base64
import binascii

from answerable.identity.access import RequestContext
from answerable.inference.models.listing.schemas import ModelNameOut, TargetOut
from answerable.inference.models.naming import present_names
from answerable.inference.models.plan import Target
from answerable.inference.models.providers.schemas import PriceOut
from answerable.inference.models.snapshot import NameEntry, NameKind
from answerable.inference.routing.breaker import BreakerState
from answerable.inference.routing.health import CircuitBreakers
from answerable.inference.usage.prices import UNKNOWN, price_of
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.paging import Page, PageRequest


async def page_of_names(context: RequestContext, page: PageRequest) -> Page[ModelNameOut]:
    """The names in alphabetical order."""
    after = _position(page.cursor)
    breakers = context.runtime.get(CircuitBreakers)
    entries = [entry for entry in (await present_names(context)).entries() if entry.name > after]
    shown = entries[: page.limit]
    more = len(entries) > page.limit
    return Page(
        items=[_item(entry, breakers) for entry in shown],
        next_cursor=_cursor(shown[-1].name) if more else None,
    )


def _item(entry: NameEntry, breakers: CircuitBreakers) -> ModelNameOut:
    first = entry.targets[0] if entry.targets else None
    targets = [_target(target, breakers) for target in entry.targets]
    price = price_of(first) if first is not None and entry.kind is not NameKind.PATTERN else None
    return ModelNameOut(
        name=entry.name,
        kind=entry.kind,
        configured_by="operator" if entry.by_operator else "workspace",
        providers=list(dict.fromkeys(target.provider for target in entry.targets)),
        capabilities=sorted({each for target in entry.targets for each in target.capabilities}),
        context_window=first.context_window if first is not None else None,
        max_output_tokens=first.max_output_tokens if first is not None else None,
        price=None if price is None or price.version == UNKNOWN else PriceOut.of(price),
        available=not targets or any(target.state is BreakerState.CLOSED for target in targets),
        targets=targets,
    )


def _target(target: Target, breakers: CircuitBreakers) -> TargetOut:
    status = breakers.status(target)
    return TargetOut(
        provider=target.provider,
        model=target.upstream_model,
        weight=round(target.weight, 6),
        state=status.state,
        reason=status.reason,
        retry_in_seconds=round(status.retry_in, 3),
    )


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _position(cursor: str | None) -> str:
    """The name in a cursor. Raises InvalidInput for anything that we did not make."""
    try:
        text = cursor or ""
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise InvalidInput(
            "The cursor is not one that this server gave out. Start again without it.",
            errors=[FieldError("cursor", "not a cursor of this list")],
        ) from None
