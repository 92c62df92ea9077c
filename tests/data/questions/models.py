"""Five small models of different shapes, for the tests that read questions."""

from __future__ import annotations

from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    SemanticModel,
    Status,
    Unit,
)

EUR = Unit(kind="currency", symbol="EUR")
COUNTRIES = ("Germany", "France", "Spain", "Italy", "Netherlands", "Austria", "United Kingdom", "Poland")


def _field(name: str, label: str, kind: FieldType, role: FieldRole, **more: object) -> ModelField:
    return ModelField(name=name, label=label, type=kind, role=role, **more)  # type: ignore[arg-type]


def _dimension(name: str, label: str, *values: str, **more: object) -> ModelField:
    known = values or None
    return _field(name, label, FieldType.STRING, FieldRole.DIMENSION, values=known, **more)


def _measure(name: str, label: str, unit: Unit | None = None, **more: object) -> ModelField:
    return _field(name, label, FieldType.DECIMAL, FieldRole.MEASURE, unit=unit, **more)


def _date(name: str, label: str) -> ModelField:
    return _field(name, label, FieldType.DATE, FieldRole.TIME)


ORDERS = Dataset(
    name="orders",
    id="ds_orders",
    label="Orders",
    row_noun="order",
    primary_key=("order_id",),
    default_time="order_date",
    fields=(
        _field("order_id", "Order ID", FieldType.INTEGER, FieldRole.KEY),
        _date("order_date", "Order date"),
        _date("ship_date", "Ship date"),
        _dimension("customer", "Customer", personal=True),
        _dimension("country", "Country", *COUNTRIES),
        _dimension("region", "Region", "North", "South", "East", "West"),
        _dimension(
            "product", "Product", "Product X", "Product Y", "Espresso Machine", "Kettle", "Toaster", "Blender"
        ),
        _dimension("category", "Category", "Kitchen", "Office", "Garden"),
        _dimension("status", "Status", "Shipped", "Pending", "Cancelled", "Returned"),
        _dimension("channel", "Channel", "Web", "Store", "Phone"),
        _field(
            "quantity",
            "Quantity",
            FieldType.INTEGER,
            FieldRole.MEASURE,
            unit=Unit(kind="quantity", symbol="pcs"),
        ),
        _measure("unit_price", "Unit price", EUR),
        _measure("amount", "Amount (EUR)", EUR),
        _measure("discount", "Discount (%)", Unit(kind="percent", symbol="%", scale=100.0)),
    ),
)
ORDER_METRICS = (
    Metric(
        name="revenue",
        label="Revenue",
        dataset="orders",
        aggregation=Aggregation.SUM,
        field="amount",
        unit=EUR,
        synonyms=("sales", "turnover"),
        status=Status.VERIFIED,
    ),
    Metric(
        name="average_order_value",
        label="Average order value",
        dataset="orders",
        aggregation=Aggregation.AVG,
        field="amount",
        unit=EUR,
        synonyms=("AOV",),
        status=Status.REVIEWED,
    ),
)

CUSTOMERS = Dataset(
    name="customers",
    id="ds_customers",
    label="Customers",
    row_noun="customer",
    primary_key=("customer_id",),
    default_time="signup_date",
    fields=(
        _field("customer_id", "Customer ID", FieldType.STRING, FieldRole.KEY),
        _dimension("name", "Name", personal=True),
        _dimension("email", "Email", personal=True),
        _dimension("country", "Country", *COUNTRIES),
        _dimension("city", "City", "Berlin", "Hamburg", "Paris", "Lyon", "Madrid", "Rome"),
        _dimension("segment", "Segment", "Enterprise", "Small Business", "Consumer"),
        _date("signup_date", "Signup date"),
        _field("active", "Active", FieldType.BOOLEAN, FieldRole.DIMENSION),
        _measure("credit_limit", "Credit limit", EUR),
        _field("employees", "Employees", FieldType.INTEGER, FieldRole.MEASURE),
    ),
)

