"""A model of orders and customers as it is inferred, to import into, and rows to compute over."""

from __future__ import annotations

from answerable.data.semantics.model import Dataset, FieldRole, FieldType, ModelField, SemanticModel


def _field(name: str, kind: FieldType, role: FieldRole, **more: object) -> ModelField:
    label = name.replace("_", " ").capitalize()
    return ModelField(name=name, label=label, type=kind, role=role, **more)


ORDERS = Dataset(
    name="orders",
    id="ds_orders",
    label="Orders",
    fields=(
        _field("order_id", FieldType.INTEGER, FieldRole.KEY),
        _field("customer_id", FieldType.STRING, FieldRole.KEY),
        _field("ordered_on", FieldType.DATE, FieldRole.TIME),
        _field("shipped_at", FieldType.TIMESTAMP, FieldRole.TIME),
        _field("status", FieldType.STRING, FieldRole.DIMENSION, values=("paid", "open")),
        _field("gift", FieldType.BOOLEAN, FieldRole.DIMENSION),
        _field("amount", FieldType.DECIMAL, FieldRole.MEASURE),
        _field("cost", FieldType.DECIMAL, FieldRole.MEASURE),
        _field("quantity", FieldType.INTEGER, FieldRole.MEASURE),
        _field("balance", FieldType.DECIMAL, FieldRole.MEASURE),
    ),
)
CUSTOMERS = Dataset(
    name="customers",
    id="ds_customers",
    label="Customers",
    fields=(
        _field("customer_id", FieldType.STRING, FieldRole.KEY),
        _field("name", FieldType.STRING, FieldRole.DIMENSION, values=("Ada", "Bob")),
        _field("country", FieldType.STRING, FieldRole.DIMENSION, values=("Germany", "France")),
        _field("credit", FieldType.DECIMAL, FieldRole.MEASURE),
    ),
)
BARE = SemanticModel(datasets=(ORDERS, CUSTOMERS))
