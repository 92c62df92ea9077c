"""How often somebody may try to get in.

An attempt counts before the password is looked at, so that a hundred at once get no further than one
after the other. A success gives its count back, and forgets the e-mail address's failures. Counters
are locked in one order, e-mail before address, so that attempts never wait for each other in a circle.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.identity.throttle import repository
from answerable.kit.db import Session
from answerable.kit.errors import TooManyRequests
from answerable.kit.settings import AuthSettings

# Many people share one address: an office, a proxy, a mobile network.
_PEOPLE_PER_ADDRESS = 10
_SWEPT_PER_ATTEMPT = 20  # more than one attempt adds, so that counters cannot pile up


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to get in: an e-mail address (any text, known or not) and a client address."""

    email: str
    client_address: str

    @property
    def email_subject(self) -> bytes:
        """The counter of the e-mail address."""
        return _subject("email", self.email)

    @property
    def address_subject(self) -> bytes:
        """The counter of the client address."""
        return _subject("address", self.client_address)


async def admit(session: Session, attempt: Attempt, settings: AuthSettings, now: datetime) -> None:
    """Count an attempt to sign in. Raises TooManyRequests when too many came before: the transaction
    that it ends counts nothing, so that trying on does not lengthen the wait."""
    await _count(session, attempt.email_subject, settings.throttle_attempts, settings, now)
    await _count_address(session, attempt.address_subject, settings, now)


async def admit_registration(
    session: Session, client_address: str, settings: AuthSettings, now: datetime
) -> None:
    """Count a registration against the client address. Raises TooManyRequests."""
    await _count_address(session, _subject("registration", client_address), settings, now)


async def forgive(session: Session, attempt: Attempt) -> None:
    """The attempt succeeded. The client address's other failures stay: one's own account must not
    buy guesses at others."""
    await repository.forget(session, attempt.email_subject)
    await repository.give_back(session, attempt.address_subject)


async def _count_address(session: Session, subject: bytes, settings: AuthSettings, now: datetime) -> None:
    await _count(session, subject, settings.throttle_attempts * _PEOPLE_PER_ADDRESS, settings, now)
    await repository.sweep(session, now, _SWEPT_PER_ATTEMPT)


async def _count(session: Session, subject: bytes, most: int, settings: AuthSettings, now: datetime) -> None:
    window = timedelta(seconds=settings.throttle_seconds)
    attempts, ends_at = await repository.count(session, subject, window, now)
    if attempts > most:
        seconds = int((ends_at - now).total_seconds()) + 1
        raise TooManyRequests(
            f"Too many attempts. Wait {seconds} seconds, then try again.", retry_after_seconds=seconds
        )


def _subject(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).digest()
