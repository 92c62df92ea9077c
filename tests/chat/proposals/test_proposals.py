"""What people propose from their answers, in one list, and what becomes of it."""

from __future__ import annotations

import httpx
import pytest

from answerable.kit import ids
from tests.chat.conversations import Json, new_session, say
from tests.factories.callers import Caller, Workspace, register
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document

FEEDBACK, PROPOSALS = "/api/v1/feedback", "/api/v1/proposals"
QUOTED = "what is the return window for unused goods"


@pytest.fixture
async def shop(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace of the test's own with one document and one table."""
    del worker
    workspace = await register(client)
    assert (await upload_document(workspace.owner, "returns.md", RETURNS_POLICY))["status"] == "ready"
    assert (await upload_dataset(workspace.owner, "orders.csv", ORDERS))["status"] == "ready"
    return workspace


async def ask(caller: Caller, question: str) -> Json:
    answer: Json = (await caller.post("/api/v1/ask", json={"question": question})).json()
    return answer


async def give(caller: Caller, answer: Json, rating: str, **told: object) -> str:
    """The id of the proposal that feedback makes."""
    given = await caller.post(FEEDBACK, json={"answer_id": answer["id"], "rating": rating, **told})
    assert given.status_code == 201, given.text
    proposal_id: str = given.json()["proposal_id"]
    return proposal_id


async def decide(caller: Caller, proposal_id: str, verb: str) -> Json:
    answer = await caller.post(f"{PROPOSALS}/{proposal_id}/{verb}")
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def listed(caller: Caller, **parameters: object) -> list[Json]:
    found: list[Json] = (await caller.get(PROPOSALS, params=parameters)).json()["items"]
    return found


def verified_by(answer: Json) -> str | None:
    found: Json | None = answer["evidence"][0]["verified"] if answer["evidence"] else None
    return found["id"] if found else None


async def test_a_confirmed_answer_becomes_a_verified_question(shop: Workspace) -> None:
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    answer = await ask(viewer, "total amount in 2024")
    proposal_id = await give(viewer, answer, "up", confirm=True)
    assert await give(viewer, answer, "up", confirm=True) == proposal_id
    (proposal,) = await listed(editor, status="open")
    assert (proposal["id"], proposal["question"]) == (proposal_id, "total amount in 2024")
    assert proposal["change"]["kind"] == "verified_question"
    assert proposal["change"]["query"] == answer["evidence"][0]["query"]
    assert "2024" in proposal["change"]["meaning"]
    assert (await viewer.post(f"{PROPOSALS}/{proposal_id}/accept")).status_code == 403
    await decide(editor, proposal_id, "accept")
    again = await ask(viewer, "Total amount in 2024?")
    assert verified_by(again) == proposal_id
    assert await give(viewer, again, "up", confirm=True) is None  # it is one already
    assert (await decide(editor, proposal_id, "reopen"))["status"] == "open"
    assert verified_by(await ask(viewer, "total amount in 2024")) is None


async def test_a_corrected_reading_answers_once_it_is_accepted(shop: Workspace) -> None:
    answer = await ask(shop.owner, "total amount in 2024")
    query = {**answer["evidence"][0]["query"], "measures": [{"aggregation": "count", "alias": "orders"}]}
    correction = {"kind": "verified_question", "query": query}
    proposal_id = await give(shop.owner, answer, "down", correction=correction, comment="Orders are meant.")
    (proposal,) = await listed(shop.owner)
    assert (proposal["comment"], proposal["status"]) == ("Orders are meant.", "open")
    await decide(shop.owner, proposal_id, "accept")
    corrected = await ask(shop.owner, "total amount in 2024")
    assert (verified_by(corrected), corrected["evidence"][0]["rows"]) == (proposal_id, [[60]])


async def test_a_note_stands_beside_the_quotes_of_its_document(shop: Workspace) -> None:
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    answer = await ask(viewer, QUOTED)
    (quote,) = [item for item in answer["evidence"] if item["kind"] == "quote"][:1]
    assert quote["notes"] == []
    note = {"kind": "note", "document_id": quote["document_id"], "text": "From May on it is 60 days."}
    proposal_id = await give(viewer, answer, "down", correction=note)
    url = f"/api/v1/documents/{quote['document_id']}/notes"
    assert [each["status"] for each in (await viewer.get(url)).json()["items"]] == ["open"]
    assert (await (await shop.member("viewer")).get(url)).json()["items"] == []
    (proposal,) = await listed(editor, status="open")
    assert (proposal["change"]["text"], proposal["question"]) == (note["text"], QUOTED)
    assert (await ask(viewer, QUOTED))["evidence"][0]["notes"] == []
    await decide(editor, proposal_id, "accept")
    noted = await ask(viewer, QUOTED)
    assert [each["text"] for each in noted["evidence"][0]["notes"]] == [note["text"]]
    assert note["text"] not in noted["text"]
    await decide(editor, proposal_id, "reopen")
    assert (await ask(viewer, QUOTED))["evidence"][0]["notes"] == []
    await decide(editor, proposal_id, "reject")
    assert (await viewer.delete(f"{url}/{proposal_id}")).status_code == 403
    assert (await editor.delete(f"{url}/{proposal_id}")).status_code == 204
    assert await listed(editor) == []


async def test_notes_are_proposed_at_the_document_too(shop: Workspace, stranger: Caller) -> None:
    document = (await shop.owner.get("/api/v1/documents")).json()["items"][0]
    url = f"/api/v1/documents/{document['id']}/notes"
    made = await (await shop.member("viewer")).post(url, json={"text": "See the price list."})
    assert (made.status_code, made.json()["status"]) == (201, "open"), made.text
    assert (await stranger.post(url, json={"text": "x"})).status_code == 404
    assert (await stranger.get(url)).status_code == 404
    assert (await shop.owner.client.post(url, json={"text": "x"})).status_code == 401
    assert (await shop.owner.post(url, json={"text": " "})).status_code == 422
    assert (await shop.owner.delete(f"/api/v1/documents/{document['id']}")).status_code == 204
    assert await listed(shop.owner) == []


async def test_an_accepted_synonym_is_taken_out_again(shop: Workspace) -> None:
    name = (await shop.owner.get("/api/v1/datasets")).json()["items"][0]["name"]
    unread = await ask(shop.owner, "number of zebras")
    correction = {"kind": "synonym", "word": "zebra", "dataset": name}
    first = await give(shop.owner, unread, "down", correction=correction)
    other = await shop.member("editor")
    second = await give(other, await ask(other, "number of zebras"), "down", correction=correction)
    await decide(shop.owner, first, "accept")
    await decide(shop.owner, second, "accept")
    assert (await ask(shop.owner, "number of zebras"))["status"] == "answered"
    await decide(shop.owner, second, "reopen")  # it had changed nothing
    assert (await ask(shop.owner, "number of zebras"))["status"] == "answered"
    assert (await decide(shop.owner, first, "reopen"))["decided_by"] is None
    assert (await ask(shop.owner, "number of zebras"))["status"] == "abstained"
    refused = await shop.owner.post(f"{PROPOSALS}/{first}/reopen")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_decided")


async def test_a_synonym_for_what_is_hidden_is_one_for_what_is_not_there(shop: Workspace) -> None:
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    dataset = (await shop.owner.get("/api/v1/datasets")).json()["items"][0]
    word = {"kind": "synonym", "word": "heft", "dataset": dataset["name"], "field": "amount"}
    kept = await give(shop.owner, await ask(shop.owner, "number of zebras"), "down", correction=word)
    url = f"/api/v1/semantic-models/{dataset['id']}"
    hidden = [{"dataset": dataset["name"], "field": "amount"}]
    model = {**(await shop.owner.get(url)).json(), "hidden_fields": hidden}
    assert (await shop.owner.put(url, json=model)).status_code == 200
    answer = await ask(viewer, "number of zebras")
    told = [
        await viewer.post(
            FEEDBACK,
            json={"answer_id": answer["id"], "rating": "down", "correction": {**word, "field": field}},
        )
        for field in ("amount", "no_such_field")
    ]
    assert [each.status_code for each in told] == [422, 422]
    assert told[0].json()["detail"] == told[1].json()["detail"]
    assert await listed(editor) == []
    for verb in ("accept", "reject", "reopen"):
        assert (await editor.post(f"{PROPOSALS}/{kept}/{verb}")).status_code == 404
    assert [each["id"] for each in await listed(shop.owner)] == [kept]


async def test_one_list_holds_every_kind_and_is_paged(shop: Workspace, stranger: Caller) -> None:
    name = (await shop.owner.get("/api/v1/datasets")).json()["items"][0]["name"]
    made: list[str] = []
    for number in range(2):
        answer = await ask(shop.owner, f"total amount in {2024 + number}")
        made.append(await give(shop.owner, answer, "up", confirm=True))
        word = {"kind": "synonym", "word": f"w{number}", "dataset": name}
        made.append(await give(shop.owner, answer, "up", correction=word))
        quoted = await ask(shop.owner, QUOTED)
        note = {"kind": "note", "document_id": quoted["evidence"][0]["document_id"], "text": f"n{number}"}
        made.append(await give(shop.owner, quoted, "up", correction=note))
    assert [item["id"] for item in await listed(shop.owner)] == made[::-1]
    paged: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await shop.owner.get(PROPOSALS, params={"limit": 2, **cursor})).json()
        paged += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == made[::-1]
    for proposal_id in made:
        for verb in ("accept", "reject", "reopen"):
            foreign = await stranger.post(f"{PROPOSALS}/{proposal_id}/{verb}")
            missing = await stranger.post(f"{PROPOSALS}/{ids.new_id(proposal_id.partition('_')[0])}/{verb}")
            assert (foreign.status_code, foreign.content) == (404, missing.content)
    for proposal_id in made:
        assert (await decide(shop.owner, proposal_id, "reject"))["status"] == "rejected"
        again = await shop.owner.post(f"{PROPOSALS}/{proposal_id}/accept")
        assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert await listed(shop.owner, status="open") == []
    assert len(await listed(shop.owner, status="rejected")) == len(made)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("number of zebras", {"rating": "up", "confirm": True}),
        (QUOTED, {"rating": "up", "confirm": True}),
        ("total amount in 2024", {"rating": "down", "confirm": True}),
        (QUOTED, {"rating": "down", "correction": {"kind": "verified_question"}}),
        ("total amount in 2024", {"rating": "down", "correction": {"kind": "note", "text": "x"}}),
    ],
)
async def test_what_is_no_single_query_is_not_confirmed(shop: Workspace, question: str, told: Json) -> None:
    answer = await ask(shop.owner, question)
    if told.get("correction", {}).get("kind") == "note":
        document = (await shop.owner.get("/api/v1/documents")).json()["items"][0]
        told["correction"]["document_id"] = document["id"]
    refused = await shop.owner.post(FEEDBACK, json={"answer_id": answer["id"], **told})
    assert refused.status_code == 422, refused.text
    assert await listed(shop.owner) == []


