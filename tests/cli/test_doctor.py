"""What the doctor finds, and what it advises."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path

import psycopg
import pytest

from answerable.cli.doctor.connections import check_connections
from answerable.cli.doctor.database import check_database
from answerable.cli.doctor.environment import check_environment, setting_names
from answerable.cli.doctor.finding import Finding, Level
from answerable.cli.doctor.machine import (
    check_credentials,
    check_data_dir,
    check_disk,
    check_open_files,
    check_port,
    check_python,
    check_sandbox,
)
from answerable.cli.doctor.models import check_models
from answerable.cli.doctor.weights import check_embedding_weights, check_encoder, check_reranker
from answerable.kit.postgres.credentials import APP_ROLE
from answerable.kit.settings import HttpSettings, RerankerSettings, SearchSettings, Settings
from answerable.knowledge.embedding.weights import MODEL_FILES
from tests.cli.command import run
from tests.factories.servers import free_port
from tests.knowledge.embedding.tiny_model import make_model


@pytest.mark.parametrize(
    ("version", "implementation", "level"),
    [
        ((3, 10, 14), "CPython", Level.FAIL),
        ((3, 11, 0), "CPython", Level.OK),
        ((3, 14, 1), "CPython", Level.OK),
        ((3, 11, 13), "PyPy", Level.WARN),
    ],
)
def test_python_must_be_new_enough(version: tuple[int, int, int], implementation: str, level: Level) -> None:
    assert check_python(version, implementation).level is level


@pytest.mark.parametrize(
    ("landlock", "seccomp", "level"),
    [(7, "kill_process errno log allow", Level.OK), (0, "errno allow", Level.WARN), (7, "", Level.WARN)],
)
def test_missing_walls_of_the_kernel_are_warned_of(landlock: int, seccomp: str, level: Level) -> None:
    assert check_sandbox(landlock, seccomp).level is level


def test_a_full_disk_fails_and_a_nearly_full_one_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 900_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    assert check_disk(tmp_path).level is Level.FAIL
    Usage.free = 4_000_000_000
    assert check_disk(tmp_path / "not" / "yet").level is Level.WARN
    Usage.free = 6_000_000_000
    assert check_disk(tmp_path).level is Level.OK


def test_a_data_folder_that_others_may_write_to_is_warned_of(tmp_path: Path) -> None:
    assert check_data_dir(tmp_path / "later").level is Level.OK
    tmp_path.chmod(0o777)
    finding = check_data_dir(tmp_path)
    assert (finding.level, finding.advice) == (Level.WARN, f"Run 'chmod go-w {tmp_path}'.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert check_data_dir(tmp_path).level is Level.FAIL


def test_credentials_that_others_may_read_fail(tmp_path: Path) -> None:
    assert check_credentials(tmp_path).level is Level.WARN
    path = tmp_path / "credentials.json"
    path.touch(mode=0o644)
    assert check_credentials(tmp_path).advice == f"Run 'chmod 600 {path}'."
    path.chmod(0o600)
    assert check_credentials(tmp_path).level is Level.OK


def test_a_port_that_something_else_holds_fails() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        finding = check_port(HttpSettings(port=other.getsockname()[1]))
    assert finding.level is Level.FAIL
    assert "--port" in finding.advice


async def test_a_port_that_this_system_holds_is_in_order(base_url: str) -> None:

    port = int(base_url.rpartition(":")[2])
    finding = await asyncio.to_thread(check_port, HttpSettings(port=port))
    assert finding.level is Level.OK


def test_damaged_weights_fail_and_missing_ones_warn(tmp_path: Path) -> None:
    assert check_embedding_weights(tmp_path, tmp_path).level is Level.WARN
    for name in MODEL_FILES:
        (tmp_path / name).write_bytes(b"not a model")
    finding = check_embedding_weights(tmp_path, tmp_path)
    assert finding.level is Level.FAIL
    assert "models pull" in finding.advice


def levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


def test_a_migrated_database_is_in_order(admin_url: str) -> None:
    found = levels(check_database(Settings(database_url=admin_url)))
    assert found == dict.fromkeys(
        ("PostgreSQL", "pgvector", "Migrations", "Tenant wall", "App role"), Level.OK
    )


def test_a_breach_in_the_tenant_wall_fails(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE breach (workspace_id uuid)")
        try:
            findings = check_database(Settings(database_url=admin_url))
        finally:
            connection.execute("DROP TABLE breach")
    wall = next(finding for finding in findings if finding.subject == "Tenant wall")
    assert wall.level is Level.FAIL
    assert "breach" in wall.detail


def test_serving_as_the_owner_of_the_tables_fails(admin_url: str) -> None:
    settings = Settings(database_url=admin_url, app_database_url=admin_url)
    assert levels(check_database(settings))["App role"] is Level.FAIL


def test_a_server_that_keeps_its_functions_open_is_warned_of(admin_url: str) -> None:
    function = "FUNCTION pg_catalog.set_config(text, text, boolean)"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"GRANT EXECUTE ON {function} TO {APP_ROLE}")
        try:
            findings = check_database(Settings(database_url=admin_url))
        finally:
            connection.execute(f"REVOKE EXECUTE ON {function} FROM {APP_ROLE}")
    assert levels(findings)["App role"] is Level.WARN


def test_a_database_that_does_not_answer_is_one_line() -> None:
    url = f"postgresql://nobody:x@127.0.0.1:{free_port()}/nothing"
    findings = check_database(Settings(database_url=url))
    assert levels(findings) == {"PostgreSQL": Level.FAIL}
    assert "\n" not in findings[0].detail


def test_the_report_is_json_and_the_status_follows_it(tmp_path: Path) -> None:
    healthy = run("doctor", "--data-dir", tmp_path, "--port", free_port(), "--json")
    assert healthy.status == 0
    assert {entry["level"] for entry in json.loads(healthy.output)} <= {"ok", "warn"}
    (tmp_path / "credentials.json").touch(mode=0o644)
    sick = run("doctor", "--data-dir", tmp_path, "--port", free_port())
    assert sick.status == 1
    assert "chmod 600" in sick.output
    assert sick.errors == "answerable: not in order: Credentials\n"


def test_models_that_cannot_work_fail(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text("providers: [{name: a, kind: openai}]")
    settings = Settings.model_validate({"data_dir": tmp_path, "inference": {"file": path}})
    assert check_models(settings).level is Level.OK
    path.write_text("providers: [{name: a, kind: openai, models: ['not a name']}]")
    assert check_models(settings).level is Level.FAIL


def test_an_encoder_of_ones_own_is_checked(tmp_path: Path) -> None:
    asked = SearchSettings.model_validate({"encoder": {"url": "http://tei/embed"}})
    assert check_encoder(asked, tmp_path).detail == "asked at http://tei/embed"
    own = SearchSettings.model_validate({"encoder": {"folder": tmp_path}})
    assert check_encoder(own, tmp_path).level is Level.FAIL
    make_model(tmp_path)
    assert check_encoder(own, tmp_path).level is Level.OK
    (tmp_path / "modules.json").write_text('[{"path": "1_Dense", "type": "models.Dense"}]')
    assert "Dense" in check_encoder(own, tmp_path).detail


def test_a_reranker_is_checked_where_one_is_set(tmp_path: Path) -> None:
    assert check_reranker(RerankerSettings()) == []
    (asked,) = check_reranker(RerankerSettings(url="http://tei/rerank"))
    assert (asked.level, asked.detail) == (Level.OK, "asked at http://tei/rerank")
    settings = RerankerSettings(folder=tmp_path)
    assert check_reranker(settings)[0].level is Level.FAIL
    make_model(tmp_path, head=True)
    assert check_reranker(settings)[0].level is Level.OK
    (tmp_path / "model.safetensors").unlink()
    assert check_reranker(settings)[0].level is Level.FAIL


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ANSWERABLE_DATABSE_URL", "ANSWERABLE_DATABASE_URL"),
        ("ANSWERABLE_HTTP_PORT", "ANSWERABLE_HTTP__PORT"),
        ("answerable_jobs__concurency", "ANSWERABLE_JOBS__CONCURRENCY"),
        ("ANSWERABLE_INFERENCE__CACHE__TTL", "ANSWERABLE_INFERENCE__CACHE__TTL_SECONDS"),
        ("ANSWERABLE_PASWORD", "ANSWERABLE_PASSWORD"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(name: str, meant: str) -> None:
    finding = check_environment({name: "1", "PATH": "/bin"})
    assert finding.level is Level.WARN
    assert name in finding.detail
    assert f"did you mean {meant}?" in finding.advice


def test_a_variable_that_is_like_none_is_named_too() -> None:
    finding = check_environment({"ANSWERABLE_QQ": "1"})
    assert (finding.level, finding.detail) == (Level.WARN, "nothing reads ANSWERABLE_QQ")


def test_settings_and_what_the_command_line_reads_are_no_mistakes() -> None:
    names = [
        "ANSWERABLE_URL",
        "ANSWERABLE_KEY",
        "ANSWERABLE_PASSWORD",
        "ANSWERABLE_TRACING__HEADERS__X-TOKEN",
        "answerable_data_dir",
        *setting_names(),
    ]
    assert check_environment(dict.fromkeys(names, "1")).level is Level.OK


def test_the_doctor_looks_at_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_HTPP__PORT", "1")
    finished = run("doctor", "--data-dir", tmp_path / "data", "--port", free_port())
    assert "did you mean ANSWERABLE_HTTP__PORT?" in " ".join(finished.output.split())


def test_folders_of_connected_files_are_looked_at(tmp_path: Path) -> None:
    good = tmp_path / "databases"
    good.mkdir()
    roots = [good, tmp_path / "none", tmp_path]
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path / "data",
            "connections": {"roots": roots, "private_hosts": ["db.internal:5432"]},
        }
    )
    found = [(finding.level, finding.detail) for finding in check_connections(settings)]
    assert [level for level, _ in found] == [Level.OK, Level.WARN, Level.WARN, Level.OK]
    assert "no folder" in found[1][1]
    assert "own data" in found[2][1]
    assert "db.internal:5432" in found[3][1]
    (none,) = check_connections(Settings.model_validate({"data_dir": tmp_path}))
    assert none.level is Level.OK


@pytest.mark.parametrize(("most", "level"), [(1_024, Level.WARN), (65_536, Level.OK), (-1, Level.OK)])
def test_few_open_files_are_told(most: int, level: Level) -> None:
    assert check_open_files(most).level is level
