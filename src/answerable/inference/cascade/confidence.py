"""How sure a model is of its answer: by its tokens, or in its own words.

By tokens it is the geometric mean of their probabilities, exp(mean log probability): the inverse of the
answer's perplexity. It orders answers well and is no frequency by itself; `calibration.py` makes one of it
once enough answers of a stage could be compared with a later stage's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from answerable.inference.chat import ChatAnswer, ChatRequest, Json, OutputSchema
from answerable.inference.models.plan import Capability, Target

_FIELD = "confidence"
_TELLING_KINDS = frozenset({"openai", "gemini"})
_SCALE: Json = {
    "type": "number",
    "description": "How sure you are that the answer is right, from 0 (a guess) to 1 (certain).",
}
_WRAPPED = OutputSchema(
    "answer_with_confidence",
    {
        "type": "object",
        "properties": {"answer": {"type": "string"}, _FIELD: _SCALE},
        "required": ["answer", _FIELD],
        "additionalProperties": False,
    },
)


def tells_tokens(targets: Sequence[Target]) -> bool:
    """Whether all of the targets tell the log probabilities of tokens."""
    return bool(targets) and all(target.kind in _TELLING_KINDS for target in targets)


def by_tokens(answer: ChatAnswer) -> float | None:
    """The geometric mean of the tokens' probabilities; None where they are not known."""
    return None if answer.logprob is None else math.exp(min(0.0, answer.logprob))


def can_be_asked(request: ChatRequest, targets: Sequence[Target]) -> bool:
    """Whether a model can tell its confidence in a field beside its answer."""
    if request.tools or not targets:
        return False
    if any(Capability.JSON_SCHEMA not in target.capabilities for target in targets):
        return False
    schema = request.output_schema
    if schema is None:
        return True
    if not isinstance(schema, OutputSchema):
        return False
    properties = schema.schema.get("properties")
    return isinstance(properties, dict) and _FIELD not in properties


def asking(request: ChatRequest) -> ChatRequest:
    """The request with a field for the confidence; `can_be_asked` holds for it."""
    schema = request.output_schema
    if not isinstance(schema, OutputSchema):
        return replace(request, output_schema=_WRAPPED)
    known = schema.schema.get("properties")
    required = schema.schema.get("required")
    extended: dict[str, Json] = {
        **schema.schema,
        "properties": {**(known if isinstance(known, dict) else {}), _FIELD: _SCALE},
        "required": [*(required if isinstance(required, list) else []), _FIELD],
    }
    return replace(request, output_schema=OutputSchema(schema.name, extended, schema.strict))


def told(request: ChatRequest, answer: ChatAnswer) -> tuple[ChatAnswer, float | None]:
    """The answer as it was wished for, and the confidence beside it; `request` is the one without the field.
    An answer that is not of the shape stays as it is, without a confidence."""
    try:
        document = msgspec.json.decode(answer.text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return answer, None
    if not isinstance(document, dict):
        return answer, None
    confidence = document.pop(_FIELD, None)
    if isinstance(request.output_schema, OutputSchema):
        text = msgspec.json.encode(document).decode()
    elif isinstance(document.get("answer"), str):
        text = document["answer"]
    else:
        return answer, None
    sure = isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
    return replace(answer, text=text), float(confidence) if sure else None
