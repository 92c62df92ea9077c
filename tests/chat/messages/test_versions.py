"""Other versions of questions and answers stand beside the first, and everything can be found again."""

from __future__ import annotations

import pytest

from tests.chat.conversations import Json, new_session, parse, say, shown, text, texts
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import RETURNS_POLICY, upload_document


async def again(caller: Caller, chat: str, message: Json, how: str, **body: object) -> Json:
    url = f"/api/v1/chat/sessions/{chat}/messages/{message['id']}/{how}"
    answer = await caller.post(url, json={"stream": False, **body})
    assert answer.status_code == 200, answer.text
    kept: Json = answer.json()
    return kept


async def test_an_edited_question_stands_beside_the_first_with_its_own_answer(viewer: Caller) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    second = await say(viewer, chat, "Second?")
    await say(viewer, chat, "Third?")
    edited = await again(viewer, chat, second["message"], "edit", content="Second, better?")
    assert texts(await shown(viewer, chat))[::2] == ["First?", "Second, better?"]
    assert edited["message"]["siblings"] == [second["message"]["id"], edited["message"]["id"]]
    assert edited["message"]["parent_id"] == first["reply"]["id"]
    start = await again(viewer, chat, first["message"], "edit", content="Anew?")
    assert texts(await shown(viewer, chat))[::2] == ["Anew?"]
    assert start["message"]["siblings"] == [first["message"]["id"], start["message"]["id"]]


@pytest.mark.parametrize("named", ["message", "reply"])
async def test_another_answer_stands_beside_the_first(shop: Workspace, named: str) -> None:
    chat = await new_session(shop.owner)
    scope = {"routes": ["documents"]}
    first = await say(shop.owner, chat, "When must damage be reported?", scope=scope)
    more = await again(shop.owner, chat, first[named], "regenerate")
    assert more["message"]["id"] == first["message"]["id"]
    assert more["reply"]["siblings"] == [first["reply"]["id"], more["reply"]["id"]]
    assert text(more["reply"]) == text(first["reply"])
    assert [message["id"] for message in await shown(shop.owner, chat)] == [
        first["message"]["id"],
        more["reply"]["id"],
    ]


@pytest.mark.parametrize("named", ["message", "reply"])
async def test_another_answer_is_to_the_question_in_its_scope(shop: Workspace, named: str) -> None:
    chat = await new_session(shop.owner)
    first = await say(shop.owner, chat, "total amount by country", scope={"routes": ["documents"]})
    more = await again(shop.owner, chat, first[named], "regenerate")
    once_more = await again(shop.owner, chat, more[named], "regenerate")
    for exchange in (first, more, once_more):
        answer = exchange["reply"]["answer"]
        assert (answer["status"], answer["route"]) == ("abstained", "documents")


async def test_versions_are_streamed_too(viewer: Caller) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    url = f"/api/v1/chat/sessions/{chat}/messages"
    for path, body in (
        (f"{first['reply']['id']}/regenerate", {}),
        (f"{first['message']['id']}/edit", {"content": "Other?"}),
    ):
        answer = await viewer.post(f"{url}/{path}", json=body)
        events = parse(answer.text)
        assert (events[0][1], events[-1][1]) == ("run.started", "answer")
        assert (await shown(viewer, chat))[-1]["id"] == events[0][2]["message_id"]


