"""The English of each finding, by its code. The console has the same in the languages that it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from answerable.data.ingestion.arguments import Arguments, Place, Sign, Spelling

_UNCLEAR = (
    "{mixed:Some lines are UTF-8, others|The file is written in} {encoding}; "
    "{mixed:each is read as what it is|the table is stored in UTF-8}. It may be another encoding: "
)
_SAVE = " Save it as UTF-8 if letters look wrong."

# "{count:row is|rows are}" is "row is" for one and for true, else "rows are"; "{mark:mark}" is in _NAMES.
SENTENCES: Mapping[str, str] = {
    "encoding": "{mixed:Some lines are UTF-8, others|The file is written in} {encoding}; {mixed:each is "
    "read as what it is|the table is stored in UTF-8}.",
    "encoding_unfit": _UNCLEAR + "no encoding fits all of its words." + _SAVE,
    "encoding_few_words": _UNCLEAR + "only {words} of its words {words:says|say} which." + _SAVE,
    "encoding_rival": _UNCLEAR + "'{text}', or '{other}' in {rival}." + _SAVE,
    "nul_bytes": "{count} NUL {count:byte is|bytes are} left out.",
    "nul_values": "{count} {count:value|values} of {column!r} {count:holds|hold} NUL characters, which are "
    "left out.",
    "delimiter": "Cells are separated by {delimiter:delimiter}.",
    "delimiter_declared": "The first line says that cells are separated by {delimiter:delimiter}; it is no "
    "part of the table.",
    "unbalanced_quote": "A quote is opened and never closed; that line is read without quoting.",
    "title": "{count} {count:line above the header is|lines above the header are} not part of the table: "
    "{text}",
    "notes_beside": "{count} {count:line of notes is|lines of notes are} not part of the table: {text}",
    "notes_below": "{count} {count:line below the table is a note|lines below the table are notes} and left "
    "out: {text}",
    "totals_equal": "A totals row is left out; its numbers are those of the rows that it sums up: {text}",
    "totals_rates": "A totals row is left out; it states rates, which are no sums of the rows above: {text}",
    "totals_empty": "A totals row is left out; it holds no values: {text}",
    "totals_differ": "A totals row is left out, but its numbers differ from those of the rows above: {text}",
    "totals_column": "{text!r} is left out: it holds the sum of the periods, which would be counted again "
    "with each of them.",
    "totals_at_end": "{count} {count:row at the end looks like totals and is|rows at the end look like "
    "totals and are} left out, as chosen: {text}",
    "totals_kept_at_end": "Rows at the end look like totals and are kept: {text}. Leave them out if they "
    "are.",
    "totals_kept": "{count} {count:row looks like totals and is|rows look like totals and are} kept, as "
    "chosen.",
    "blank_rows": "{count} blank {count:row is|rows are} left out.",
    "blank_rows_inside": "{count} blank {count:row|rows} inside the table {count:is|are} left out.",
    "empty_columns": "{count} {count:column|columns} without header and values {count:is|are} left out.",
    "ragged_short": "{count} {count:row has|rows have} fewer cells than the table has columns; what is "
    "missing is empty.",
    "ragged_long": "{count} {count:row has|rows have} more cells than the table has columns; what is beyond "
    "the last column is left out.",
    "ragged_long_at": "{count} {count:row has|rows have} more cells than the table has columns; what is "
    "beyond the last column is left out ({places}).",
    "header_missing": "The first row looks like data, so the columns are numbered. Rename them in the model.",
    "header_merged": "The header has {count} rows; they are joined into one name a column.",
    "header_written_again": "The header is written {count} times; once is enough.",
    "header_repeated": "{count} {count:row repeats|rows repeat} the header inside the table and "
    "{count:is|are} left out.",
    "header_blank": "Column {position} has no header; it is named {name}.",
    "header_duplicate": "The header {text!r} occurs {count} times; the columns are named {names}.",
    "placeholders": "{count} {count:cell|cells} of {column!r} {count:holds|hold} {texts:quoted}, which "
    "means nothing there: {count:it is|they are} empty.",
    "booleans": "{count} {count:cell|cells} of {column!r} {count:holds|hold} {texts:quoted}; {count:it is|"
    "they are} read as yes or no.",
    "unreadable_cells": "{count} {count:cell|cells} of {column!r} {count:is|are} no {type} and "
    "{count:is|are} empty now: {texts:quoted}.",
    "not_finite": "{count} {count:cell|cells} of {column!r} {count:is|are} NaN or infinite; {count:it "
    "is|they are} empty now.",
    "mixed_types": "{column!r} is mostly numbers, but too many cells are not (for example {text!r}): kept "
    "as text.",
    "mixed_units": "{column!r} mixes units ({units}): kept as text, because their numbers cannot be added.",
    "no_units": "Beside the numbers of {column!r} stands {units}, which is no unit: kept as text.",
    "rounded_digits": "{column!r} holds numbers such as {text}, whose last digits were cut off when the "
    "file was "
    "made. Format the column as text or as whole numbers in the spreadsheet, and save it again.",
    "dash_zeros": "{count} {count:cell|cells} of {column!r} {count:holds|hold} {text!r}, as accounts write "
    "zero; "
    "read as 0.",
    "serial_dates": "The numbers in {column!r} may be the day numbers of a spreadsheet ({text} may be "
    "{day:%d %B %Y}): kept as numbers. Format the cells as dates there, and save the file again.",
    "title_unit": "A line above the header names a unit that no column has: {text}. The numbers are stored "
    "as they "
    "are written; write the unit into the headers.",
    "formats_unread": "Number formats and error cells of the sheet {text!r} are not seen: 25 % is 0.25 here, "
    "and a unit that only a format shows is missing. Save the workbook as XLSX.",
    "units_converted": "{count} {count:number|numbers} of {column!r} in {units} {count:is|are} converted: "
    "all are stored in {unit}.",
    "bare_numbers": "{count} {count:number|numbers} of {column!r} {count:has|have} no unit, such as "
    "{text!r}; "
    "read as {unit}.",
    "bare_percent": "{count} {count:number|numbers} of {column!r} {count:has|have} no percent sign, so "
    "{text!r} "
    "may be a percentage or a share of 1; taken for {taken_for:taken_for}, it is {number} %.",
    "bare_percent_chosen": "{count} {count:number|numbers} of {column!r} without a percent sign "
    "{count:is|are} "
    "read as {taken_for:taken_for}, as chosen: {text!r} is {number} %.",
    "header_scale": "The header {column!r} says that its numbers are in {unit}, but {affix!r} stands "
    "beside them; "
    "read as the header says.",
    "format_unit": "Cells of {column!r} are formatted to show {unit}: {text} is {number} {unit}.",
    "format_percent": "Cells of {column!r} are formatted as percentages: {text} is {number} {unit}.",
    "numbers_as_text": "{count} {count:cell|cells} of {column!r} {count:holds a number|hold numbers} as "
    "text, unlike "
    "the others; read as {count:a number|numbers}.",
    "dates_as_text": "{count} {count:cell|cells} of {column!r} {count:holds a date|hold dates} as text, "
    "unlike the "
    "others; read as {count:a date|dates}.",
    "text_of_zeros": "{column!r} is kept as text: {text!r} starts with zeros, so it is an identifier, not "
    "an amount.",
    "text_of_digits": "{column!r} is kept as text: {text!r} is longer than 18 digits, so it is an "
    "identifier, not an amount.",
    "text_of_codes": "{column!r} is kept as text: {text!r} looks like a code, not a number, so it is an "
    "identifier, not an amount.",
    "declared_type": "{column!r} has the type {type}; kept as text.",
    "nested_type": "{column!r} holds {type} values; kept as JSON text.",
    "date_order": "No date in {column!r} tells whether day or month comes first; read with the {first} "
    "first, so {text} is {day:%d %B %Y}.",
    "date_order_assumed": "No date in {column!r} tells whether day or month comes first; read with the "
    "{first} first.",
    "date_order_chosen": "Dates in {column!r} are read with the {first} first, as chosen.",
    "date_order_mixed": "Dates in {column!r} are written day first and month first (for example {text!r}): "
    "kept as text, because no single order reads them all.",
    "two_digit_year": "Years in {column!r} have two digits: 00 to 68 are read as 20xx, 69 to 99 as 19xx.",
    "time_zone": "Times in {column!r} carry a UTC offset and are stored in UTC.",
    "time_zone_declared": "Times in {column!r} are stored in UTC.",
    "time_zone_missing": "{count} {count:time|times} of {column!r} {count:carries|carry} no zone where "
    "others do, such "
    "as {text!r}; read as UTC.",
    "time_zone_unknown": "Times in {column!r} carry {text!r}, which is no zone or that of several "
    "countries: kept as "
    "text. Write UTC offsets such as +02:00.",
    "compact_dates": "The numbers in {column!r} may be dates ({text} may be {day:%d %B %Y}): kept as "
    "numbers.",
    "compact_dates_read": "Numbers in {column!r} are dates written as eight digits: {text} is {day:%d %B "
    "%Y}.",
    "mixed_date_types": "{column!r} is mostly dates, but too many cells are not (for example {text!r}): "
    "kept as text.",
    "months": "{column!r} holds months; each is stored as its first day.",
    "month_or_day": "{column!r} holds texts such as {text!r}, a month of a year or a day without one: kept "
    "as text. Read as dates, they are months.",
    "day_without_year": "{column!r} holds days without a year, such as {text!r}: kept as text. Write the "
    "year into the cells, and upload the file again.",
    "number_format": "Numbers in {column!r} are written with {signs}; stored as plain numbers.",
    "decimal_mark": "{text!r} in {column!r} can be read with {taken_for:taken_for} or the other way round; "
    "read as {number}.",
    "decimal_mark_chosen": "Numbers in {column!r} are read with a decimal {mark:mark}, as chosen.",
    "choice_unfit": "{column!r} was to be read as {chosen:chosen} as chosen, but its cells say otherwise; "
    "the choice is not followed here.",
    "spellings": "{count} {count:cell|cells} of {column!r} {count:spells|spell} a value otherwise than "
    "most; the most frequent spelling is kept: {spellings}.",
    "spellings_kept": "{count} {count:cell spells|cells spell} a value otherwise than most; {count:it "
    "is|they are} kept, as chosen.",
    "duplicates_kept": "{count} {count:row equals|rows equal} an earlier row in every column; {count:it "
    "is|they are} kept.",
    "duplicates_dropped": "{count} {count:row equals|rows equal} an earlier row in every column; {count:it "
    "is|they are} left out, as chosen.",
    "no_rows": "The table has a header and no rows.",
    "columns_missing": "The file lacks {columns:quoted}, which the rows of before have: {count} "
    "{count:row|rows} "
    "of it {count:has|have} nothing there.",
    "bad_lines": "{count} {count:line is no JSON object and is|lines are no JSON objects and are} left out.",
    "nested_values": "{count} {count:value is a list or deep object; it is|values are lists or deep "
    "objects; they are} kept as JSON text.",
    "hidden_sheet": "Sheet {text!r} is hidden in the workbook.",
    "hidden_cells": "{rows} {rows:row|rows} and {columns} {columns:column|columns} of sheet {sheet!r} are "
    "hidden in "
    "the workbook; they are read as well.",
    "merged_filled": "{count} {count:cell|cells} below a cell that is merged over several rows "
    "{count:gets|get} its "
    "text, such as {text!r}.",
    "merged_numbers": "{count} {count:number is|numbers are} merged over several rows, such as {text!r}; "
    "{count:it stays|they stay} in the first row alone, because {count:it|they} would be counted with each.",
    "durations": "{count} {count:cell|cells} of {column!r} {count:holds a length|hold lengths} of time; "
    "{count:it is|they are} stored in hours.",
    "durations_read": "{count} {count:cell|cells} of {column!r} {count:holds a length|hold lengths} of time, "
    "such as {text!r}; read as hours and minutes, and stored in hours.",
    "formulas_without_values": "{count} {count:cell holds a formula whose value was|cells hold formulas "
    "whose values were} never calculated; {count:it is|they are} empty here. Open the workbook in a "
    "spreadsheet program, save it, and upload it again.",
    "error_cells": "{count} {count:cell holds an error|cells hold errors} such as {text}; {count:it is|they "
    "are} empty here.",
    "periods_as_columns": "{count} columns are periods ({first} to {last}). As rows with a date, they can "
    "be filtered, summed and compared over time.",
    "periods_as_rows": "{count} columns that are periods are rows now, as chosen: the date is in "
    "{period!r}, the number in {value!r}. Empty cells make no row.",
    "rule_normalised": "Rule {rule} brings {count} {count:text|texts} of {column!r} into one form.",
    "rule_derived": "Rule {rule} derives {column!r} from {source!r} for {count} {count:row|rows}.",
    "rule_flagged": "Rule {rule}: {count} {count:cell|cells} of {column!r} {count:does|do} not hold "
    "({check:check}); {count:it is|they are} kept.",
    "rule_rejected": "Rule {rule}: {count} {count:row is|rows are} left out, {column!r} does not hold there "
    "({check:check}).",
    "rule_lacks_column": "Rule {rule} was not applied: the table has no column {column!r}.",
    "rule_column_exists": "Rule {rule} was not applied: the table has a column {column!r} already; give the "
    "new one another name.",
    "rule_needs_texts": "Rule {rule} was not applied: {column!r} holds {type} values; only texts are "
    "normalised. Let the column be read as text in the review first.",
    "rule_needs_numbers": "Rule {rule} was not applied: {column!r} holds {type} values; a range needs "
    "numbers. Let the column be read as numbers in the review first.",
}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "delimiter": {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar", " ": "blanks"},
    "mark": {",": "comma", ".": "point"},
    "taken_for": {
        "thousands": "a thousands separator",
        "decimal": "a decimal point",
        "percent": "percentages",
        "fraction": "shares of 1",
    },
    "chosen": {"text": "text", "number": "a number", "date": "a date", "boolean": "yes or no"},
    "check": {kind: kind.replace("_", " ") for kind in ("required", "unique", "pattern", "range", "one_of")},
}


def sentence_of(arguments: Arguments) -> str:
    """The sentence in English."""
    return _English().vformat(SENTENCES[arguments.code], (), dict(arguments))


class _English(Formatter):
    """Numbers, lists and names within a sentence."""

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" in format_spec:
            one, other = format_spec.split("|")
            return one if value == 1 else other
        if isinstance(value, tuple):
            return _listed(value, quoted=format_spec == "quoted")
        if format_spec in _NAMES:
            return _NAMES[format_spec].get(str(value), repr(value))
        return format(value, format_spec)


def _listed(items: tuple[object, ...], *, quoted: bool) -> str:
    between = "; " if items and isinstance(items[0], Place) else ", "
    return between.join(repr(each) if quoted else _item(each) for each in items) or "signs of their own"


def _item(each: object) -> str:
    match each:
        case Place(line=line, text=text):
            return f"line {line}: {text!r}"
        case Spelling(before=before, after=after):
            return f"{before!r} is {after!r}"
        case Sign(kind="decimal_comma"):
            return "a decimal comma"
        case Sign(kind="thousands", text=text):
            return f"{text!r} between thousands"
        case Sign(text=text):
            return f"{text!r} beside them"
        case _:
            return str(each)
