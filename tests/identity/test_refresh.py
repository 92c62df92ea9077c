"""Staying signed in: each refresh token is good once, and a stolen one is found out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from answerable.identity.secrets_format import SecretKind, new_secret
from answerable.kit.clock import FixedClock
from tests.factories.callers import PASSWORD, Workspace
from tests.identity.conftest import Server, StartServer

REFRESH, LOGOUT, ME = "/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/auth/me"


@pytest.fixture
def server(start_server: StartServer, clock: FixedClock) -> Server:
    """A server whose clock the test moves."""
    return start_server(clock=clock)


async def _sign_in(client: httpx.AsyncClient, workspace: Workspace) -> dict[str, str]:
    answer = await client.post(
        "/api/v1/auth/login", json={"email": workspace.owner.email, "password": PASSWORD}
    )
    pair: dict[str, str] = answer.json()
    return pair


async def _refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post(REFRESH, json={"refresh_token": token})


async def _status_of(client: httpx.AsyncClient, access_token: str) -> int:
    return (await client.get(ME, headers={"Authorization": f"Bearer {access_token}"})).status_code


async def test_a_refresh_gives_a_new_pair_that_works(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client:
        first = await _sign_in(client, workspace)
        clock.advance(timedelta(seconds=900 + 6))
        assert await _status_of(client, first["access_token"]) == 401
        second = (await _refresh(client, first["refresh_token"])).json()
        assert second["refresh_token"] != first["refresh_token"]
        assert await _status_of(client, second["access_token"]) == 200


async def test_two_tabs_that_refresh_at_once_get_the_same_successor(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client:
        first = await _sign_in(client, workspace)
        answers = await asyncio.gather(*(_refresh(client, first["refresh_token"]) for _ in range(3)))
        clock.advance(timedelta(seconds=9))
        answers.append(await _refresh(client, first["refresh_token"]))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1
        assert await _status_of(client, answers[-1].json()["access_token"]) == 200


async def test_a_used_token_revokes_its_whole_family(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client:
        first = await _sign_in(client, workspace)
        other = await _sign_in(client, workspace)
        second = (await _refresh(client, first["refresh_token"])).json()
        clock.advance(timedelta(seconds=11))
        assert (await _refresh(client, first["refresh_token"])).status_code == 401
        assert (await _refresh(client, second["refresh_token"])).status_code == 401
        assert await _status_of(client, second["access_token"]) == 401
        assert await _status_of(client, other["access_token"]) == 200  # another sign-in, another family


async def test_the_oldest_token_of_a_long_family_is_found_out_too(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client:
        oldest = pair = await _sign_in(client, workspace)
        for _ in range(4):
            clock.advance(timedelta(minutes=14))
            pair = (await _refresh(client, pair["refresh_token"])).json()
        assert (await _refresh(client, oldest["refresh_token"])).status_code == 401
        assert await _status_of(client, pair["access_token"]) == 401


async def test_a_refresh_token_runs_out(server: Server, clock: FixedClock, workspace: Workspace) -> None:
    async with server.client() as client:
        first = await _sign_in(client, workspace)
        clock.advance(timedelta(days=29))
        second = await _refresh(client, first["refresh_token"])
        assert second.status_code == 200
        clock.advance(timedelta(days=30, seconds=1))
        assert (await _refresh(client, second.json()["refresh_token"])).status_code == 401


async def test_signing_out_ends_access_at_once_and_can_be_repeated(
    server: Server, workspace: Workspace
) -> None:
    async with server.client() as client:
        pair = await _sign_in(client, workspace)
        body = {"refresh_token": pair["refresh_token"]}
        assert [(await client.post(LOGOUT, json=body)).status_code for _ in range(2)] == [204, 204]
        assert await _status_of(client, pair["access_token"]) == 401
        assert (await _refresh(client, pair["refresh_token"])).status_code == 401


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "ansr_",
        "ansr_" + "0" * 46,
        "' OR 1=1 --",
        "ü" * 51,
        pytest.param(new_secret(SecretKind.REFRESH_TOKEN), id="well-made but unknown"),
    ],
)
async def test_what_is_no_refresh_token_is_refused_alike(client: httpx.AsyncClient, token: str) -> None:
    answer = await _refresh(client, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "refresh_token_refused")
    assert (await client.post(LOGOUT, json={"refresh_token": token})).status_code == 204


async def test_a_missing_or_null_refresh_token_is_invalid_input(client: httpx.AsyncClient) -> None:
    for body in ({}, {"refresh_token": None}, {"refresh_token": 5}):
        assert (await client.post(REFRESH, json=body)).status_code == 422


async def test_a_refresh_token_opens_nothing_else(client: httpx.AsyncClient, workspace: Workspace) -> None:
    pair = await _sign_in(client, workspace)
    assert await _status_of(client, pair["refresh_token"]) == 401
    assert (await _refresh(client, pair["access_token"])).status_code == 401
