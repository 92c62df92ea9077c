"""A console in German is German: nothing that the console or the server says is left in English.

What people and their data call things stays as it is, and so do answers, which are in the language of their
question: the page marks these with `lang`, and the test asks only that nothing else is English.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, expect

from tests.chat.conversations import new_session, say
from tests.console.conftest import WIDE_LIGHT, Look, OpenVisit, Visit
from tests.data.dashboards.boards import dashboard, pinned, tile
from tests.factories.callers import Workspace, register
from tests.factories.uploads import upload_dataset, upload_document

# Words that hardly an English sentence does without, and that German does not have.
ENGLISH = re.compile(
    r"\b(the|of|and|or|is|are|were|be|been|not|no|with|from|by|for|that|this|these|those|you|your|it|its|as|has|have"
    r"|had|can|cannot|which|what|when|where|who|how|why|there|than|then|only|each|every|more|less|most|least|one"
    r"|two|last|next|new|old|other|others|previous|period|year|month|week|day|row|rows|column|columns|table|tables"
    r"|file|files|number|value|values|total|average|share|change|changed|added|deleted|running|failed|queued|ready"
    r"|empty|yes|none|must|should|read|reads|written|given|shown|used|found|missing|already|again|here|please|try)\b",
    re.IGNORECASE,
)
# What is read aloud or seen, but for what is marked as another language and what is written for machines.
TEXTS = """() => {
    const skipped = "[lang]:not(html), .cm-editor, textarea, script, style, pre, code";
    const german = node => node !== null && node.closest(skipped) === null;
    const said = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        if (german(node.parentElement)) said.push(node.textContent);
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
        for (const node of document.querySelectorAll(`[${name}]`))
            if (german(node)) said.push(node.getAttribute(name));
    return said.map(text => text.trim()).filter(text => text !== "");
}"""
ORDERS = "Bestelltag,Gebiet,Ware,Betrag (EUR)\n" + "".join(
    f"{2024 + month // 12}-{month % 12 + 1:02}-{day:02},{region},{ware},{amount + month}.50\n"
    for month in range(24)
    for day, region in ((3, "Nord"), (12, "Süd"))
    for ware, amount in (("Kaffeemühle", 300), ("Kessel", 60))
)
DELIVERIES = "geliefert,Spediteur,Pakete\n" + "".join(
    f"0{n % 6 + 3}/0{n % 7 + 2}/2025,{('Post', 'post ', 'Kurier')[n % 3]},{n % 9 + 1}\n" for n in range(40)
)
WARRANTY = "# Garantie\n\nDie Garantie auf Kaffeemühlen dauert 24 Monate ab Lieferung.\n"
BROKEN = b"PK\x03\x04" + bytes(range(64))
QUESTIONS = (
    "total Betrag by month in 2025",
    "total Betrag by Gebiet in 2025 compared to 2024",
    "total Betrag and number of flumps",
    "Betrag by moon",
    "what is the weather on Mars?",
    "How long is the Garantie auf Kaffeemühlen?",
)


@pytest.fixture
def look() -> Look:
    """Words are the same in every window."""
    return WIDE_LIGHT


@dataclass
class Laden:
    """A workspace with something on each page, named in German."""

    workspace: Workspace
    orders: dict[str, Any]
    deliveries: dict[str, Any]
    board: dict[str, Any]
    chats: list[str]
    given: list[str]

    def english(self, texts: list[str]) -> list[str]:
        """Those of the texts that have English words which nobody gave."""
        return [text for text in texts if ENGLISH.search(self._without_given(text))]

    def _without_given(self, text: str) -> str:
        return re.sub("|".join(map(re.escape, self.given)), "", text, flags=re.IGNORECASE)


@pytest.fixture(scope="session")
async def laden(client: httpx.AsyncClient, worker: None) -> Laden:
    """The workspace; what people and the model call things is in `given`."""
    del worker
    return await made(client)


async def made(client: httpx.AsyncClient) -> Laden:
    """A new one."""
    workspace = await register(client)
    owner = workspace.owner
    orders = await upload_dataset(owner, "bestellungen.csv", ORDERS)
    deliveries = await upload_dataset(owner, "lieferungen.csv", DELIVERIES)
    assert (await upload_dataset(owner, "kaputt.xlsx", BROKEN))["status"] == "failed"
    assert (await upload_document(owner, "garantie.md", WARRANTY))["status"] == "ready"
    assert (await upload_document(owner, "kaputt.docx", BROKEN))["status"] == "failed"
    chats, given = [], {"Kasse"}
    for question in QUESTIONS:
        chats.append(await new_session(owner))
        told = await say(owner, chats[-1], question)
        parts = [part["evidence"] for part in told["reply"]["parts"] if part["type"] == "evidence"]
        given |= {each["words"] for each in parts if each["kind"] == "query"}
    time = {"field": "bestelltag", "grain": "month"}
    by_month = {
        "dataset": orders["name"],
        "measures": [{"aggregation": "sum", "field": "betrag", "alias": "betrag"}],
        "time": time,
    }
    insight = await pinned(owner, by_month, name="Umsatz", question=QUESTIONS[0])
    board = await dashboard(owner, tile(insight, height=3), name="Vertrieb")
    rule = {"kind": "change", "direction": "either", "percent": 1}
    alert = {"insight_id": insight["id"], "name": "Umsatz springt", "rule": rule}
    made = await owner.post("/api/v1/alerts", json=alert)
    assert made.status_code == 201, made.text
    assert (await owner.post(f"/api/v1/alerts/{made.json()['id']}/evaluate")).status_code == 202
    answer = (await owner.post("/api/v1/ask", json={"question": QUESTIONS[0]})).json()
    said = {"answer_id": answer["id"], "rating": "up", "confirm": True}
    assert (await owner.post("/api/v1/feedback", json=said)).status_code == 201
    assert (await owner.post("/api/v1/api-keys", json={"name": "Kasse"})).status_code == 201
    model = (await owner.get(f"/api/v1/semantic-models/{orders['id']}")).json()
    named = [*model["datasets"], *model["metrics"], *(f for d in model["datasets"] for f in d["fields"])]
    given |= {each[key] for each in named for key in ("label", "name", "row_noun") if each.get(key)}
    given |= {*QUESTIONS, *(question.rstrip("?") for question in QUESTIONS)}
    me = (await owner.get("/api/v1/auth/me")).json()
    given |= {owner.email, *(each["workspace"]["name"] for each in me["memberships"])}
    return Laden(workspace, orders, deliveries, board, chats, sorted(given, key=len, reverse=True))


async def _entered(visit: OpenVisit, laden: Laden) -> Visit:
    window = await visit(locale="de-DE")
    # With a stream that stays open the network would never be idle.
    await window.context.route("**/api/v1/events/stream*", lambda route: route.abort())
    await window.sign_in(laden.workspace.owner)
    return window


async def _german(window: Visit, laden: Laden, what: str) -> None:
    await window.page.wait_for_load_state("networkidle")
    found = laden.english(await window.page.evaluate(TEXTS))
    assert found == [], f"{what}: {json.dumps(found, ensure_ascii=False, indent=1)}"


PAGES = (
    "/",
    "/documents",
    "/sources",
    "/data",
    "/semantics",
    "/connections",
    "/verified",
    "/search",
    "/dashboards",
    "/alerts",
    "/models",
    "/usage",
    "/workspace",
    "/operations",
    "/nowhere",
)


async def test_each_page_is_german(visit: OpenVisit, laden: Laden) -> None:
    window = await _entered(visit, laden)
    page = window.page
    for path in PAGES:
        await window.open(path)
        await expect(page.get_by_role("heading").last).to_be_visible()
        await _german(window, laden, path)
    await window.open("/search")
    await page.get_by_label("Worte oder eine Frage").fill("Garantie auf Kaffeemühlen")
    await page.get_by_role("button", name="Suchen", exact=True).click()
    await expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text("Rang 1")
    await _german(window, laden, "a search")
    for tab in ("API-Schlüssel", "Alte Daten"):
        await window.open("/workspace")
        await page.get_by_role("tab", name=tab).click()
        await _german(window, laden, tab)
    await window.open("/verified")
    await page.get_by_role("tab", name="Vorschläge").click()
    await _german(window, laden, "proposals")
    await window.open("/models")
    await page.get_by_role("tab", name="Anbieter").click()
    await _german(window, laden, "providers")


async def test_each_page_of_a_table_is_german(visit: OpenVisit, laden: Laden) -> None:
    window = await _entered(visit, laden)
    page = window.page
    for dataset in (laden.orders, laden.deliveries):
        await window.open(f"/data/{dataset['id']}")
        for tab in ("Zeilen", "Spalten", "Prüfung", "Regeln", "Versionen"):
            await page.get_by_role("tab", name=tab).click()
            await expect(page.get_by_role("tabpanel")).to_be_visible()
            await _german(window, laden, f"{dataset['label']}: {tab}")


async def test_each_answer_is_german_but_for_its_own_words(visit: OpenVisit, laden: Laden) -> None:
    window = await _entered(visit, laden)
    page = window.page
    for question, chat in zip(QUESTIONS, laden.chats, strict=True):
        await window.open(f"/c/{chat}")
        turn = page.get_by_role("article", name=question)
        await expect(turn).to_have_attribute("data-state", "answered")
        await _unfold(turn)
        await _german(window, laden, question)


async def _unfold(turn: Locator) -> None:
    """Open what is folded in an answer."""
    for table in await turn.get_by_text("Tabelle", exact=True).all():
        await table.click()
    for how in await turn.get_by_role("button", name="Wie das berechnet wurde").all():
        await how.click()
    await turn.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")


# Where each dialog is, and what opens it, one press after the other.
DIALOGS = (
    ("/connections", ("Datenbank verbinden",)),
    ("/models", ("tab:Anbieter", "Anbieter hinzufügen")),
    ("/workspace", ("Merkmale von Ada",)),
    ("/workspace", ("tab:API-Schlüssel", "Widerrufen: Kasse")),
    ("{table}?tab=rules", ("Neue Regel", "menu:Texte")),
    ("{table}?tab=versions", ("Neue Version",)),
    ("{table}?tab=versions", ("Aufbewahrung",)),
    ("{table}", ("Löschen: bestellungen",)),
    ("{board}", ("Teilen",)),
    ("{board}", ("Von selbst aktualisieren",)),
    ("{board}", ("Bearbeiten",)),
    ("{board}", ("Aktionen für die Kachel „Umsatz“", "menu:Meldung einrichten")),
    ("{chat}", ("An ein Dashboard heften",)),
    ("{chat}", ("Falsch",)),
    ("/alerts", ("Aktionen für die Meldung „Umsatz springt“",)),
    ("/alerts", ("Verlauf",)),
    ("/sources", ("Verlauf",)),
    ("/semantics", ("Neue Kennzahl",)),
    ("/semantics", ("Neues Segment", "Segment 1")),
    ("/semantics", ("Neue Zeilenregel",)),
    ("/semantics", ("tab:Revisionen",)),
    ("/verified", ("tab:Vorschläge",)),
    ("{chat}", ("Richtig",)),
    ("/", ("Ihr Konto",)),
    ("/", ("Suchen oder springen",)),
)


async def test_each_dialog_is_german(visit: OpenVisit, laden: Laden) -> None:
    window = await _entered(visit, laden)
    page = window.page
    places = {
        "table": f"/data/{laden.orders['id']}",
        "board": f"/dashboards/{laden.board['id']}",
        "chat": f"/c/{laden.chats[0]}",
    }
    for path, presses in DIALOGS:
        await window.open(path.format(**places))
        for press in presses:
            role, _, name = press.rpartition(":") if press.startswith(("tab:", "menu:")) else ("", "", press)
            kinds = {"": "button", "tab": "tab", "menu": "menuitem"}
            found = page.get_by_role(kinds[role], name=re.compile(f"^{re.escape(name)}"))  # type: ignore[arg-type]
            await found.first.click()
        await _german(window, laden, f"{path}: {presses}")


async def test_what_a_form_gets_wrong_is_said_in_german(visit: OpenVisit, laden: Laden) -> None:
    window = await _entered(visit, laden)
    page = window.page
    await window.open("/workspace")
    await page.get_by_role("textbox", name="Per E-Mail-Adresse einladen").fill(laden.workspace.owner.email)
    await page.get_by_role("button", name="Einladen").click()
    await expect(page.get_by_role("alert")).to_contain_text("Diese Person gehört schon dazu.")
    await _german(window, laden, "an invitation")
    await window.open("/models")
    await page.get_by_role("tab", name="Anbieter").click()
    await page.get_by_role("button", name="Anbieter hinzufügen").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Name", exact=True).fill("Haus")
    await form.get_by_role("textbox", name="Adresse").fill("http://127.0.0.1:1/v1")
    await form.get_by_role("textbox", name="Modelle").fill("klein")
    await form.get_by_role("button", name="Hinzufügen").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await _german(window, laden, "a provider")
