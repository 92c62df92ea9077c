"""Small rules that several protocols of clients share when they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Raw, Struct

from answerable.inference.chat import Image, Json
from answerable.inference.errors import Inexpressible

ABSENT = Raw(b"null")
_NOTHING = frozenset({b"null", b"[]", b"{}", b"false", b'""'})
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=-]+)*;base64,", re.ASCII)

EMPTY_OBJECT: Mapping[str, Json] = {"type": "object", "properties": {}}


def refuse_given(body: Struct, names: Iterable[str]) -> None:
    """Raise Inexpressible for the first of the fields that asks for something.

    These are the fields whose meaning no other protocol has; dropping one would change the answer
    without a word. Null, false and empty values ask for nothing.
    """
    for name in names:
        value = getattr(body, name)
        if bytes(value) not in _NOTHING:
            raise Inexpressible(
                name, "this has no counterpart in the protocol of the model that was asked for."
            )


def image(url: str, detail: str | None = None) -> Image:
    """A picture by address; a data URL (RFC 2397) becomes its base64 data and media type."""
    found = _DATA_URL.match(url[:200])
    if found is None:
        return Image(url=url, detail=detail)
    return Image(data=url[found.end() :], media_type=found.group(1) or "image/png", detail=detail)


def count(value: float | None) -> int | None:
    """A figure that some clients send as `5.0`."""
    return None if value is None else int(value)
