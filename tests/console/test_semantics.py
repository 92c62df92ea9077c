"""The semantic model: fields and text side by side, mistakes in their place, revisions and the way back."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, expect

from tests.console.conftest import Look, OpenVisit
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Workspace
from tests.factories.waiting import eventually

SALES = b"day,region,amount (EUR)\n2025-01-03,North,10\n2025-01-12,South,20\n2025-02-21,North,30\n"


async def test_fields_and_text_follow_each_other_and_what_is_saved_answers(
    visit: OpenVisit, workspace: Workspace, worker: None, look: Look
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    form, text = page.get_by_role("region", name="Model in fields"), page.get_by_label("YAML", exact=True)
    narrow = look.is_narrow
    await form.get_by_role("button", name="Total amount").click()
    metric = form.get_by_role("region", name="Total amount")
    await metric.get_by_label("Name for people").fill("Turnover")
    await expect(text).to_have_value(re.compile("label: Turnover"))
    await expect(page.get_by_text("The change fits the data.")).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    if narrow:  # one side at a time, and neither loses what is being edited
        await expect(text).to_be_hidden()
        await page.get_by_text("YAML and a question").click()
        await expect(form).to_be_hidden()
        assert await window.accessible() == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await text.fill((await text.input_value()).replace("label: Turnover", "label: Takings"))
    if narrow:
        await page.get_by_text("Fields", exact=True).click()
    await expect(form.get_by_role("button", name="Takings")).to_be_visible()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. Questions are read with it from now on.")).to_be_visible()

    if narrow:
        await page.get_by_text("YAML and a question").click()
    beside = page.get_by_role("region", name="Try a question")
    await beside.get_by_role("textbox", name="Try a question").fill("takings by region")
    await beside.get_by_role("button", name="Ask").click()
    await expect(beside.get_by_role("status")).to_contain_text("Answered")
    await expect(beside.get_by_role("table")).to_contain_text("North")
    assert await window.accessible() == []


async def test_a_mistake_names_its_line_leads_there_and_is_not_saved(
    visit: OpenVisit, workspace: Workspace, worker: None, look: Look
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    if look.is_narrow:
        await page.get_by_text("YAML and a question").click()
    text = page.get_by_label("YAML", exact=True)
    wrong = (await text.input_value()).replace("aggregation: sum", "aggregation: total", 1)
    line = wrong[: wrong.index("aggregation: total")].count("\n") + 1
    await text.fill(wrong)
    mistake = page.get_by_role("button", name=f"Line {line}:")
    await expect(mistake).to_be_visible()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert await window.accessible() == []
    await mistake.click()
    await expect(text).to_be_focused()
    selected = "a => a.value.slice(a.selectionStart, a.selectionEnd)"
    assert "aggregation: total" in await text.evaluate(selected)
    await text.fill("datasets: [")
    await expect(page.get_by_role("list", name="Mistakes")).to_contain_text("Line 2:")
    await page.get_by_role("button", name="Discard changes").click()
    await expect(page.get_by_role("region", name="Changes")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(text).to_have_value("datasets: [")
    # Neither does loading what somebody else has saved since take what was typed away for good.
    sound = wrong.replace("aggregation: total", "aggregation: avg")
    await text.fill(sound)
    model = (await workspace.owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    others = {**model, "datasets": [{**model["datasets"][0], "label": "Web sales"}]}
    await workspace.owner.put(f"/api/v1/semantic-models/{dataset['id']}", json=others)
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("button", name="Load again").click()
    await expect(text).to_have_value(re.compile("Web sales"))
    await page.get_by_role("button", name="Undo").last.click()
    await expect(text).to_have_value(sound)
    await window.navigate("Documents")
    leaving = page.get_by_role("dialog", name="Leave without saving?")
    await leaving.get_by_role("button", name="Stay here").click()
    await expect(text).to_have_value(sound)
    if look.is_narrow:  # the drawer is still open
        await page.keyboard.press("Escape")
    await window.navigate("Documents")
    await leaving.get_by_role("button", name="Leave", exact=True).click()
    await expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()


async def test_an_earlier_revision_is_compared_and_gone_back_to(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    path = f"/api/v1/semantic-models/{dataset['id']}"
    first = (await workspace.owner.get(path)).json()
    changed = {**first, "datasets": [{**first["datasets"][0], "label": "Web sales"}]}
    assert (await workspace.owner.put(path, json=changed)).status_code == 200
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    await page.get_by_role("tab", name="Revisions").click()
    await page.get_by_role("button", name=f"Compare revision {first['revision']}").click()
    comparison = page.get_by_role("region", name="Comparison")
    await expect(comparison).to_contain_text("label: Web sales")
    change = comparison.get_by_role("list", name="Part by part").get_by_role("listitem").first
    await expect(change).to_contain_text("datasets.sales")
    await expect(change).to_contain_text("label: sales → Web sales")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await window.accessible() == []
    await page.get_by_role("button", name=f"Go back to revision {first['revision']}").click()
    await expect(page.get_by_text("The earlier revision holds again")).to_be_visible()
    assert (await workspace.owner.get(path)).json()["datasets"][0]["label"] == "sales"
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Today’s", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name=f"Go back to revision {first['revision']}")).to_be_visible()
    assert (await workspace.owner.get(path)).json()["datasets"][0]["label"] == "Web sales"


async def test_a_guess_says_how_sure_it_is_and_is_confirmed_or_reviewed(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    form = page.get_by_role("region", name="Model in fields")
    region, amount = (
        form.get_by_role("button", name="region"),
        form.get_by_role("button", name="amount (EUR)"),
    )
    await expect(region).to_contain_text(re.compile(r"Inferred\s*\d+% sure"))
    await region.click()
    await expect(form.get_by_role("group", name="How sure it is").last).to_contain_text("What it is for")
    assert await window.accessible() == []
    await form.get_by_role("region", name="region").get_by_role("button", name="Confirm").click()
    await expect(region).to_contain_text("Verified")
    await expect(region).not_to_contain_text("sure")
    await amount.click()
    await form.get_by_role("region", name="amount (EUR)").get_by_label("Name for people").fill("Takings")
    await expect(form.get_by_role("button", name="Takings")).to_contain_text("Reviewed")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. Questions are read with it from now on.")).to_be_visible()
    kept = (await workspace.owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    states = {field["name"]: field["status"] for field in kept["datasets"][0]["fields"]}
    assert states == {"day": "inferred", "region": "verified", "amount": "reviewed"}


async def test_a_viewer_reads_the_model_and_changes_nothing(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    viewer = await workspace.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, workspace)
    await window.open("/semantics")
    await expect(page.get_by_label("YAML", exact=True)).to_have_attribute("readonly", "")
    await expect(page.get_by_role("button", name="New metric")).to_have_count(0)
    await expect(page.get_by_label("What one row is")).to_be_disabled()
    assert await window.accessible() == []


CUSTOMERS = b"customer id,tier,country\n" + b"".join(
    b"C%d,%s,%s\n" % (n, (b"gold", b"silver")[n % 2], (b"Norway", b"Chile")[n % 3 == 0]) for n in range(12)
)
BOUGHT = b"order id,customer,amount (EUR)\n" + b"".join(b"%d,C%d,%d\n" % (n, n % 12, n) for n in range(60))


async def _choose(form: Locator, label: str, option: str, *, exact: bool = True) -> None:
    """Pick from a list as a person does."""
    await form.get_by_role("combobox", name=label, exact=exact).click()
    await form.page.get_by_role("option", name=option, exact=exact).click()


async def test_segments_relationships_and_policies_are_made_in_forms(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    owner = workspace.owner
    await ingested(owner, CUSTOMERS, "customers.csv")
    bought = await ingested(owner, BOUGHT, "bought.csv")
    path = f"/api/v1/semantic-models/{bought['id']}"

    async def related() -> dict[str, Any] | None:
        found: dict[str, Any] = (await owner.get(path)).json()
        return found if found["relationships"] else None

    model = await eventually(related)  # what a job finds comes after the tables
    assert (await owner.put(path, json={**model, "relationships": []})).status_code == 200
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/semantics")
    form = page.get_by_role("region", name="Model in fields")
    await _choose(form, "Table", "bought")
    sound = page.get_by_text("The change fits the data.")

    relations = form.get_by_role("region", name="Relationships")
    await relations.get_by_role("button", name="New relationship").click()
    await _choose(relations, "Its column", "customer")
    await _choose(relations, "Whose column", "customer id")
    await expect(sound).to_be_visible()
    assert await window.accessible() == []

    segments = form.get_by_role("region", name="Segments")
    await segments.get_by_role("button", name="New segment").click()
    await segments.get_by_label("Name for people").fill("Gold orders")
    await _choose(segments, "Column of condition 1", "customers · tier")
    await _choose(segments, "Comparison of condition 1", "is")
    await segments.get_by_label("Value of condition 1").fill("gold")
    await segments.get_by_role("button", name="Another condition").click()
    await _choose(segments, "Column of condition 2", "amount (EUR)")
    await _choose(segments, "Comparison of condition 2", "is at least")
    await segments.get_by_label("Value of condition 2").fill("10")
    await expect(sound).to_be_visible()
    assert await window.accessible() == []

    policies = form.get_by_role("region", name="Who reads which rows")
    await policies.get_by_role("button", name="New row policy").click()
    await _choose(policies, "Column", "customers · country")
    await policies.get_by_label("Attribute of the member").fill("countries")
    await policies.get_by_role("combobox", name="Hide a column").click()
    await page.get_by_role("option", name="order id").click()
    await expect(policies.get_by_role("group", name="Hidden column order id")).to_be_visible()
    await expect(sound).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. Questions are read with it from now on.")).to_be_visible()

    await _holds(workspace, (await owner.get(path)).json())


async def _holds(workspace: Workspace, kept: dict[str, Any]) -> None:
    """What the forms have made is in the model, and questions are read with it."""
    (relation,) = kept["relationships"]
    assert (relation["left_field"], relation["right_field"]) == ("customer", "customer_id")
    (segment,) = kept["segments"]
    assert segment["where"] == {
        "all": [
            {"field": "customers__tier", "operator": "eq", "values": ["gold"], **UNSAID},
            {"field": "amount", "operator": "ge", "values": [10], **UNSAID},
        ]
    }
    (policy,) = kept["policies"]
    assert (policy["field"], policy["attribute"]) == ("customers__country", "countries")
    assert policy["except_for"]["roles"] == ["owner", "admin"]
    assert [hidden["field"] for hidden in kept["hidden_fields"]] == ["order_id"]
    answer = (await workspace.owner.post("/api/v1/ask", json={"question": "how many gold orders"})).json()
    assert answer["status"] == "answered", answer["text"]
    assert answer["evidence"][0]["rows"] == [[25]]
    viewer = await workspace.member("viewer")
    # Without the attribute a member reads no row, and the hidden column is not there.
    query = {"dataset": segment["dataset"], "measures": [{"aggregation": "count"}]}
    assert (await viewer.post("/api/v1/query", json=query)).json()["rows"] == [[0]]
    bought = next(each["id"] for each in kept["datasets"] if each["name"] == segment["dataset"])
    fields = (await viewer.get(f"/api/v1/datasets/{bought}")).json()["fields"]
    assert "order_id" not in {field["name"] for field in fields}


UNSAID = {"part": None, "elapsed": None, "other": None}


async def test_conditions_that_are_deeper_than_lines_are_left_to_the_text(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    path = f"/api/v1/semantic-models/{dataset['id']}"
    model = (await workspace.owner.get(path)).json()
    north = {"field": "region", "operator": "eq", "values": ["North"]}
    segment = {"name": "rest", "label": "Rest", "dataset": dataset["name"], "where": {"negated": north}}
    assert (await workspace.owner.put(path, json={**model, "segments": [segment]})).status_code == 200
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    segments = page.get_by_role("region", name="Segments")
    await segments.get_by_role("button", name="Rest").click()
    await expect(segments.get_by_text("deeper than lines can say")).to_be_visible()
    await segments.get_by_label("Name for people").fill("All but North")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. Questions are read with it from now on.")).to_be_visible()
    (kept,) = (await workspace.owner.get(path)).json()["segments"]
    assert (kept["label"], "negated" in kept["where"]) == ("All but North", True)


async def test_editors_who_are_no_administrators_are_shown_no_policies(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    editor = await workspace.member("editor")
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(editor, workspace)
    await window.open("/semantics")
    await page.get_by_role("button", name="Neues Segment").click()
    await expect(page.get_by_role("group", name="Zeilen, die dazugehören")).to_be_visible()
    await expect(page.get_by_role("region", name="Wer welche Zeilen liest")).to_have_count(0)
    assert await window.accessible() == []
