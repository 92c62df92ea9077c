"""The long-lived objects of the gateway, as the runtime makes them."""

from __future__ import annotations

import os

from answerable.inference.cache.resources import provide_cache
from answerable.inference.cache.service import AnswerCache
from answerable.inference.cascade.calibration import Calibrations
from answerable.inference.cascade.observation import Observations
from answerable.inference.cascade.service import Cascades
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.attempts import Providers
from answerable.inference.gateway.bounds import GatewayBounds
from answerable.inference.gateway.call import Books
from answerable.inference.limits.limits import Limits
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.operator import OperatorModels, load_operator_models
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.providers.registry import adapter_for, start_plugins
from answerable.inference.routing.breaker import BreakerRules
from answerable.inference.routing.health import CircuitBreakers, HealthRules
from answerable.inference.routing.router import Router
from answerable.inference.usage.log import UsageLog
from answerable.kit.crypto import SecretBox, load_secret_box
from answerable.kit.db.notifications import Notifications
from answerable.kit.outbound import Outbound
from answerable.kit.runtime import Runtime
from answerable.kit.settings import RoutingSettings


def provide_inference(runtime: Runtime) -> None:
    """Register how the gateway's objects are made, and start the approved plugins."""
    start_plugins(runtime.settings.plugins.allowed)
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
    runtime.provide(
        Outbound, lambda made: Outbound(idle_seconds=made.settings.inference.relay.idle_connection_seconds)
    )
    runtime.provide(
        UsageLog,
        lambda made: UsageLog(
            made.settings.data_dir / "usage-log", made.database, made.settings.inference.usage
        ),
    )
    runtime.provide(Limits, _limits)
    runtime.provide(Books, _books)
    provide_cache(runtime)
    runtime.provide(Observations, lambda made: Observations(made.database))
    runtime.provide(Calibrations, lambda made: Calibrations(made.database))
    runtime.provide(Gateway, _gateway)


def _limits(made: Runtime) -> Limits:
    usage = made.get(UsageLog)
    return Limits(
        made.database,
        made.clock,
        made.settings.inference.limits,
        made.get(Notifications),
        usage.replica,
        usage.flush,
    )


def _books(made: Runtime) -> Books:
    return Books(
        made.get(UsageLog),
        made.get(Limits),
        made.clock,
        assumed_output=made.settings.inference.limits.default_output_tokens,
    )


def _gateway(made: Runtime) -> Gateway:
    settings = made.settings.inference
    return Gateway(
        made.get(Catalog),
        Providers(made.get(Outbound), made.get(Router), adapter_for),
        made.get(Books),
        GatewayBounds(settings.relay.max_answer_bytes, settings.relay.call_seconds),
        lambda calls: Cascades(calls, made.get(Observations), made.get(Calibrations)),
        made.get(AnswerCache),
    )


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
