"""The model gateway beside a bare ASGI relay and, when it is installed, LiteLLM's proxy, in one run.

One core is the gateway's alone; load, upstream and PostgreSQL have the other. Every gateway gets the same
calls on the same connections. LiteLLM goes into an environment of its own:

    python -m venv /somewhere/litellm && /somewhere/litellm/bin/pip install 'litellm[proxy]'
    python -m bench.gateway --litellm /somewhere/litellm/bin/litellm
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from answerable.kit.postgres import app_url_for
from bench.gateway_wire import Load, Target, Upstream
from bench.knowledge_bed import fresh_cluster

BUDGETS = {
    "plain_of_bare": 0.35,
    "streams_of_bare": 0.35,
    "added_p50_ms": 1.0,
    "added_p99_ms": 5.0,
    "streams_at_once_complete": 2_000,
}
_CONNECTIONS = 64
Figures = dict[str, dict[str, float]]
_START_SECONDS = 60.0
_PASSWORD = "correct horse battery staple"


def cores() -> tuple[int, int]:
    """The gateway's core and everybody else's."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[-1], usable[0]


@contextmanager
def pinned(core: int, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process on one core, ended with the block."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # the child inherits it
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL,
    )
    os.sched_setaffinity(0, own)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers there. RuntimeError when nobody does."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the gateway ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the gateway was not ready in time")


def call(port: int, path: str, body: object, token: str | None = None) -> dict[str, object]:
    """POST a JSON document; returns the answer's."""
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        document: dict[str, object] = json.load(answer)
        return document


def prepare(port: int, upstream_port: int) -> str:
    """A workspace with a provider, budgets and limits; returns its API key."""
    person = {"email": "bench@example.com", "password": _PASSWORD, "workspace_name": "Bench"}
    token = str(call(port, "/api/v1/auth/register", person)["access_token"])
    price = {"input_per_mtok": 0.5, "output_per_mtok": 1.5}
    provider = {
        "name": "upstream",
        "kind": "openai",
        "base_url": f"http://127.0.0.1:{upstream_port}/v1",
        "api_key": "sk-bench",
        "models": [{"name": "bench-model", "price": price}],
    }
    call(port, "/api/v1/providers", provider, token)
    subject = {"type": "workspace"}
    call(port, "/api/v1/budgets", {"subject": subject, "period": "month", "limit_usd": 1_000_000}, token)
    for measure, most in (("requests", 10**8), ("tokens", 10**12), ("concurrent", 10**6)):
        call(port, "/api/v1/limits", {"subject": subject, "measure": measure, "limit": most}, token)
    return str(call(port, "/api/v1/api-keys", {"name": "bench"}, token)["key"])


@contextmanager
def bare_relay(core: int, upstream: Upstream, *, leanest: bool = False) -> Iterator[Target]:
    """A relay that does nothing else; see gateway_bare."""
    port = free_port()
    command = [sys.executable, "-m", "bench.gateway_bare", "--port", str(port)]
    command += ["--leanest"] if leanest else []
    with pinned(core, [*command, "--upstream", str(upstream.port)], {}) as process:
        wait_for(port, "/", process)
        yield Target("leanest" if leanest else "bare", port, process.pid)


@contextmanager
def answerable(core: int, upstream: Upstream) -> Iterator[Target]:
    """One web process with authentication, budgets, limits and usage on."""
    with fresh_cluster() as (folder, admin_url):
        port = free_port()
        environment = {
            "BENCH_DATABASE_URL": app_url_for(admin_url),
            "ANSWERABLE_DATA_DIR": str(folder),
            "ANSWERABLE_LOG__LEVEL": "warning",
            "ANSWERABLE_INFERENCE__PRIVATE_HOSTS": json.dumps(["127.0.0.1"]),
        }
        command = [sys.executable, "-m", "bench.gateway_process", "--port", str(port)]
        with pinned(core, command, environment) as process:
            wait_for(port, "/health/live", process)
            key = prepare(port, upstream.port)
            yield Target("answerable", port, process.pid, headers=f"authorization: Bearer {key}\r\n")


