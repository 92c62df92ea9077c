"""A document from upload to deletion, as an app sees it."""

from __future__ import annotations

import pytest

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.uploads import RETURNS_POLICY, send_file, settled, upload_document
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
URL = "/api/v1/documents"


async def test_an_uploaded_document_becomes_ready_and_is_found(editor: Caller) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    assert document["status"] == "ready", document
    assert (document["title"], document["media_type"]) == ("Returns policy", "text/markdown")
    assert document["chunk_count"] == 2
    text = (await editor.get(f"{URL}/{document['id']}/text")).json()
    assert [text["text"][h["start"] : h["end"]] for h in text["headings"]] == [
        "Returns policy",
        "Return window",
        "Damaged goods",
    ]
    found = (await editor.post("/api/v1/search", json={"query": "refund within 14 days"})).json()["results"]
    assert found[0]["document_id"] == document["id"]
    assert text["text"][found[0]["start"] : found[0]["end"]] == found[0]["text"]
    assert found[0]["heading_path"] == ["Returns policy", "Return window"]
    job = (await editor.get(f"/api/v1/jobs/{document['job_id']}")).json()
    subject = {"type": "document", "id": document["id"], "name": "Returns policy", "missing": False}
    assert (job["status"], job["subject"]) == ("succeeded", subject)


async def test_the_same_bytes_give_the_document_that_exists(editor: Caller, unique: str) -> None:
    content = f"# Notes {unique}\n\nThe office is closed on Friday."
    first = await upload_document(editor, "notes.md", content)
    again = await send_file(editor, URL, "other name.md", content)
    assert (again.status_code, again.json()["document"]["id"]) == (200, first["id"])
    assert again.json()["job"] is None
    assert len((await editor.get(URL)).json()["items"]) == 1


