/** Was beim Lesen einer Tabelle gefunden wurde, nach dem Code des Satzes. */
import type { FindingSentences } from "./findings.en";

const q = (text: string) => `„${text}“`;
const quoted = (texts: readonly string[]) => texts.map(q).join(", ");
const DELIMITERS: Record<string, string> = { "\t": "einen Tabulator", ",": "ein Komma", ";": "ein Semikolon", "|": "einen senkrechten Strich", " ": "Leerzeichen" };
const TYPES = {
  string: "Text", integer: "ganze Zahl", decimal: "Dezimalzahl", float: "Zahl", boolean: "Ja oder Nein", date: "Datum", timestamp: "Zeitpunkt", time: "Uhrzeit",
};
const CHOSEN = { text: "Text", number: "Zahl", date: "Datum", boolean: "Ja oder Nein" };
const TAKEN = { percent: "Prozentwert", fraction: "Anteil an 1" };
const CHECKS = { required: "ausgefüllt", unique: "in keiner anderen Zeile", pattern: "ein Muster", range: "ein Bereich", one_of: "eines aus einer Liste" };
const SIGNS = { decimal_comma: () => "Dezimalkomma", thousands: (text: string) => `${q(text)} zwischen Tausendern`, affix: (text: string) => `${q(text)} daneben` };
const FIRST = { day: "dem Tag", month: "dem Monat" };

const written = (encoding: string, mixed: boolean) =>
  mixed ? `Manche Zeilen sind UTF-8, andere ${encoding}; jede wird als das gelesen, was sie ist.` : `Die Datei ist in ${encoding} geschrieben; gespeichert wird die Tabelle in UTF-8.`;
const unclear = (why: string) => `Es kann auch eine andere Kodierung sein: ${why}. Speichern Sie sie als UTF-8, wenn Buchstaben falsch aussehen.`;

