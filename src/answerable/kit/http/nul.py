"""The one character that text may hold and PostgreSQL's text may not: refused at the door, for every route.

Without it each field that reaches a statement would have to be guarded by itself, and one that was
forgotten would answer a caller's mistake with a failure of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from fastapi import Request

from answerable.kit.errors import FieldError, InvalidInput, NotFound

NUL = "\0"
_MOST_NAMED = 50


def refuse_nul_in_address(request: Request) -> None:
    """NotFound for a path with NUL, which names nothing; InvalidInput for a query."""
    if b"%00" not in request.scope.get("raw_path", b"%00") + request.scope["query_string"]:
        return
    if any(NUL in str(value) for value in request.path_params.values()):
        raise NotFound
    _refuse([name for name, value in request.query_params.multi_items() if NUL in name or NUL in value])


async def refuse_nul_in_json(request: Request) -> None:
    """InvalidInput for a JSON body with NUL in a text or a name; what is no JSON is left to its reader."""
    body = await request.body()
    # Two other encodings of JSON have zero bytes in every letter.
    if b"\\u0000" not in body and b"\0" not in body:
        return
    try:
        document = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return
    _refuse(list(_places(document)))


async def refuse_nul_in_form(request: Request) -> None:
    """InvalidInput for a field of a form with NUL; files' names are cleaned where they are kept. Whoever
    reads the form later gets the same one."""
    form = await request.form()
    try:
        fields = form.multi_items()
        _refuse([name for name, value in fields if NUL in name or (isinstance(value, str) and NUL in value)])
    except InvalidInput:
        await form.close()
        raise


def _places(document: object) -> Iterator[str]:
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str) and NUL in value:
            yield place or "body"
        elif isinstance(value, dict):
            for name, each in value.items():
                below = f"{place}.{name}" if place else name
                waiting.append((below, each))
                if NUL in name:
                    yield below
        elif isinstance(value, list):
            waiting += [
                (f"{place}.{number}" if place else str(number), each) for number, each in enumerate(value)
            ]


def _refuse(places: list[str]) -> None:
    if places:
        raise InvalidInput(
            "Text cannot hold the character NUL (U+0000). Remove it, then send the request again.",
            errors=[
                FieldError(place.replace(NUL, "\\u0000"), "holds the character NUL: remove it")
                for place in dict.fromkeys(places[:_MOST_NAMED])
            ],
            reason="nul_character",
        )
