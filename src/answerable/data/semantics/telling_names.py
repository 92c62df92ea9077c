"""What the names of columns say of them, in English and German; all are names in snake case."""

from __future__ import annotations

import re

IDENTIFIER = re.compile(
    r"(?:^|_)(?:id|ids|uuid|guid|key|nr|no|num|number|nummer|code|sku|ean|isbn|ref|reference|referenz|zip|plz|"
    r"postcode|postal_code|iban|account|konto|phone|telefon|tel|fax|serial|barcode|token|hash)$"
)
PART_OF_DATE = re.compile(
    r"(?:^|_)(?:year|jahr|month|monat|quarter|quartal|week|woche|kw|day|tag|weekday|wochentag|hour|stunde|fy)$"
)
PLACE_NUMBER = re.compile(
    r"(?:^|_)(?:lat|latitude|lon|lng|long|longitude|breite|laenge|breitengrad|laengengrad)$"
)
# Numbers that are averaged, since adding them up says nothing.
AVERAGED = re.compile(
    r"(?:^|_)(?:price|preis|rate|ratio|quote|percent|percentage|pct|prozent|share|anteil|avg|average|mean|median|score|"
    r"rating|note|bewertung|grade|age|alter|temperature|temp|temperatur|margin|marge|speed|density|index|kurs|"
    r"discount|rabatt|satz|probability|humidity|pressure|conversion|einzelpreis|stueckpreis|level_of|percentile|"
    r"satisfaction|zufriedenheit|csat|nps|stars|unit_cost|cost_per_\w+|peak_load|load|power|leistung)(?:_|$)"
)
# What there is at a time, which is not added up over times.
STOCK = re.compile(
    r"(?:^|_)(?:balance|saldo|stock|inventory|bestand|lagerbestand|on_hand|headcount|head_count|kontostand|capacity|"
    r"kapazitaet|population|einwohner|outstanding|open_amount|backlog|level|fuellstand|members_total|followers)(?:_|$)"
)
# What a counter stands at, which goes on from what it was. What may as well be something else is one where
# its values rise from each to the next: a trip has a mileage, too, and a thermometer a reading.
_AT = r"(?:_(?:wh|kwh|mwh|km|mi|miles|m3|l|h|hours|pcs|imp))?"
COUNTER = re.compile(
    rf"(?:^|_)(?:(?:meter|counter|odometer)_(?:reading|value|state|stand)|odometer|zaehlerstand|kilometerstand|"
    rf"km_stand|tachostand|cumulative|cumulated|kumuliert\w*|kumulativ){_AT}(?:_|$)"
)
PERHAPS_COUNTER = re.compile(
    rf"(?:^|_)(?:readings?|counter|mileage|laufleistung|zaehler|engine_hours|running_hours|operating_hours|"
    rf"betriebsstunden){_AT}$"
)


def is_counted(name: str) -> bool:
    """Whether a column is named as a counter's, or may be one by its name."""
    return COUNTER.search(name) is not None or PERHAPS_COUNTER.search(name) is not None


# What names a thing of its own.
THING = re.compile(
    r"(?:^|_)(?:sku|ean|gtin|isbn|product|item|article|artikel|produkt|part)(?:_(?:id|code|no|nr|number|name))?$"
    r"|(?:^|_)(?:name|title)$"
)
# When the thing happened; any date; when it was shipped, due or edited.
TIME_FIRST = re.compile(
    r"order|sale|sold|invoice|transaction|booking|posted|purchase|event|bestell|rechnung|buchung|auftrag|kauf"
)
TIME_PLAIN = re.compile(r"(?:^|_)(?:date|datum|day|tag|timestamp|time|month|monat|period)(?:_|$)")
TIME_LAST = re.compile(
    r"ship|deliver|due|birth|geburt|end|until|updated|modified|expire|closed|deleted|paid|liefer|faellig|last_"
)
# Numbers that are added up.
ADDED_UP = re.compile(
    r"(?:^|_)(?:amount|betrag|total|summe?|revenue|umsatz|sales|cost|costs|kosten|quantity|qty|menge|anzahl|units|"
    r"pieces|stueck|value|wert|hours|stunden|minutes|weight|gewicht|volume|profit|gewinn|tax|steuer|fee|salary|gehalt|"
    r"visits|clicks|views|count)(?:_|$)"
)
# What rows are grouped by.
GROUPED_BY = re.compile(
    r"(?:^|_)(?:type|typ|kind|art|category|kategorie|class|group|gruppe|segment|status|state|country|land|region|city|"
    r"stadt|ort|channel|kanal|brand|marke|department|abteilung|team|customer|kunde|client|supplier|role|owner|product|produkt|name|title|store|shop|filiale|gender|"
    r"language|currency|level|priority|method|source|reason)$"
)
PROSE = re.compile(
    r"(?:^|_)(?:comment|comments|note|notes|text|description|beschreibung|bemerkung|kommentar|message|remark|url|link|"
    r"review|feedback|summary|body)(?:_|$)"
)
