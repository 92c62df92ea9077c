"""Prometheus metrics. Names follow Prometheus' conventions; every process counts for itself and
`/metrics` of any web process adds up the processes of its supervisor."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

# The client library decides at import whether values live in files that processes share.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="answerable-metrics-")
    _OWNER = os.getpid()
else:
    _OWNER = 0

# isort: split
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

REQUESTS = Counter("answerable_http_requests_total", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "answerable_http_request_duration_seconds",
    "Time to the last byte of a response, in seconds.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge(
    "answerable_http_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum"
)
JOBS = Counter("answerable_jobs_total", "Jobs ended.", ["kind", "status"])
JOB_SECONDS = Histogram(
    "answerable_job_duration_seconds",
    "Run time of jobs, in seconds.",
    ["kind"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
MODEL_ATTEMPTS = Counter(
    "answerable_model_attempts_total",
    "Calls sent to model providers, by how they ended.",
    ["provider", "outcome"],
)
MODEL_SECONDS = Histogram(
    "answerable_model_answer_seconds",
    "Time until a model provider answered, to the first content of a stream, in seconds.",
    ["provider"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300),
)
MODEL_BREAKER_CHANGES = Counter(
    "answerable_model_breaker_changes_total", "State changes of circuit breakers.", ["provider", "state"]
)
ANSWERS = Counter("answerable_answers_total", "Answers given.", ["route", "status", "stage"])

USAGE_WAITING = Gauge(
    "answerable_usage_waiting_bytes",
    "Logs of model calls that are not in the database yet.",
    multiprocess_mode="livesum",
)


def exposition() -> bytes:
    """All processes' metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """Drop the live gauges of a process that ended."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def remove_files() -> None:
    """Remove the shared files, in the process that made them."""
    if os.getpid() == _OWNER:
        shutil.rmtree(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), ignore_errors=True)
