/** What was found while a table was read, by the code of the sentence. */
import type { FindingView } from "../api/schema";

export type FindingSaid = NonNullable<FindingView["arguments"]>;

/** The arguments of one code; several codes may share theirs. */
type SaidBy<Code, Said = FindingSaid> = Said extends { code: infer Codes } ? (Code extends Codes ? Omit<Said, "code"> : never) : never;

/** Numbers and days as the person writes them. */
export interface Tell {
  number: (value: number) => string;
  /** The number with the word that it takes. */
  many: (n: number, one: string, other: string) => string;
  /** A day, of its ISO form. */
  date: (day: string) => string;
}

/** A sentence for each code that the server knows: one that is missing does not compile. */
export type FindingSentences = { [Code in FindingSaid["code"]]: (said: SaidBy<Code>, tell: Tell) => string };

const q = (text: string) => `“${text}”`;
const quoted = (texts: readonly string[]) => texts.map(q).join(", ");
const DELIMITERS: Record<string, string> = { "\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar", " ": "blanks" };
const TYPES = {
  string: "a text", integer: "a whole number", decimal: "a decimal number", float: "a number", boolean: "yes or no", date: "a date", timestamp: "a moment",
  time: "a time of day",
};
const CHOSEN = { text: "text", number: "a number", date: "a date", boolean: "yes or no" };
const TAKEN = { percent: "percentages", fraction: "shares of 1" };
const CHECKS = { required: "filled", unique: "no other row has it", pattern: "a pattern", range: "a range", one_of: "one of a list" };
const SIGNS = { decimal_comma: () => "a decimal comma", thousands: (text: string) => `${q(text)} between thousands`, affix: (text: string) => `${q(text)} beside them` };

const written = (encoding: string, mixed: boolean) =>
  mixed ? `Some lines are UTF-8, others ${encoding}; each is read as what it is.` : `The file is written in ${encoding}; the table is stored in UTF-8.`;
const unclear = (why: string) => `It may be another encoding: ${why}. Save it as UTF-8 if letters look wrong.`;

