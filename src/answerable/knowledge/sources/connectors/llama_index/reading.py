"""The child's side: import the reader, ask it for its documents, write them down."""

from __future__ import annotations

import hashlib
import importlib
import json
import uuid
from collections.abc import Iterable
from typing import BinaryIO

from answerable.kit.sandbox import JsonObject, Refusal, Report
from answerable.kit.sandbox.limits import MAX_MESSAGE_BYTES
from answerable.knowledge.sources.connectors.llama_index.spool import Entry, write_entry

_TITLES = ("title", "file_name", "name", "subject")
_REPORTED_EACH = 50
_MOST_METADATA = 50
_LONGEST_VALUE = 1_000
_LONGEST_REASON = 300
_SHORTEST_SECRET = 4
_HALF_MESSAGE = MAX_MESSAGE_BYTES // 2  # JSON may double a text's length


def read(payload: JsonObject, report: Report) -> JsonObject:
    """Make the reader of the payload and, where a `spool` is named, write its documents there.

    Returns how many there were. Refusals say what is wrong with the reader or its configuration, without
    the secrets in it.
    """
    try:
        reader = _made(payload)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(
            "reader_arguments", _told("The reader does not take its arguments", error, payload)
        ) from error
    if payload["spool"] is None:
        return {"documents": 0}
    try:
        with open(payload["spool"], "wb") as spool:
            return {"documents": _spooled(reader, payload, spool, report)}
    except Exception as error:
        raise Refusal("reader_failed", _told("The reader failed", error, payload)) from error


def _made(payload: JsonObject) -> object:
    module, _, name = payload["reader"].rpartition(".")
    try:
        from llama_index.core.readers.base import BaseReader  # noqa: PLC0415 - an extra that only this child needs
    except ImportError as error:
        raise Refusal(
            "llama_index_missing", "LlamaIndex is not installed: pip install 'answerable[llama-index]'."
        ) from error
    try:
        made = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Refusal(
            "reader_missing", f"There is no {payload['reader']}: install the package that has it."
        ) from error
    if not (isinstance(made, type) and issubclass(made, BaseReader)):
        raise Refusal("no_reader", f"{payload['reader']} is no reader of LlamaIndex.")
    return made(**payload["arguments"], **payload["secrets"])


def _spooled(reader: object, payload: JsonObject, spool: BinaryIO, report: Report) -> int:
    seen: dict[str, int] = {}
    for number, document in enumerate(_documents(reader, payload["load"]), 1):
        write_entry(spool, _entry(document, payload["id_field"], seen))
        if number % _REPORTED_EACH == 0:
            report({"documents": number})
    return sum(seen.values())


# Any object: whichever class the reader is of, its documents have `text`, `metadata` and `id_`.
def _documents(reader: object, arguments: JsonObject) -> Iterable[object]:
    from llama_index.core.readers.base import BaseReader  # noqa: PLC0415 - as above

    assert isinstance(reader, BaseReader)
    lazily = type(reader).lazy_load_data is not BaseReader.lazy_load_data
    found: Iterable[object] = (reader.lazy_load_data if lazily else reader.load_data)(**arguments)
    return found


def _entry(document: object, id_field: str | None, seen: dict[str, int]) -> Entry:
    """A document as it is kept. Readers may give several the same id: pages of one file."""
    text = str(getattr(document, "text", "") or "")
    if len(text.encode("utf-8", "replace")) > _HALF_MESSAGE:
        text = ""  # told as an item without text; the rest of the listing is not lost
    metadata = _metadata(getattr(document, "metadata", None))
    name = _id(document, metadata, id_field, text)
    seen[name] = seen.get(name, 0) + 1
    title = next((str(metadata[field]) for field in _TITLES if metadata.get(field)), None)
    return Entry(name if seen[name] == 1 else f"{name}#{seen[name]}", title, text, metadata)


def _id(document: object, metadata: JsonObject, id_field: str | None, text: str) -> str:
    """What names a document for ever: a field of its metadata, its own id, or where that is only a random
    number, its content."""
    if id_field is not None and metadata.get(id_field):
        return str(metadata[id_field])
    own = str(getattr(document, "id_", "") or "")
    if own and not _is_random(own):
        return own
    return "content " + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _is_random(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 4
    except ValueError:
        return False


def _metadata(given: object) -> JsonObject:
    """The fields that JSON carries, long values cut."""
    kept: JsonObject = {}
    for key, value in given.items() if isinstance(given, dict) else ():
        if len(kept) < _MOST_METADATA and value is not None:
            plain = value if isinstance(value, bool | int | float) else _plain(value)
            kept[str(key)[:100]] = plain[:_LONGEST_VALUE] if isinstance(plain, str) else plain
    return kept


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        return str(value)


def _told(what: str, error: Exception, payload: JsonObject) -> str:
    """What went wrong, without any of the secrets."""
    reason = f"{type(error).__name__}: {error}"
    for secret in _strings(payload["secrets"]):
        if len(secret) >= _SHORTEST_SECRET:
            reason = reason.replace(secret, "…")
    return f"{what} ({reason[:_LONGEST_REASON]})."


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