async def test_two_uploads_of_the_same_bytes_at_once_give_one_document(editor: Caller, unique: str) -> None:
    import asyncio  # noqa: PLC0415

    answers = await asyncio.gather(*(send_file(editor, URL, f"{n}.txt", f"Text {unique}") for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [202]
    assert len({answer.json()["document"]["id"] for answer in answers}) == 1


async def test_the_same_bytes_in_another_workspace_are_another_document(
    editor: Caller, stranger: Caller
) -> None:
    mine = await upload_document(editor, "returns.md", RETURNS_POLICY)
    answer = await send_file(stranger, URL, "returns.md", RETURNS_POLICY)
    assert answer.status_code == 202
    assert answer.json()["document"]["id"] != mine["id"]


async def test_a_deleted_document_is_gone_everywhere(editor: Caller, runtime: Runtime) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    folder = runtime.files.root / editor.workspace_id / "documents"
    assert len(list(folder.rglob("*"))) > 0
    assert (await editor.delete(f"{URL}/{document['id']}")).status_code == 204
    for address in ("", "/text", "/file"):
        assert (await editor.get(f"{URL}/{document['id']}{address}")).status_code == 404
    assert (await editor.delete(f"{URL}/{document['id']}")).status_code == 404
    found = await editor.post("/api/v1/search", json={"query": "refund within 14 days"})
    assert found.json()["results"] == []

    async def file_gone() -> bool:
        return not files_below(folder)

    await eventually(file_gone)
    again = await upload_document(editor, "returns.md", RETURNS_POLICY)
    assert again["status"] == "ready"
    assert again["id"] != document["id"]


async def test_a_title_and_metadata_are_kept_as_given(editor: Caller, unique: str) -> None:
    answer = await editor.post(
        URL,
        files={"file": ("a.txt", f"Some text {unique}".encode())},
        data={"title": "  My\ttitle ", "metadata": '{"team": "Support", "n": [1, 2.5, null]}'},
    )
    assert answer.status_code == 202, answer.text
    document = await settled(editor, f"{URL}/{answer.json()['document']['id']}")
    assert document["title"] == "My title"
    assert document["metadata"] == {"team": "Support", "n": [1, 2.5, None]}


async def test_a_document_can_be_put_under_a_source_that_exists(editor: Caller, unique: str) -> None:
    first = await upload_document(editor, "a.txt", f"First text {unique}")
    answer = await editor.post(
        URL, files={"file": ("b.txt", f"Second {unique}".encode())}, data={"source_id": first["source_id"]}
    )
    assert answer.json()["document"]["source_id"] == first["source_id"]
    listed = await editor.get(URL, params={"source_id": str(first["source_id"])})
    assert len(listed.json()["items"]) == 2
    unknown = await editor.post(
        URL, files={"file": ("c.txt", b"Third")}, data={"source_id": ids.new_id("src")}
    )
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "source_id")


async def test_the_list_pages_newest_first_and_filters_by_status(editor: Caller, unique: str) -> None:
    made = [await upload_document(editor, f"{n}.txt", f"Text {n} {unique}") for n in range(3)]
    bad = await upload_document(editor, "bad.pdf", "%PDF-1.7 broken")
    first = (await editor.get(URL, params={"limit": 2})).json()
    second = (await editor.get(URL, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    listed = [item["id"] for item in first["items"] + second["items"]]
    assert listed == [bad["id"], *(document["id"] for document in reversed(made))]
    assert second["next_cursor"] is None
    failed = (await editor.get(URL, params={"status": "failed"})).json()["items"]
    assert [item["id"] for item in failed] == [bad["id"]]
    assert (await editor.get(URL, params={"status": "nonsense"})).status_code == 422


async def test_the_file_comes_back_as_a_harmless_attachment(editor: Caller, unique: str) -> None:
    content = f"<html><script>alert(1)</script><p>Hello {unique} there.</p></html>".encode()
    document = await upload_document(editor, "naïve 🙂.html", content)
    answer = await editor.get(f"{URL}/{document['id']}/file")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_text_that_is_not_there_yet_is_a_conflict_with_its_reason(editor: Caller) -> None:
    document = await upload_document(editor, "bad.pdf", "%PDF-1.7 broken")
    answer = await editor.get(f"{URL}/{document['id']}/text")
    assert (answer.status_code, answer.json()["code"]) == (409, "document_not_ready")
    assert "damaged" in answer.json()["detail"]


async def test_a_failed_document_is_tried_again_when_it_is_uploaded_again(editor: Caller) -> None:
    document = await upload_document(editor, "bad.pdf", "%PDF-1.7 broken")
    again = await send_file(editor, URL, "bad.pdf", "%PDF-1.7 broken")
    assert (again.status_code, again.json()["document"]["id"]) == (202, document["id"])
    assert again.json()["job"]["id"] != document["job_id"]
    assert (await settled(editor, f"{URL}/{document['id']}"))["status"] == "failed"


async def test_a_repeated_upload_with_its_idempotency_key_is_answered_from_the_first(
    editor: Caller, unique: str
) -> None:
    answers = [
        await editor.post(
            URL, files={"file": ("a.txt", f"Text {unique}".encode())}, headers={"Idempotency-Key": unique}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


async def test_a_viewer_reads_but_neither_uploads_nor_deletes(editor: Caller, viewer: Caller) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    for address in ("", "/text", "/file"):
        assert (await viewer.get(f"{URL}/{document['id']}{address}")).status_code == 200
    assert (await send_file(viewer, URL, "a.txt", "text")).status_code == 403
    assert (await viewer.delete(f"{URL}/{document['id']}")).status_code == 403


@pytest.mark.parametrize("address", ["", "/text", "/file"])
async def test_another_tenants_document_is_like_one_that_does_not_exist(
    editor: Caller, stranger: Caller, address: str
) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    missing = ids.new_id("doc")
    for method in ("GET", "DELETE") if not address else ("GET",):
        theirs = await stranger.request(method, f"{URL}/{document['id']}{address}")
        none = await stranger.request(method, f"{URL}/{missing}{address}")
        assert theirs.status_code == none.status_code == 404
        assert theirs.text.replace(str(document["id"]), missing) == none.text
    assert (await stranger.get(URL)).json()["items"] == []