export const findings: FindingSentences = {
  encoding: ({ encoding, mixed }) => written(encoding, mixed),
  encoding_unfit: ({ encoding, mixed }) => `${written(encoding, mixed)} ${unclear("no encoding fits all of its words")}`,
  encoding_few_words: ({ encoding, mixed, words }, { many }) => `${written(encoding, mixed)} ${unclear(`only ${many(words, "of its words says", "of its words say")} which`)}`,
  encoding_rival: ({ encoding, mixed, text, other, rival }) => `${written(encoding, mixed)} ${unclear(`${q(text)}, or ${q(other)} in ${rival}`)}`,
  nul_bytes: ({ count }, { many }) => `${many(count, "NUL byte is", "NUL bytes are")} left out.`,
  nul_values: ({ column, count }, { many }) => `${many(count, "value", "values")} of ${q(column)} with NUL characters: these are left out.`,
  delimiter_declared: ({ delimiter }) => `The first line says that cells are separated by ${DELIMITERS[delimiter] ?? q(delimiter)}; it is no part of the table.`,
  delimiter: ({ delimiter }) => `Cells are separated by ${DELIMITERS[delimiter] ?? q(delimiter)}.`,
  unbalanced_quote: () => "A quote is opened and never closed; that line is read without quoting.",
  title: ({ count, text }, { many }) => `${many(count, "line above the header is", "lines above the header are")} not part of the table: ${text}`,
  notes_beside: ({ count, text }, { many }) => `${many(count, "line of notes is", "lines of notes are")} not part of the table: ${text}`,
  notes_below: ({ count, text }, { many }) => `${many(count, "line below the table is a note", "lines below the table are notes")} and left out: ${text}`,
  totals_equal: ({ text }) => `A totals row is left out; its numbers are those of the rows that it sums up: ${text}`,
  totals_rates: ({ text }) => `A totals row is left out; it states rates, which are no sums of the rows above: ${text}`,
  totals_empty: ({ text }) => `A totals row is left out; it holds no values: ${text}`,
  totals_differ: ({ text }) => `A totals row is left out, but its numbers differ from those of the rows above: ${text}`,
  totals_column: ({ text }) => `“${text}” is left out: it holds the sum of the periods, which would be counted again with each of them.`,
  totals_at_end: ({ count, text }, { many }) => `${many(count, "row at the end looks like totals and is", "rows at the end look like totals and are")} left out, as chosen: ${text}`,
  totals_kept_at_end: ({ text }) => `Rows at the end look like totals and are kept: ${text}. Leave them out if they are.`,
  totals_kept: ({ count }, { many }) => `${many(count, "row looks like totals and is", "rows look like totals and are")} kept, as chosen.`,
  blank_rows: ({ count }, { many }) => `${many(count, "blank row is", "blank rows are")} left out.`,
  blank_rows_inside: ({ count }, { many }) => `${many(count, "blank row inside the table is", "blank rows inside the table are")} left out.`,
  empty_columns: ({ count }, { many }) => `${many(count, "column without header and values is", "columns without header and values are")} left out.`,
  ragged_short: ({ count }, { many }) => `${many(count, "row has", "rows have")} fewer cells than the table has columns; what is missing is empty.`,
  ragged_long: ({ count }, { many }) => `${many(count, "row has", "rows have")} more cells than the table has columns; what is beyond the last column is left out.`,
  ragged_long_at: ({ count, places }, { many, number }) =>
    `${many(count, "row has", "rows have")} more cells than the table has columns; what is beyond the last column is left out (${places.map(({ line, text }) => `line ${number(line)}: ${q(text)}`).join("; ")}).`,
  header_missing: () => "The first row looks like data, so the columns are numbered. Rename them in the model.",
  header_merged: ({ count }, { number }) => `The header has ${number(count)} rows; they are joined into one name a column.`,
  header_written_again: ({ count }, { number }) => `The header is written ${number(count)} times; once is enough.`,
  header_repeated: ({ count }, { many }) => `${many(count, "row repeats the header inside the table and is", "rows repeat the header inside the table and are")} left out.`,
  header_blank: ({ position, name }, { number }) => `Column ${number(position)} has no header; it is named ${name}.`,
  header_duplicate: ({ count, text, names }, { number }) => `The header ${q(text)} occurs ${number(count)} times; the columns are named ${names.join(", ")}.`,
  placeholders: ({ column, count, texts }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds" : "hold"} ${quoted(texts)}, which means nothing there: ${count === 1 ? "it is" : "they are"} empty.`,
  booleans: ({ column, count, texts }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds" : "hold"} ${quoted(texts)}; ${count === 1 ? "it is" : "they are"} read as yes or no.`,
  unreadable_cells: ({ column, count, type, texts }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} cannot be read as ${TYPES[type]} and ${count === 1 ? "is" : "are"} empty now: ${quoted(texts)}.`,
  not_finite: ({ column, count }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "is NaN or infinite; it is" : "are NaN or infinite; they are"} empty now.`,
  mixed_types: ({ column, text }) => `${q(column)} is mostly numbers, but too many cells are not (for example ${q(text)}): kept as text.`,
  mixed_date_types: ({ column, text }) => `${q(column)} is mostly dates, but too many cells are not (for example ${q(text)}): kept as text.`,
  mixed_units: ({ column, units }) => `${q(column)} mixes units (${units.join(", ")}): kept as text, because their numbers cannot be added.`,
  no_units: ({ column, units }) => `Beside the numbers of ${q(column)} stands ${units.join(", ")}, which is no unit: kept as text.`,
  rounded_digits: ({ column, text }) => `${q(column)} holds numbers such as ${text}, whose last digits were cut off when the file was made. Format the column as text or as whole numbers in the spreadsheet, and save it again.`,
  dash_zeros: ({ column, count, text }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds" : "hold"} ${q(text)}, as accounts write zero; read as 0.`,
  serial_dates: ({ column, text, day }, { date }) => `The numbers in ${q(column)} may be the day numbers of a spreadsheet (${text} may be ${date(day)}): kept as numbers. Format the cells as dates there, and save the file again.`,
  title_unit: ({ text }) => `A line above the header names a unit that no column has: ${text}. The numbers are stored as they are written; write the unit into the headers.`,
  formats_unread: ({ text }) => `Number formats and error cells of the sheet ${q(text)} are not seen: 25 % is 0.25 here, and a unit that only a format shows is missing. Save the workbook as XLSX.`,
  units_converted: ({ column, count, units, unit }, { many }) => `${many(count, "number", "numbers")} of ${q(column)} in ${units.join(", ")} ${count === 1 ? "is" : "are"} converted: all are stored in ${unit}.`,
  bare_numbers: ({ column, count, text, unit }, { many }) => `${many(count, "number", "numbers")} of ${q(column)} ${count === 1 ? "has" : "have"} no unit, such as ${q(text)}; read as ${unit}.`,
  bare_percent: ({ column, count, text, taken_for, number: value }, { many, number }) =>
    `${many(count, "number", "numbers")} of ${q(column)} ${count === 1 ? "has" : "have"} no percent sign, so ${q(text)} may be a percentage or a share of 1; taken for ${TAKEN[taken_for]}, it is ${number(Number(value))} %.`,
  bare_percent_chosen: ({ column, count, text, taken_for, number: value }, { many, number }) =>
    `${many(count, "number", "numbers")} of ${q(column)} without a percent sign ${count === 1 ? "is" : "are"} read as ${TAKEN[taken_for]}, as chosen: ${q(text)} is ${number(Number(value))} %.`,
  header_scale: ({ column, affix, unit }) => `The header ${q(column)} says that its numbers are in ${unit}, but ${q(affix)} stands beside them; read as the header says.`,
  format_unit: ({ column, text, number: value, unit }, { number }) => `Cells of ${q(column)} are formatted to show ${unit}: ${text} is ${number(Number(value))} ${unit}.`,
  format_percent: ({ column, text, number: value, unit }, { number }) => `Cells of ${q(column)} are formatted as percentages: ${text} is ${number(Number(value))} ${unit}.`,
  numbers_as_text: ({ column, count }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds a number" : "hold numbers"} as text, unlike the others; read as ${count === 1 ? "a number" : "numbers"}.`,
  dates_as_text: ({ column, count }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds a date" : "hold dates"} as text, unlike the others; read as ${count === 1 ? "a date" : "dates"}.`,
  text_of_zeros: ({ column, text }) => `${q(column)} is kept as text: ${q(text)} starts with zeros, so it is an identifier, not an amount.`,
  text_of_digits: ({ column, text }) => `${q(column)} is kept as text: ${q(text)} is longer than 18 digits, so it is an identifier, not an amount.`,
  text_of_codes: ({ column, text }) => `${q(column)} is kept as text: ${q(text)} looks like a code, not a number, so it is an identifier, not an amount.`,
  declared_type: ({ column, type }) => `${q(column)} has the type ${type}; kept as text.`,
  nested_type: ({ column, type }) => `${q(column)} holds ${type} values; kept as JSON text.`,
  date_order: ({ column, first, text, day }, { date }) =>
    `No date in ${q(column)} tells whether day or month comes first; read with the ${first} first, so ${text} is ${date(day)}.`,
  date_order_assumed: ({ column, first }) => `No date in ${q(column)} tells whether day or month comes first; read with the ${first} first.`,
  date_order_chosen: ({ column, first }) => `Dates in ${q(column)} are read with the ${first} first, as chosen.`,
  date_order_mixed: ({ column, text }) => `Dates in ${q(column)} are written day first and month first (for example ${q(text)}): kept as text, because no single order reads them all.`,
  two_digit_year: ({ column }) => `Years in ${q(column)} have two digits: 00 to 68 are read as 20xx, 69 to 99 as 19xx.`,
  time_zone: ({ column }) => `Times in ${q(column)} carry a UTC offset and are stored in UTC.`,
  time_zone_declared: ({ column }) => `Times in ${q(column)} are stored in UTC.`,
  time_zone_missing: ({ column, count, text }, { many }) => `${many(count, "time", "times")} of ${q(column)} ${count === 1 ? "carries" : "carry"} no zone where others do, such as ${q(text)}; read as UTC.`,
  time_zone_unknown: ({ column, text }) => `Times in ${q(column)} carry ${q(text)}, which is no zone or that of several countries: kept as text. Write UTC offsets such as +02:00.`,
  compact_dates: ({ column, text, day }, { date }) => `The numbers in ${q(column)} may be dates (${text} may be ${date(day)}): kept as numbers.`,
  compact_dates_read: ({ column, text, day }, { date }) => `Numbers in ${q(column)} are dates written as eight digits: ${text} is ${date(day)}.`,
  month_or_day: ({ column, text }) => `${q(column)} holds texts such as ${q(text)}, a month of a year or a day without one: kept as text. Read as dates, they are months.`,
  day_without_year: ({ column, text }) => `${q(column)} holds days without a year, such as ${q(text)}: kept as text. Write the year into the cells, and upload the file again.`,
  months: ({ column }) => `${q(column)} holds months; each is stored as its first day.`,
  number_format: ({ column, signs }) =>
    `Numbers in ${q(column)} are written with ${signs.map(({ kind, text }) => SIGNS[kind](text)).join(", ") || "signs of their own"}; stored as plain numbers.`,
  decimal_mark: ({ column, text, taken_for, number }, tell) =>
    `${q(text)} in ${q(column)} can be read with ${taken_for === "thousands" ? "a thousands separator" : "a decimal point"} or the other way round; read as ${tell.number(Number(number))}.`,
  decimal_mark_chosen: ({ column, mark }) => `Numbers in ${q(column)} are read with a decimal ${mark === "," ? "comma" : "point"}, as chosen.`,
  choice_unfit: ({ column, chosen }) => `${q(column)} was to be read as ${CHOSEN[chosen]} as chosen, but its cells say otherwise; the choice is not followed here.`,
  spellings: ({ column, count, spellings }, { many }) =>
    `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "spells" : "spell"} a value otherwise than most; the most frequent spelling is kept: ${spellings.map(({ before, after }) => `${q(before)} is ${q(after)}`).join(", ")}.`,
  spellings_kept: ({ count }, { many }) => `${many(count, "cell spells a value otherwise than most; it is", "cells spell a value otherwise than most; they are")} kept, as chosen.`,
  duplicates_kept: ({ count }, { many }) => `${many(count, "row equals an earlier row in every column; it is", "rows equal an earlier row in every column; they are")} kept.`,
  duplicates_dropped: ({ count }, { many }) => `${many(count, "row equals an earlier row in every column; it is", "rows equal an earlier row in every column; they are")} left out, as chosen.`,
  no_rows: () => "The table has a header and no rows.",
  columns_missing: ({ columns, count }, { many }) => `The file lacks ${quoted(columns)}, which the rows of before have: ${many(count, "row of it has", "rows of it have")} nothing there.`,
  bad_lines: ({ count }, { many }) => `${many(count, "line is no JSON object and is", "lines are no JSON objects and are")} left out.`,
  nested_values: ({ count }, { many }) => `${many(count, "value is a list or a deep object; it is", "values are lists or deep objects; they are")} kept as JSON text.`,
  hidden_sheet: ({ text }) => `Sheet ${q(text)} is hidden in the workbook.`,
  hidden_cells: ({ sheet, rows, columns }, { many }) => `${many(rows, "row", "rows")} and ${many(columns, "column", "columns")} of sheet ${q(sheet)} are hidden in the workbook; they are read as well.`,
  merged_filled: ({ count, text }, { many }) => `${many(count, "cell", "cells")} below a cell that is merged over several rows ${count === 1 ? "gets" : "get"} its text, such as ${q(text)}.`,
  merged_numbers: ({ count, text }, { many }) => `${many(count, "number is", "numbers are")} merged over several rows, such as ${q(text)}; ${count === 1 ? "it stays in the first row alone, because it" : "they stay in the first row alone, because they"} would be counted with each.`,
  durations_read: ({ column, count, text }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds a length" : "hold lengths"} of time, such as ${q(text)}; read as hours and minutes, and stored in hours.`,
  durations: ({ column, count }, { many }) => `${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "holds a length of time; it is" : "hold lengths of time; they are"} stored in hours.`,
  formulas_without_values: ({ count }, { many }) =>
    `${many(count, "cell holds a formula whose value was never calculated; it is", "cells hold formulas whose values were never calculated; they are")} empty here. Open the workbook in a spreadsheet program, save it, and upload it again.`,
  error_cells: ({ count, text }, { many }) => `${many(count, "cell holds an error", "cells hold errors")} such as ${text} and ${count === 1 ? "is" : "are"} empty here.`,
  periods_as_columns: ({ count, first, last }, { many }) => `${many(count, "column is a period", "columns are periods")} (${first} to ${last}). As rows with a date, they can be filtered, summed and compared over time.`,
  periods_as_rows: ({ count, period, value }, { many }) =>
    `${many(count, "column that is a period is rows now", "columns that are periods are rows now")}, as chosen: the date is in ${q(period)}, the number in ${q(value)}. Empty cells make no row.`,
  rule_normalised: ({ rule, column, count }, { many, number }) => `Rule ${number(rule)} brings ${many(count, "text", "texts")} of ${q(column)} into one form.`,
  rule_derived: ({ rule, column, source, count }, { many, number }) => `Rule ${number(rule)} derives ${q(column)} from ${q(source)} for ${many(count, "row", "rows")}.`,
  rule_flagged: ({ rule, column, count, check }, { many, number }) => `Rule ${number(rule)}: ${many(count, "cell", "cells")} of ${q(column)} ${count === 1 ? "does" : "do"} not hold (${CHECKS[check]}) and ${count === 1 ? "is" : "are"} kept.`,
  rule_rejected: ({ rule, column, count, check }, { many, number }) => `Rule ${number(rule)}: ${many(count, "row is", "rows are")} left out, ${q(column)} does not hold there (${CHECKS[check]}).`,
  rule_lacks_column: ({ rule, column }, { number }) => `Rule ${number(rule)} was not applied: the table has no column ${q(column)}.`,
  rule_column_exists: ({ rule, column }, { number }) => `Rule ${number(rule)} was not applied: the table has a column ${q(column)} already; give the new one another name.`,
  rule_needs_texts: ({ rule, column, type }, { number }) => `Rule ${number(rule)} was not applied: each value of ${q(column)} is ${TYPES[type]}; only texts are normalised. Let the column be read as text in the review first.`,
  rule_needs_numbers: ({ rule, column, type }, { number }) => `Rule ${number(rule)} was not applied: each value of ${q(column)} is ${TYPES[type]}; a range needs numbers. Let the column be read as numbers in the review first.`,
};