export const findings: FindingSentences = {
  encoding: ({ encoding, mixed }) => written(encoding, mixed),
  encoding_unfit: ({ encoding, mixed }) => `${written(encoding, mixed)} ${unclear("Keine passt zu allen Wörtern")}`,
  encoding_few_words: ({ encoding, mixed, words }, { many }) => `${written(encoding, mixed)} ${unclear(`Nur ${many(words, "Wort spricht", "Wörter sprechen")} für diese`)}`,
  encoding_rival: ({ encoding, mixed, text, other, rival }) => `${written(encoding, mixed)} ${unclear(`${q(text)}, oder ${q(other)} in ${rival}`)}`,
  nul_bytes: ({ count }, { many }) => `${many(count, "NUL-Byte wurde", "NUL-Bytes wurden")} weggelassen.`,
  nul_values: ({ column, count }, { many }) => `${many(count, "Wert", "Werte")} von ${q(column)} mit NUL-Zeichen: Diese wurden weggelassen.`,
  delimiter_declared: ({ delimiter }) => `Die erste Zeile sagt, dass die Zellen durch ${DELIMITERS[delimiter] ?? q(delimiter)} getrennt sind; sie ist kein Teil der Tabelle.`,
  delimiter: ({ delimiter }) => `Die Zellen sind durch ${DELIMITERS[delimiter] ?? q(delimiter)} getrennt.`,
  unbalanced_quote: () => "Ein Anführungszeichen öffnet sich und schließt nie; diese Zeile wird ohne Anführungszeichen gelesen.",
  title: ({ count, text }, { many }) => `${many(count, "Zeile über dem Kopf gehört", "Zeilen über dem Kopf gehören")} nicht zur Tabelle: ${text}`,
  notes_beside: ({ count, text }, { many }) => `${many(count, "Zeile mit Anmerkungen gehört", "Zeilen mit Anmerkungen gehören")} nicht zur Tabelle: ${text}`,
  notes_below: ({ count, text }, { many }) => `${many(count, "Zeile unter der Tabelle ist eine Anmerkung und wurde", "Zeilen unter der Tabelle sind Anmerkungen und wurden")} weggelassen: ${text}`,
  totals_equal: ({ text }) => `Eine Summenzeile wurde weggelassen; ihre Zahlen sind die der Zeilen, die sie zusammenfasst: ${text}`,
  totals_rates: ({ text }) => `Eine Summenzeile wurde weggelassen; sie nennt Quoten, die keine Summen der Zeilen darüber sind: ${text}`,
  totals_empty: ({ text }) => `Eine Summenzeile wurde weggelassen; sie enthält keine Werte: ${text}`,
  totals_differ: ({ text }) => `Eine Summenzeile wurde weggelassen, aber ihre Zahlen weichen von denen der Zeilen darüber ab: ${text}`,
  totals_column: ({ text }) => `„${text}“ wurde weggelassen: Die Spalte enthält die Summe der Zeiträume, die mit jedem von ihnen noch einmal gezählt würde.`,
  totals_at_end: ({ count, text }, { many }) => `${many(count, "Zeile am Ende sieht wie eine Summe aus und wurde", "Zeilen am Ende sehen wie Summen aus und wurden")} weggelassen, wie gewählt: ${text}`,
  totals_kept_at_end: ({ text }) => `Zeilen am Ende sehen wie Summen aus und bleiben: ${text}. Lassen Sie sie weg, wenn es welche sind.`,
  totals_kept: ({ count }, { many }) => `${many(count, "Zeile sieht wie eine Summe aus und bleibt", "Zeilen sehen wie Summen aus und bleiben")}, wie gewählt.`,
  blank_rows: ({ count }, { many }) => `${many(count, "leere Zeile wurde", "leere Zeilen wurden")} weggelassen.`,
  blank_rows_inside: ({ count }, { many }) => `${many(count, "leere Zeile in der Tabelle wurde", "leere Zeilen in der Tabelle wurden")} weggelassen.`,
  empty_columns: ({ count }, { many }) => `${many(count, "Spalte ohne Kopf und Werte wurde", "Spalten ohne Kopf und Werte wurden")} weggelassen.`,
  ragged_short: ({ count }, { many }) => `${many(count, "Zeile hat", "Zeilen haben")} weniger Zellen, als die Tabelle Spalten hat; was fehlt, ist leer.`,
  ragged_long: ({ count }, { many }) => `${many(count, "Zeile hat", "Zeilen haben")} mehr Zellen, als die Tabelle Spalten hat; was hinter der letzten Spalte steht, wurde weggelassen.`,
  ragged_long_at: ({ count, places }, { many, number }) =>
    `${many(count, "Zeile hat", "Zeilen haben")} mehr Zellen, als die Tabelle Spalten hat; was hinter der letzten Spalte steht, wurde weggelassen (${places.map(({ line, text }) => `Zeile ${number(line)}: ${q(text)}`).join("; ")}).`,
  header_missing: () => "Die erste Zeile sieht wie Daten aus, deshalb sind die Spalten nummeriert. Geben Sie ihnen im Modell Namen.",
  header_merged: ({ count }, { number }) => `Der Kopf hat ${number(count)} Zeilen; sie sind zu einem Namen je Spalte verbunden.`,
  header_written_again: ({ count }, { number }) => `Der Kopf steht ${number(count)} Mal da; einmal genügt.`,
  header_repeated: ({ count }, { many }) => `${many(count, "Zeile wiederholt den Kopf in der Tabelle und wurde", "Zeilen wiederholen den Kopf in der Tabelle und wurden")} weggelassen.`,
  header_blank: ({ position, name }, { number }) => `Spalte ${number(position)} hat keinen Kopf; sie heißt ${name}.`,
  header_duplicate: ({ count, text, names }, { number }) => `Den Kopf ${q(text)} gibt es ${number(count)} Mal; die Spalten heißen ${names.join(", ")}.`,
  placeholders: ({ column, count, texts }, { many }) => `In ${q(column)} steht in ${many(count, "Zelle", "Zellen")} ${quoted(texts)}, was dort nichts bedeutet: ${count === 1 ? "Sie ist" : "Sie sind"} leer.`,
  booleans: ({ column, count, texts }, { many }) => `In ${q(column)} steht in ${many(count, "Zelle", "Zellen")} ${quoted(texts)}; gelesen als ja oder nein.`,
  unreadable_cells: ({ column, count, type, texts }, { many }) => `In ${q(column)} ${count === 1 ? "lässt" : "lassen"} sich ${many(count, "Zelle", "Zellen")} nicht als ${TYPES[type]} lesen und ${count === 1 ? "ist" : "sind"} jetzt leer: ${quoted(texts)}.`,
  not_finite: ({ column, count }, { many }) => `In ${q(column)} ${count === 1 ? "ist" : "sind"} ${many(count, "Zelle keine Zahl", "Zellen keine Zahlen")} (NaN) oder unendlich und jetzt leer.`,
  mixed_types: ({ column, text }) => `In ${q(column)} stehen meist Zahlen, aber zu viele Zellen sind keine (zum Beispiel ${q(text)}): als Text belassen.`,
  mixed_date_types: ({ column, text }) => `In ${q(column)} stehen meist Daten, aber zu viele Zellen sind keine (zum Beispiel ${q(text)}): als Text belassen.`,
  mixed_units: ({ column, units }) => `${q(column)} mischt Einheiten (${units.join(", ")}): als Text belassen, weil sich ihre Zahlen nicht addieren lassen.`,
  no_units: ({ column, units }) => `Neben den Zahlen in ${q(column)} steht ${units.join(", ")}, was keine Einheit ist: als Text belassen.`,
  rounded_digits: ({ column, text }) => `${q(column)} enthält Zahlen wie ${text}, deren letzte Ziffern beim Speichern der Datei verloren gingen. Formatieren Sie die Spalte im Tabellenprogramm als Text oder als ganze Zahl und speichern Sie sie neu.`,
  dash_zeros: ({ column, count, text }, { many }) => `In ${q(column)} ${count === 1 ? "enthält" : "enthalten"} ${many(count, "Zelle", "Zellen")} ${q(text)}, wie in der Buchführung null geschrieben wird; gelesen als 0.`,
  serial_dates: ({ column, text, day }, { date }) => `Die Zahlen in ${q(column)} können Tageszahlen eines Tabellenprogramms sein (${text} der ${date(day)}): als Zahlen belassen. Formatieren Sie die Zellen dort als Datum und speichern Sie die Datei neu.`,
  title_unit: ({ text }) => `Eine Zeile über dem Kopf nennt eine Einheit, die keine Spalte hat: ${text}. Die Zahlen sind gespeichert, wie sie dastehen; schreiben Sie die Einheit in die Köpfe.`,
  formats_unread: ({ text }) => `Zahlenformate und Fehlerzellen des Blatts ${q(text)} werden nicht gesehen: 25 % sind hier 0,25, und eine Einheit, die nur ein Format zeigt, fehlt. Speichern Sie die Mappe als XLSX.`,
  units_converted: ({ column, count, units, unit }, { many }) => `${many(count, "Zahl", "Zahlen")} von ${q(column)} in ${units.join(", ")} ${count === 1 ? "wurde" : "wurden"} umgerechnet: gespeichert sind alle in ${unit}.`,
  bare_numbers: ({ column, count, text, unit }, { many }) => `In ${q(column)} ${count === 1 ? "hat" : "haben"} ${many(count, "Zahl", "Zahlen")} keine Einheit, zum Beispiel ${q(text)}; gelesen als ${unit}.`,
  bare_percent: ({ column, count, text, taken_for, number: value }, { many, number }) =>
    `In ${q(column)} ${count === 1 ? "hat" : "haben"} ${many(count, "Zahl", "Zahlen")} kein Prozentzeichen, ${q(text)} kann also ein Prozentwert oder ein Anteil an 1 sein; als ${TAKEN[taken_for]} gelesen sind es ${number(Number(value))} %.`,
  bare_percent_chosen: ({ column, count, text, taken_for, number: value }, { many, number }) =>
    `In ${q(column)} ${count === 1 ? "wird" : "werden"} ${many(count, "Zahl", "Zahlen")} ohne Prozentzeichen als ${TAKEN[taken_for]} gelesen, wie gewählt: ${q(text)} sind ${number(Number(value))} %.`,
  header_scale: ({ column, affix, unit }) => `Nach dem Kopf ${q(column)} sind die Zahlen in ${unit}, daneben steht aber ${q(affix)}; gelesen, wie es der Kopf sagt.`,
  format_unit: ({ column, text, number: value, unit }, { number }) => `Die Zellen von ${q(column)} zeigen nach ihrem Format ${unit}: ${text} sind ${number(Number(value))} ${unit}.`,
  format_percent: ({ column, text, number: value, unit }, { number }) => `Die Zellen von ${q(column)} sind als Prozent formatiert: ${text} sind ${number(Number(value))} ${unit}.`,
  numbers_as_text: ({ column, count }, { many }) => `In ${q(column)} ${count === 1 ? "enthält" : "enthalten"} ${many(count, "Zelle eine Zahl", "Zellen Zahlen")} als Text, anders als die übrigen; gelesen als ${count === 1 ? "Zahl" : "Zahlen"}.`,
  dates_as_text: ({ column, count }, { many }) => `In ${q(column)} ${count === 1 ? "enthält" : "enthalten"} ${many(count, "Zelle ein Datum", "Zellen Daten")} als Text, anders als die übrigen; gelesen als Datum.`,
  text_of_zeros: ({ column, text }) => `${q(column)} ist als Text belassen: ${q(text)} beginnt mit Nullen, ist also ein Kennzeichen und kein Betrag.`,
  text_of_digits: ({ column, text }) => `${q(column)} ist als Text belassen: ${q(text)} hat mehr als 18 Ziffern, ist also ein Kennzeichen und kein Betrag.`,
  text_of_codes: ({ column, text }) => `${q(column)} ist als Text belassen: ${q(text)} sieht wie ein Code aus, nicht wie eine Zahl, ist also ein Kennzeichen und kein Betrag.`,
  declared_type: ({ column, type }) => `${q(column)} hat den Typ ${type}; als Text belassen.`,
  nested_type: ({ column, type }) => `${q(column)} enthält Werte vom Typ ${type}; als JSON-Text belassen.`,
  date_order: ({ column, first, text, day }, { date }) =>
    `Kein Datum in ${q(column)} zeigt, ob Tag oder Monat zuerst steht; gelesen mit ${FIRST[first]} zuerst, ${text} ist also der ${date(day)}.`,
  date_order_assumed: ({ column, first }) => `Kein Datum in ${q(column)} zeigt, ob Tag oder Monat zuerst steht; gelesen mit ${FIRST[first]} zuerst.`,
  date_order_chosen: ({ column, first }) => `Jedes Datum in ${q(column)} wird mit ${FIRST[first]} zuerst gelesen, wie gewählt.`,
  date_order_mixed: ({ column, text }) => `In ${q(column)} steht mal der Tag, mal der Monat zuerst (zum Beispiel ${q(text)}): als Text belassen, weil keine Reihenfolge alle liest.`,
  two_digit_year: ({ column }) => `Die Jahre in ${q(column)} sind zweistellig: 00 bis 68 werden als 20xx gelesen, 69 bis 99 als 19xx.`,
  time_zone: ({ column }) => `Die Zeiten in ${q(column)} nennen ihren Abstand zu UTC und sind in UTC gespeichert.`,
  time_zone_declared: ({ column }) => `Die Zeiten in ${q(column)} sind in UTC gespeichert.`,
  time_zone_missing: ({ column, count, text }, { many }) => `In ${q(column)} ${count === 1 ? "nennt" : "nennen"} ${many(count, "Zeit", "Zeiten")} keine Zone, wo andere es tun, zum Beispiel ${q(text)}; gelesen als UTC.`,
  time_zone_unknown: ({ column, text }) => `Die Zeiten in ${q(column)} nennen ${q(text)}, was keine Zone ist oder die mehrerer Länder: als Text belassen. Schreiben Sie Abstände zu UTC wie +02:00.`,
  compact_dates: ({ column, text, day }, { date }) => `Die Zahlen in ${q(column)} können Daten sein (${text} der ${date(day)}): als Zahlen belassen.`,
  compact_dates_read: ({ column, text, day }, { date }) => `Die Zahlen in ${q(column)} sind Daten aus acht Ziffern: ${text} ist der ${date(day)}.`,
  month_or_day: ({ column, text }) => `${q(column)} enthält Texte wie ${q(text)}, einen Monat eines Jahres oder einen Tag ohne Jahr: als Text belassen. Als Datum gelesen sind es Monate.`,
  day_without_year: ({ column, text }) => `${q(column)} enthält Tage ohne Jahr wie ${q(text)}: als Text belassen. Schreiben Sie das Jahr in die Zellen, und laden Sie die Datei noch einmal hoch.`,
  months: ({ column }) => `${q(column)} enthält Monate; jeder ist als sein erster Tag gespeichert.`,
  number_format: ({ column, signs }) =>
    `Die Zahlen in ${q(column)} sind mit ${signs.map(({ kind, text }) => SIGNS[kind](text)).join(", ") || "eigenen Zeichen"} geschrieben; gespeichert sind sie als reine Zahlen.`,
  decimal_mark: ({ column, text, taken_for, number }, tell) =>
    `${q(text)} in ${q(column)} lässt sich mit ${taken_for === "thousands" ? "Tausendertrennzeichen" : "Dezimalzeichen"} lesen oder umgekehrt; gelesen als ${tell.number(Number(number))}.`,
  decimal_mark_chosen: ({ column, mark }) => `Die Zahlen in ${q(column)} werden mit ${mark === "," ? "Dezimalkomma" : "Dezimalpunkt"} gelesen, wie gewählt.`,
  choice_unfit: ({ column, chosen }) => `${q(column)} sollte wie gewählt als ${CHOSEN[chosen]} gelesen werden, aber die Zellen sagen etwas anderes; der Wahl wird hier nicht gefolgt.`,
  spellings: ({ column, count, spellings }, { many }) =>
    `In ${q(column)} ${count === 1 ? "schreibt" : "schreiben"} ${many(count, "Zelle", "Zellen")} einen Wert anders als die meisten; die häufigste Schreibweise gilt: ${spellings.map(({ before, after }) => `aus ${q(before)} wird ${q(after)}`).join(", ")}.`,
  spellings_kept: ({ count }, { many }) => `${many(count, "Zelle schreibt einen Wert anders als die meisten; sie bleibt", "Zellen schreiben einen Wert anders als die meisten; sie bleiben")}, wie gewählt.`,
  duplicates_kept: ({ count }, { many }) => `${many(count, "Zeile gleicht einer früheren in jeder Spalte; sie bleibt", "Zeilen gleichen einer früheren in jeder Spalte; sie bleiben")}.`,
  duplicates_dropped: ({ count }, { many }) => `${many(count, "Zeile gleicht einer früheren in jeder Spalte; sie wurde", "Zeilen gleichen einer früheren in jeder Spalte; sie wurden")} weggelassen, wie gewählt.`,
  no_rows: () => "Die Tabelle hat einen Kopf und keine Zeilen.",
  columns_missing: ({ columns, count }, { many }) => `Der Datei fehlt ${quoted(columns)}, was die früheren Zeilen haben: ${many(count, "ihrer Zeilen hat", "ihrer Zeilen haben")} dort nichts.`,
  bad_lines: ({ count }, { many }) => `${many(count, "Zeile ist kein JSON-Objekt und wurde", "Zeilen sind keine JSON-Objekte und wurden")} weggelassen.`,
  nested_values: ({ count }, { many }) => `${many(count, "Wert ist eine Liste oder ein tiefes Objekt;", "Werte sind Listen oder tiefe Objekte;")} als JSON-Text belassen.`,
  hidden_sheet: ({ text }) => `Das Blatt ${q(text)} ist in der Arbeitsmappe ausgeblendet.`,
  hidden_cells: ({ sheet, rows, columns }, { many }) => `Im Blatt ${q(sheet)} sind ${many(rows, "Zeile", "Zeilen")} und ${many(columns, "Spalte", "Spalten")} ausgeblendet; sie werden mitgelesen.`,
  merged_filled: ({ count, text }, { many }) => `${many(count, "Zelle unter einer über mehrere Zeilen verbundenen erhält", "Zellen unter über mehrere Zeilen verbundenen erhalten")} deren Text, zum Beispiel ${q(text)}.`,
  merged_numbers: ({ count, text }, { many }) => `${many(count, "Zahl ist", "Zahlen sind")} über mehrere Zeilen verbunden, zum Beispiel ${q(text)}; ${count === 1 ? "sie bleibt" : "sie bleiben"} in der ersten Zeile, weil sie sonst mit jeder gezählt ${count === 1 ? "würde" : "würden"}.`,
  durations_read: ({ column, count, text }, { many }) => `In ${q(column)} ${count === 1 ? "enthält" : "enthalten"} ${many(count, "Zelle", "Zellen")} eine Dauer wie ${q(text)}; gelesen als Stunden und Minuten, gespeichert in Stunden.`,
  durations: ({ column, count }, { many }) => `In ${q(column)} ${count === 1 ? "enthält" : "enthalten"} ${many(count, "Zelle", "Zellen")} eine Dauer; gespeichert in Stunden.`,
  formulas_without_values: ({ count }, { many }) =>
    `${many(count, "Zelle enthält eine Formel, deren Wert nie berechnet wurde; sie ist", "Zellen enthalten Formeln, deren Werte nie berechnet wurden; sie sind")} hier leer. Öffnen Sie die Arbeitsmappe in einem Tabellenprogramm, speichern Sie sie und laden Sie sie noch einmal hoch.`,
  error_cells: ({ count, text }, { many }) => `${many(count, "Zelle enthält einen Fehler", "Zellen enthalten Fehler")} wie ${text} und ${count === 1 ? "ist" : "sind"} hier leer.`,
  periods_as_columns: ({ count, first, last }, { many }) => `${many(count, "Spalte ist ein Zeitraum", "Spalten sind Zeiträume")} (${first} bis ${last}). Als Zeilen mit einem Datum lassen sie sich filtern, summieren und über die Zeit vergleichen.`,
  periods_as_rows: ({ count, period, value }, { many }) =>
    `${many(count, "Spalte, die ein Zeitraum ist, ist", "Spalten, die Zeiträume sind, sind")} jetzt Zeilen, wie gewählt: Das Datum steht in ${q(period)}, die Zahl in ${q(value)}. Leere Zellen ergeben keine Zeile.`,
  rule_normalised: ({ rule, column, count }, { many, number }) => `Regel ${number(rule)} bringt ${many(count, "Text", "Texte")} von ${q(column)} in eine Form.`,
  rule_derived: ({ rule, column, source, count }, { many, number }) => `Regel ${number(rule)} leitet ${q(column)} aus ${q(source)} ab, für ${many(count, "Zeile", "Zeilen")}.`,
  rule_flagged: ({ rule, column, count, check }, { many, number }) => `Regel ${number(rule)}: ${many(count, "Zelle", "Zellen")} von ${q(column)} ${count === 1 ? "erfüllt" : "erfüllen"} sie nicht (${CHECKS[check]}); ${count === 1 ? "sie bleibt" : "sie bleiben"}.`,
  rule_rejected: ({ rule, column, count, check }, { many, number }) => `Regel ${number(rule)}: ${many(count, "Zeile wurde", "Zeilen wurden")} weggelassen, ${q(column)} erfüllt sie dort nicht (${CHECKS[check]}).`,
  rule_lacks_column: ({ rule, column }, { number }) => `Regel ${number(rule)} wurde nicht angewandt: Die Tabelle hat keine Spalte ${q(column)}.`,
  rule_column_exists: ({ rule, column }, { number }) => `Regel ${number(rule)} wurde nicht angewandt: Die Tabelle hat schon eine Spalte ${q(column)}; nennen Sie die neue anders.`,
  rule_needs_texts: ({ rule, column, type }, { number }) => `Regel ${number(rule)} wurde nicht angewandt: Die Werte von ${q(column)} sind von der Art ${TYPES[type]}; vereinheitlicht werden nur Texte. Lassen Sie die Spalte zuerst in der Durchsicht als Text lesen.`,
  rule_needs_numbers: ({ rule, column, type }, { number }) => `Regel ${number(rule)} wurde nicht angewandt: Die Werte von ${q(column)} sind von der Art ${TYPES[type]}; ein Bereich braucht Zahlen. Lassen Sie die Spalte zuerst in der Durchsicht als Zahl lesen.`,
};
