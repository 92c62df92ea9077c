"""Trying out a provider: one small call to each of its models, and what its failure means."""

from __future__ import annotations

import asyncio
import time

from answerable.identity.access import DeferredContext
from answerable.inference.chat import ChatRequest, Message, Text
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models import repository as configuration
from answerable.inference.models.configured import ConfiguredProvider
from answerable.inference.models.hiding import without_secrets
from answerable.inference.models.plan import Capability, Target
from answerable.inference.models.providers import repository
from answerable.inference.models.providers.schemas import CheckedModel, CheckIn, CheckOut, Problem
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.registry import adapter_for
from answerable.inference.speech import SpeechRequest
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure, OutboundRequest, OutboundTimes

_AT_ONCE = 4
_MOST_MODELS = 20
_LARGEST_ANSWER = 1_000_000
_LONGEST_WORDS = 500
_TIMES = OutboundTimes(5, 20, 10, 30)

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
    Problem.REQUEST: "Key and address are good; the provider does not take this kind of call for the model.",
    Problem.PROVIDER: "The provider is there and fails. Look at its status page, or try again later.",
}
# The provider answered as it should: it merely does not like the word that it was given.
_GOOD = frozenset({FailureKind.REFUSED_CONTENT, FailureKind.CONTEXT_OVERFLOW})


async def check(context: DeferredContext, provider_id: str, wanted: CheckIn) -> CheckOut:
    """How each model, or the one that is named, answers. Raises NotFound, InvalidInput.

    No transaction is open while the provider is waited for.
    """
    provider = await _provider(context, provider_id)
    targets = _targets(provider, wanted.model)
    gate = asyncio.Semaphore(_AT_ONCE)
    outbound = context.runtime.get(Outbound)

    async def one(target: Target) -> CheckedModel:
        async with gate:
            return await _checked(outbound, target)

    models = list(await asyncio.gather(*(one(target) for target in targets)))
    return CheckOut(ok=all(model.ok for model in models), models=models)


async def _provider(context: DeferredContext, provider_id: str) -> ConfiguredProvider:
    async with context.runtime.database.begin(context.principal) as session:
        row = await repository.get(session, provider_id)
        if row is None:
            raise NotFound
        models = await configuration.models(session, [row.id])
        return context.runtime.get(ConfigurationReader).provider(row, models)


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
        )
    return targets[:_MOST_MODELS]


async def _checked(outbound: Outbound, target: Target) -> CheckedModel:
    started = time.perf_counter()
    problem: Problem | None = None
    words = ""
    try:
        await _call(outbound, target)
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


async def _call(outbound: Outbound, target: Target) -> None:
    """Raises OutboundFailure, UpstreamFailure."""
    adapter = adapter_for(target.kind)
    asked = _request(target)
    request = OutboundRequest(
        asked.url, asked.headers, asked.body, asked.method, target.allow_private_address
    )
    response = await outbound.send(request, _TIMES)
    body = await response.read_whole(_LARGEST_ANSWER)
    if not 200 <= response.status < 300:
        raise adapter.failure(response.status, response.headers, body)
    if Capability.CHAT in target.capabilities:
        adapter.chat_answer(body)
    elif Capability.EMBEDDINGS in target.capabilities:
        adapter.embedding_answer(body)


def _request(target: Target) -> UpstreamRequest:
    adapter = adapter_for(target.kind)
    if Capability.CHAT in target.capabilities:
        message = Message(role="user", parts=(Text("Say OK."),))
        return adapter.chat_request(
            target, ChatRequest(model=target.model, messages=(message,), max_output_tokens=16)
        )
    if Capability.EMBEDDINGS in target.capabilities:
        return adapter.embedding_request(target, ["OK"], None)
    return adapter.speech_request(target, SpeechRequest(model=target.model, text="OK", voice="alloy"))
