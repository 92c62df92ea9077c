"""A provider's key is in no answer, log line, error, repr or byte of the database."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

import httpx
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from answerable.api.app import create_app
from answerable.api.assembly import build_runtime
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.secrets import ProviderSecrets
from answerable.inference.operation import Operation
from answerable.kit import ids
from answerable.kit.crypto import kept_secret
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.telemetry.logs import configure_logs
from tests.factories.callers import Caller
from tests.inference.models.configuring import add_provider

KEY = "sk-very-secret-needle-8421"
HEADER = "header-needle-1284"
NEEDLES = (KEY, HEADER, KEY[4:18])


async def test_the_database_holds_no_byte_of_a_key(owner: Caller, admin_url: str) -> None:
    await add_provider(owner, "acme", "small", api_key=KEY, headers={"X-Team": HEADER})
    with psycopg.connect(admin_url, autocommit=True) as admin:
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = admin.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall()
            text = "\n".join(row[0] for row in rows)
            for needle in NEEDLES:
                assert needle not in text, table
                assert needle.encode().hex() not in text, table


async def test_a_sealed_key_is_worth_nothing_in_another_row(
    owner: Caller, stranger: Caller, runtime: Runtime, admin_url: str
) -> None:
    mine = await add_provider(owner, "acme", "small", api_key=KEY)
    theirs = await add_provider(stranger, "thief", "small", api_key="sk-something-else-00")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(
            "UPDATE providers SET sealed = (SELECT sealed FROM providers WHERE id = %s) WHERE id = %s",
            [ids.decode("prv", str(mine["id"])), ids.decode("prv", str(theirs["id"]))],
        )
    runtime.get(Catalog)._changed(stranger.workspace_id)
    plan = await runtime.get(Catalog).plan(stranger.workspace_id, "small", Operation.CHAT)
    assert plan.groups[0][0].api_key is None


async def test_no_log_line_error_or_repr_shows_a_key(
    owner: Caller, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("debug", "json")
    try:
        made = await add_provider(owner, "acme", "small", api_key=KEY, headers={"X-Team": HEADER})
        path = f"/api/v1/providers/{made['id']}"
        await owner.post(f"{path}/check", json={})
        await owner.post("/api/v1/providers", json={**made, "api_key": KEY})
        await owner.patch(path, json={"api_key": KEY, "kind": KEY})
        plan = await runtime.get(Catalog).plan(owner.workspace_id, "small", Operation.CHAT)
        target = plan.groups[0][0]
        shown = [repr(plan), repr(target), str(target), repr(ProviderSecrets(KEY, {"X": HEADER}))]
        try:
            replace(target, nonsense=1)  # type: ignore[call-arg]
        except TypeError:
            shown.append(traceback.format_exc())
        logging.getLogger("test").warning("%r", target)
    finally:
        configure_logs("error", "console")
    captured = capsys.readouterr()
    for text in (*shown, captured.out, captured.err):
        for needle in NEEDLES:
            assert needle not in text


async def test_a_new_encryption_key_takes_over_row_by_row(
    owner: Caller, settings: Settings, app_url: str, admin_url: str
) -> None:
    made = await add_provider(owner, "acme", "small", api_key=KEY)
    path, old = f"/api/v1/providers/{made['id']}", kept_secret(settings.data_dir / "secrets.key")
    new = "n" * 40

    async def key_with(secrets_key: str, *, touch: bool = False) -> str | None:
        changed = settings.model_copy(update={"secrets_key": SecretStr(secrets_key)})
        runtime = build_runtime(changed, app_url)
        try:
            if touch:
                transport = httpx.ASGITransport(create_app(runtime))  # type: ignore[arg-type]
                async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                    answer = await client.patch(path, json={}, headers=owner.headers)
                    assert answer.status_code == 200, answer.text
            plan = await runtime.get(Catalog).plan(owner.workspace_id, "small", Operation.CHAT)
            return plan.groups[0][0].api_key
        finally:
            await runtime.close()

    assert await key_with(f"{new},{old}") == KEY
    assert await key_with(new) is None
    assert await key_with(f"{new},{old}", touch=True) == KEY
    assert await key_with(new) == KEY
    # The suite's own server goes on with the old key.
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM providers WHERE id = %s", [ids.decode("prv", str(made["id"]))])
