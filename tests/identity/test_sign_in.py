"""Signing in tells nothing, costs the same each way, and cannot be hammered."""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from datetime import timedelta
from typing import Literal

import httpx
import psycopg
import pytest

from answerable.identity.emails import canonical_email
from answerable.identity.passwords import Passwords
from answerable.identity.users import repository as users
from answerable.kit import ids
from answerable.kit.clock import FixedClock
from answerable.kit.errors import InvalidInput
from answerable.kit.principal import Principal
from answerable.kit.settings import AuthSettings
from tests.factories.callers import PASSWORD, Workspace, register
from tests.identity.conftest import CountingPasswords, Server, StartServer, owner_of_server

LOGIN = "/api/v1/auth/login"
INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    'x" OR email LIKE "%',
    "admin'/*",
    "') UNION SELECT password_hash FROM users --",
    "\\'; SELECT pg_sleep(10); --",
    "%",
]


async def _wrong(client: httpx.AsyncClient, email: str, password: str = "not the password") -> httpx.Response:
    return await client.post(LOGIN, json={"email": email, "password": password})


def _verified(server: Server) -> int:
    passwords = server.runtime.get(Passwords)
    assert isinstance(passwords, CountingPasswords)
    return passwords.verified


async def test_no_failure_differs_from_another_in_bytes_or_work(
    start_server: StartServer, owned_database: str
) -> None:
    server = start_server(url=owned_database)
    async with server.client() as client:
        boss = await owner_of_server(client)
        known, disabled = [(await register(client)).owner for _ in range(2)]
        await boss.patch(f"/api/v1/users/{disabled.user_id}", json={"disabled": True})
        answers, work = [], []
        for email, password in [
            (known.email, "not the password"),
            ("nobody@example.com", PASSWORD),
            (disabled.email, PASSWORD),
            ("no address at all", PASSWORD),
            (known.email, ""),
            (known.email, "x" * 100_000),
            *((text, PASSWORD) for text in INJECTIONS),
            *((known.email, text) for text in INJECTIONS),
        ]:
            before = _verified(server)
            answers.append(await _wrong(client, email, password))
            work.append(_verified(server) - before)
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert set(work) == {1}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


