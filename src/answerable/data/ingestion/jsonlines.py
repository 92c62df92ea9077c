"""JSON lines: one object a line. Nested objects become columns, lists stay JSON text."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.data.ingestion import encoding as encodings
from answerable.data.ingestion.arguments import CountSaid
from answerable.data.ingestion.characters import storable
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.number_shapes import cut
from answerable.data.ingestion.quality import Code, Finding, Severity, not_finite, noted, shorten

_MOST_COLUMNS = 1000
_DEEPEST = 4
_ARRAY_BYTES = 128 << 20

Json = dict[str, object]


@dataclass(slots=True)
class JsonTable:
    """The objects of a file as rows of text. `labels` are keys in order of appearance; `native` are
    the columns with JSON numbers or booleans."""

    path: Path
    labels: list[str]
    native: frozenset[int]
    objects: int
    array: bool
    findings: list[Finding] = field(default_factory=list)

    def rows(self) -> Iterator[list[str]]:
        """One row of text cells an object; null and missing keys are blank."""
        for found in _objects(self.path, array=self.array):
            if isinstance(found, dict):
                flat = dict(_flat(found))
                yield [_text(flat.get(label)) for label in self.labels]


def open_json(path: Path, *, array: bool) -> JsonTable:
    """Look at all objects of a file once. Refuses a file without an object."""
    keys: dict[str, bool] = {}
    objects = bad = nested = 0
    endless: Counter[str] = Counter()
    written = set[str]()
    example = ""
    for found in _objects(path, array=array):
        if not isinstance(found, dict):
            bad += 1
            example = example or shorten(storable(str(found)))
            continue
        objects += 1
        for key, value in _flat(found):
            typed = isinstance(value, bool | int | float)
            keys[key] = keys.get(key, False) or typed
            endless[key] += _is_endless(value)
            if isinstance(value, str) and set(value) & {".", ","} and cut(value) is not None:
                written.add(key)
            nested += isinstance(value, list | dict)
        if len(keys) > _MOST_COLUMNS:
            raise refuse("too_many_columns", f"The objects have more than {_MOST_COLUMNS:,} different keys.")
    if not objects or not keys:
        raise refuse("no_table", "No line of the file is a JSON object with a key.")
    # Numbers say nothing about how texts beside them are written: "13.400" is asked about.
    native = frozenset(i for i, (key, typed) in enumerate(keys.items()) if typed and key not in written)
    lost = [not_finite(key, count) for key, count in endless.items() if count]
    return JsonTable(path, list(keys), native, objects, array, _findings(bad, example, nested) + lost)


def _findings(bad: int, example: str, nested: int) -> list[Finding]:
    findings = []
    if bad:
        said = CountSaid(code="bad_lines", count=bad)
        findings.append(noted(Code.BAD_LINES, Severity.DROPPED, said, count=bad, example=example))
    if nested:
        said = CountSaid(code="nested_values", count=nested)
        findings.append(noted(Code.NESTED, Severity.INFO, said, count=nested))
    return findings


def _objects(path: Path, *, array: bool) -> Iterator[object]:
    """Parsed objects; a line that is no JSON is given as its text."""
    encoding = encodings.detect(path) if not array else encodings.Encoding("utf-8-sig")
    if array:
        if path.stat().st_size > _ARRAY_BYTES:
            raise refuse(
                "too_large", "A JSON array of this size is not read. Write one object a line instead."
            )
        try:
            content = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise refuse("damaged_file", "The file is no valid JSON.") from error
        yield from content
        return
    for line in encodings.lines(path, encoding):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield line


def _flat(item: Json, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, value


def _is_endless(value: object) -> bool:
    """NaN or infinite: Python writes them into JSON, and a column has no place for them."""
    return isinstance(value, float) and not math.isfinite(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _is_endless(value):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return storable(value)
    return storable(json.dumps(value, ensure_ascii=False))
