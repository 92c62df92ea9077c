"""Whether a value holds a JSON Schema.

The keywords are those that structured outputs and tools are written with (JSON Schema 2020-12, core and
validation vocabularies, local `$ref`s); others, `format` among them, say nothing about validity here.
No reference leads out of the schema, and patterns run on a linear-time engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from answerable.inference.chat import Json

_DEEPEST = 64

Schema = Mapping[str, Json]


def holds(value: Json, schema: Schema) -> bool:
    """Whether the value is valid. A schema that cannot be followed (a reference to nowhere, nested beyond 64
    levels) holds for nothing."""
    return _Validation(schema).valid(value, dict(schema), 0)


class _Validation:
    def __init__(self, root: Schema) -> None:
        self._root = root

    def valid(self, value: Json, schema: Json, depth: int) -> bool:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return False
        if "$ref" in schema and not self.valid(value, self._target(schema["$ref"]), depth + 1):
            return False
        return (
            _typed(value, schema.get("type"))
            and _listed(value, schema)
            and self._combined(value, schema, depth)
            and self._structured(value, schema, depth)
        )

    def _target(self, reference: Json) -> Json:
        """What a local reference (RFC 6901 in a fragment) points to; False when it leads nowhere."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return False
        found: Json = dict(self._root)
        for part in reference[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            else:
                return False
        return found

    def _combined(self, value: Json, schema: Schema, depth: int) -> bool:
        def passing(name: str) -> list[bool]:
            members = schema[name]
            return (
                [self.valid(value, each, depth + 1) for each in members] if isinstance(members, list) else []
            )

        if "allOf" in schema and not all(passing("allOf")):
            return False
        if "anyOf" in schema and not any(passing("anyOf")):
            return False
        if "oneOf" in schema and sum(passing("oneOf")) != 1:
            return False
        return "not" not in schema or not self.valid(value, schema["not"], depth + 1)

    def _structured(self, value: Json, schema: Schema, depth: int) -> bool:
        if isinstance(value, dict):
            return self._object(value, schema, depth)
        if isinstance(value, list):
            return self._array(value, schema, depth)
        if isinstance(value, str):
            return _text(value, schema)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value, schema)
        return True

    def _object(self, value: dict[str, Json], schema: Schema, depth: int) -> bool:
        required = schema.get("required")
        if isinstance(required, list) and any(name not in value for name in required):
            return False
        if not _within(len(value), schema, "minProperties", "maxProperties"):
            return False
        properties = schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        others = schema.get("additionalProperties", True)
        patterns = schema.get("patternProperties")
        by_pattern = patterns if isinstance(patterns, dict) else {}
        for name, member in value.items():
            matching = [rule for pattern, rule in by_pattern.items() if _found(pattern)(name)]
            if name in known:
                matching.append(known[name])
            if not all(self.valid(member, rule, depth + 1) for rule in matching or [others]):
                return False
        return True

    def _array(self, value: list[Json], schema: Schema, depth: int) -> bool:
        if not _within(len(value), schema, "minItems", "maxItems"):
            return False
        if schema.get("uniqueItems") is True and any(
            _same(first, second) for at, first in enumerate(value) for second in value[:at]
        ):
            return False
        prefix = schema.get("prefixItems")
        first = prefix if isinstance(prefix, list) else []
        rest = schema.get("items", True)
        rules = [*first[: len(value)], *[rest] * max(0, len(value) - len(first))]
        return all(self.valid(item, rule, depth + 1) for item, rule in zip(value, rules, strict=True))


def _typed(value: Json, wanted: Json) -> bool:
    if wanted is None:
        return True
    names = wanted if isinstance(wanted, list) else [wanted]
    return any(_is(value, name) for name in names)


def _is(value: Json, name: Json) -> bool:
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return False


def _listed(value: Json, schema: Schema) -> bool:
    if "const" in schema and not _same(value, schema["const"]):
        return False
    allowed = schema.get("enum")
    return not isinstance(allowed, list) or any(_same(value, each) for each in allowed)


def _same(first: Json, second: Json) -> bool:
    """Equality as JSON has it: `true` is not 1, `1.0` is."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[name], second[name]) for name in first)
    return first == second


def _text(value: str, schema: Schema) -> bool:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not _found(pattern)(value):
        return False
    return _within(len(value), schema, "minLength", "maxLength")


def _number(value: float, schema: Schema) -> bool:
    if not _within(value, schema, "minimum", "maximum"):
        return False
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if _is(above, "number") and value <= above:  # type: ignore[operator]
        return False
    if _is(below, "number") and value >= below:  # type: ignore[operator]
        return False
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        parts = value / step
        return math.isfinite(parts) and math.isclose(parts, round(parts), rel_tol=0, abs_tol=1e-9)
    return True


def _within(size: float, schema: Schema, least: str, most: str) -> bool:
    low, high = schema.get(least), schema.get(most)
    return not (
        (_is(low, "number") and size < low) or (_is(high, "number") and size > high)  # type: ignore[operator]
    )


@lru_cache(maxsize=1024)
def _found(pattern: str) -> Callable[[str], bool]:
    """Whether a text has the pattern; one that the engine does not know (look-around) is taken as met."""
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError:
        return lambda _: True
    return validator.isinstance_python
