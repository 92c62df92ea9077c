"""The facts of the sample company: what it sells, to whom, where and through which channels."""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Lindmoor Coffee Equipment GmbH"


@dataclass(frozen=True)
class Product:
    """`price_cents` is the list price in the first year; `weight` how often it is ordered."""

    sku: str
    name: str
    category: str
    price_cents: int
    weight: float
    usual_quantity: int
    kilograms: float


@dataclass(frozen=True)
class Country:
    """A market: its region, its share of the customers and the cities that customers are in."""

    name: str
    region: str
    weight: float
    cities: tuple[str, ...]


@dataclass(frozen=True)
class CostCentre:
    """`plan` is the monthly budget in thousand euros."""

    number: int
    name: str
    plan: float


PRODUCTS = (
    Product("EM-100", "Bravanti Solo", "Espresso machines", 298000, 1.6, 1, 31),
    Product("EM-200", "Bravanti Duo 2-group", "Espresso machines", 649000, 0.8, 1, 68),
    Product("EM-300", "Bravanti Duo 3-group", "Espresso machines", 829000, 0.3, 1, 92),
    Product("EM-410", "Kesselwerk K1", "Espresso machines", 184000, 1.4, 1, 19),
    Product("EM-420", "Kesselwerk K2 Lever", "Espresso machines", 435000, 0.4, 1, 47),
    Product("GR-064", "Aoyama A64", "Grinders", 74900, 4.6, 1, 11),
    Product("GR-083", "Aoyama A83", "Grinders", 139000, 2.9, 1, 17),
    Product("GR-010", "Aoyama Handmill", "Grinders", 15900, 2.2, 3, 0.7),
    Product("GR-075", "Kesselwerk Flat 75", "Grinders", 98000, 1.7, 1, 14),
    Product("BR-025", "Fjord Batch 2.5 L", "Brewers", 112000, 1.2, 1, 13),
    Product("BR-050", "Fjord Batch 5 L", "Brewers", 168000, 0.7, 1, 18),
    Product("BR-002", "Fjord Dripper", "Brewers", 2900, 3.4, 6, 0.4),
    Product("BR-017", "Fjord Kettle Pro", "Brewers", 13900, 2.4, 2, 1.3),
    Product("BR-080", "Cold Tower", "Brewers", 42000, 0.6, 1, 6),
    Product("WT-001", "Clarum Filter Head", "Water treatment", 8400, 2.0, 1, 0.6),
    Product("WT-500", "Clarum Cartridge C500", "Water treatment", 9600, 5.2, 3, 2.1),
    Product("WT-110", "Clarum Cartridge C1100", "Water treatment", 14800, 5.8, 3, 3.9),
    Product("WT-900", "Clarum Osmosis Mini", "Water treatment", 125000, 0.4, 1, 15),
    Product("WT-010", "Hardness Test Kit", "Water treatment", 1450, 1.6, 3, 0.1),
    Product("AC-058", "Tamper 58 mm", "Accessories", 4900, 3.6, 2, 0.5),
    Product("AC-060", "Milk Pitcher 0.6 L", "Accessories", 2400, 5.4, 4, 0.3),
    Product("AC-020", "Knock Box", "Accessories", 3800, 2.6, 2, 0.9),
    Product("AC-030", "Barista Scale", "Accessories", 11900, 2.8, 1, 0.6),
    Product("AC-006", "Cup Set 6", "Accessories", 4200, 4.4, 5, 2.2),
    Product("AC-027", "Dosing Funnel", "Accessories", 2700, 1.7, 2, 0.1),
    Product("AC-011", "Cleaning Brush", "Accessories", 990, 3.1, 5, 0.1),
    Product("AC-016", "Bar Mat", "Accessories", 1600, 1.9, 3, 0.5),
    Product("SP-058", "Group Gasket 58 mm", "Spare parts", 420, 6.2, 8, 0.02),
    Product("SP-035", "Shower Screen", "Spare parts", 760, 4.1, 6, 0.05),
    Product("SP-018", "Steam Wand Tip", "Spare parts", 1800, 1.9, 2, 0.05),
    Product("SP-064", "Burr Set 64 mm", "Spare parts", 6900, 3.0, 1, 0.4),
    Product("SP-083", "Burr Set 83 mm", "Spare parts", 11500, 1.8, 1, 0.8),
    Product("SP-150", "Rotary Pump", "Spare parts", 16800, 0.9, 1, 1.9),
    Product("SP-030", "Heating Element 3 kW", "Spare parts", 13200, 0.8, 1, 0.9),
    Product("SP-012", "Pressure Gauge", "Spare parts", 3600, 1.1, 1, 0.2),
    Product("CL-900", "Espresso Cleaner 900 g", "Cleaning", 1590, 6.6, 6, 1.0),
    Product("CL-001", "Descaler 1 kg", "Cleaning", 1850, 2.7, 4, 1.1),
    Product("CL-430", "Grinder Tablets", "Cleaning", 2100, 2.9, 3, 0.5),
    Product("CL-100", "Milk System Cleaner 1 L", "Cleaning", 1250, 3.8, 6, 1.1),
)