@pytest.mark.parametrize(
    "body", [b'{"email": "\\ud800@b.de", "password": "x"}', b'{"email": "a@b.de", "password": "\\ud800"}']
)
async def test_half_a_character_is_no_failure_of_ours(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(LOGIN, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)


async def test_the_same_letters_typed_otherwise_fit(client: httpx.AsyncClient, unique: str) -> None:
    email = f"{unique}@example.com"
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    await client.post("/api/v1/auth/register", json={"email": email, "password": composed})
    assert (await _wrong(client, email, decomposed)).status_code == 200


async def test_failures_are_throttled_and_time_heals(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server, email = start_server(clock=clock, throttle_attempts=3, throttle_seconds=60), workspace.owner.email
    async with server.client("192.0.2.10") as client:
        assert [(await _wrong(client, email)).status_code for _ in range(4)] == [401, 401, 401, 429]
        refused = await _wrong(client, email, PASSWORD)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert str(int(refused.headers["retry-after"])) in refused.json()["detail"]
        clock.advance(timedelta(seconds=61))
        assert (await _wrong(client, email, PASSWORD)).status_code == 200


async def test_an_unknown_address_is_throttled_like_a_known_one(
    start_server: StartServer, clock: FixedClock, unique: str
) -> None:
    server = start_server(clock=clock, throttle_attempts=3)
    async with server.client("192.0.2.11") as client:
        answers = [await _wrong(client, f"{unique}@example.com") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_replicas_count_together(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    replicas = [start_server(clock=clock, throttle_attempts=3) for _ in range(2)]
    statuses = []
    for number in range(4):
        async with replicas[number % 2].client("192.0.2.12") as client:
            statuses.append((await _wrong(client, workspace.owner.email)).status_code)
    assert statuses == [401, 401, 401, 429]


async def test_attempts_at_once_get_no_further_than_one_after_the_other(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server = start_server(clock=clock, throttle_attempts=3)
    async with server.client("192.0.2.13") as client:
        answers = await asyncio.gather(*(_wrong(client, workspace.owner.email) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 9
    assert _verified(server) == 3


async def test_a_success_forgets_the_failures_of_its_address(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server, email = start_server(clock=clock, throttle_attempts=3), workspace.owner.email
    async with server.client("192.0.2.14") as client:
        for _ in range(3):
            assert [(await _wrong(client, email)).status_code for _ in range(2)] == [401, 401]
            assert (await _wrong(client, email, PASSWORD)).status_code == 200


async def test_one_client_cannot_try_many_people_and_owning_an_account_does_not_help(
    start_server: StartServer, clock: FixedClock, workspace: Workspace, unique: str
) -> None:
    server = start_server(clock=clock, throttle_attempts=1)
    statuses = []
    async with server.client("192.0.2.15") as client:
        for number in range(11):
            statuses.append((await _wrong(client, f"{unique}{number}@example.com")).status_code)
            if number % 3 == 0:
                await _wrong(client, workspace.owner.email, PASSWORD)
    assert statuses == [401] * 10 + [429]
    async with server.client("192.0.2.16") as client:
        assert (await _wrong(client, workspace.owner.email, PASSWORD)).status_code == 200


async def test_no_more_hashes_are_computed_at_once_than_set() -> None:
    passwords = _MeasuredPasswords(AuthSettings(hash_concurrency=2, hash_memory_kib=1024, hash_time_cost=1))
    await asyncio.gather(*(passwords.verify(None, "x") for _ in range(12)))
    passwords.close()
    assert (passwords.most, passwords.done) == (2, 12)


class _MeasuredPasswords(Passwords):
    """Holds the first two computations until both run, so that the bound is reached for certain."""

    def __init__(self, settings: AuthSettings) -> None:
        super().__init__(settings)
        self._lock, self._both = threading.Lock(), threading.Barrier(2, timeout=10)
        self._running = self.most = self.done = 0

    def _verify(self, password_hash: str, password: str) -> bool:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        self._both.wait()
        outcome = super()._verify(password_hash, password)
        with self._lock:
            self._running -= 1
            self.done += 1
        return outcome


async def test_hashing_holds_no_connection(start_server: StartServer, workspace: Workspace) -> None:
    server = start_server(pool_size=1)
    hashing, release = asyncio.Event(), asyncio.Event()

    class Held(CountingPasswords):
        async def verify(self, password_hash: str | None, password: str) -> bool:
            hashing.set()
            await release.wait()
            return await super().verify(password_hash, password)

    server.runtime.provide(Passwords, lambda made: Held(made.settings))
    async with server.client("192.0.2.17") as client:
        signing_in = asyncio.create_task(_wrong(client, workspace.owner.email, PASSWORD))
        await asyncio.wait_for(hashing.wait(), 60)
        meanwhile = await client.get("/health/ready")  # asks the database
        release.set()
        assert (await signing_in).status_code == 200
    assert meanwhile.status_code == 200


async def test_a_hash_of_another_cost_is_replaced_on_sign_in(start_server: StartServer) -> None:
    cheap, dear = start_server(), start_server(hash_time_cost=2)
    async with cheap.client() as client:
        person = (await register(client)).owner
    before = await _stored_hash(cheap, person.email)
    async with dear.client() as client:
        assert (await _wrong(client, person.email, PASSWORD)).status_code == 200
        after = await _stored_hash(dear, person.email)
        assert (await _wrong(client, person.email, PASSWORD)).status_code == 200
    assert ("t=1" in before, "t=2" in after) == (True, True)
    assert await _stored_hash(dear, person.email) == after


async def _stored_hash(server: Server, email: str) -> str:
    async with server.runtime.database.begin(Principal.anonymous()) as session:
        user = await users.find_by_email(session, email)
    assert user is not None
    return user.password_hash


async def test_changing_the_password_ends_other_sign_ins(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    owner, url = workspace.owner, "/api/v1/users/me/password"
    other = (await _wrong(client, owner.email, PASSWORD)).json()
    fresh = "another long password"
    wrong = await owner.post(url, json={"current_password": "no", "new_password": fresh})
    assert wrong.status_code == 401
    short = await owner.post(url, json={"current_password": PASSWORD, "new_password": "short"})
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "new_password")
    changed = await owner.post(url, json={"current_password": PASSWORD, "new_password": fresh})
    assert changed.status_code == 204
    assert (await owner.get("/api/v1/auth/me")).status_code == 200
    gone = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {other['access_token']}"})
    assert gone.status_code == 401
    assert (await _wrong(client, owner.email, PASSWORD)).status_code == 401
    assert (await _wrong(client, owner.email, fresh)).status_code == 200


async def test_a_person_disabled_in_the_database_itself_is_out_too(
    workspace: Workspace, admin_url: str
) -> None:
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "UPDATE users SET disabled_at = now() WHERE id = %s", [ids.decode("usr", workspace.owner.user_id)]
        )
    assert (await workspace.owner.get("/api/v1/auth/me")).status_code == 401


async def test_letters_with_endless_marks_are_not_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Normalising takes time that grows with the square of the marks on a letter: a body of a megabyte
    would hold up everybody for minutes."""
    longest: list[int] = []
    normalize = unicodedata.normalize

    def noted(form: Literal["NFC"], text: str) -> str:
        longest.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", noted)
    endless = "a" + "\u0301\u0316" * 10_000
    passwords = Passwords(AuthSettings(hash_memory_kib=1024, hash_time_cost=1))
    assert canonical_email(f"{endless}@example.com") is None
    with pytest.raises(InvalidInput):
        passwords.check(endless)
    assert await passwords.verify(None, endless) is False
    passwords.close()
    assert max(longest, default=0) <= 4096
