"""Which columns are taken for pointers to other tables, and which only look like it."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.semantics.containment import overlap
from answerable.data.semantics.inference import infer
from answerable.data.semantics.model import Relationship, SemanticModel, Status
from answerable.data.semantics.overlap import ColumnPair
from answerable.data.semantics.relationships import (
    candidates,
    decide,
    merge_relationships,
)
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

Table = tuple[list[str], list[list[object]]]
CUSTOMERS: Table = (
    ["customer_id", "name", "segment"],
    [[f"C{n}", f"Firm {n}", ("Hotel", "Café", "Office")[n % 3]] for n in range(40)],
)
ORDERS: Table = (
    ["order_id", "customer_id", "amount", "quantity"],
    [[1000 + n, f"C{n % 37}", f"{n}.50", n % 9 + 1] for n in range(200)],
)
LINK = ("orders", "customer_id", "customers", "customer_id", "many_to_one")


def inferred(folder: Path, **tables: Table) -> list[tuple[str, str, str, str, str]]:
    """The relationships that are found between the tables."""
    return [(r.left, r.left_field, r.right, r.right_field, r.cardinality) for r in related(folder, **tables)]


def related(folder: Path, **tables: Table) -> tuple[Relationship, ...]:
    datasets, paths, rows = [], {}, {}
    for name, (header, lines) in tables.items():
        source, target = folder / f"{name}.csv", folder / name
        target.mkdir()
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([header, *lines])
        request = IngestionRequest(path=source, folder=target, name=name)
        (table,) = read_tables(request, lambda _progress: None).tables
        datasets.append(infer(f"ds_{name}", name, table.label, table.profile).dataset)
        paths[name], rows[name] = target / table.file, table.profile.rows
    pairs = candidates(SemanticModel(datasets=tuple(datasets)), rows)
    with duckdb.connect() as connection:
        measured = [
            overlap(
                connection,
                ColumnPair(
                    left_table=paths[pair.left],
                    left_column=pair.left_field,
                    right_table=paths[pair.right],
                    right_column=pair.right_field,
                ),
            )
            for pair in pairs
        ]
    return decide(list(zip(pairs, measured, strict=True)))


def test_a_key_of_another_table_is_found_with_its_cardinality_and_confidence(tmp_path: Path) -> None:
    (link,) = related(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    assert (link.left, link.left_field, link.right, link.right_field, link.cardinality) == LINK
    assert link.status is Status.INFERRED
    assert link.confidence is not None
    assert 0.9 <= link.confidence <= 1


def test_a_noun_with_an_ending_points_at_its_tables_id(tmp_path: Path) -> None:
    shops: Table = (["id", "town"], [[n, f"Town {n}"] for n in range(1, 12)])
    sales: Table = (["sale_no", "shop_id", "price"], [[n, n % 11 + 1, f"{n}.25"] for n in range(60)])
    assert inferred(tmp_path, shops=shops, sales=sales) == [
        ("sales", "shop_id", "shops", "id", "many_to_one")
    ]


def test_values_alone_are_believed_where_chance_cannot_have_made_them(tmp_path: Path) -> None:
    parts: Table = (["part_no", "weight"], [[f"P-{n * 37}", f"{n}.5"] for n in range(30)])
    uses: Table = (["use_id", "material", "hours"], [[n, f"P-{n % 20 * 37}", f"{n}.5"] for n in range(90)])
    (link,) = related(tmp_path, parts=parts, uses=uses)
    assert (link.left_field, link.right_field) == ("material", "part_no")
    assert link.confidence is not None
    assert link.confidence < 0.8


def test_one_row_each_is_one_to_one_and_told_once(tmp_path: Path) -> None:
    scores: Table = (["customer_id", "score"], [[f"C{n}", n * 7 % 100] for n in range(40)])
    (link,) = inferred(tmp_path, customers=CUSTOMERS, scores=scores)
    assert link[4] == "one_to_one"


def test_a_few_rows_that_point_nowhere_do_not_hide_a_relationship(tmp_path: Path) -> None:
    header, lines = ORDERS
    more = [*lines, *([2000 + n, "C999", "1.00", 1] for n in range(4))]
    assert inferred(tmp_path, orders=(header, more), customers=CUSTOMERS) == [LINK]


TRAPS: dict[str, dict[str, Table]] = {
    "two row numbers": {
        "orders": (["id", "total"], [[n, f"{n}.10"] for n in range(1, 60)]),
        "visits": (["id", "guest"], [[n, f"G{n}"] for n in range(1, 200)]),
    },
    "a small number among row numbers": {
        "orders": (["id", "quantity", "floor"], [[n, n % 9 + 1, n % 5 + 1] for n in range(1, 60)]),
        "rooms": (["id", "beds"], [[n, n % 3 + 1] for n in range(1, 40)]),
    },
    "dates": {
        "orders": (["order_id", "day"], [[n, f"2024-01-{n % 28 + 1:02}"] for n in range(1, 60)]),
        "holidays": (["day", "title"], [[f"2024-01-{n:02}", f"H{n}"] for n in range(1, 31)]),
    },
    "booleans": {
        "orders": (["order_id", "paid"], [[n, ("yes", "no")[n % 2]] for n in range(1, 60)]),
        "states": (["paid", "meaning"], [["yes", "was paid"], ["no", "is open"]]),
    },
    "a value that is not unique on the other side": {
        "orders": ORDERS,
        "contacts": (["customer_id", "email"], [[f"C{n % 37}", f"a{n}@b.example"] for n in range(90)]),
    },
    "most values are missing on the other side": {
        "orders": ORDERS,
        "customers": (["customer_id", "name"], [[f"C{n}", f"Firm {n}"] for n in range(12)]),
    },
    "numbers of other things under another name": {
        "orders": (["order_id", "batch_id"], [[1000 + n, n % 40 + 1] for n in range(90)]),
        "machines": (["machine_id", "power"], [[n, f"{n}.5"] for n in range(1, 60)]),
    },
    "digits kept as text": {
        "orders": (["order_id", "gate"], [[1000 + n, f"{n % 30 + 1:03}"] for n in range(90)]),
        "machines": (["machine_key", "power"], [[f"{n:03}", f"{n}.5"] for n in range(1, 60)]),
    },
    "a town where another table happens to have one office each": {
        "suppliers": (["supplier_id", "city"], [[f"S{n}", f"Town {n % 12}"] for n in range(50)]),
        "offices": (["office_id", "city"], [[f"O{n}", f"Town {n}"] for n in range(12)]),
    },
    "a key with a blank": {
        "orders": ORDERS,
        "customers": (CUSTOMERS[0], [*CUSTOMERS[1], ["", "Nobody", "Office"]]),
    },
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_chance_makes_no_relationship(tmp_path: Path, trap: str) -> None:
    assert inferred(tmp_path, **TRAPS[trap]) == []


def test_a_third_table_is_reached_in_one_way(tmp_path: Path) -> None:
    scores: Table = (["customer_id", "score"], [[f"C{n}", n * 7 % 100] for n in range(40)])
    found = inferred(tmp_path, orders=ORDERS, customers=CUSTOMERS, scores=scores)
    assert len(found) == 2
    assert len({(left, right) for left, _, right, _, _ in found if left == "orders"}) == 1


def _link(**changes: object) -> Relationship:
    link = Relationship(
        left="orders",
        left_field="customer_id",
        right="customers",
        right_field="customer_id",
        cardinality="many_to_one",
        confidence=0.95,
    )
    return link.model_copy(update=changes)


def _with(*links: Relationship) -> SemanticModel:
    return SemanticModel(datasets=(), relationships=links)


def test_what_people_made_of_a_relationship_stays() -> None:
    verified, own = _link(status=Status.VERIFIED), _link(left_field="billed_to")
    model, base = merge_relationships(_with(verified, own), _with(_link()), [_link(confidence=0.97)])
    assert model.relationships == (verified, own)
    model, base = merge_relationships(model, base, [])
    assert model.relationships == (verified, own)


def test_a_relationship_that_was_taken_out_stays_out_though_the_data_comes_and_goes() -> None:
    model, base = merge_relationships(_with(), _with(_link()), [_link()])
    assert model.relationships == ()
    model, base = merge_relationships(model, base, [])
    model, _ = merge_relationships(model, base, [_link()])
    assert model.relationships == ()


def test_a_guess_that_is_no_longer_proved_goes() -> None:
    model, base = merge_relationships(_with(_link()), _with(_link()), [_link(confidence=0.97)])
    assert model.relationships == (_link(confidence=0.97),)
    model, _ = merge_relationships(model, base, [])
    assert model.relationships == ()


def _csv(table: Table) -> bytes:
    header, lines = table
    return "\n".join(",".join(map(str, line)) for line in [header, *lines]).encode() + b"\n"


@pytest.mark.usefixtures("worker")
async def test_uploads_are_related_edits_kept_and_deletions_followed(owner: Caller) -> None:
    customers = await ingested(owner, _csv(CUSTOMERS), "customers.csv")
    orders = await ingested(owner, _csv(ORDERS), "orders.csv")
    path = f"/api/v1/semantic-models/{orders['id']}"

    async def links(expected: int) -> list[dict[str, object]]:
        async def there() -> bool:
            return len((await owner.get(path)).json()["relationships"]) == expected

        await eventually(there)
        found: list[dict[str, object]] = (await owner.get(path)).json()["relationships"]
        return found

    (link,) = await links(1)
    assert (link["left"], link["right"], link["status"]) == ("orders", "customers", "inferred")
    asked = await owner.post("/api/v1/ask", json={"question": "total amount by segment"})
    body = asked.json()
    assert (asked.status_code, body["status"]) == (200, "answered"), asked.text
    assert "Hotel" in asked.text
    model = (await owner.get(path)).json()
    model["relationships"] = [{**link, "status": "verified"}]
    assert (await owner.put(path, json=model)).status_code == 200
    await ingested(owner, _csv(ORDERS) + b"1999,C1,5.50,1\n", "orders.csv", dataset_id=orders["id"])
    (kept,) = await links(1)
    assert kept["status"] == "verified"
    assert (await owner.delete(f"/api/v1/datasets/{customers['id']}")).status_code in (200, 202, 204)
    assert await links(0) == []