FINANCE = Dataset(
    name="finance",
    id="ds_finance",
    label="Finance plan",
    row_noun="entry",
    default_time="month",
    fields=(
        _field("month", "Month", FieldType.DATE, FieldRole.TIME),
        _dimension(
            "department", "Department", "Sales", "Marketing", "Engineering", "Human Resources", "Operations"
        ),
        _dimension("account", "Account", "Salaries", "Travel", "Software", "Rent", "Training"),
        _measure(
            "plan", "Plan (k EUR)", Unit(kind="currency", symbol="EUR", scale=1000.0), synonyms=("budget",)
        ),
        _measure(
            "actual",
            "Actual (k EUR)",
            Unit(kind="currency", symbol="EUR", scale=1000.0),
            synonyms=("actuals",),
        ),
        _measure("headcount", "Headcount"),
    ),
)
FINANCE_METRICS = (
    Metric(
        name="headcount",
        label="Headcount",
        dataset="finance",
        aggregation=Aggregation.SUM,
        field="headcount",
        non_additive=True,
    ),
)

TICKETS = Dataset(
    name="tickets",
    id="ds_tickets",
    label="Support tickets",
    row_noun="ticket",
    synonyms=("cases",),
    primary_key=("ticket_id",),
    default_time="created_at",
    fields=(
        _field("ticket_id", "Ticket ID", FieldType.INTEGER, FieldRole.KEY),
        _field("created_at", "Created at", FieldType.TIMESTAMP, FieldRole.TIME),
        _field("closed_at", "Closed at", FieldType.TIMESTAMP, FieldRole.TIME),
        _dimension("priority", "Priority", "Low", "Medium", "High", "Urgent"),
        _dimension("status", "Status", "Open", "Pending", "Closed", "Solved"),
        _dimension("agent", "Agent", "Alice Smith", "Bob Jones", "Carol White"),
        _dimension("category", "Category", "Billing", "Technical", "Shipping", "Account"),
        _dimension("channel", "Channel", "Email", "Chat", "Phone"),
        _field("escalated", "Escalated", FieldType.BOOLEAN, FieldRole.DIMENSION),
        _measure("resolution_hours", "Resolution time (hours)", Unit(kind="duration", symbol="hours")),
        _field(
            "satisfaction", "Satisfaction score", FieldType.INTEGER, FieldRole.MEASURE, synonyms=("csat",)
        ),
    ),
)
TICKET_METRICS = (
    Metric(
        name="avg_resolution",
        label="Average resolution time",
        dataset="tickets",
        aggregation=Aggregation.AVG,
        field="resolution_hours",
        synonyms=("resolution time",),
    ),
)

STOCK = Dataset(
    name="stock",
    id="ds_stock",
    label="Stock list",
    row_noun="product",
    synonyms=("inventory",),
    primary_key=("sku",),
    fields=(
        _field("sku", "SKU", FieldType.STRING, FieldRole.KEY),
        _dimension("product_name", "Product name"),
        _dimension("category", "Category", "Furniture", "Lighting", "Textiles", "Toys"),
        _dimension("warehouse", "Warehouse", "Berlin", "Rotterdam", "Lyon"),
        _dimension("supplier", "Supplier", "Nordic Wood", "Lumina", "Textil Hansa"),
        _dimension("discontinued", "Discontinued", "yes", "no"),
        _field(
            "units_in_stock",
            "Units in stock",
            FieldType.INTEGER,
            FieldRole.MEASURE,
            synonyms=("stock level", "units"),
        ),
        _field("reorder_level", "Reorder level", FieldType.INTEGER, FieldRole.MEASURE),
        _measure("price", "Price", EUR),
        _measure("weight", "Weight (kg)", Unit(kind="quantity", symbol="kg")),
    ),
)

MODELS = {
    "orders": SemanticModel(datasets=(ORDERS,), metrics=ORDER_METRICS),
    "customers": SemanticModel(datasets=(CUSTOMERS,)),
    "finance": SemanticModel(datasets=(FINANCE,), metrics=FINANCE_METRICS),
    "tickets": SemanticModel(datasets=(TICKETS,), metrics=TICKET_METRICS),
    "stock": SemanticModel(datasets=(STOCK,)),
    "shop": SemanticModel(datasets=(ORDERS, CUSTOMERS), metrics=ORDER_METRICS),
}
