/** What the server says of an answer, by the codes of its sentences: one that is missing does not compile. */
import type { AskBack, AnswerReport, Warning } from "../api/schema";
import type { Tell } from "./findings.en";

export type WarningSaid = NonNullable<Warning["arguments"]>;
export type ReasonSaid = NonNullable<AnswerReport["reasons"]>[number];
export type Slot = NonNullable<AskBack["about"]>;
export type Doubt = Extract<WarningSaid, { code: "unsupported_removed" }>["doubts"][number];

/** The arguments of one code of a union; several codes may share theirs. */
type SaidBy<Union, Code, Said = Union> = Said extends { code: infer Codes } ? (Code extends Codes ? Omit<Said, "code"> : never) : never;
export type WarningSentences = { [Code in WarningSaid["code"]]: (said: SaidBy<WarningSaid, Code>, tell: TellOf) => string };
export type ReasonClauses = { [Code in ReasonSaid["code"]]: (said: SaidBy<ReasonSaid, Code>, tell: TellOf) => string };

export interface TellOf extends Tell {
  /** The name of a month, from 1. */
  month: (month: number) => string;
  /** What a finding of the data's reader says. */
  finding: (found: Omit<Extract<WarningSaid, { code: "open_question" }>, "code" | "dataset">) => string;
  /** Why something was refused, by the problem's code. */
  problem: (code: string, detail: string) => string;
}

const q = (text: string) => `“${text}”`;
const quoted = (texts: readonly string[]) => texts.map(q).join(", ");
const opening = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const DOUBTS: Record<Doubt, string> = {
  uncited: "nothing is cited", number: "a number", date: "a date", name: "a name", set_word: "“all” or “only”", negation: "a negation", opposite: "an opposite", qualifier: "a condition",
  order: "an order", words: "words",
};

const warnings: WarningSentences = {
  rank_unsaid: () => "What to rank by was not said.",
  time_counted_by: ({ field }) => `Time is counted by ${field}.`,
  number_compared_with: ({ field }) => `The number is compared with ${field}.`,
  fields_compared: ({ field, other }) => `${field} is compared with ${other}.`,
  period_open: ({ period }) => `${opening(period)} is not over yet.`,
  period_ahead: ({ period }) => `${opening(period)} lies ahead.`,
  ends_before: ({ period, grain }) => `${period} is not over yet; the numbers end with the ${grain} before.`,
  years_begin: ({ month }, { month: named }) => `Years begin in ${named(month)}.`,
  periods_averaged: ({ start, end, grain, count }, { date, many }) =>
    `The total from ${date(start)} to before ${date(end)} is divided by ${many(count, `whole ${grain}`, `whole ${grain}s`)}; one without any counts as 0.`,
  segment_means: ({ segment, words }) => `In the segment ${segment}: ${words}.`,
  unseen_left_out: ({ dataset, rows }) => `${dataset} without any ${rows.toLowerCase()} are not counted in.`,
  dataset_joined: ({ dataset, field, other }) => `${dataset} › ${field} leads to ${other}.`,
  name_read_as: ({ words, meaning }) => `${q(words)} was read as ${meaning}.`,
  misspelt_word: ({ word }) => `Read a misspelt word as ${q(word)}.`,
  read_live: ({ connection }) => `Read from ${connection} as it is now.`,
  zero_dates_unknown: ({ dataset, field }) => `Dates of ${dataset} such as 0000-00-00 count as unknown ${field}.`,
  rows_narrowed: ({ datasets }) => `Only those rows of ${datasets.join(" and ")} count that you may see.`,
  open_question: ({ dataset, ...found }, { finding }) => `${finding(found)} Decide it in the review of ${dataset}.`,
  sources_disagree: () => "The documents give different values for this. The newer one is quoted first: check which holds.",
  unsure: () => "The quoted passage may not answer this: read it before you use it.",
  broken_off: () => "The answer broke off while it was written. What is shown was checked; ask again for the rest.",
  by_words_alone: () => "Searched by words alone: there is no embedding model.",
  part_without_answer: () => "A part of the question has no answer in the documents.",
  word_read_as: ({ word, meant }) => `No document has ${q(word)}: read as ${q(meant)}.`,
  search_hindered: ({ sentence }) => sentence,
  stopped: () => "The answer was stopped while it was written. What is shown was checked; ask again for the rest.",
  truncated: ({ rows }, { number }) => `Only the first ${number(rows)} rows are shown.`,
  part_unanswered: ({ words }) => `Not answered: ${q(words)}.`,
  left_over_word: ({ words }) => `${q(words)} means nothing to the tables.`,
  change_does_not_fit: ({ words }) => `The last query has no place for ${q(words)}.`,
  model_reading: ({ words }) => `A model read the question as: ${words} Check that it is meant.`,
  not_expressible: ({ words, rest }) => `${q(words)} cannot be put together with ${q(rest)}.`,
  unsupported_removed: ({ count, doubts }, { many }) =>
    `${many(count, "sentence", "sentences")} of the model ${count === 1 ? "was" : "were"} removed: what they cite does not say it${doubts.length ? ` (${doubts.map((doubt) => DOUBTS[doubt]).join(", ")})` : ""}.`,
  models_away: ({ why }) => `No model could write an answer: ${why}. These are the documents’ own words.`,
};

const reasons: ReasonClauses = {
  no_table: () => "there is no table to look in",
  other_subject: () => "the tables are about something else",
  unknown_words: ({ words }) => `the tables have no meaning for ${quoted(words)}`,
  phrase_apart: ({ words }) => `the tables know each word of it, but cannot put ${quoted(words)} together with the rest`,
  known_words_apart: () => "the tables know each word of it, but not how to put them together",
  too_many_readings: () => "it can be read in too many ways",
  no_document: () => "no document says it clearly enough to quote",
  nothing_in_scope: () => "nothing was in scope",
  /** A sentence of its own. */
  not_computed: ({ words, problem: code, detail }, { problem }) => `I read this as: ${words}. It was not computed: ${problem(code, detail)}`,
};

export const answers = {
  warnings,
  reasons,
  unanswered: (clauses: readonly string[]) => `I cannot answer this with evidence: ${clauses.join(", and ").replace(/\.$/, "")}.`,
  askedBack: {
    measure: "Which number do you mean?",
    group: "Which of these do you mean?",
    time: "Which time do you mean?",
    filter: "Which of these do you mean?",
    rest: "Which of these do you mean?",
    table: "Which table do you mean?",
    share: "A share of what?",
    each: "Which average do you mean?",
    unit: "The numbers are in several units, which do not add up. Which do you mean?",
    reading: "Which of these do you mean?",
    change: "Which of these do you mean?",
  } satisfies Record<Slot, string> as Record<Slot, string>,
};
