"""Attachments of e-mails and files of archives: documents that come and go with what holds them."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.members import MemberLimits
from answerable.knowledge.parsing.parser import MembersWanted, ReaderProcesses, parse
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.uploads import send_file, settled, upload_document
from tests.factories.waiting import eventually
from tests.knowledge.parsing import files

URL = "/api/v1/documents"


def mail(subject: str, attachments: Mapping[str, bytes]) -> bytes:
    """An e-mail with attachments."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ann@example.org", "bob@example.org"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    message.set_content("See what is attached.")
    for name, content in attachments.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)


def tar(members: Mapping[str, bytes]) -> bytes:
    """A compressed TAR archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


async def family(caller: Caller) -> dict[str, dict[str, object]]:
    """All documents by their file names, once every one of them has ended."""

    async def ended() -> tuple[list[dict[str, object]]] | None:
        items: list[dict[str, object]] = (await caller.get(URL, params={"limit": 200})).json()["items"]
        return (items,) if all(item["status"] in ("ready", "failed") for item in items) else None

    (found,) = await eventually(ended, seconds=60) or ([],)
    return {str(item["file_name"]): item for item in found}


@pytest.mark.usefixtures("worker")
async def test_attachments_and_what_they_hold_are_documents_that_go_with_the_mail(
    editor: Caller, runtime: Runtime, unique: str
) -> None:
    inner = files.zipped(
        {"docs/terms.md": f"# Terms {unique}\n\nGrinders cannot be returned.", "__MACOSX/x": "x"}
    )
    attached = {
        "offer.docx": files.docx(files.paragraph(f"Offer {unique}")),
        "all.zip": inner,
        "run.exe": b"MZ\0\1\2" * 99,
    }
    await upload_document(editor, "order.eml", mail(f"Order {unique}", attached))
    found = await family(editor)
    assert sorted(found) == ["all.zip", "offer.docx", "order.eml", "terms.md"]
    assert {name: item["status"] for name, item in found.items()} == dict.fromkeys(found, "ready")
    assert found["terms.md"]["parents"] == [
        {"id": found["all.zip"]["id"], "name": "order.eml › all.zip › docs/terms.md"}
    ]
    assert found["order.eml"]["parents"] == []
    assert found["order.eml"]["warnings"] == [
        "Files inside that were left out (types that are not read): run.exe."
    ]
    below = (await editor.get(URL, params={"parent_id": str(found["order.eml"]["id"])})).json()["items"]
    assert {item["file_name"] for item in below} == {"all.zip", "offer.docx"}
    results = (await editor.post("/api/v1/search", json={"query": "grinders returned"})).json()["results"]
    assert results[0]["document_id"] == found["terms.md"]["id"]
    assert (await editor.delete(f"{URL}/{found['order.eml']['id']}")).status_code == 204
    assert (await editor.get(URL)).json()["items"] == []
    results = (await editor.post("/api/v1/search", json={"query": "grinders returned"})).json()["results"]
    assert results == []

    async def files_gone() -> bool:
        return not files_below(runtime.files.root / editor.workspace_id / "documents")

    await eventually(files_gone)


@pytest.mark.usefixtures("worker")
async def test_a_member_stays_as_long_as_one_container_holds_it(editor: Caller, unique: str) -> None:
    shared = f"Shared text {unique}".encode()
    await upload_document(
        editor, "a.zip", files.zipped({"shared.txt": shared, "a.txt": f"Only in a {unique}"})
    )
    await upload_document(editor, "b.tgz", tar({"deep/shared.txt": shared}))
    found = await family(editor)
    parents = found["shared.txt"]["parents"]
    assert {item["name"] for item in parents} == {"a.zip › shared.txt", "b.tgz › deep/shared.txt"}  # type: ignore[attr-defined]
    await editor.delete(f"{URL}/{found['a.zip']['id']}")
    assert set(await family(editor)) == {"b.tgz", "shared.txt"}
    await editor.delete(f"{URL}/{found['b.tgz']['id']}")
    assert await family(editor) == {}


@pytest.mark.usefixtures("worker")
async def test_a_member_that_somebody_uploads_too_is_theirs(editor: Caller, unique: str) -> None:
    text = f"A text {unique}"
    await upload_document(editor, "a.zip", files.zipped({"a.txt": text, "b.txt": f"Another {unique}"}))
    found = await family(editor)
    again = await send_file(editor, URL, "mine.txt", text)
    assert (again.status_code, again.json()["document"]["id"]) == (200, found["a.txt"]["id"])
    await editor.delete(f"{URL}/{found['a.zip']['id']}")
    assert set(await family(editor)) == {"a.txt"}


@pytest.mark.usefixtures("worker")
async def test_containers_too_deep_inside_others_are_not_opened(editor: Caller, unique: str) -> None:
    content = f"Bottom {unique}".encode()
    for level in range(8, 0, -1):
        content = files.zipped({f"level{level}.txt" if level == 8 else f"level{level}.zip": content})
    await upload_document(editor, "top.zip", content)
    found = await family(editor)
    assert set(found) == {"top.zip", *(f"level{level}.zip" for level in range(1, 6))}
    assert "too deep" in str(found["level5.zip"]["warnings"])


@pytest.mark.usefixtures("worker")
async def test_another_tenant_sees_no_member(editor: Caller, stranger: Caller, unique: str) -> None:
    document = await upload_document(editor, "a.zip", files.zipped({"a.txt": f"A text {unique}"}))
    await family(editor)
    listed = await stranger.get(URL, params={"parent_id": str(document["id"])})
    assert listed.json()["items"] == []


@pytest.fixture
async def processes() -> AsyncIterator[ReaderProcesses]:
    """Warm readers."""
    made = ReaderProcesses()
    yield made
    await made.close()


async def opened(
    tmp_path: Path, processes: ReaderProcesses, content: bytes, limits: MemberLimits, name: str = "x"
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The members that a reader wrote, and its warnings."""
    path, folder = tmp_path / "file", tmp_path / "members"
    path.write_bytes(content)
    folder.mkdir()
    document = await parse(path, name, processes=processes, members=MembersWanted(folder, limits))
    written = {member.name: (folder / member.file).read_bytes() for member in document.members}
    assert len(list(folder.iterdir())) == len(written)
    return written, document.warnings


