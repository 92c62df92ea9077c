"""Roles and attributes of members, and a table of which somebody sees a part."""

from __future__ import annotations

from playwright.async_api import expect

from tests.console.conftest import OpenVisit
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Workspace

SALES = b"country,amount (EUR)\nGermany,10\nFrance,20\nGermany,30\n"


async def test_an_admin_gives_attributes_and_the_member_sees_their_rows(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    owner, viewer = workspace.owner, await workspace.member("viewer")
    dataset = await ingested(owner, SALES, "sales.csv")
    model = (await owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    model["policies"] = [
        {"name": "own", "dataset": "sales", "field": "country", "attribute": "countries"},
    ]
    assert (await owner.put(f"/api/v1/semantic-models/{model['id']}", json=model)).status_code == 200

    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/workspace")
    name = (await viewer.get("/api/v1/auth/me")).json()["user"]["name"]
    row = page.get_by_role("row").filter(has_text=viewer.email)
    await row.get_by_role("button", name=f"Attributes of {name}").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Attribute", exact=True).fill("countries")
    await dialog.get_by_label("Values").press_sequentially("Germany,Austria")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("countries: Germany, Austria")
    assert await window.accessible() == []

    other = await visit()
    await other.sign_in(viewer, workspace)
    await other.open(f"/data/{dataset['id']}")
    await expect(other.page.get_by_text("You see a part of this table")).to_be_visible()
    await expect(other.page.get_by_role("table").get_by_role("row")).to_have_count(3)
    await expect(other.page.get_by_role("table")).not_to_contain_text("France")
    await expect(other.page.get_by_role("tab", name="Review")).to_have_count(0)
    assert await other.accessible() == []

    # The browser's own list: with hundreds of members, others take seconds to draw.
    role = row.get_by_role("combobox", name=f"Role of {name}")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await role.select_option("Editor")
    await expect(role).to_have_value("editor")
    await role.select_option("Owner")
    await expect(page.get_by_role("dialog", name=f"Make {name} an owner?")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(role).to_have_value("editor")
    assert (await viewer.get("/api/v1/auth/me")).json()["memberships"][-1]["role"] == "editor"
