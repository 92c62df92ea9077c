"""`Idempotency-Key` through HTTP, on an endpoint that creates something."""

from __future__ import annotations

import asyncio
import hashlib

import httpx
import pytest

from tests.factories.callers import Caller

KEYS = "/api/v1/workspaces"


async def create(caller: Caller, key: str, name: str) -> tuple[int, dict[str, object], bool]:
    answer = await caller.post(KEYS, json={"name": name}, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json(), "idempotency-replayed" in answer.headers


async def count(caller: Caller, name: str) -> int:
    items = (await caller.get(KEYS)).json()["items"]
    return len([item for item in items if item["workspace"]["name"] == name])


async def test_a_repeated_post_gets_the_first_answer_and_has_one_effect(owner: Caller, unique: str) -> None:
    first = await create(owner, unique, unique)
    again = await create(owner, unique, unique)
    assert first[0] == 201
    assert again[:2] == first[:2]
    assert (first[2], again[2]) == (False, True)
    assert await count(owner, unique) == 1


async def test_repeats_at_the_same_time_have_one_effect(owner: Caller, unique: str) -> None:
    answers = await asyncio.gather(*(create(owner, unique, unique) for _ in range(6)))
    assert {str(body) for _, body, _ in answers} == {str(answers[0][1])}
    assert await count(owner, unique) == 1


async def test_a_key_with_another_body_is_refused(owner: Caller, unique: str) -> None:
    await create(owner, unique, unique)
    status, body, _ = await create(owner, unique, "another")
    assert (status, body["code"]) == (422, "idempotency_key_reused")
    assert await count(owner, "another") == 0


async def test_a_failed_post_may_be_repeated(owner: Caller, unique: str) -> None:
    status, _, _ = await create(owner, unique, "")
    assert status == 422
    assert (await create(owner, unique, unique))[0] == 201


async def test_keys_of_different_callers_do_not_meet(owner: Caller, stranger: Caller, unique: str) -> None:
    await create(owner, unique, unique)
    status, _, replayed = await create(stranger, unique, unique)
    assert (status, replayed) == (201, False)


async def test_an_unusable_key_is_named(owner: Caller) -> None:
    status, body, _ = await create(owner, "x" * 300, "name")
    assert status == 422
    assert body["errors"] == [{"field": "Idempotency-Key", "message": "not a usable key"}]


async def _upload(caller: Caller, key: str, content: bytes, **fields: str) -> httpx.Response:
    return await caller.post(
        "/api/v1/documents",
        files={"file": ("a.txt", content)},
        data=fields,
        headers={"Idempotency-Key": key},
    )


async def test_a_key_with_another_file_is_refused(owner: Caller, unique: str) -> None:
    first = await _upload(owner, unique, f"one {unique}".encode())
    again = await _upload(owner, unique, f"one {unique}".encode())
    other = await _upload(owner, unique, f"two {unique}".encode())
    titled = await _upload(owner, unique, f"one {unique}".encode(), title="Another")
    assert (first.status_code, again.json()) == (202, first.json())
    assert [answer.json()["code"] for answer in (other, titled)] == ["idempotency_key_reused"] * 2


async def test_an_upload_with_a_key_is_kept_whole(owner: Caller, unique: str) -> None:
    content = unique.encode() * 500_000
    stored = await _upload(owner, unique, content)
    assert stored.json()["document"]["sha256"] == hashlib.sha256(content).hexdigest()


async def test_a_form_in_capital_letters_is_read_once(owner: Caller, unique: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    answer = await owner.post(
        "/api/v1/documents",
        content=part + unique.encode() + b"\r\n--x--\r\n",
        headers={"Content-Type": "Multipart/Form-Data; boundary=x", "Idempotency-Key": unique},
    )
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("where", ["ask", "conversation"])
async def test_a_repeat_is_led_to_the_stream_that_was_begun(owner: Caller, unique: str, where: str) -> None:
    url, asked = "/api/v1/ask", {"question": "How many?", "stream": True}
    if where == "conversation":
        chat = (await owner.post("/api/v1/chat/sessions", json={})).json()["id"]
        url, asked = f"/api/v1/chat/sessions/{chat}/messages", {"content": "How many?"}
    headers = {"Idempotency-Key": unique}
    first = await owner.post(url, json=asked, headers=headers)
    assert first.headers["content-type"].startswith("text/event-stream")
    again = await owner.post(url, json=asked, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (303, "true")
    assert (await owner.get(again.headers["location"])).text == first.text
    if where == "conversation":
        assert len((await owner.get(url)).json()["items"]) == 2
    other = await owner.post(url, json={**asked, "as_of": "2025-01-01T00:00:00Z"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
