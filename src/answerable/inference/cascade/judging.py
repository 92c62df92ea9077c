"""Judges a stage's answer: its form, its confidence, the user's rules, and the caller's own check."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from answerable.inference.cascade import confidence, schema_check, verdict
from answerable.inference.cascade.calibration import Calibration
from answerable.inference.cascade.rules import StageRules
from answerable.inference.cascade.verdict import Verdict
from answerable.inference.chat import ChatAnswer, ChatRequest, Json, OutputSchema
from answerable.inference.gateway.own_call import AnswerCheck


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the answers of one stage to one request, as its caller wrote it. `min_confidence` is held
    against the calibrated value where the stage has one, else against the raw one."""

    request: ChatRequest
    rules: StageRules
    min_confidence: float | None = None
    check: AnswerCheck | None = None
    calibration: Calibration | None = None

    async def verdict(self, answer: ChatAnswer, own_confidence: float | None) -> Verdict:
        """What is thought of an answer; the caller's check, which may be dear, runs last."""
        sure = _least(confidence.by_tokens(answer), own_confidence)
        failed = [*form_failures(self.request, answer)]
        failed += [rule.name.value for rule in self.rules.rules if not rule.holds(answer)]
        if self._is_doubtful(answer, sure):
            failed.append(verdict.CONFIDENCE)
        if not failed and self.check is not None and (wrong := await self.check(answer)) is not None:
            failed.append(wrong)
        return Verdict(tuple(failed), sure)

    def _is_doubtful(self, answer: ChatAnswer, sure: float | None) -> bool:
        """A tool call comes without tokens; its arguments are judged instead."""
        if self.min_confidence is None or (sure is None and answer.tool_calls):
            return False
        if sure is not None and self.calibration is not None:
            sure = self.calibration.of(sure)
        return sure is None or sure < self.min_confidence


def form_failures(request: ChatRequest, answer: ChatAnswer) -> list[str]:
    """Which of the things that every answer must hold this one does not: it says something, what it says
    holds the schema, and its tool calls are of tools that there are, with arguments that hold theirs."""
    if answer.tool_calls:
        return [] if _calls_hold(request, answer) else [verdict.TOOLS]
    if not answer.text.strip() and not answer.refusal:
        return [verdict.EMPTY]
    if request.output_schema is None or answer.refusal:
        return []
    document = _decoded(answer.text)
    if document is _NO_JSON:
        return [verdict.SCHEMA]
    schema = request.output_schema
    holds = not isinstance(schema, OutputSchema) or schema_check.holds(document, schema.schema)  # type: ignore[arg-type]
    return [] if holds else [verdict.SCHEMA]


def _calls_hold(request: ChatRequest, answer: ChatAnswer) -> bool:
    tools = {tool.name: tool for tool in request.tools}
    for call in answer.tool_calls:
        arguments = _decoded(call.arguments or "{}")
        tool = tools.get(call.name)
        if tool is None or not isinstance(arguments, dict):
            return False
        if not schema_check.holds(arguments, tool.parameters):
            return False
    return True


_NO_JSON = object()


def _decoded(text: str) -> Json | object:
    try:
        decoded: Json = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _NO_JSON
    return decoded


def _least(first: float | None, second: float | None) -> float | None:
    known = [each for each in (first, second) if each is not None]
    return min(known) if known else None
