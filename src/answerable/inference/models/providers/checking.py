"""Trying out a provider: one small call to each of its models, and what its failure means.

Each is on the books like any other call, and none goes through the router: a check must reach a model whose
circuit breaker is open, and no other model may answer for it.
"""

from __future__ import annotations

import asyncio
import time

from answerable.identity.access import DeferredContext
from answerable.inference.chat import ChatRequest, Message, Text, TokenCount
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway.call import Books, Call, CallFacts
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.upstream import upstream_failure
from answerable.inference.limits.errors import LimitExceeded
from answerable.inference.models import repository as configuration
from answerable.inference.models.configured import ConfiguredProvider
from answerable.inference.models.hiding import without_secrets
from answerable.inference.models.plan import Capability, Plan, Target
from answerable.inference.models.providers import repository
from answerable.inference.models.providers.schemas import CheckedModel, CheckIn, CheckOut, Problem
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.operation import Caller, Operation
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.registry import adapter_for
from answerable.inference.speech import SpeechRequest
from answerable.inference.usage.prices import price_list
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure, OutboundRequest, OutboundTimes
from answerable.telemetry import tracing

_AT_ONCE = 4
_MOST_MODELS = 20
_LARGEST_ANSWER = 1_000_000
_LONGEST_WORDS = 500
_TIMES = OutboundTimes(5, 20, 10, 30)
_ROUTE = "provider_check"
_WORDS = "Say OK."
_MOST_OUTPUT_TOKENS = 16
_CHARACTERS_PER_TOKEN = 4

_PROBLEMS = {
    FailureKind.PROTOCOL: Problem.ADDRESS,
    FailureKind.CREDENTIALS: Problem.KEY,
    FailureKind.UNKNOWN_MODEL: Problem.MODEL,
    FailureKind.RATE_LIMITED: Problem.LIMIT,
    FailureKind.INVALID_REQUEST: Problem.REQUEST,
}
_UNREACHED = {
    FailedStage.ADDRESS: Problem.ADDRESS,
    FailedStage.CONNECT: Problem.ADDRESS,
    FailedStage.PROTOCOL: Problem.ADDRESS,
}
_REMEDIES = {
    Problem.ADDRESS: "Check base_url: nothing that speaks this protocol answers there.",
    Problem.KEY: "Check api_key: the provider refuses it.",
    Problem.MODEL: "Check upstream_name: the provider knows no such model.",
    Problem.LIMIT: "Key and address are good; the provider's limit for the key is used up.",
    Problem.BUDGET: "Nothing was sent: a budget or limit of the workspace has no room for the call.",
    Problem.REQUEST: "Key and address are good; the provider does not take this kind of call for the model.",
    Problem.PROVIDER: "The provider is there and fails. Look at its status page, or try again later.",
}
# The provider answered as it should: it merely does not like the word that it was given.
_GOOD = frozenset({FailureKind.REFUSED_CONTENT, FailureKind.CONTEXT_OVERFLOW})


async def check(context: DeferredContext, provider_id: str, wanted: CheckIn) -> CheckOut:
    """How each model, or the one that is named, answers. Raises NotFound, InvalidInput, and what a call
    raises that cannot be put on the books; one that a budget or limit refuses is an answer.

    No transaction is open while the provider is waited for.
    """
    provider = await _provider(context, provider_id)
    targets = _targets(provider, wanted.model)
    gate = asyncio.Semaphore(_AT_ONCE)
    outbound = context.runtime.get(Outbound)
    books = await _books(context)
    caller = _caller(context)

    async def one(target: Target) -> CheckedModel:
        async with gate:
            return await _checked(outbound, Call(books, _facts(caller, target)), target)

    models = list(await asyncio.gather(*(one(target) for target in targets)))
    return CheckOut(ok=all(model.ok for model in models), models=models)


async def _provider(context: DeferredContext, provider_id: str) -> ConfiguredProvider:
    async with context.runtime.database.begin(context.principal) as session:
        row = await repository.get(session, provider_id)
        if row is None:
            raise NotFound
        models = await configuration.models(session, [row.id])
        return context.runtime.get(ConfigurationReader).provider(row, models)


async def _books(context: DeferredContext) -> Books:
    """The books, begun: a check may be the first call of the process."""
    books = context.runtime.get(Books)
    await asyncio.to_thread(price_list)
    books.usage.start()
    books.limits.start()
    return books


