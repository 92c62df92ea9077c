"""What the operator offers: from a file, from the environment, to all or to some."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.inference.models.configured import AliasDefinition
from answerable.inference.models.operator import BadModelFile, OperatorModels, load_operator_models
from answerable.inference.models.snapshot import Names, Snapshot
from answerable.inference.operation import Operation
from answerable.kit.settings import InferenceSettings

YAML = """
providers:
  - name: vllm
    kind: openai
    base_url: http://10.0.0.7:8000/v1
    api_key: ${VLLM_KEY}
    headers: {X-Team: "${TEAM:-blue} costs $$5"}
    models:
      - llama
      - {name: big, context_window: 128000, price: {input_per_mtok: 1, output_per_mtok: 2}}
  - name: private
    kind: anthropic
    workspaces: [ws_a]
    models: [claude]
aliases:
  - {name: fast, targets: [{model: llama}, {model: claude, group: 1}]}
"""
TOML = """
[[providers]]
name = "vllm"
kind = "openai"
base_url = "http://10.0.0.7:8000/v1"
models = ["llama"]
"""


def loaded(tmp_path: Path, text: str, name: str = "models.yaml", **environment: str) -> OperatorModels:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_operator_models(InferenceSettings(file=path), environment)


def names(models: OperatorModels, workspace_id: str) -> list[str]:
    return [entry.name for entry in models.names(workspace_id).entries()]


def test_a_file_offers_its_providers_to_all_or_to_those_it_names(tmp_path: Path) -> None:
    models = loaded(tmp_path, YAML, VLLM_KEY="sk-vllm")
    assert names(models, "ws_a") == ["big", "claude", "fast", "llama"]
    assert names(models, "ws_b") == ["big", "fast", "llama"]
    plan = Snapshot(models.names("ws_b")).plan("fast", Operation.CHAT)
    [[target]] = plan.groups
    assert (target.api_key, target.allow_private_address, target.configured_by_operator) == (
        "sk-vllm",
        True,
        True,
    )
    assert target.headers == (("X-Team", "blue costs $5"),)
    assert names(loaded(tmp_path, TOML, "models.toml"), "ws_b") == ["llama"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("providers: [", "not valid yaml"),
        ("providers: [{name: a, kind: openai, api_key: '${NOPE}'}]", "NOPE"),
        ("providers: [{name: a, kind: homemade}]", "base_url"),
        ("providers: [{name: a, kind: openai, colour: red}]", "colour"),
        ("providers: [{name: a, kind: openai, models: [m]}, {name: b, kind: openai, models: [m]}]", "twice"),
        ("providers: [{name: a, kind: openai}, {name: a, kind: gemini}]", "twice"),
        ("aliases: [{name: x, targets: [{model: nothing}]}]", "nothing"),
        ("aliases: [{name: x, targets: [{model: y}]}, {name: y, targets: [{model: x}]}]", "circle"),
    ],
)
def test_a_file_that_cannot_work_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadModelFile, match=said):
        loaded(tmp_path, text)


def test_a_refused_file_shows_no_key(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile) as refused:
        loaded(tmp_path, "providers: [{name: 'A B', kind: openai, api_key: \"sk-needle\\nx\"}]")
    assert "needle" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match=r"missing\.yaml"):
        load_operator_models(InferenceSettings(file=tmp_path / "missing.yaml"), {})


def test_the_usual_variables_count_only_where_that_is_switched_on() -> None:
    environment = {"OPENAI_API_KEY": "sk-o", "ANTHROPIC_API_KEY": "sk-a", "GEMINI_API_KEY": "sk-g"}
    off = load_operator_models(InferenceSettings(), environment)
    assert names(off, "ws_a") == []
    on = load_operator_models(InferenceSettings(providers_from_environment=True), environment)
    snapshot = Snapshot(on.names("ws_a"))
    reached = {
        name: snapshot.plan(name, Operation.CHAT).groups[0][0].provider
        for name in ("gpt-5", "claude-opus", "gemini-pro", "openai/anything", "anthropic/x")
    }
    assert list(reached.values()) == ["openai", "anthropic", "gemini", "openai", "anthropic"]


def test_a_workspaces_own_name_comes_first_and_the_operators_stays_within_reach(tmp_path: Path) -> None:
    models = loaded(tmp_path, TOML, "models.toml")
    own = AliasDefinition.model_validate({"name": "llama", "targets": [{"model": "vllm/llama", "weight": 2}]})
    snapshot = Snapshot(Names([], [own], models.names("ws_a")))
    assert snapshot.plan("llama", Operation.CHAT).groups[0][0].weight == 2
    assert [entry.name for entry in snapshot.entries()] == ["llama", "vllm/llama"]
