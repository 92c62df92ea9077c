"""The long-lived objects of the gateway, as the runtime makes them."""

from __future__ import annotations

import os

from answerable.inference.models.catalog import Catalog
from answerable.inference.models.operator import OperatorModels, load_operator_models
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.routing.breaker import BreakerRules
from answerable.inference.routing.health import CircuitBreakers, HealthRules
from answerable.inference.routing.router import Router
from answerable.kit.crypto import SecretBox, load_secret_box
from answerable.kit.db.notifications import Notifications
from answerable.kit.runtime import Runtime
from answerable.kit.settings import RoutingSettings


def provide_inference(runtime: Runtime) -> None:
    """Register how the gateway's objects are made."""
    runtime.provide(SecretBox, lambda made: load_secret_box(made.settings))
    runtime.provide(Notifications, lambda made: Notifications(made.database.url))
    runtime.provide(OperatorModels, lambda made: load_operator_models(made.settings.inference, os.environ))
    runtime.provide(
        ConfigurationReader,
        lambda made: ConfigurationReader(made.get(SecretBox), made.settings.inference.private_hosts),
    )
    runtime.provide(
        Catalog,
        lambda made: Catalog(
            made.database,
            made.get(ConfigurationReader),
            made.get(OperatorModels),
            made.get(Notifications),
            most=made.settings.inference.catalog_workspaces,
        ),
    )
    runtime.provide(CircuitBreakers, lambda made: CircuitBreakers(_health(made.settings.inference.routing)))
    runtime.provide(Router, lambda made: Router(made.get(CircuitBreakers)))


def _health(settings: RoutingSettings) -> HealthRules:
    rules = BreakerRules(
        consecutive_failures=settings.consecutive_failures,
        failure_rate=settings.failure_rate,
        min_calls=settings.min_calls,
        window_seconds=settings.window_seconds,
        open_seconds=settings.open_seconds,
        max_open_seconds=max(settings.open_seconds, settings.max_open_seconds),
        credentials_seconds=settings.credentials_seconds,
        probe_seconds=settings.probe_seconds,
    )
    return HealthRules(breaker=rules, retry_share=settings.retry_share)