def _caller(context: DeferredContext) -> Caller:
    principal = context.principal
    return Caller(principal.workspace_id or "", principal.user_id, principal.key_id, _ROUTE)


def _facts(caller: Caller, target: Target) -> CallFacts:
    return CallFacts(
        caller,
        _operation(target),
        target.model,
        input_bytes=len(_WORDS),
        max_output_tokens=_MOST_OUTPUT_TOKENS,
        trace_id=tracing.current_trace_id(),
    )


def _operation(target: Target) -> Operation:
    if Capability.CHAT in target.capabilities:
        return Operation.CHAT
    return Operation.EMBEDDINGS if Capability.EMBEDDINGS in target.capabilities else Operation.SPEECH


def _targets(provider: ConfiguredProvider, only: str | None) -> list[Target]:
    targets = []
    for model in provider.models:
        if model.is_pattern and only is not None and model.matches(only):
            targets.append(provider.target(model, only))
        elif not model.is_pattern and only in (None, model.name):
            targets.append(provider.target(model, model.name))
    if not targets:
        raise InvalidInput(
            "There is no model to try. Add one to the provider, or name one in 'model' that its patterns "
            "stand for.",
            errors=[FieldError("model", "no model of this provider")],
            reason="no_model_to_try",
        )
    return targets[:_MOST_MODELS]


async def _checked(outbound: Outbound, call: Call, target: Target) -> CheckedModel:
    started = time.perf_counter()
    problem: Problem | None = None
    words = ""
    try:
        await call.open(Plan(target.model, ((target,),)))
        with Closing(call):
            await _call(outbound, call, target)
    except LimitExceeded as refusal:
        problem, words = Problem.BUDGET, refusal.detail
    except OutboundFailure as failure:
        problem, words = _UNREACHED.get(failure.stage, Problem.PROVIDER), failure.detail
    except UpstreamFailure as failure:
        if failure.kind not in _GOOD:
            problem, words = _PROBLEMS.get(failure.kind, Problem.PROVIDER), failure.detail
    return CheckedModel(
        model=target.model,
        ok=problem is None,
        problem=problem,
        detail=None
        if problem is None
        else f"{_REMEDIES[problem]} ({without_secrets(target, words)[:_LONGEST_WORDS]})",
        latency_ms=round(1_000 * (time.perf_counter() - started), 1),
    )


async def _call(outbound: Outbound, call: Call, target: Target) -> None:
    """Raises OutboundFailure, UpstreamFailure."""
    call.target, call.attempts = target, 1
    try:
        tokens = await _answered(outbound, call, target)
    except OutboundFailure as failure:
        call.close(Outcome.FAILED, error_code=upstream_failure(failure).kind.value)
        raise
    call.first_token()
    call.close(Outcome.ANSWERED, tokens)


async def _answered(outbound: Outbound, call: Call, target: Target) -> TokenCount:
    """What the model's answer used. Raises OutboundFailure, UpstreamFailure."""
    adapter = adapter_for(target.kind)
    asked = _request(target)
    request = OutboundRequest(
        asked.url, asked.headers, asked.body, asked.method, target.allow_private_address
    )
    response = await outbound.send(request, _TIMES)
    body = await response.read_whole(_LARGEST_ANSWER)
    if not 200 <= response.status < 300:
        raise adapter.failure(response.status, response.headers, body)
    match _operation(target):
        case Operation.CHAT:
            answer = adapter.chat_answer(body)
            guess = call.estimated(len(answer.text) // _CHARACTERS_PER_TOKEN)
            return guess if answer.tokens.estimated else answer.tokens
        case Operation.EMBEDDINGS:
            _, tokens = adapter.embedding_answer(body)
            return call.estimated(0) if tokens.estimated else tokens
        case _:
            speech = adapter.speech_answer(response.headers.get("content-type", ""), body)
            return speech.tokens or call.estimated(0)


def _request(target: Target) -> UpstreamRequest:
    adapter = adapter_for(target.kind)
    match _operation(target):
        case Operation.CHAT:
            message = Message(role="user", parts=(Text(_WORDS),))
            return adapter.chat_request(
                target,
                ChatRequest(model=target.model, messages=(message,), max_output_tokens=_MOST_OUTPUT_TOKENS),
            )
        case Operation.EMBEDDINGS:
            return adapter.embedding_request(target, [_WORDS], None)
        case _:
            return adapter.speech_request(
                target, SpeechRequest(model=target.model, text=_WORDS, voice="alloy")
            )
