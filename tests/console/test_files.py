"""Files dropped into a conversation: they come, are asked about, kept or removed, also by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.chat.conversations import new_session, say
from tests.chat.files.dropped import drop_document, drop_table
from tests.console.conftest import Look, OpenVisit, Visit
from tests.factories.callers import Workspace

HOIST = "# Crane manual\n\nThe hoist of the Zephyrion crane lifts 4,200 kilograms.\n"
TARGETS = "region,pledged (EUR)\nNorth,1500\nSouth,2500\n"
_DROP = """files => {
    const carried = new DataTransfer();
    for (const [name, text] of files) carried.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover"])
        window.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
    window.carried = carried;
}"""
_LET_GO = """() => window.dispatchEvent(
    new DragEvent("drop", {dataTransfer: window.carried, bubbles: true, cancelable: true}))"""
_QUESTION = "How much does the hoist of the Zephyrion crane lift?"


async def _drop_from_disk(window: Visit, path: Path) -> None:
    """Let something of the disk go over the page, as a file manager does."""
    browser = await window.context.new_cdp_session(window.page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"type": kind, "x": 180, "y": 300, "data": data}
        await browser.send("Input.dispatchDragEvent", at)


async def _sound(window: Visit) -> None:
    assert await window.accessible() == []
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def _conversation(window: Visit) -> None:
    await window.ask("How long does the warranty on grinders last?")


async def test_files_are_dropped_and_asked_about(visit: OpenVisit, shop: Workspace, look: Look) -> None:
    editor = await shop.member("editor")
    window = await visit()
    page = window.page
    await window.sign_in(editor, shop)
    await _conversation(window)
    name = f"crane-{look.colours}.md"
    dropped = [[name, HOIST + look.colours], ["targets.csv", TARGETS], ["broken.xlsx", "no workbook"]]
    await page.evaluate(_DROP, dropped)
    await expect(page.get_by_text("Drop files into this conversation")).to_be_visible()
    await _sound(window)
    await page.evaluate(_LET_GO)
    waiting = page.get_by_role("list", name="Files for the next question")
    failed = page.get_by_role("list", name="1 file failed").get_by_role("listitem")
    await expect(failed).to_contain_text("broken.xlsx The file holds one line of words and no table.")
    await expect(waiting.get_by_role("listitem")).to_have_count(2)
    await expect(page.get_by_text("They go with your next question.")).to_be_visible()
    await _sound(window)

    await page.get_by_role("button", name="Dismiss broken.xlsx").click()
    await expect(failed).to_have_count(0)
    await window.ask(_QUESTION)
    turn = page.get_by_role("article", name=_QUESTION)
    await expect(turn).to_contain_text("4,200 kilograms")
    await expect(turn.get_by_role("list", name="Files").get_by_role("listitem")).to_have_text(
        [name, "targets.csv"]
    )
    await _sound(window)
    await page.reload()
    await expect(turn.get_by_role("list", name="Files").get_by_role("link")).to_have_count(2)
    await window.ask("total pledged by region")
    await expect(page.get_by_role("article").last).to_contain_text("2,500")
    await expect(page.get_by_role("article").last.get_by_role("button", name="Pin")).to_have_count(0)


async def test_files_are_opened_kept_and_removed(
    visit: OpenVisit, workspace: Workspace, worker: None, look: Look
) -> None:
    del worker
    editor = workspace.owner
    chat = await new_session(editor)
    name = f"crane-{look.colours}.md"
    await drop_document(editor, chat, name, HOIST + look.colours)
    await drop_table(editor, chat, "targets.csv", TARGETS)
    await drop_table(editor, chat, "broken.csv", "no workbook")
    await say(editor, chat, _QUESTION)
    window = await visit()
    page = window.page
    await window.sign_in(editor)
    await window.open(f"/c/{chat}")
    turn = page.get_by_role("article", name=_QUESTION)

    # A citation opens the document within the conversation, and leads back to it.
    await turn.get_by_role("button", name=re.compile("Source 1")).click()
    await expect(page.locator("mark").first).to_contain_text("4,200 kilograms")
    await _sound(window)
    await page.get_by_role("link", name="Back to the conversation").click()

    await page.get_by_role("button", name="3 files").click()
    files = page.get_by_role("dialog", name="Files of this conversation")
    await expect(files.get_by_role("listitem")).to_have_count(3)
    await expect(files.get_by_role("listitem").filter(has_text="broken")).to_contain_text("Failed")
    await _sound(window)
    await files.get_by_role("button", name=f"Keep for the workspace: {name}").click()
    await expect(files.get_by_role("listitem")).to_have_count(2)
    await files.get_by_role("button", name="Remove: targets").click()
    confirm = page.get_by_role("dialog", name="Remove “targets”?")
    await _sound(window)
    await confirm.get_by_label("Type “targets” to confirm").fill("targets")
    await confirm.get_by_role("button", name="Remove").click()
    await expect(files.get_by_role("listitem")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(turn).to_contain_text("4,200 kilograms")
    kept = (await editor.get("/api/v1/documents")).json()["items"]
    assert name in [document["file_name"] for document in kept]


async def test_a_viewer_adds_files_to_a_conversation_by_keyboard_and_cannot_keep_them(
    visit: OpenVisit, shop: Workspace
) -> None:
    viewer = await shop.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, shop)
    await _conversation(window)
    add = page.get_by_role("button", name="Add files")
    async with page.expect_file_chooser() as chosen:
        await add.press("Enter")
    note = {"name": "hoist.md", "mimeType": "text/markdown", "buffer": HOIST.encode()}
    await (await chosen.value).set_files([note])  # type: ignore[list-item]
    await expect(page.get_by_text("They go with your next question.")).to_be_visible()
    opened = page.get_by_role("button", name="1 file")
    await opened.focus()
    await page.keyboard.press("Enter")
    files = page.get_by_role("dialog", name="Files of this conversation")
    await expect(files.get_by_role("button", name="Remove: hoist.md")).to_be_visible()
    await expect(files.get_by_role("button", name=re.compile("Keep for the workspace"))).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(opened).to_be_focused()
    await window.ask(_QUESTION)
    await expect(page.get_by_role("article").last).to_contain_text("4,200 kilograms")


async def test_a_link_names_files_and_opens_none(visit: OpenVisit, shop: Workspace) -> None:
    owner = shop.owner
    chat = (await owner.post("/api/v1/chat/sessions", json={"title": "Cranes"})).json()["id"]
    base = f"/api/v1/chat/sessions/{chat}"
    sent = await owner.post(f"{base}/documents", files={"file": ("hoist.md", HOIST.encode())})
    said = {"content": "Anything?", "files": [sent.json()["document"]["id"]], "stream": False}
    await owner.post(f"{base}/messages", json=said)
    token = (await owner.post(f"{base}/shares", json={})).json()["token"]
    window = await visit()
    await window.open(f"/shared/conversation/{token}")
    shown = window.page.get_by_role("list", name="Files")
    await expect(shown).to_have_text("hoist.md")
    await expect(shown.get_by_role("link")).to_have_count(0)
    await _sound(window)


async def test_files_dropped_where_questions_begin_go_where_the_person_says(
    visit: OpenVisit, shop: Workspace, look: Look
) -> None:
    editor = await shop.member("editor")
    window = await visit()
    page = window.page
    await window.sign_in(editor, shop)
    await page.get_by_role("textbox", name="Your question").fill(_QUESTION)
    name = f"hoist-{look.colours}.md"
    await page.evaluate(_DROP, [[name, HOIST + look.colours + "start"], ["targets.csv", TARGETS]])
    await expect(page.get_by_text("For a conversation of yours, or for everybody")).to_be_visible()
    await _sound(window)
    await page.evaluate(_LET_GO)
    where = page.get_by_role("dialog", name="Where do 2 files go?")
    await expect(where.get_by_role("button", name="Into a new conversation")).to_be_focused()
    await _sound(window)
    await page.keyboard.press("Enter")
    waiting = page.get_by_role("list", name="Files for the next question")
    await expect(waiting.get_by_role("listitem")).to_have_count(2)
    await expect(page.get_by_text("They go with your next question.")).to_be_visible()
    # What was typed went along.
    box = page.get_by_role("textbox", name="Your question")
    await expect(box).to_have_value(_QUESTION)
    await _sound(window)
    await box.press("Enter")
    turn = page.get_by_role("article", name=_QUESTION)
    await expect(turn).to_have_attribute("data-state", "answered")
    await expect(turn).to_contain_text("4,200 kilograms")
    common = (await editor.get("/api/v1/documents", params={"limit": 200})).json()["items"]
    assert name not in [document["file_name"] for document in common]


async def test_files_dropped_where_questions_begin_may_be_the_workspaces(
    visit: OpenVisit, workspace: Workspace, worker: None, tmp_path: Path
) -> None:
    del worker
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    # The first files of an editor are what the workspace is to have: nothing is asked.
    await expect(page.get_by_role("heading", name="Ask your documents and tables")).to_be_visible()
    await page.evaluate(_DROP, [["hoist.md", HOIST]])
    await page.evaluate(_LET_GO)
    await expect(page.get_by_role("region", name="Adding files")).to_contain_text("1 file ready")
    await page.get_by_role("button", name="Close the list").click()
    await page.reload()
    await expect(page.get_by_text("1 document and 0 tables to ask")).to_be_visible()
    await page.evaluate(_DROP, [["targets.csv", TARGETS]])
    await page.evaluate(_LET_GO)
    where = page.get_by_role("dialog", name="Where does “targets.csv” go?")
    await page.keyboard.press("Escape")
    await expect(where).to_have_count(0)
    await expect(page.get_by_role("region", name="Adding files")).to_have_count(0)
    await page.evaluate(_DROP, [["targets.csv", TARGETS]])
    await page.evaluate(_LET_GO)
    await where.get_by_role("button", name="Into the workspace").click()
    await expect(page.get_by_role("region", name="Adding files")).to_contain_text("1 file ready")
    tables = (await workspace.owner.get("/api/v1/datasets")).json()["items"]
    assert [table["label"] for table in tables] == ["targets"]
    await page.get_by_role("button", name="Close the list").click()

    # A folder is opened, as deep as it goes, without what a file manager leaves in it.
    folder = tmp_path / "Handbook"
    (folder / "cranes" / "old").mkdir(parents=True)
    (folder / "Empty").mkdir()
    (folder / ".DS_Store").write_bytes(b"\0Bud1")
    (folder / "lifts.md").write_text("A lift carries eight people.\n")
    (folder / "cranes" / "old" / "masts.md").write_text("A mast is checked each May.\n")
    await _drop_from_disk(window, folder)
    where = page.get_by_role("dialog", name="Where do 2 files go?")
    await where.get_by_role("button", name="Into the workspace").click()
    await expect(page.get_by_role("region", name="Adding files")).to_contain_text("2 files ready")
    documents = (await workspace.owner.get("/api/v1/documents")).json()["items"]
    assert {document["file_name"] for document in documents} == {"hoist.md", "lifts.md", "masts.md"}
    await _drop_from_disk(window, folder / "Empty")
    await expect(page.get_by_text("There is no file in this folder.")).to_be_visible()


async def test_a_viewers_files_begin_a_conversation_and_a_table_there_is_reviewed(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    viewer = await workspace.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, workspace)
    await expect(page.get_by_text("you begin a conversation that only you see")).to_be_visible()
    await _sound(window)
    dates = "day,region,sold\n" + "".join(f"0{n % 6 + 1}/0{n % 5 + 4}/2025,north,{n}\n" for n in range(20))
    await page.evaluate(_DROP, [["sales.csv", dates]])
    await expect(page.get_by_text("Drop files to ask about them")).to_be_visible()
    await page.evaluate(_LET_GO)
    await expect(page.get_by_text("They go with your next question.")).to_be_visible()
    await page.get_by_role("button", name="1 file").click()
    await page.get_by_role("dialog").get_by_role("link", name="sales").click()
    await page.get_by_role("tab", name="Review").click()
    questions = page.get_by_role("region", name="Questions for you")
    await questions.get_by_role("radio", name="Month first").check()
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()
    await _sound(window)
    await page.get_by_role("tab", name="Rules").click()
    await page.get_by_role("button", name="New rule").click()
    await page.get_by_role("menuitem", name="Bring texts into one form").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox", name="Column").click()
    await page.get_by_role("option", name="region").click()
    await dialog.get_by_role("button", name="Add the rule").click()
    await page.get_by_role("button", name="Apply the rules").click()
    await expect(page.get_by_text("Version 3 was made")).to_be_visible()
    await _sound(window)
    assert (await viewer.get("/api/v1/datasets")).json()["items"] == []
