"""What people say of answers, and what becomes of their corrections."""

from __future__ import annotations

import pytest

from answerable.kit import ids
from tests.chat.conversations import Json, is_missing
from tests.factories.callers import Caller, Workspace

FEEDBACK, PROPOSALS = "/api/v1/feedback", "/api/v1/proposals"


async def ask(caller: Caller, question: str) -> Json:
    answer: Json = (await caller.post("/api/v1/ask", json={"question": question})).json()
    return answer


async def give(caller: Caller, answer: Json, **told: object) -> Json:
    given = await caller.post(FEEDBACK, json={"answer_id": answer["id"], "rating": "down", **told})
    assert given.status_code == 201, given.text
    body: Json = given.json()
    return body


async def dataset(caller: Caller) -> Json:
    found: Json = (await caller.get("/api/v1/datasets")).json()["items"][0]
    return found


async def test_the_last_word_on_an_answer_counts(shop: Workspace) -> None:
    answer = await ask(shop.owner, "total amount in 2024")
    first = await give(shop.owner, answer, comment="Too low.")
    second = await give(shop.owner, answer, rating="up")
    assert (first["rating"], first["comment"], first["proposal_id"]) == ("down", "Too low.", None)
    assert (second["id"], second["rating"], second["comment"]) == (first["id"], "up", None)


async def test_a_correction_makes_a_word_understood_once_an_editor_accepts_it(
    shop: Workspace, unique: str
) -> None:
    word = f"x{unique[:6]}"
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    answer = await ask(viewer, f"total {word} in 2024")
    assert answer["status"] == "abstained"
    table = await dataset(viewer)
    model = (await viewer.get(f"/api/v1/semantic-models/{table['id']}")).json()
    fields = next(d for d in model["datasets"] if d["name"] == table["name"])["fields"]
    amount = next(field["name"] for field in fields if field["name"].startswith("amount"))
    correction = {"kind": "synonym", "word": word, "dataset": table["name"], "field": amount}
    given = await give(viewer, answer, comment="It means the amount.", correction=correction)
    twice = await give(viewer, answer, correction=correction)
    assert twice["proposal_id"] == given["proposal_id"]  # said twice, it is one proposal

    assert (await viewer.get(PROPOSALS)).status_code == 403
    (proposal,) = (await editor.get(PROPOSALS, params={"status": "open"})).json()["items"]
    assert proposal["id"] == given["proposal_id"]
    assert (proposal["question"], proposal["proposed_by"]) == (f"total {word} in 2024", viewer.user_id)
    assert (await viewer.post(f"{PROPOSALS}/{proposal['id']}/accept")).status_code == 403
    accepted = await editor.post(f"{PROPOSALS}/{proposal['id']}/accept")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted"), accepted.text
    again = await editor.post(f"{PROPOSALS}/{proposal['id']}/reject")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")

    known, meant = await ask(viewer, f"total {word} in 2024"), await ask(viewer, "total amount in 2024")
    assert known["status"] == "answered"
    assert known["evidence"][0]["rows"] == meant["evidence"][0]["rows"]


async def test_a_rejected_correction_changes_nothing(shop: Workspace) -> None:
    table = await dataset(shop.owner)
    url = f"/api/v1/semantic-models/{table['id']}"
    before = (await shop.owner.get(url)).json()
    correction = {"kind": "synonym", "word": "zebra", "dataset": table["name"]}
    given = await give(shop.owner, await ask(shop.owner, "number of zebras"), correction=correction)
    rejected = await shop.owner.post(f"{PROPOSALS}/{given['proposal_id']}/reject")
    assert (rejected.json()["status"], rejected.json()["decided_by"]) == ("rejected", shop.owner.user_id)
    assert (await shop.owner.get(url)).json() == before


@pytest.mark.parametrize(
    "correction",
    [
        {"dataset": "nothing"},
        {"dataset": None, "field": "nothing"},
        {"dataset": None, "metric": "nothing"},
        {"dataset": None, "field": "amount", "metric": "amount"},
        {"dataset": None, "word": " "},
        {"dataset": None, "kind": "note"},
    ],
)
async def test_a_correction_of_what_there_is_not_is_refused(shop: Workspace, correction: Json) -> None:
    table = await dataset(shop.owner)
    wanted = {"kind": "synonym", "word": "turnover", **correction}
    wanted["dataset"] = wanted["dataset"] or table["name"]
    answer = await ask(shop.owner, "total amount in 2024")
    body = {"answer_id": answer["id"], "rating": "down", "correction": wanted}
    refused = await shop.owner.post(FEEDBACK, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith("correction")


async def test_nobody_else_speaks_of_an_answer(shop: Workspace, stranger: Caller) -> None:
    answer = await ask(shop.owner, "total amount in 2024")
    for other in (await shop.member("editor"), stranger):
        foreign = await other.post(FEEDBACK, json={"answer_id": answer["id"], "rating": "up"})
        missing = await other.post(FEEDBACK, json={"answer_id": ids.new_id("ans"), "rating": "up"})
        assert is_missing(foreign, missing)
