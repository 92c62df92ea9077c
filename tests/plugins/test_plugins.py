"""Installed is not approved: what plugins may do, and what becomes of those that fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.cli.doctor.finding import Level
from answerable.cli.doctor.plugins import check_plugins
from answerable.inference.providers import registry
from answerable.inference.providers.openai.adapter import OpenAIAdapter
from answerable.inference.providers.registry import (
    UnknownProviderKind,
    adapter_for,
    provider_kinds,
    start_plugins,
)
from answerable.plugins import PluginStatus
from tests.plugins.packages import Packages

ADAPTER = """
from answerable.inference.providers.openai.adapter import OpenAIAdapter
from answerable.plugins import hookimpl

class Adapter(OpenAIAdapter):
    kind = {kind!r}

@hookimpl
def answerable_providers():
    return [Adapter()]
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """An environment with packages of the test's own; the process's adapters are put back afterwards."""
    monkeypatch.setattr(registry, "_adapters", dict(registry._adapters))
    packages = Packages(tmp_path, monkeypatch)
    yield packages
    packages.forget()


def states(allowed: list[str]) -> dict[str, tuple[PluginStatus, str]]:
    return {state.package: (state.status, state.detail) for state in start_plugins(allowed)}


def test_nothing_of_a_package_runs_before_it_is_approved(packages: Packages) -> None:
    packages.install("acme", ADAPTER.format(kind="acme"))
    assert states([])["acme"] == (PluginStatus.NOT_APPROVED, "")
    assert states(["other", "acme-tools", "main"])["acme"] == (PluginStatus.NOT_APPROVED, "")
    assert not packages.started("acme")
    assert "acme" not in provider_kinds()


def test_an_approved_plugin_adds_its_provider(packages: Packages) -> None:
    packages.install("acme", ADAPTER.format(kind="acme"))
    assert states(["acme"])["acme"] == (PluginStatus.LOADED, "")
    assert adapter_for("acme").kind == "acme"
    assert provider_kinds() == ("openai", "anthropic", "gemini", "acme")


@pytest.mark.parametrize("allowed", ["Acme.AI_tools", "acme-ai-tools"])
def test_a_package_is_known_however_its_name_is_written(packages: Packages, allowed: str) -> None:
    packages.install("Acme_AI.tools", ADAPTER.format(kind="acme"))
    assert states([allowed])["Acme_AI.tools"][0] is PluginStatus.LOADED


def test_an_approved_name_is_the_packages_not_one_it_gives_itself(packages: Packages) -> None:
    packages.install("evil", ADAPTER.format(kind="acme"), point="acme")
    assert states(["acme"])["evil"][0] is PluginStatus.NOT_APPROVED
    assert not packages.started("evil")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module", "no_such_module"),
        ("raise RuntimeError('boom')", "boom"),
        ("def broken(:", "SyntaxError"),
        ("from answerable.plugins import hookimpl\n@hookimpl\ndef answerable_made_up(): ...", "made_up"),
        (
            "from answerable.plugins import hookimpl\n@hookimpl\ndef answerable_providers(): 1 / 0",
            "ZeroDivisionError",
        ),
        (
            "from answerable.plugins import hookimpl\n@hookimpl\ndef answerable_providers(): return [3]",
            "no adapter",
        ),
        (ADAPTER.format(kind="openai"), "'openai' is taken"),
    ],
)
def test_a_plugin_that_fails_is_reported_and_left_out(packages: Packages, code: str, reason: str) -> None:
    packages.install("broken", code)
    packages.install("fine", ADAPTER.format(kind="fine"))
    found = states(["broken", "fine"])
    assert found["broken"][0] is PluginStatus.FAILED
    assert reason in found["broken"][1]
    assert found["fine"] == (PluginStatus.LOADED, "")
    assert adapter_for("fine").kind == "fine"
    assert type(adapter_for("openai")) is OpenAIAdapter


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownProviderKind, match="openai, anthropic, gemini"):
        adapter_for("telepathy")


def test_doctor_tells_of_plugins(packages: Packages) -> None:
    packages.install("acme", ADAPTER.format(kind="acme"))
    packages.install("broken", "raise RuntimeError('boom')")
    packages.install("new", "")
    found = {finding.subject: finding for finding in check_plugins(["acme", "broken", "gone"])}
    assert found["Plugin acme"].level is Level.OK
    assert found["Plugin broken"].level is Level.WARN
    assert "boom" in found["Plugin broken"].detail
    assert found["Plugin new"].level is Level.OK
    assert "not approved" in found["Plugin new"].detail
    assert found["Plugin gone"].level is Level.WARN
    assert "not installed" in found["Plugin gone"].detail
    assert not packages.started("new")
