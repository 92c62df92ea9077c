"""Passwords: Argon2id (RFC 9106) in threads of their own, as many at once as set and no more."""

from __future__ import annotations

import asyncio
import base64
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.settings import AuthSettings

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_PASSWORD = 1024  # characters
_MOST_PARTS_OF_A_LETTER = 4  # what one composed letter may be typed as
_LANES = 4  # RFC 9106, section 4: p = 4 in both recommended settings


class Passwords:
    """Hashes and verifies passwords. A computation takes about 0.1 s and the memory that is set."""

    def __init__(self, settings: AuthSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.hash_time_cost, memory_cost=settings.hash_memory_kib, parallelism=_LANES
        )
        # Threads of its own: a cancelled request leaves its thread busy, and it still counts.
        self._threads = ThreadPoolExecutor(settings.hash_concurrency, thread_name_prefix="argon2")
        self._nobodys_hash = _hash_that_nothing_fits(self._hasher)
        self._shortest = settings.password_min_length

    def check(self, password: str, *, field: str = "password") -> None:
        """Raises InvalidInput for a password that is too short or long, or that nobody could type."""
        length = len(_normalised(password))
        if not self._shortest <= length <= LONGEST_PASSWORD:
            raise InvalidInput(
                f"Choose a password of {self._shortest} to {LONGEST_PASSWORD} characters.",
                errors=[
                    FieldError(
                        field,
                        f"{self._shortest} to {LONGEST_PASSWORD} characters",
                        "length_between",
                        {"min_length": self._shortest, "max_length": LONGEST_PASSWORD},
                    )
                ],
                reason="password_length",
            )
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
            raise InvalidInput(
                "The password holds a control character, such as a line break. Leave it out.",
                errors=[FieldError(field, "no control characters")],
                reason="password_control_characters",
            )

    async def hash(self, password: str) -> str:
        """The encoded Argon2id hash, with a fresh salt and the present cost."""
        return await self._in_thread(self._hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits. None, for a person who does not exist, costs the same and is
        always False."""
        return await self._in_thread(self._verify, password_hash or self._nobodys_hash, password)

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost than the present one."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, partial(function, *arguments, **named)
        )

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    return _normalised(password).encode("utf-8", "surrogatepass")


def _normalised(password: str) -> str:
    """NFC, as RFC 8265 prepares passwords: the same letters typed on another keyboard fit.

    A text that stays too long either way is left as it is: normalising takes time that grows with the
    square of its marks.
    """
    if len(password) > _MOST_PARTS_OF_A_LETTER * LONGEST_PASSWORD:
        return password
    return unicodedata.normalize("NFC", password)


def _hash_that_nothing_fits(hasher: PasswordHasher) -> str:
    """A hash of random bytes at the hasher's cost: verifying against it takes as long as any other."""
    salt, digest = (
        base64.b64encode(os.urandom(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
