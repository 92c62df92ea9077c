"""What a client says about caching with its request (RFC 9111, section 5.2.1, and a header of ours)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class CacheWish:
    """Whether a kept answer may be given and a new one kept; `max_age` bounds a kept one's age, in seconds.

    A call that may not be given a kept answer joins no other call either.
    """

    read: bool = True
    keep: bool = True
    max_age: int | None = None


ANYTHING = CacheWish()
NOTHING = CacheWish(read=False, keep=False)


def wish_of(headers: Mapping[bytes, bytes]) -> CacheWish:
    """The wish of a request: `Cache-Control: no-store`, `no-cache`, `max-age=…`, `X-Answerable-Cache: off`.

    Names of headers are lower case. What cannot be read asks for nothing.
    """
    own, control = headers.get(b"x-answerable-cache"), headers.get(b"cache-control")
    if own is None and control is None:
        return ANYTHING
    if own is not None and own.strip().lower() in {b"off", b"no", b"false"}:
        return NOTHING
    return ANYTHING if control is None else _control(control)


@lru_cache(maxsize=256)
def _control(value: bytes) -> CacheWish:
    directives = {part.strip().lower() for part in value.split(b",")}
    if b"no-store" in directives:
        return NOTHING
    ages = [part[8:].strip(b'"') for part in directives if part.startswith(b"max-age=")]
    seconds = min((int(age) for age in ages if age.isdigit()), default=None)
    if b"no-cache" in directives or seconds == 0:
        return CacheWish(read=False)
    return CacheWish(max_age=seconds)