WIDE = MemberLimits(100, 1_000_000, 10_000_000)


@pytest.mark.parametrize(
    ("limits", "taken"),
    [
        (MemberLimits(2, 1_000, 10_000), ["0.txt", "1.txt"]),
        (MemberLimits(100, 5, 10_000), []),
        (MemberLimits(100, 1_000, 35), ["0.txt", "1.txt", "2.txt"]),
    ],
)
async def test_number_and_size_of_members_are_bounded(
    tmp_path: Path, processes: ReaderProcesses, limits: MemberLimits, taken: list[str]
) -> None:
    content = files.zipped({f"{number}.txt": f"text {number:05}" for number in range(5)})
    written, warnings = await opened(tmp_path, processes, content, limits)
    assert list(written) == taken
    assert len(warnings) == 1


async def test_broken_and_locked_members_are_left_out(tmp_path: Path, processes: ReaderProcesses) -> None:
    content = bytearray(files.zipped({"a.txt": "good " * 50, "b.txt": bytes(range(65, 90)) * 9}))
    place = content.index(b"b.txt") + 5
    content[place : place + 10] = b"\xff" * 10
    written, warnings = await opened(tmp_path, processes, bytes(content), WIDE)
    assert list(written) == ["a.txt"]
    assert warnings == ("Files inside that were left out (damaged): b.txt.",)


async def test_a_mailbox_gives_its_messages(tmp_path: Path, processes: ReaderProcesses) -> None:
    lines = [
        f"From ann@example.org Fri Nov 20 10:00:0{n} 2026\n{mail(f'Subject {n}', {}).decode()}\n"
        for n in range(3)
    ]
    written, _ = await opened(tmp_path, processes, "".join(lines).encode(), WIDE, "inbox.mbox")
    assert list(written) == ["Subject 0.eml", "Subject 1.eml", "Subject 2.eml"]
    assert b"See what is attached." in written["Subject 1.eml"]


async def test_attachments_of_outlook_messages(tmp_path: Path, processes: ReaderProcesses) -> None:
    content = files.msg("Subject", "Body", {"a.txt": b"attached"})
    assert (await opened(tmp_path, processes, content, WIDE))[0] == {"a.txt": b"attached"}


@pytest.mark.parametrize("kind", ["gzip", "tar", "zip"])
async def test_bombs_end_within_their_bounds(tmp_path: Path, processes: ReaderProcesses, kind: str) -> None:
    zeros = b"\0" * 300_000_000
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros.txt", zeros)
        with pytest.raises(ParseFailed) as caught:
            await opened(tmp_path, processes, buffer.getvalue(), WIDE)
        assert caught.value.reason is Reason.TOO_LARGE
        return
    if kind == "tar":
        content = tar({"zeros.txt": zeros, "a.txt": b"text"})
    else:
        import gzip  # noqa: PLC0415

        content = gzip.compress(zeros)
    written, warnings = await opened(tmp_path, processes, content, WIDE, "zeros.txt.gz")
    assert "zeros.txt" not in written
    assert "too large" in str(warnings)


@pytest.mark.parametrize("lost", [4, 9, 40])
async def test_an_archive_that_is_cut_off_behind_its_files_says_so(
    tmp_path: Path, processes: ReaderProcesses, lost: int
) -> None:
    whole = tar({"a.txt": os.urandom(5000).hex().encode(), "b.txt": b"text"})
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    assert not (await opened(tmp_path / "whole", processes, whole, WIDE))[1]
    written, warnings = await opened(tmp_path / "cut", processes, whole[:-lost], WIDE)
    assert "a.txt" in written
    assert "damaged or cut off" in str(warnings)


async def test_names_lead_nowhere(tmp_path: Path, processes: ReaderProcesses) -> None:
    content = files.zipped({"../../etc/passwd.txt": "a text", "/abs\x00.txt": "b text"})
    written, _ = await opened(tmp_path, processes, content, WIDE)
    assert sorted(written.values()) == [b"a text", b"b text"]
    assert sorted(os.listdir(tmp_path)) == ["file", "members"]


@pytest.mark.usefixtures("worker")
async def test_a_container_whose_reading_is_cancelled_brings_nothing(editor: Caller, unique: str) -> None:
    answer = (await send_file(editor, URL, "a.zip", files.zipped({"a.txt": f"Text {unique}"}))).json()
    await editor.delete(f"{URL}/{answer['document']['id']}")
    after = await upload_document(editor, "b.txt", f"After {unique}")
    assert set(await family(editor)) == {"b.txt"}
    assert (await settled(editor, f"{URL}/{after['id']}"))["parents"] == []
