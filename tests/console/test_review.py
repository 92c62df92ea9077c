"""The review of a table: what was found while reading, and what people decide about it."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.console.conftest import OpenVisit
from tests.data.datasets.uploads import finished, ingested, upload
from tests.factories.callers import Workspace

SALES = b"""day,product,amount
03/04/2024,Kettle,10
05/06/2024,Grinder,20
07/08/2024,Kettle,n/a
Total,,30
"""
# Found here: a title, a note, totals, a duplicate, blank rows, texts for nothing, spellings, units, marks.
UMSATZ = """Umsatz der Filialen

Tag;Ort;Betrag;Menge;Kennung;Faktor
03/04/2024;Berlin;1.234,50 €;10;007;1.234
05/06/2024;berlin;99,90 €;n/v;008;2.345
07/08/2024;Hamburg;1,00 €;-;009;3.456
07/08/2024;Hamburg;1,00 €;-;009;3.456
09/10/2024;Berlin;7,25 €;5;010;4.567;doppelt

11/12/2024;Hamburg;8,00 €;6;011
Summe;;1.351,65 €;;;
Quelle: Kasse
""".encode()
ENGLISH = r"\b(?:the|is|are|and|with|of|rows?|cells?|columns?|read|kept|left|out|from)\b"
YEARS = b"product,2021,2022,2023\nKettle,1,2,3\nGrinder,4,5,6\nToaster,7,8,9\n"


async def test_an_open_question_is_answered_and_remembered(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    questions = page.get_by_role("region", name="Questions for you")
    await expect(questions).to_contain_text("03/04/2024 → 2024-04-03")
    assert await window.accessible() == []
    await questions.get_by_role("radio", name="Month first").check()
    found = page.get_by_role("region", name="Found and changed")
    totals = found.get_by_role("combobox", name="What to do: Totals rows")
    await totals.click()
    await page.get_by_role("option", name="Keep totals rows").click()
    bar = page.get_by_role("region", name="Read again")
    await expect(bar).to_contain_text("2 decisions to apply")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await bar.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()

    remembered = page.get_by_role("region", name="Remembered for later files")
    await expect(remembered).to_contain_text("Month first")
    await expect(remembered).to_contain_text("Keep totals rows")
    await expect(questions).to_have_count(0)
    assert await window.accessible() == []
    review = (await workspace.owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    assert review["choices"] == {"totals": "keep", "columns": {"day": {"date_order": "mdy"}}}

    await remembered.get_by_role("button", name="Forget: Totals rows").click()
    await bar.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 3 was made")).to_be_visible()
    await expect(remembered).not_to_contain_text("Keep totals rows")


async def test_periods_as_columns_are_offered_as_rows(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, YEARS, "years.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    offers = page.get_by_role("region", name="Another way to read it")
    await offers.get_by_role("radio", name="A row for each period").check()
    assert await window.accessible() == []
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()
    await page.get_by_role("tab", name="Rows").click()
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(10)


async def test_a_decision_over_an_outdated_version_is_refused_with_the_way_on(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    await page.get_by_role("radio", name="Day first").check()
    await ingested(workspace.owner, SALES.replace(b"20", b"25"), "later.csv", dataset_id=dataset["id"])
    await expect(page.get_by_role("status").filter(has_text="This table has changed.")).to_be_visible()
    await expect(page.get_by_role("radio", name="Day first")).to_be_checked()
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await window.accessible() == []
    await page.get_by_role("button", name="Load again").click()
    await expect(page.get_by_text("Version 2", exact=False).first).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_review_speaks_the_language_of_the_person(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, UMSATZ, "umsatz.csv")
    review = (await workspace.owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    assert len({finding["arguments"]["code"] for finding in review["findings"]}) >= 9, review["findings"]
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    questions = page.get_by_role("region", name="Fragen an Sie")
    await expect(questions).to_contain_text("ob Tag oder Monat zuerst steht")
    await expect(questions).to_contain_text(re.compile(r"ist also der \d\d\.\d\d\.2024\."))
    found = page.get_by_role("region", name="Gefunden und geändert")
    await expect(found).to_contain_text("1 Zeile gleicht einer früheren in jeder Spalte; sie bleibt.")
    shown = await page.get_by_role("tabpanel").inner_text()
    assert [f["sentence"] for f in review["findings"] if f["sentence"] in shown] == []
    assert re.findall(ENGLISH, shown.lower()) == []
    assert await window.accessible() == []


async def test_a_trial_of_rules_and_a_refused_file_are_told_in_the_language_of_the_person(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, YEARS, "years.csv")
    rules = [
        {"kind": "normalise", "column": "product", "steps": ["upper"]},
        {
            "kind": "validate",
            "column": "product",
            "check": {"kind": "one_of", "values": ["Toaster"]},
            "action": "flag",
        },
    ]
    kept = await workspace.owner.put(f"/api/v1/datasets/{dataset['id']}/rules", json={"rules": rules})
    assert (await finished(workspace.owner, kept.json()["job"]["id"]))["status"] == "succeeded"
    answer = await upload(workspace.owner, b"only a line of words\n", "words.csv")
    assert (await finished(workspace.owner, answer.json()["job"]["id"]))["error"]["code"] == "no_table"
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=rules")
    await page.get_by_role("button", name="An den ersten Zeilen probieren").click()
    trial = page.get_by_role("region", name="Probe")
    await expect(trial).to_contain_text(
        "Regel 2: 2 Zellen von „product“ erfüllen sie nicht (eines aus einer Liste); sie bleiben."
    )
    assert re.findall(ENGLISH, (await trial.inner_text()).lower()) == []
    await window.open(f"/data/{answer.json()['datasets'][0]['id']}")
    await expect(page.get_by_role("alert")).to_contain_text("In der Datei ist keine Tabelle.")
    await window.open("/data")
    await expect(page.get_by_role("link", name="words")).to_contain_text("In der Datei ist keine Tabelle.")
    assert await window.accessible() == []


async def test_a_viewer_reads_the_review_and_decides_nothing(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    viewer = await workspace.member("viewer")
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(viewer, workspace)
    await window.open(f"/data/{dataset['id']}?tab=review")
    await expect(page.get_by_role("region", name="Fragen an Sie")).to_contain_text("Tag zuerst")
    await expect(page.get_by_role("radio", name="Monat zuerst")).to_be_disabled()
    await expect(page.get_by_role("button", name="Neu lesen")).to_have_count(0)
    assert await window.accessible() == []
