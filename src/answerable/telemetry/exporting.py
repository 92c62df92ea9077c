"""Switches tracing on for a process, as its settings say."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from opentelemetry.trace import TracerProvider

from answerable.kit.settings import TracingSettings
from answerable.telemetry import tracing


@contextmanager
def exported_traces(settings: TracingSettings, service: str) -> Iterator[None]:
    """While inside, spans go to the collector; what is left goes out at the end."""
    if settings.endpoint is None:
        yield
        return
    otlp = importlib.import_module("answerable.telemetry.otlp")
    make = cast("Callable[..., TracerProvider]", otlp.provider)
    provider = make(
        settings.endpoint,
        {name: value.get_secret_value() for name, value in settings.headers.items()},
        service=service,
        project=settings.project,
        sample_ratio=settings.sample_ratio,
    )
    tracing.record_spans(provider, content=settings.capture_content)
    try:
        yield
    finally:
        tracing.record_spans(None)
        shutdown: Callable[[], None] = provider.shutdown  # type: ignore[attr-defined]
        shutdown()
