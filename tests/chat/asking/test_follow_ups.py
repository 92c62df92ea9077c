"""Follow-ups through HTTP: what a question takes from the conversation before it, shown in the answer."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.chat.asking.conftest import Desk
from tests.chat.conversations import Json, new_session, part, say, shown, text
from tests.chat.messages.test_withheld import grant
from tests.data.semantics.test_reach import guarded
from tests.data.semantics.test_reach import seller as salesperson
from tests.factories.callers import Caller, Workspace, register
from tests.factories.uploads import upload_dataset, upload_document
from tests.factories.upstream import Reply
from tests.factories.waiting import eventually

RULES = """# Returns

Unused printed books can be returned within 30 days of delivery.

Digital goods cannot be returned once the download has begun.

# Shipping

The express courier delivers parcels in Spain within two days. It does not deliver parcels on Sundays.
"""


@pytest.fixture(scope="module")
async def reader(client: httpx.AsyncClient, worker: None) -> Caller:
    """The owner of a workspace with one document."""
    del worker
    owner = (await register(client)).owner
    assert (await upload_document(owner, "rules.md", RULES))["status"] == "ready"
    return owner


async def talk(caller: Caller, *contents: str) -> list[Json]:
    """The replies to messages said one after the other in a fresh session."""
    chat = await new_session(caller)
    return [(await say(caller, chat, content))["reply"] for content in contents]


def figures(reply: Json) -> list[object]:
    rows: list[object] = part(reply, "table")["rows"]
    return rows


async def test_a_few_words_change_the_last_query(shop: Workspace) -> None:
    total, germany, by_month, share = await talk(
        shop.owner, "total amount by country in 2024", "only Germany", "by month", "and last year?"
    )
    assert len(figures(total)) == 3
    carried = germany["answer"]["carried_over"]
    assert (carried["kind"], carried["from_answer_id"], carried["by"]) == (
        "query",
        total["answer"]["id"],
        "rules",
    )
    assert "Germany" in json.dumps(carried["patch"])
    query = part(by_month, "evidence")["evidence"]["query"]
    assert query["time"]["grain"] == "month"
    assert "Germany" in json.dumps(query["where"])
    assert share["answer"]["carried_over"]["kind"] == "query"


BUYERS = "buyer,country,kind\n" + "".join(
    f"B{n},{country},{kind}\n"
    for n, (country, kind) in enumerate(
        (("Germany", "shop"), ("France", "shop"), ("Sweden", "cafe"), ("Austria", "cafe")), 1
    )
)
SOLD = "sale,buyer,zone,amount (EUR)\n" + "".join(
    f"S{n},B{buyer},{zone},{n}.00\n"
    for n, (buyer, zone) in enumerate(
        ((1, "Germany"), (2, "West"), (3, "Nordics"), (4, "Alps"), (1, "Germany"), (2, "West")), 1
    )
)


@pytest.fixture(scope="module")
async def seller(client: httpx.AsyncClient, worker: None) -> Caller:
    """The owner of a workspace whose sales lie in zones, one of them named as a country of buyers."""
    del worker
    owner = (await register(client)).owner
    for name, table in (("buyers.csv", BUYERS), ("sales.csv", SOLD)):
        assert (await upload_dataset(owner, name, table))["status"] == "ready"
    await eventually(lambda: _related(owner))
    return owner


async def _related(owner: Caller) -> bool:
    models = (await owner.get("/api/v1/semantic-models")).json()["items"]
    model = (await owner.get(f"/api/v1/semantic-models/{models[0]['id']}")).json()
    return bool(model["relationships"])


async def test_a_value_of_the_same_kind_takes_the_place_of_one_in_another_field(seller: Caller) -> None:
    first, france = await talk(seller, "total amount in zone Germany", "and France?")
    assert (figures(first), figures(france)) == ([[6.0]], [[8.0]])


async def test_values_of_other_kinds_narrow_together(seller: Caller) -> None:
    replies = await talk(seller, "total amount in zone West", "only France")
    assert figures(replies[1]) == [[8.0]]
    assert "West" in text(replies[1])


async def test_values_that_no_row_has_together_are_asked_back(seller: Caller) -> None:
    replies = await talk(seller, "total amount in country Sweden", "what about Alps?")
    assert replies[1]["answer"]["status"] == "ask_back"
    options = part(replies[1], "ask_back")["options"]
    assert len(options) == 2
    assert "Sweden" not in options[0]["label"]


async def test_only_of_a_time_and_the_average_change_the_last_query(shop: Workspace) -> None:
    _, year, average = await talk(
        shop.owner, "total amount by country in 2024", "only 2023", "and the average?"
    )
    query = part(year, "evidence")["evidence"]["query"]
    assert query["time"]["period"]["label"] == "2023"
    assert part(average, "evidence")["evidence"]["query"]["measures"][0]["aggregation"] == "avg"


async def test_a_change_tells_what_the_whole_question_would(seller: Caller, shop: Workspace) -> None:
    for caller, first, change, whole in (
        (
            shop.owner,
            "total amount by country in 2024",
            "and next year?",
            "total amount by country next year",
        ),
        (seller, "total amount by zone", "by kind", "total amount by kind"),
    ):
        _, changed = await talk(caller, first, change)
        (asked,) = await talk(caller, whole)
        told = [w["arguments"] for w in asked["answer"]["warnings"] if w["code"] == "assumption"]
        kept = [
            note for note in told if note["code"] in ("period_ahead", "dataset_joined", "time_counted_by")
        ]
        assert kept
        found = [w["arguments"] for w in changed["answer"]["warnings"]]
        assert [note for note in kept if note not in found] == []


async def test_one_group_is_not_told_as_the_highest(seller: Caller) -> None:
    replies = await talk(seller, "total amount by zone", "only West")
    assert "highest" not in text(replies[1])


async def test_a_change_that_the_last_query_has_no_place_for_is_named(shop: Workspace) -> None:
    _, share = await talk(shop.owner, "number of orders in 2024", "as a share")
    assert share["answer"]["status"] == "abstained"
    assert "change_does_not_fit" in [warning["code"] for warning in share["answer"]["warnings"]]


async def test_what_was_of_the_number_shown_is_not_answered_by_a_document(shop: Workspace) -> None:
    note = "# Medians\n\nWhat about the median? The median amount of each order is told every month.\n"
    document = await upload_document(shop.owner, "medians.md", note)
    assert document["status"] == "ready"
    try:
        _, middle = await talk(shop.owner, "total amount by month in 2024", "what about the median?")
        _, average = await talk(shop.owner, "total amount by month in 2024", "what about the average?")
    finally:
        await shop.owner.delete(f"/api/v1/documents/{document['id']}")
    assert "every month" not in text(middle)
    assert (middle["answer"]["status"], middle["answer"]["route"]) == ("abstained", "data")
    assert average["answer"]["status"] == "ask_back"
    labels = [option["label"] for option in part(average, "ask_back")["options"]]
    assert labels == ["of the orders of each month", "of the totals of all months"]


async def test_a_year_after_a_month_is_asked_back_and_chosen(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    await say(shop.owner, chat, "number of orders in March 2024")
    asked = (await say(shop.owner, chat, "and 2025?"))["reply"]
    labels = [option["label"] for option in part(asked, "ask_back")["options"]]
    assert labels == ["March 2025", "2025"]
    chosen = (await say(shop.owner, chat, "March 2025"))["reply"]
    period = part(chosen, "evidence")["evidence"]["query"]["time"]["period"]
    assert (period["start"], period["end"]) == ("2025-03-01", "2025-04-01")


async def test_why_is_of_the_change_that_was_shown(shop: Workspace) -> None:
    _, compared, why = await talk(
        shop.owner, "number of orders in March 2024", "versus the month before", "why?"
    )
    assert compared["answer"]["status"] == "answered"
    assert why["answer"]["intent"]["kind"] == "explanation"
    query = part(why, "evidence")["evidence"]["query"]
    assert query["time"]["comparison"]["period"]["start"] == "2024-02-01"


async def test_what_reads_like_a_question_of_its_own_changes_what_is_shown(shop: Workspace) -> None:
    _, compared, sorted_ = await talk(
        shop.owner,
        "number of orders by country in March 2024",
        "compare it with the same month last year",
        "sort it from low to high",
    )
    query = part(compared, "evidence")["evidence"]["query"]
    assert query["time"]["comparison"]["period"]["start"] == "2023-03-01"
    assert query["group_by"][0]["field"] == "country"
    assert part(sorted_, "evidence")["evidence"]["query"]["order"][0]["descending"] is False


async def test_why_of_no_change_says_what_can_be_asked(shop: Workspace) -> None:
    _, why = await talk(shop.owner, "number of orders in March 2024", "why?")
    assert why["answer"]["status"] == "abstained"
    assert "shows no change" in text(why)
    assert "March 2024" in why["answer"]["suggestions"][0]


async def test_words_that_stand_alone_take_nothing_over(shop: Workspace) -> None:
    _, alone = await talk(shop.owner, "total amount in Germany", "number of orders")
    assert alone["answer"]["carried_over"] is None
    assert figures(alone) == [[120]]


async def test_outside_of_a_session_nothing_is_carried_over(shop: Workspace) -> None:
    await shop.owner.post("/api/v1/ask", json={"question": "total amount in 2024"})
    answer = (await shop.owner.post("/api/v1/ask", json={"question": "only Germany"})).json()
    assert answer["carried_over"] is None


async def test_a_follow_up_goes_on_from_the_answer_that_it_branches_from(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    first = (await say(shop.owner, chat, "total amount in 2024"))["reply"]
    await say(shop.owner, chat, "number of orders by product")
    branch = (await say(shop.owner, chat, "only Germany", parent_id=first["id"]))["reply"]
    assert branch["answer"]["carried_over"]["from_answer_id"] == first["answer"]["id"]
    assert "amount" in part(branch, "evidence")["evidence"]["words"]


async def test_a_question_over_documents_is_completed_from_the_one_before(reader: Caller) -> None:
    books, digital = await talk(reader, "When can unused printed books be returned?", "and digital goods?")
    assert "30 days" in text(books)
    assert digital["answer"]["carried_over"]["kind"] == "question"
    assert "digital goods" in digital["answer"]["carried_over"]["question"]
    assert "Digital goods cannot be returned" in text(digital)


async def test_a_pronoun_stands_for_what_the_question_before_was_about(reader: Caller) -> None:
    _, follow = await talk(
        reader, "What does the express courier deliver in Spain?", "On which day does it not deliver parcels?"
    )
    carried = follow["answer"]["carried_over"]
    assert carried is None or carried["kind"] == "question"
    assert "Sundays" in text(follow)


async def test_a_model_completes_the_question_in_the_words_of_the_conversation(desk: Desk) -> None:
    await desk.alias("cheap")
    said = {"question": "What approval is needed for expenses above 500 euros?"}
    desk.upstream.default = Reply(text=json.dumps(said))
    first, second = await talk(
        desk.owner, "What approval do expenses above 500 euros need?", "and who gives it?"
    )
    carried = second["answer"]["carried_over"]
    assert first["answer"]["carried_over"] is None
    assert carried is None or carried["by"] in ("rules", "cheap")


async def test_a_model_is_not_told_what_is_kept_back(desk: Desk, worker: None) -> None:
    del worker
    workspace = Workspace(desk.owner.workspace_id or "", desk.owner)
    await guarded(desk.owner)
    member = await salesperson(workspace, "Germany")
    await desk.alias("cheap")
    desk.upstream.default = Reply(text=json.dumps({"question": "Who gives the approval?"}))
    chat = await new_session(member)
    told = (await say(member, chat, "total amount by country"))["reply"]
    assert part(told, "table")["rows"] == [["Germany", 90.0]]
    await say(member, chat, "and who gives it?")
    assert "Germany" in json.dumps([each.body for each in desk.upstream.seen])
    await grant(workspace, member)
    desk.upstream.reset()
    desk.upstream.default = Reply(text=json.dumps({"question": "Who gives the approval?"}))
    await say(member, chat, "and who signs it?")
    sent = json.dumps([each.body for each in desk.upstream.seen])
    assert "total amount by country" in sent
    assert "Germany" not in sent


async def test_what_nobody_said_is_not_believed_of_a_model(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = Reply(text=json.dumps({"question": "What is the salary of Ingrid Solberg?"}))
    _, second = await talk(desk.owner, "When was Northwind Traders founded?", "and by whom?")
    carried = second["answer"]["carried_over"]
    assert "salary" not in json.dumps(carried)
    assert second["answer"]["usage"]["cost_usd"] > 0
    assert second["answer"]["usage"]["cost_usd"] == pytest.approx(await desk.billed())


@pytest.fixture(scope="module")
async def chooser(client: httpx.AsyncClient, worker: None) -> Caller:
    """The owner of a workspace whose questions can be read in two ways."""
    del worker
    owner = (await register(client)).owner
    table = "shop,price (EUR),cost (EUR),price (USD)\n" + "\n".join(
        f"S{n % 4},{n},{n + 1},{n * 2}" for n in range(60)
    )
    assert (await upload_dataset(owner, "prices.csv", table))["status"] == "ready"
    return owner


@pytest.mark.parametrize("by", ["click", "place", "label"])
async def test_a_reading_that_was_offered_is_chosen_by_a_click_or_in_words(chooser: Caller, by: str) -> None:
    chat = await new_session(chooser)
    asked = (await say(chooser, chat, "average price by shop"))["reply"]
    offered = part(asked, "ask_back")["options"]
    assert len(offered) >= 2
    if by == "click":
        reply = (await say(chooser, chat, offered[1]["label"], option=1))["reply"]
    else:
        reply = (await say(chooser, chat, "the second one" if by == "place" else offered[1]["label"]))[
            "reply"
        ]
        assert reply["answer"]["carried_over"]["kind"] == "choice"
    assert part(reply, "evidence")["evidence"]["query"] == offered[1]["query"]
    assert len(await shown(chooser, chat)) == 4


async def test_a_reading_that_was_not_offered_cannot_be_chosen(chooser: Caller) -> None:
    chat = await new_session(chooser)
    refused = await chooser.post(
        f"/api/v1/chat/sessions/{chat}/messages", json={"content": "x", "option": 0, "stream": False}
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "option")
