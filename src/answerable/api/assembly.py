"""What the system is made of: each slice's routes, long-lived objects and background tasks."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from answerable.api.jobs.endpoints import router as jobs_routes
from answerable.api.relay import SystemModel
from answerable.api.relay.answerable.model import AnswerableModel
from answerable.chat.resources import provide_chat
from answerable.chat.router import router as chat_routes
from answerable.data.resources import provide_data
from answerable.data.router import router as data_routes
from answerable.events.resources import provide_events
from answerable.events.router import router as event_routes
from answerable.identity.resources import provide_identity
from answerable.identity.router import router as identity_routes
from answerable.inference.cache.encoder import QuestionEncoder
from answerable.inference.resources import provide_inference
from answerable.inference.router import router as inference_routes
from answerable.kit.clock import Clock
from answerable.kit.db import Database
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.knowledge.embedding import TextEncoder
from answerable.knowledge.embedding.weights import MODEL_NAME
from answerable.knowledge.resources import provide_knowledge
from answerable.knowledge.router import router as knowledge_routes


def routers() -> Sequence[APIRouter]:
    """The routers of all slices, in the order of the API page."""
    return (
        identity_routes,
        knowledge_routes,
        data_routes,
        inference_routes,
        chat_routes,
        event_routes,
        jobs_routes,
    )


def system_model(runtime: Runtime) -> SystemModel:
    """What answers for the model name `answerable`."""
    return AnswerableModel(runtime)


def build_runtime(settings: Settings, database_url: str, *, clock: Clock | None = None) -> Runtime:
    """A runtime with every slice's objects registered, on the app role's database URL."""
    embedded = settings.database_url is None and settings.app_database_url is None
    database = Database(
        database_url,
        pool_size=settings.database.pool_size,
        max_overflow=settings.database.max_overflow,
        statement_timeout_ms=settings.database.statement_timeout_ms,
        prepared_statements=settings.database.prepares_statements(embedded=embedded),
    )
    runtime = Runtime(settings, database, clock=clock)
    provide_identity(runtime)
    provide_inference(runtime)
    provide_events(runtime)
    provide_data(runtime)
    provide_knowledge(runtime)
    # Models know nothing of documents; they are lent the encoder that documents are found with.
    runtime.provide(
        QuestionEncoder, lambda made: QuestionEncoder(MODEL_NAME, made.get(TextEncoder).encode_query)
    )
    provide_chat(runtime)
    return runtime
