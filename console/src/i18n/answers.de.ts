/** Was der Server zu einer Antwort sagt, nach den Codes seiner Sätze. */
import type { answers as english, Doubt, ReasonClauses, WarningSentences } from "./answers.en";

const q = (text: string) => `„${text}“`;
const quoted = (texts: readonly string[]) => texts.map(q).join(", ");
const listed = (texts: readonly string[]) => new Intl.ListFormat("de").format(texts);
const DOUBTS: Record<Doubt, string> = {
  uncited: "nichts ist zitiert", number: "eine Zahl", date: "ein Datum", name: "ein Name", set_word: "„alle“ oder „nur“", negation: "eine Verneinung", opposite: "ein Gegenteil",
  qualifier: "eine Bedingung", order: "eine Reihenfolge", words: "Wörter",
};

const warnings: WarningSentences = {
  rank_unsaid: () => "Wonach geordnet werden soll, wurde nicht gesagt.",
  time_counted_by: ({ field }) => `Die Zeit zählt nach ${q(field)}.`,
  number_compared_with: ({ field }) => `Die Zahl wird mit ${q(field)} verglichen.`,
  fields_compared: ({ field, other }) => `${q(field)} wird mit ${q(other)} verglichen.`,
  period_open: ({ start, end }, { date }) => `Der Zeitraum vom ${date(start)} bis vor den ${date(end)} ist noch nicht vorbei.`,
  period_ahead: ({ start, end }, { date }) => `Der Zeitraum vom ${date(start)} bis vor den ${date(end)} liegt in der Zukunft.`,
  ends_before: ({ start }, { date }) => `Der Zeitraum ab dem ${date(start)} ist noch nicht vorbei; die Zahlen enden mit dem davor.`,
  years_begin: ({ month }, { month: named }) => `Jahre beginnen im ${named(month)}.`,
  periods_averaged: ({ start, end, count }, { date, many }) =>
    `Die Summe vom ${date(start)} bis vor den ${date(end)} ist durch ${many(count, "ganzen Zeitraum", "ganze Zeiträume")} geteilt; einer ohne Zeilen zählt als 0.`,
  segment_means: ({ segment, words }) => `Zum Segment ${q(segment)} gehört: ${q(words)}.`,
  unseen_left_out: ({ dataset, rows }) => `Aus ${q(dataset)} zählt nicht mit, was nichts in ${q(rows)} hat.`,
  dataset_joined: ({ dataset, field, other }) => `${dataset} › ${field} führt zu ${other}.`,
  name_read_as: ({ words, meaning }) => `${q(words)} wurde als ${meaning} gelesen.`,
  misspelt_word: ({ word }) => `Ein falsch geschriebenes Wort wurde als ${q(word)} gelesen.`,
  read_live: ({ connection }) => `Gelesen aus ${q(connection)}, wie es jetzt ist.`,
  zero_dates_unknown: ({ dataset, field }) => `Daten wie 0000-00-00 in ${q(dataset)} gelten als unbekannt: ${q(field)}.`,
  rows_narrowed: ({ datasets }) => `Von ${listed(datasets.map(q))} zählen nur die Zeilen, die Sie sehen dürfen.`,
  open_question: ({ dataset, ...found }, { finding }) => `${finding(found)} Entscheiden Sie es in der Prüfung von ${q(dataset)}.`,
  sources_disagree: () => "Die Dokumente nennen dafür verschiedene Werte. Der neuere ist zuerst zitiert: Prüfen Sie, welcher gilt.",
  unsure: () => "Die zitierte Stelle beantwortet das vielleicht nicht: Lesen Sie sie, bevor Sie sie verwenden.",
  broken_off: () => "Die Antwort brach ab, während sie geschrieben wurde. Was zu sehen ist, wurde geprüft; fragen Sie nach dem Rest noch einmal.",
  by_words_alone: () => "Gesucht wurde nur nach Wörtern: Ein Embedding-Modell gibt es nicht.",
  part_without_answer: () => "Auf einen Teil der Frage haben die Dokumente keine Antwort.",
  word_read_as: ({ word, meant }) => `Kein Dokument enthält ${q(word)}; gelesen wurde ${q(meant)}.`,
  search_hindered: ({ sentence }) => `Die Suche lief nicht wie sonst. Der Server sagt dazu: ${q(sentence)}`,
  stopped: () => "Die Antwort wurde angehalten, während sie geschrieben wurde. Was zu sehen ist, wurde geprüft; fragen Sie nach dem Rest noch einmal.",
  truncated: ({ rows }, { number }) => `Nur die ersten ${number(rows)} Zeilen sind zu sehen.`,
  part_unanswered: ({ words }) => `Nicht beantwortet: ${q(words)}.`,
  left_over_word: ({ words }) => `${q(words)} sagt den Tabellen nichts.`,
  change_does_not_fit: ({ words }) => `Die letzte Abfrage hat keinen Platz für ${q(words)}.`,
  model_reading: ({ words }) => `Ein Modell hat die Frage so gelesen: ${q(words)} Prüfen Sie, ob das gemeint ist.`,
  not_expressible: ({ words, rest }) => `${q(words)} lässt sich nicht mit ${q(rest)} verbinden.`,
  unsupported_removed: ({ count, doubts }, { many }) =>
    `${many(count, "Satz", "Sätze")} des Modells ${count === 1 ? "wurde" : "wurden"} weggelassen, weil die zitierten Stellen das nicht hergeben${doubts.length ? ` (${doubts.map((doubt) => DOUBTS[doubt]).join(", ")})` : ""}.`,
  models_away: () => "Gerade konnte kein Modell eine Antwort schreiben. Das sind die eigenen Worte der Dokumente.",
};

const reasons: ReasonClauses = {
  no_table: () => "es gibt keine Tabelle, in der gesucht werden könnte",
  other_subject: () => "in den Tabellen geht es um anderes",
  unknown_words: ({ words }) => `den Tabellen sagt ${quoted(words)} nichts`,
  phrase_apart: ({ words }) => `die Tabellen kennen jedes Wort, aber ${quoted(words)} lässt sich nicht mit dem Rest verbinden`,
  known_words_apart: () => "die Tabellen kennen jedes Wort, aber nicht, wie sie zusammengehören",
  too_many_readings: () => "die Frage lässt sich auf zu viele Arten lesen",
  no_document: () => "kein Dokument sagt es deutlich genug, um es zu zitieren",
  nothing_in_scope: () => "es gab nichts, worin gesucht werden sollte",
  not_computed: ({ words, problem: code, detail }, { problem }) => `Die Frage wurde so gelesen: „${words}“. Sie wurde nicht berechnet: ${problem(code, detail)}`,
};

export const answers: typeof english = {
  warnings,
  reasons,
  unanswered: (clauses) => `Das lässt sich nicht belegen: ${clauses.join(", und ").replace(/\.$/, "")}.`,
  askedBack: {
    measure: "Welche Zahl meinen Sie?",
    group: "Was davon meinen Sie?",
    time: "Welche Zeit meinen Sie?",
    filter: "Was davon meinen Sie?",
    rest: "Was davon meinen Sie?",
    table: "Welche Tabelle meinen Sie?",
    share: "Ein Anteil wovon?",
    each: "Welchen Durchschnitt meinen Sie?",
    unit: "Die Zahlen stehen in mehreren Einheiten, die sich nicht zusammenzählen lassen. Welche meinen Sie?",
    reading: "Was davon meinen Sie?",
    change: "Was davon meinen Sie?",
  },
};
