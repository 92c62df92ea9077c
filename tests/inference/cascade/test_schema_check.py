"""JSON Schema: what holds and what does not."""

from __future__ import annotations

import time

import pytest

from answerable.inference.cascade.schema_check import holds
from answerable.inference.chat import Json

OBJECT: dict[str, Json] = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}
TREE: dict[str, Json] = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            "required": ["children"],
        }
    },
    "$ref": "#/$defs/node",
}


@pytest.mark.parametrize(
    ("value", "schema", "valid"),
    [
        ({"name": "Ada", "age": 3}, OBJECT, True),
        ({"name": "Ada", "age": 3.0}, OBJECT, True),
        ({"name": ""}, OBJECT, False),
        ({"age": 3}, OBJECT, False),
        ({"name": "Ada", "age": True}, OBJECT, False),
        ({"name": "Ada", "more": 1}, OBJECT, False),
        ([], OBJECT, False),
        ({"children": [{"children": []}]}, TREE, True),
        ({"children": [{"children": [{}]}]}, TREE, False),
        (1, {"enum": [1, "a"]}, True),
        (True, {"enum": [1]}, False),
        (1.0, {"const": 1}, True),
        ({"a": [1, True]}, {"const": {"a": [1, 1]}}, False),
        ("x", {"type": ["string", "null"]}, True),
        (None, {"type": ["string", "null"]}, True),
        (2, {"anyOf": [{"type": "string"}, {"minimum": 2}]}, True),
        (2, {"oneOf": [{"minimum": 1}, {"maximum": 3}]}, False),
        (2, {"allOf": [{"minimum": 1}, {"maximum": 1}]}, False),
        (2, {"not": {"type": "integer"}}, False),
        ([1, 2], {"uniqueItems": True}, True),
        ([1, 1.0], {"uniqueItems": True}, False),
        ([1, "a", 2], {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, False),
        ([1], {"minItems": 2}, False),
        ("abc", {"pattern": "^a"}, True),
        ("abc", {"pattern": "^b"}, False),
        (0.3, {"multipleOf": 0.1}, True),
        (5, {"exclusiveMaximum": 5}, False),
        ({"x-1": 1}, {"patternProperties": {"^x-": {"type": "string"}}}, False),
        (1, True, True),
        (1, {"$ref": "#/nowhere"}, False),
        (1, {"$ref": "https://example.com/schema.json"}, False),
    ],
)
def test_values_against_schemas(value: Json, schema: Json, valid: bool) -> None:
    assert holds(value, schema if isinstance(schema, dict) else {"allOf": [schema]}) is valid


def test_a_schema_that_leads_to_itself_ends() -> None:
    assert not holds(1, {"$ref": "#"})


def test_a_pattern_cannot_hold_up_the_process() -> None:
    started = time.perf_counter()
    assert not holds("a" * 5_000 + "!", {"pattern": "^(a+)+$"})
    assert time.perf_counter() - started < 5, "a backtracking engine takes longer than the universe has"
