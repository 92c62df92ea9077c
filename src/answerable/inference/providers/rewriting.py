"""Changes single fields at the top of a JSON body and keeps every other value byte for byte.

The fields keep their order; what lies between them (white space) and fields that are given twice
are made plain, so that the provider cannot read another model's name than we did.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from answerable.inference.errors import UnreadableCall

_fields = msgspec.json.Decoder(dict[str, Raw])
_options = msgspec.json.Decoder(dict[str, Raw] | None)
_TRUE = Raw(b"true")
_USAGE = Raw(b'{"include_usage":true}')


def with_model(body: bytes, model: str, *, ask_usage: bool = False) -> bytes:
    """The body with another model's name; `ask_usage` also asks for token counts in a stream.

    Raises UnreadableCall for a body that is no JSON object.
    """
    try:
        fields = _fields.decode(body)
        fields["model"] = Raw(msgspec.json.encode(model))
        if ask_usage:
            fields["stream_options"] = _usage_options(fields.get("stream_options"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableCall(f"The body cannot be read as JSON: {error}") from error
    return msgspec.json.encode(fields)


def _usage_options(given: Raw | None) -> Raw:
    options = _options.decode(given) if given is not None else None
    if not options:
        return _USAGE
    options["include_usage"] = _TRUE
    return Raw(msgspec.json.encode(options))