COUNTRIES = (
    Country(
        "Germany",
        "Germany",
        46,
        ("Bremen", "Hamburg", "Berlin", "Köln", "Leipzig", "München", "Lübeck", "Kiel"),
    ),
    Country("Austria", "Alps", 9, ("Wien", "Graz", "Linz", "Salzburg")),
    Country("Switzerland", "Alps", 6, ("Zürich", "Basel", "Bern")),
    Country("Netherlands", "Benelux", 9, ("Amsterdam", "Rotterdam", "Groningen", "Utrecht")),
    Country("Belgium", "Benelux", 5, ("Antwerpen", "Gent", "Brussel")),
    Country("Denmark", "Nordics", 8, ("København", "Aarhus", "Odense")),
    Country("Sweden", "Nordics", 6, ("Stockholm", "Göteborg", "Malmö")),
    Country("Norway", "Nordics", 3, ("Oslo", "Bergen")),
    Country("Finland", "Nordics", 2, ("Helsinki", "Tampere")),
    Country("France", "Southern Europe", 5, ("Paris", "Lyon", "Nantes")),
    Country("Italy", "Southern Europe", 4, ("Milano", "Torino", "Bologna")),
    Country("United Kingdom", "British Isles", 6, ("London", "Bristol", "Leeds")),
    Country("Ireland", "British Isles", 2, ("Dublin", "Cork")),
)

# Shares of the channels at the start and at the end of the three years: trade moves to the web.
CHANNELS = {"Web shop": (34, 48), "Field sales": (31, 24), "Telephone": (24, 16), "Marketplace": (11, 12)}

# Relative number of orders a month, January to December.
SEASON = (0.88, 0.86, 0.97, 0.95, 0.98, 0.93, 0.86, 0.80, 1.03, 1.14, 1.38, 1.22)

# How much of each category's trade falls into the last quarter, against the rest of the year.
CHRISTMAS = {"Accessories": 1.35, "Brewers": 1.25, "Grinders": 1.2}

ACCOUNT_MANAGERS = ("Svenja Krüger", "Marek Novotny", "Elif Aydin", "Oliver Hansen", "Giulia Ferri")

SEGMENTS = {"Café": 40, "Roastery": 14, "Restaurant": 18, "Hotel": 9, "Office": 11, "Dealer": 8}

COST_CENTRES = (
    CostCentre(1100, "Field sales", 78.0),
    CostCentre(1200, "Web shop", 34.5),
    CostCentre(2100, "Warehouse Bremen", 96.0),
    CostCentre(2200, "Warehouse Leipzig", 52.0),
    CostCentre(3100, "Service", 61.5),
    CostCentre(4100, "Purchasing", 27.0),
    CostCentre(5100, "Marketing", 38.0),
    CostCentre(6100, "IT", 29.5),
    CostCentre(7100, "Administration", 44.0),
)
