"""Which columns hold data of persons, whose values must never be listed, and how sure that is.

Of many values the shares decide. In a small table one firm among three customers moves a share by a third, so
it errs to personal as long as the values do not rule it out: what is hidden by mistake is shown by a switch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerable.data.ingestion.outcome import ColumnProfile, TableProfile
from answerable.data.semantics.evidence import at_most, borne_out, seen
from answerable.data.semantics.model import TEMPORAL_TYPES, FieldType

MOST_LOOKED_AT = 1000
"""Different texts that patterns are counted over."""
_SMALL = 30  # different texts up to which a table is small
_MOST_ARE_NAMES = 0.7

_PERSON_FIELD = re.compile(
    r"(?:^|_)(?:first_?name|last_?name|sur_?name|given_?name|family_?name|middle_?name|full_?name|vor_?name|nach_?name|"
    r"familienname|contact|contact_name|contact_person|ansprechpartner(?:in)?|employee|employee_name|mitarbeiter(?:in)?|"
    r"person|patient|user_?name|username|login|author|assignee|rep|sales_?rep|salesperson|manager|owner|recipient)$"
)
_PERSON_TABLE = re.compile(
    r"(?:^|_)(?:customers?|users?|employees?|people|persons?|contacts?|members?|patients?|students?|staff|leads?|"
    r"subscribers?|kunden|mitarbeiter|personen|kontakte|mitglieder|patienten|team|crew|attendance|attendees?|guests?|"
    r"participants?|applicants?|candidates?|volunteers?|trainees?|payroll|salaries|teilnehmer|gaeste|bewerber|"
    r"belegschaft|personal)(?:_|$)"
)
# Columns that only tables of persons have.
_OF_PERSONS = re.compile(
    r"(?:^|_)(?:birth_?date|date_of_birth|dob|birthday|geburtsdatum|geburtstag|gender|geschlecht|salary|gehalt|"
    r"hired|hire_date|hired_on|job_title|first_?name|last_?name|vor_?name|nach_?name)(?:_|$)"
)
_PERSON_WORD = re.compile(
    r"(?:^|_)(?:customer|kunde|client|buyer|employee|user|member|patient|student|name)(?:_|$)"
)
# What is called after persons as a whole; a "problem_name" or a "member_since" is not.
_CALLED_AFTER = re.compile(
    r"(?:^|_)(?:customer|kunde|client|buyer|employee|user|member|patient|student)(?:_name)?$"
)
_PRIVATE = re.compile(
    r"(?:^|_)(?:e_?mail|email_address|phone|mobile|handy|telefon|telephone|tel|fax|iban|bic|ssn|social_security|"
    r"passport|tax_id|steuernummer|street|strasse|address|adresse|address_line_?\d?|birth_?date|date_of_birth|dob|"
    r"birthday|geburtsdatum|geburtstag|ip|ip_address|credit_card|card_number|password|salary_of)$"
)
# Names of things, which have two words as often as persons have.
_THING_NAME = re.compile(
    r"(?:^|_)(?:product|item|article|company|firm|hotel|course|city|store|shop|brand|team|project|event|file|"
    r"category|department|school|site|branch|model|song|film|movie|book|restaurant|property|campaign)_name$"
)
_LOOKS = ("email", "iban", "phone")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a column is personal, and the confidence in that, from 0 to 1."""

    personal: bool
    confidence: float


def about_people(table: TableProfile, dataset: str) -> bool:
    """Whether the rows are persons: by the table's name, or by what only persons have."""
    return _PERSON_TABLE.search(dataset) is not None or any(
        _OF_PERSONS.search(column.name) is not None for column in table.columns
    )


def judge(column: ColumnProfile, *, rows: int, people: bool) -> Judgement:
    """Whether a column of a table of so many rows, of persons or not, holds data of persons."""
    patterns, filled = column.patterns, rows - column.null_count
    looked_at = min(column.distinct_count, MOST_LOOKED_AT)
    if _PRIVATE.search(column.name):
        dated = float(column.type in TEMPORAL_TYPES)
        looks = max([dated, *(patterns.get(kind, 0.0) for kind in _LOOKS)])
        return Judgement(True, borne_out(by_name=True, share=looks, count=looked_at))
    for kind, enough in (("email", 0.3), ("iban", 0.5)):
        if patterns.get(kind, 0) > enough:
            return Judgement(True, seen(patterns[kind], looked_at))
    if column.type is not FieldType.STRING:
        return Judgement(False, seen(1.0, filled))
    named = max(patterns.get("two_words", 0.0), patterns.get("comma_name", 0.0))
    if _THING_NAME.search(column.name):
        return Judgement(False, borne_out(by_name=True, share=1 - named, count=looked_at))
    if _names_persons(column, named, looked_at, people=people):
        return Judgement(True, borne_out(by_name=True, share=named, count=looked_at))
    return Judgement(False, seen(1 - named, looked_at))


def _names_persons(column: ColumnProfile, named: float, looked_at: int, *, people: bool) -> bool:
    if _PERSON_FIELD.search(column.name):
        return column.patterns.get("has_digit", 0) < 0.5
    # A column that is called "name" alone has the names of whatever the rows are.
    if _PERSON_WORD.search(column.name) is None or (column.name == "name" and not people):
        return False
    called = column.name == "name" or _CALLED_AFTER.search(column.name) is not None
    if called and 0 < looked_at <= _SMALL and column.patterns.get("has_digit", 0) < 0.5:
        # First names stand alone as often as not.
        alone = column.patterns.get("one_word", 0.0) if people else 0.0
        return at_most(min(1.0, named + alone), looked_at) > _MOST_ARE_NAMES
    return named > _MOST_ARE_NAMES