async def test_an_answer_cannot_be_edited(viewer: Caller) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    url = f"/api/v1/chat/sessions/{chat}/messages/{first['reply']['id']}/edit"
    refused = await viewer.post(url, json={"content": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "message_id")


async def search(caller: Caller, q: str, **more: object) -> Json:
    answer = await caller.get("/api/v1/chat/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_ones_own_messages_are_found_by_their_words(
    shop: Workspace, stranger: Caller, unique: str
) -> None:
    asker, colleague = await shop.member("viewer"), await shop.member("viewer")
    chat = await new_session(asker, title="Damage")
    kept = await say(asker, chat, "When must damage be reported?")
    marked = await say(asker, chat, f"Who pays for the damage to parcel {unique}?")
    (hit,) = asked((await search(asker, f"{unique[:8]} DAMAGE"))["items"])
    assert (hit["session_id"], hit["message_id"], hit["title"]) == (chat, marked["message"]["id"], "Damage")
    assert unique in hit["snippet"]
    found = (await search(asker, "photographs parc"))["items"]
    assert kept["reply"]["id"] in [item["message_id"] for item in found]
    assert marked["message"]["id"] not in [item["message_id"] for item in found]
    assert (await search(asker, f"{unique} photographs"))["items"] == []
    for other in (colleague, shop.owner, stranger):
        assert (await search(other, unique))["items"] == []


async def test_of_conversations_that_are_named_the_newest_message_with_the_words_is_found(
    shop: Workspace, unique: str
) -> None:
    asker = await shop.member("viewer")
    chats = [await new_session(asker) for _ in range(3)]
    for chat in (*chats, chats[0]):
        await say(asker, chat, f"Who pays for the damage to parcel {unique}?")
    newest = (await search(asker, unique, session_id=[chats[0]], found_in="message"))["items"]
    assert [item["session_id"] for item in newest] == [chats[0]]
    assert newest[0]["message_id"] in [each["id"] for each in (await shown(asker, chats[0]))[-2:]]
    found = (await search(asker, unique, session_id=chats[:2], found_in="message"))["items"]
    assert sorted(item["session_id"] for item in found) == sorted(chats[:2])


def asked(items: list[Json]) -> list[Json]:
    """The questions among what was found; an answer may repeat a word that it does not know."""
    return [item for item in items if item["role"] == "user"]


async def test_a_conversation_is_found_by_its_title_and_by_nobody_else(
    shop: Workspace, stranger: Caller, unique: str
) -> None:
    asker, colleague = await shop.member("viewer"), await shop.member("viewer")
    chat = await new_session(asker, title=f"Quetzal {unique} budget")
    said = await say(asker, chat, "Who pays for damage?")
    (hit,) = (await search(asker, f"budg {unique}"))["items"]
    assert (hit["session_id"], hit["found_in"]) == (chat, "title")
    assert hit["message_id"] == said["reply"]["id"]
    also = await say(asker, chat, f"What does {unique} mean?")
    found = {item["message_id"]: item["found_in"] for item in (await search(asker, unique))["items"]}
    assert found[also["message"]["id"]] == "message"
    assert said["reply"]["id"] not in found, "the title is shown with the end of the conversation"
    (titled,) = (await search(asker, unique, found_in="title"))["items"]
    assert (titled["session_id"], titled["found_in"]) == (chat, "title")
    spoken = (await search(asker, unique, found_in="message"))["items"]
    assert asked(spoken)[0]["message_id"] == also["message"]["id"]
    assert {item["found_in"] for item in spoken} == {"message"}
    for other in (colleague, shop.owner, stranger):
        assert (await search(other, unique))["items"] == []


async def test_the_list_is_searched_by_titles_and_messages(
    shop: Workspace, stranger: Caller, unique: str
) -> None:
    asker, colleague = await shop.member("viewer"), await shop.member("viewer")
    titled = await new_session(asker, title=f"About {unique}", tags=["money"])
    spoken = await new_session(asker, title="Damage")
    await say(asker, spoken, f"Who pays for {unique}?")
    await new_session(asker, title="Neither")

    async def listed(caller: Caller, **query: object) -> list[str]:
        answer = await caller.get("/api/v1/chat/sessions", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert set(await listed(asker, q=unique[:9])) == {titled, spoken}
    assert await listed(asker, q=f"abo {unique}") == [titled]
    assert await listed(asker, q=unique, tag="money") == [titled]
    assert await listed(asker, q="& !") == []
    assert len(await listed(asker, q="")) == 3
    first = (await asker.get("/api/v1/chat/sessions", params={"q": unique, "limit": 1})).json()
    assert len(first["items"]) == 1
    assert len(await listed(asker, q=unique, limit=1, cursor=first["next_cursor"])) == 1
    for other in (colleague, shop.owner, stranger):
        assert await listed(other, q=unique) == []


@pytest.mark.parametrize("q", ["'", "a & | !", "\\", "%", "& ':*", "日本"])
async def test_strange_words_find_nothing_and_break_nothing(viewer: Caller, q: str) -> None:
    assert (await search(viewer, q))["items"] == []


async def test_what_was_found_is_paged(viewer: Caller, unique: str) -> None:
    chat = await new_session(viewer)
    for number in range(3):
        await say(viewer, chat, f"{unique} {number}")
    pages = [await search(viewer, unique, limit=2)]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(await search(viewer, unique, limit=2, cursor=cursor))
    assert len(pages) > 1
    assert all(len(page["items"]) <= 2 for page in pages)
    snippets = [item["snippet"] for page in pages for item in asked(page["items"])]
    assert snippets == [f"{unique} {number}" for number in (2, 1, 0)]


async def test_a_deleted_source_takes_its_words_out_of_the_search(owner: Caller, worker: None) -> None:
    del worker
    document = await upload_document(owner, "returns.md", RETURNS_POLICY)
    chat = await new_session(owner)
    await say(owner, chat, "When must damage be reported?")
    assert (await search(owner, "photographs"))["items"]
    await owner.delete(f"/api/v1/documents/{document['id']}")
    assert (await search(owner, "photographs"))["items"] == []