@contextmanager
def litellm(core: int, upstream: Upstream, executable: Path) -> Iterator[Target]:
    """LiteLLM's proxy with one worker and a master key."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        config = Path(folder, "config.yaml")
        config.write_text(
            json.dumps(  # JSON is YAML
                {
                    "model_list": [
                        {
                            "model_name": "bench-model",
                            "litellm_params": {
                                "model": "openai/bench-model",
                                "api_base": f"http://127.0.0.1:{upstream.port}/v1",
                                "api_key": "sk-bench",
                            },
                        }
                    ],
                    "general_settings": {"master_key": "sk-master"},
                    "litellm_settings": {"telemetry": False},
                }
            )
        )
        command = [str(executable), "--config", str(config), "--port", str(port), "--num_workers", "1"]
        with pinned(
            core, [*command, "--host", "127.0.0.1"], {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        ) as process:
            wait_for(port, "/health/liveliness", process)
            yield Target("litellm", port, process.pid, headers="authorization: Bearer sk-master\r\n")


class Round:
    """Repeated measurements of one gateway, of which the best counts: the machine does other things too."""

    def __init__(self, target: Target, options: argparse.Namespace) -> None:
        self._load = Load(target)
        self._process = psutil.Process(target.pid)
        self._options = options
        self.figures: Figures = {}

    async def per_second(self, kind: str) -> None:
        """Calls a second, and the processor time that each takes the gateway."""
        before = self._busy()
        found = await self._load.per_second(
            stream=kind == "streams", connections=_CONNECTIONS, seconds=self._options.seconds
        )
        found["cpu_us_per_call"] = round(1e6 * (self._busy() - before) / found.pop("calls"), 1)
        known = self.figures.get(kind)
        if known is None or found["per_second"] > known["per_second"]:
            self.figures[kind] = found

    async def latencies(self) -> None:
        """Latency at 200 calls a second."""
        found = await self._load.latencies(rate=200, seconds=self._options.seconds)
        known = self.figures.get("at_200_a_second")
        if known is None or found["p99_ms"] < known["p99_ms"]:
            self.figures["at_200_a_second"] = found

    async def at_once(self, upstream: Upstream) -> None:
        """Many streams at the same time."""
        upstream.gap = self._options.gap
        self.figures["at_once"] = await self._load.at_once(self._options.streams, limit_seconds=60)
        upstream.gap = 0.0

    def _busy(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All gateways in turns, and the ratios between them."""
    gateway_core, other_core = cores()
    os.sched_setaffinity(0, {other_core})  # children that are not pinned, PostgreSQL's, inherit it
    upstream = Upstream()
    await upstream.start()
    with ExitStack() as running:
        targets = [
            running.enter_context(bare_relay(gateway_core, upstream)),
            running.enter_context(answerable(gateway_core, upstream)),
            running.enter_context(bare_relay(gateway_core, upstream, leanest=True)),
        ]
        bare, ours, leanest = rounds = [Round(target, options) for target in targets]
        for _ in range(options.rounds):
            for kind in ("plain", "streams"):
                for each in rounds:
                    await each.per_second(kind)
            for each in rounds:
                await each.latencies()
        for each in rounds:
            await each.at_once(upstream)
    found = {"bare": bare.figures, "answerable": ours.figures, "leanest": leanest.figures}
    if options.litellm:
        with litellm(gateway_core, upstream, options.litellm) as target:
            theirs = Round(target, options)
            await theirs.per_second("plain")
            await theirs.per_second("streams")
            found["litellm"] = theirs.figures
    upstream.stop()
    return {**found, "ratios": ratios(found), "budgets": BUDGETS}


def ratios(found: dict[str, Figures]) -> dict[str, float]:
    """Ours beside the others."""
    ours, bare = found["answerable"], found["bare"]
    figures = {
        "added_p50_ms": ours["at_200_a_second"]["p50_ms"] - bare["at_200_a_second"]["p50_ms"],
        "added_p99_ms": ours["at_200_a_second"]["p99_ms"] - bare["at_200_a_second"]["p99_ms"],
    }
    for kind in ("plain", "streams"):
        figures[f"{kind}_of_bare"] = ours[kind]["per_second"] / bare[kind]["per_second"]
        figures[f"{kind}_of_leanest"] = ours[kind]["per_second"] / found["leanest"][kind]["per_second"]
        figures[f"{kind}_of_bare_by_cpu"] = bare[kind]["cpu_us_per_call"] / ours[kind]["cpu_us_per_call"]
        if "litellm" in found:
            figures[f"{kind}_times_litellm"] = ours[kind]["per_second"] / found["litellm"][kind]["per_second"]
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each kind; the best counts")
    parser.add_argument("--streams", type=int, default=2_000, help="streams that are open at once")
    parser.add_argument("--gap", type=float, default=0.2, help="seconds between two frames of those")
    parser.add_argument("--litellm", type=Path, help="path of the 'litellm' command, to compare with")
    print(json.dumps({"gateway": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
