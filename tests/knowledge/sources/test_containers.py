"""Archives and e-mails of a source: what they hold stays in step with them."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller
from tests.factories.uploads import send_file
from tests.factories.waiting import eventually
from tests.knowledge.parsing.files import zipped
from tests.knowledge.sources.syncing import Json, add_source, documents, items, ring, sync

pytestmark = pytest.mark.usefixtures("worker")

URL = "/api/v1/documents"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def mail(subject: str, attachments: Mapping[str, str]) -> bytes:
    """An e-mail with attached texts."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ann@example.org", "bob@example.org"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    message.set_content(f"The letter {subject}.")
    for name, content in attachments.items():
        message.add_attachment(content.encode(), maintype="text", subtype="plain", filename=name)
    return bytes(message)


async def synced(caller: Caller, runtime: Runtime, source: Json) -> tuple[Json, dict[str, Json]]:
    """Sync a source, wait until all is read and the former documents have been let go: the counts of what the
    run did, and the source's documents."""
    run = await sync(caller, source)
    await documents(caller, source)
    await ring(runtime, caller, source)
    done = {name: count for name, count in run["counts"].items() if count and name != "seen"}
    return done, await documents(caller, source)


def paths(document: Json) -> list[str]:
    """The paths that lead to a member."""
    return [each["name"] for each in document["parents"]]


async def finds(caller: Caller, words: str, **scope: object) -> set[str]:
    """The titles that a search by words finds."""
    body = {"query": words, "mode": "lexical", **scope}
    return {hit["title"] for hit in (await caller.post("/api/v1/search", json=body)).json()["results"]}