async def test_words_that_go_on_from_the_turn_before_need_the_whole_question(shop: Workspace) -> None:
    session = await new_session(shop.owner)
    await say(shop.owner, session, "total amount in 2024")
    reply = (await say(shop.owner, session, "only Germany"))["reply"]
    body = {"answer_id": reply["answer"]["id"], "rating": "up", "confirm": True}
    refused = await shop.owner.post(FEEDBACK, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_confirmable")
    whole = {"kind": "verified_question", "question": "total amount in Germany in 2024"}
    given = await shop.owner.post(
        FEEDBACK, json={"answer_id": reply["answer"]["id"], "rating": "up", "correction": whole}
    )
    assert given.status_code == 201, given.text
    (proposal,) = await listed(shop.owner)
    assert proposal["question"] == whole["question"]


async def test_who_takes_a_confirmation_back_leaves_no_proposal_behind(shop: Workspace) -> None:
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    question = "total amount in 2024"
    for caller in (viewer, editor):
        answer = await ask(caller, question)
        body = {"answer_id": answer["id"], "rating": "up", "confirm": True}
        assert (await caller.post(FEEDBACK, json=body)).json()["proposal_id"] is not None
    again = await ask(viewer, question)
    assert (await viewer.post(FEEDBACK, json={"answer_id": again["id"], "rating": "up"})).status_code == 201
    assert len(await listed(shop.owner)) == 2  # a thumb without more leaves what was confirmed
    taken_back = await viewer.post(FEEDBACK, json={"answer_id": again["id"], "rating": "down"})
    assert taken_back.status_code == 201, taken_back.text
    (left,) = await listed(shop.owner)
    assert left["proposed_by"] == editor.user_id
    assert (await decide(shop.owner, left["id"], "accept"))["status"] == "accepted"
    assert (
        await editor.post(FEEDBACK, json={"answer_id": answer["id"], "rating": "down"})
    ).status_code == 201
    assert [each["status"] for each in await listed(shop.owner)] == ["accepted"]  # decided, it is an editor's
