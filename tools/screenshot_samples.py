"""What the pictures show beside the sample company: things that people decide, made over the public API."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]  # as it comes over HTTP
_CARRIERS = ("Post", "post ", "Courier", "Freight")
_DELIVERED = "".join(
    f"0{n % 6 + 3}/0{n % 7 + 2}/2025,{_CARRIERS[n % 4]},{n % 9 + 1},{n * 3 % 41}.5\n" for n in range(60)
)
DELIVERIES = f"delivered,carrier,parcels,weight (kg)\n{_DELIVERED}Total,,300,\n"
STOCK = "sku,name,in stock,price (EUR)\n" + "".join(
    f"00{500 + n},{name},{n * 7 % 40},{n * 3 + 4}.50\n"
    for n, name in enumerate(("Cup", "Pot", "Pan", "Scale", "Kettle", "Grinder", "Filter", "Jug"))
)
MORE_STOCK = "sku,name,in stock,price (EUR)\n00502,Pan,12,11.50\n00504,Kettle,3,17.00\n00508,Lid,25,3.00\n"
RULES = [
    {"kind": "normalise", "column": "name", "steps": ["trim", "upper"]},
    {
        "kind": "derive",
        "column": "shelf",
        "label": "Shelf",
        "source": "price",
        "by": {
            "kind": "ranges",
            "ranges": [{"below": "10", "value": "Small things"}, {"at_least": "10", "value": "Machines"}],
        },
    },
    {
        "kind": "validate",
        "column": "in_stock",
        "check": {"kind": "range", "minimum": "0"},
        "action": "flag",
    },
]


def database(folder: Path) -> Path:
    """A small database of a warehouse, to be connected."""
    path = folder / "warehouse.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE shipments (id INTEGER PRIMARY KEY, city TEXT, pallets INTEGER)")
        rows = [(n, ("Hamburg", "Lyon", "Milan")[n % 3], n % 7 + 1) for n in range(1, 200)]
        connection.executemany("INSERT INTO shipments VALUES (?, ?, ?)", rows)
    connection.close()
    return path


class Samples:
    """Makes them once for a demo's data folder."""

    def __init__(self, address: str, folder: Path) -> None:
        known = json.loads((folder / "credentials.json").read_text(encoding="utf-8"))
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=60)
        signed_in = self._sent(
            "POST", "/auth/login", json={"email": known["email"], "password": known["password"]}
        )
        self._http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        self._http.headers["X-Workspace"] = known["workspace_id"]

    def make(self, connected: Path) -> dict[str, str]:
        """The ids of the tables whose pages are shown, by name."""
        tables = {item["label"]: item["id"] for item in self._sent("GET", "/datasets")["items"]}
        if "deliveries" not in tables:
            tables["deliveries"] = self._table("deliveries.csv", DELIVERIES)
            tables["stock"] = self._table("stock.csv", STOCK)
            more = {"dataset_id": tables["stock"], "mode": "upsert", "key": "sku"}
            self._table("stock.csv", MORE_STOCK, **more)
            self._done(self._sent("PUT", f"/datasets/{tables['stock']}/rules", json={"rules": RULES}))
            self._verified()
            self._model(tables["orders"])
            self._connection(connected)
        return tables

    def forget_dashboards(self) -> None:
        """Those of an earlier time, with their alerts."""
        for each in self._sent("GET", "/dashboards")["items"]:
            self._sent("DELETE", f"/dashboards/{each['id']}")

    def alert(self) -> None:
        """An alert that fires, on the first tile of the first dashboard."""
        (first, *_) = self._sent("GET", "/dashboards")["items"]
        tiles = self._sent("GET", f"/dashboards/{first['id']}")["tiles"]
        rule = {"kind": "change", "direction": "either", "percent": 5}
        wanted = {"insight_id": tiles[0]["insight_id"], "name": "Monthly amount moves", "rule": rule}
        made = self._sent("POST", "/alerts", json=wanted)
        self._sent("POST", f"/alerts/{made['id']}/evaluate")

    def _verified(self) -> None:
        for question, accepted in (
            ("Total amount by region in 2025", True),
            ("Top 5 products by amount in 2025", False),
        ):
            answer = self._sent("POST", "/ask", json={"question": question})
            said = {"answer_id": answer["id"], "rating": "up", "confirm": True}
            proposal = self._sent("POST", "/feedback", json=said)["proposal_id"]
            if accepted:
                self._sent("POST", f"/proposals/{proposal}/accept")

    def _model(self, orders: str) -> None:
        path = f"/semantic-models/{orders}"
        model = self._sent("GET", path)
        name = next(each["name"] for each in model["datasets"] if each["id"] == orders)
        big = {"field": "amount", "operator": "ge", "values": [500]}
        germany = {"field": "region", "operator": "eq", "values": ["Germany"]}
        segment = {
            "name": "large_german",
            "label": "Large German orders",
            "dataset": name,
            "where": {"all": [big, germany]},
        }
        self._sent("PUT", path, json={**model, "segments": [segment]})

    def _connection(self, path: Path) -> None:
        wanted = {"name": "Warehouse", "dialect": "sqlite", "database": str(path)}
        self._sent("POST", "/connections", json=wanted)

    def _table(self, name: str, text: str, **fields: str) -> str:
        accepted = self._sent("POST", "/datasets", files={"file": (name, text.encode())}, data=fields)
        self._done(accepted)
        dataset: str = accepted["datasets"][0]["id"]
        return dataset

    def _done(self, accepted: Json) -> None:
        if accepted["job"] is None:
            return
        for _ in range(600):
            job = self._sent("GET", f"/jobs/{accepted['job']['id']}")
            if job["status"] in ("succeeded", "failed", "cancelled"):
                assert job["status"] == "succeeded", job
                return
            time.sleep(0.1)
        raise TimeoutError(f"the job {accepted['job']['id']} did not end")

    def _sent(self, method: str, path: str, **options: Any) -> Json:
        answer = self._http.request(method, path, **options)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        body: Json = answer.json() if answer.content else {}
        return body