async def test_an_archive_that_changes_keeps_what_stayed_and_follows_what_did_not(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    letter = mail("kept", {"note.txt": "A note about walnuts."})
    before = {"same.txt": "All of hazelnuts.", "changed.txt": "Old chestnuts.", "gone.txt": "Gone almonds."}
    (shelf / "a.zip").write_bytes(zipped({**before, "letter.eml": letter}))
    source = await add_source(owner, "folder", path=str(shelf))
    done, first = await synced(owner, runtime, source)
    assert done == {"added": 1}
    assert set(first) == {"a.zip", *before, "letter.eml", "note.txt"}
    after = {"same.txt": before["same.txt"], "changed.txt": "New chestnuts.", "new.txt": "New pecans."}
    (shelf / "a.zip").write_bytes(zipped({**after, "letter.eml": letter}))
    done, second = await synced(owner, runtime, source)
    assert done == {"changed": 1}
    assert set(second) == {"a.zip", *after, "letter.eml", "note.txt"}
    assert {each["status"] for each in second.values()} == {"ready"}
    for name in ("same.txt", "letter.eml", "note.txt"):
        assert second[name]["id"] == first[name]["id"]
    assert [each["id"] for each in second["same.txt"]["parents"]] == [second["a.zip"]["id"]]
    for name in ("a.zip", "changed.txt", "gone.txt"):
        assert (await owner.get(f"{URL}/{first[name]['id']}")).status_code == 404
    assert await finds(owner, "almonds") == set()
    assert await finds(owner, "pecans") == {"new"}
    (state,) = [
        each for each in (await owner.get("/api/v1/sources")).json()["items"] if each["id"] == source["id"]
    ]
    assert state["document_count"] == len(second)


async def test_an_archive_that_is_touched_alone_stays_as_it_is(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    content = zipped({"a.txt": "About hazelnuts.", "letter.eml": mail("one", {"b.txt": "About walnuts."})})
    (shelf / "a.zip").write_bytes(content)
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    (shelf / "a.zip").unlink()
    (shelf / "a.zip").write_bytes(content)
    done, second = await synced(owner, runtime, source)
    assert done == {"unchanged": 1}
    assert second == first


async def test_what_an_archive_held_goes_with_it(owner: Caller, runtime: Runtime, shelf: Path) -> None:
    (shelf / "a.zip").write_bytes(
        zipped({"a.txt": "About hazelnuts.", "b.eml": mail("b", {"c.txt": "Walnuts."})})
    )
    (shelf / "own.txt").write_text("About chestnuts.")
    source = await add_source(owner, "folder", path=str(shelf))
    await synced(owner, runtime, source)
    (shelf / "a.zip").unlink()
    done, left = await synced(owner, runtime, source)
    assert done == {"deleted": 1, "unchanged": 1}
    assert set(left) == {"own.txt"}
    assert await finds(owner, "hazelnuts walnuts") == set()


async def test_an_archive_that_cannot_be_read_leaves_the_one_before_until_one_can(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts.", "b.txt": "About walnuts."}))
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    for part in (2, 3):  # as somebody sees it who looks while it is written
        (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts.", "c.txt": "Pecans."})[: part * 20])
        assert (await synced(owner, runtime, source))[0] == {"changed": 1}
        (item,) = (await items(owner, source, failed=True)).values()
        assert item["error"]["code"]
        assert await finds(owner, "walnuts") == {"b"}
    (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts.", "c.txt": "Pecans."}))
    done, second = await synced(owner, runtime, source)
    assert done == {"changed": 1}
    assert {name: each["status"] for name, each in second.items()} == dict.fromkeys(
        ("a.zip", "a.txt", "c.txt"), "ready"
    )
    assert second["a.txt"]["id"] == first["a.txt"]["id"]
    listed = (await owner.get(URL, params={"source_id": source["id"]})).json()["items"]
    assert len(listed) == 3


async def test_an_archive_that_cannot_be_fetched_changes_nothing(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    content = zipped({"a.txt": "About hazelnuts."})
    (shelf / "a.zip").write_bytes(content)
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    (shelf / "a.zip").write_bytes(b"")
    done, second = await synced(owner, runtime, source)
    assert (done, second) == ({"failed": 1}, first)
    (shelf / "a.zip").write_bytes(content)
    done, second = await synced(owner, runtime, source)
    assert (done, second) == ({"unchanged": 1}, first)


async def test_a_letter_that_moves_inside_an_archive_is_shown_where_it_is(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    letter = mail("moved", {"note.txt": "A note about walnuts."})
    (shelf / "a.zip").write_bytes(zipped({"old/letter.eml": letter, "a.txt": "About hazelnuts."}))
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    assert paths(first["note.txt"]) == ["a.zip › old/letter.eml › note.txt"]
    (shelf / "a.zip").write_bytes(zipped({"new/letter.eml": letter, "a.txt": "About hazelnuts."}))
    _, second = await synced(owner, runtime, source)
    assert {name: each["id"] for name, each in second.items() if name != "a.zip"} == {
        name: each["id"] for name, each in first.items() if name != "a.zip"
    }
    assert paths(second["letter.eml"]) == ["a.zip › new/letter.eml"]
    assert paths(second["note.txt"]) == ["a.zip › new/letter.eml › note.txt"]


async def test_a_letter_moves_out_of_an_archive_and_into_one(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    letter = mail("moved", {"note.txt": "A note about walnuts."})
    (shelf / "a.zip").write_bytes(zipped({"letter.eml": letter, "a.txt": "About hazelnuts."}))
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts."}))
    (shelf / "out.eml").write_bytes(letter)
    done, second = await synced(owner, runtime, source)
    assert done == {"added": 1, "changed": 1}
    assert (second["letter.eml"]["id"], second["note.txt"]["id"]) == (
        first["letter.eml"]["id"], first["note.txt"]["id"]
    )  # fmt: skip
    assert (paths(second["letter.eml"]), paths(second["note.txt"])) == ([], ["letter.eml › note.txt"])
    (shelf / "out.eml").unlink()
    (shelf / "a.zip").write_bytes(zipped({"in.eml": letter, "a.txt": "About hazelnuts."}))
    done, third = await synced(owner, runtime, source)
    assert done == {"deleted": 1, "changed": 1}
    assert len(third) == 4
    (path,) = paths(third["note.txt"])
    assert (path.startswith("a.zip › in.eml"), third["note.txt"]["status"]) == (True, "ready")
    assert await finds(owner, "walnuts") == {third["note.txt"]["title"]}


@pytest.mark.parametrize("ending", ["removed", "emptied"])
async def test_what_archives_of_two_sources_hold_stays_with_the_one_that_is_left(
    owner: Caller, runtime: Runtime, shelf: Path, tmp_path: Path, ending: str
) -> None:
    letter = mail("shared", {"note.txt": "A note about walnuts."})
    other = tmp_path / "other"
    other.mkdir()
    (shelf / "a.zip").write_bytes(zipped({"letter.eml": letter, "a.txt": "About hazelnuts."}))
    (other / "b.zip").write_bytes(zipped({"deep/letter.eml": letter, "b.txt": "About chestnuts."}))
    first = await add_source(owner, "folder", "First", path=str(shelf))
    second = await add_source(owner, "folder", "Second", path=str(other))
    _, before = await synced(owner, runtime, first)
    assert set(before) == {"a.zip", "letter.eml", "a.txt", "note.txt"}
    await synced(owner, runtime, second)
    if ending == "removed":
        answer = await owner.delete(f"/api/v1/sources/{first['id']}")
        assert answer.status_code == 202, answer.text
        await gone(owner, first)
    else:
        (shelf / "a.zip").unlink()
        await synced(owner, runtime, first)
    left = await documents(owner, second)
    assert set(left) == {"b.zip", "letter.eml", "b.txt", "note.txt"}
    assert left["note.txt"]["id"] == before["note.txt"]["id"]
    assert paths(left["note.txt"]) == ["b.zip › deep/letter.eml › note.txt"]
    assert await finds(owner, "walnuts", source_ids=[second["id"]]) == {left["note.txt"]["title"]}
    await owner.delete(f"/api/v1/sources/{second['id']}")
    await gone(owner, second)
    assert (await owner.get(URL)).json()["items"] == []


async def test_a_member_that_somebody_uploaded_stays_when_the_archive_drops_it(
    owner: Caller, runtime: Runtime, shelf: Path
) -> None:
    (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts.", "b.txt": "About walnuts."}))
    source = await add_source(owner, "folder", path=str(shelf))
    _, first = await synced(owner, runtime, source)
    await send_file(owner, URL, "mine.txt", "About walnuts.")
    (shelf / "a.zip").write_bytes(zipped({"a.txt": "About hazelnuts."}))
    _, second = await synced(owner, runtime, source)
    assert set(second) == {"a.zip", "a.txt"}
    kept = (await owner.get(f"{URL}/{first['b.txt']['id']}")).json()
    assert (kept["status"], kept["parents"]) == ("ready", [])


async def gone(caller: Caller, source: Json) -> None:
    """Returns when a removed source is gone."""

    async def away() -> bool:
        return (await caller.get(f"/api/v1/sources/{source['id']}")).status_code == 404

    await eventually(away, seconds=60)
