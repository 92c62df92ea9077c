"""Arguments of what there is to say about a file, a sheet or a table as a whole."""

from __future__ import annotations

from typing import Literal

from answerable.data.ingestion.arguments.plain import Plain


class NothingSaid(Plain):
    """A sentence that takes no arguments."""

    code: Literal["header_missing", "unbalanced_quote", "no_rows"]


class CountSaid(Plain):
    """`count` of rows, lines, columns, cells or bytes, as the code says."""

    code: Literal[
        "header_written_again", "header_merged", "header_repeated", "bad_lines", "nested_values", "nul_bytes",
        "blank_rows", "blank_rows_inside", "ragged_short", "ragged_long", "formulas_without_values",
        "spellings_kept", "duplicates_kept", "duplicates_dropped", "totals_kept", "empty_columns",
    ]  # fmt: skip
    count: int


class TextSaid(Plain):
    """A text of the file: a totals row, a column of totals, a line above the header, or the name of a
    sheet."""

    code: Literal[
        "totals_equal", "totals_rates", "totals_empty", "totals_differ", "totals_kept_at_end", "hidden_sheet",
        "totals_column", "title_unit", "formats_unread",
    ]  # fmt: skip
    text: str


class CountedTextSaid(Plain):
    """A text of the file that stands for `count` rows, lines or cells."""

    code: Literal[
        "totals_at_end",
        "error_cells",
        "notes_beside",
        "notes_below",
        "title",
        "merged_filled",
        "merged_numbers",
    ]
    count: int
    text: str


class HiddenCellsSaid(Plain):
    """How many rows and columns of a sheet are hidden."""

    code: Literal["hidden_cells"]
    sheet: str
    rows: int
    columns: int


class EncodingSaid(Plain):
    """`encoding` as Python's codecs call it; `mixed`: other lines are UTF-8."""

    code: Literal["encoding", "encoding_unfit"]
    encoding: str
    mixed: bool


class FewWordsSaid(Plain):
    """An encoding that only so many `words` speak for."""

    code: Literal["encoding_few_words"]
    encoding: str
    mixed: bool
    words: int


class RivalSaid(Plain):
    """An encoding that reads a word as `text`, and the `rival` that reads it as `other`."""

    code: Literal["encoding_rival"]
    encoding: str
    mixed: bool
    text: str
    other: str
    rival: str


class DelimiterSaid(Plain):
    """The character between cells."""

    code: Literal["delimiter", "delimiter_declared"]
    delimiter: str


class Place(Plain):
    """A `text` of the file and the number of its line, from 1."""

    line: int
    text: str


class PlacesSaid(Plain):
    """`count` rows; `places` are the first of what was cut off them."""

    code: Literal["ragged_long_at"]
    count: int
    places: tuple[Place, ...]


class BlankHeaderSaid(Plain):
    """The column at `position`, from 1, and the `name` that it got."""

    code: Literal["header_blank"]
    position: int
    name: str


class DuplicateHeaderSaid(Plain):
    """The header `text` of `count` columns and their `names`; an ellipsis for those that are not listed."""

    code: Literal["header_duplicate"]
    count: int
    text: str
    names: tuple[str, ...]


class ColumnsMissingSaid(Plain):
    """The labels of `columns` that a file lacks whose `count` rows are added to others that have them."""

    code: Literal["columns_missing"]
    columns: tuple[str, ...]
    count: int


class PeriodsSaid(Plain):
    """`count` columns that are periods, and the labels of the first and the last."""

    code: Literal["periods_as_columns"]
    count: int
    first: str
    last: str


class PeriodRowsSaid(Plain):
    """`count` columns that are rows now, and the labels of the new columns for the date and the number."""

    code: Literal["periods_as_rows"]
    count: int
    period: str
    value: str
