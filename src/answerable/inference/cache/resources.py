"""The long-lived objects of the cache, as the runtime makes them."""

from __future__ import annotations

from importlib import import_module

from answerable.inference.cache import tasks
from answerable.inference.cache.encoder import NO_ENCODER, QuestionEncoder
from answerable.inference.cache.forgetting import Marks
from answerable.inference.cache.postgres import PostgresAnswers
from answerable.inference.cache.service import AnswerCache
from answerable.inference.cache.store import AnswerStore, StoreBounds
from answerable.kit.crypto import SecretBox
from answerable.kit.db.notifications import Notifications
from answerable.kit.runtime import Runtime

BACKGROUND_WORK = (tasks.sweep_answers,)


def provide_cache(runtime: Runtime) -> None:
    """Register how the cache's objects are made. Whoever has an encoder provides it in place of none."""
    runtime.provide(QuestionEncoder, lambda _: NO_ENCODER)
    runtime.provide(Marks, lambda made: Marks(made.database, made.get(Notifications)))
    runtime.provide(
        AnswerCache,
        lambda made: AnswerCache(
            _store(made),
            made.get(Marks),
            made.get(SecretBox),
            lambda: made.get(QuestionEncoder),
            made.clock,
            made.settings.inference.cache,
        ),
    )


def _store(made: Runtime) -> AnswerStore:
    settings = made.settings.inference.cache
    bounds = StoreBounds(settings.max_entries, settings.max_bytes)
    url = made.settings.redis_url
    if url is None:
        return PostgresAnswers(made.database, made.clock, bounds)
    # An extra: who has no Redis needs no client for it.
    redis = import_module("answerable.inference.cache.redis")
    store: AnswerStore = redis.RedisAnswers(
        url.get_secret_value(), made.clock, bounds, made.get(Marks).lately
    )
    return store
