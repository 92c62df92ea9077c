/** What a person says would have been right, as the server takes it: a word with its meaning, or a note. */
import type { Remark, SemanticModelView, Synonym } from "../api/schema";
import { isQuery, isQuote, type Turn } from "./turn";

/** What is written in the form so far. */
export interface Draft {
  comment: string;
  word: string;
  /** The value of what the word means, as `meanings` gives it; empty for none. */
  means: string;
  documentId: string;
  note: string;
}

export interface Titled {
  id: string;
  title: string;
}

/** Tables, their fields and their numbers, grouped by table, as a select takes them. */
export function meanings(model: SemanticModelView) {
  return model.datasets.map((dataset) => ({
    group: dataset.label,
    items: [
      { value: meaning(dataset.name), label: dataset.label },
      ...dataset.fields.map((field) => ({ value: meaning(dataset.name, "field", field.name), label: `${dataset.label} › ${field.label}` })),
      ...model.metrics.filter((metric) => metric.dataset === dataset.name).map((metric) => ({ value: meaning(dataset.name, "metric", metric.name), label: `${dataset.label} › ${metric.label}` })),
    ],
  }));
}

function meaning(...parts: readonly [dataset: string, kind?: "field" | "metric", name?: string]): string {
  return JSON.stringify(parts);
}

/** The documents that an answer quotes, each once. */
export function quoted(turn: Turn): Titled[] {
  const titles = new Map(turn.evidence.filter(isQuote).map((quote) => [quote.document_id, quote.title]));
  return [...titles].map(([id, title]) => ({ id, title }));
}

/** The words that the tables do not know, for the form to begin with. */
export function unknownWord(turn: Turn): string {
  for (const { arguments: said } of turn.warnings) if (said?.code === "left_over_word") return said.words;
  return "";
}

/** Whether the question can be said to mean the answer's query: one query's result, and not confirmed yet. */
export function confirmable(turn: Turn): boolean {
  const [only, ...others] = turn.evidence;
  if (only === undefined || others.length > 0 || !isQuery(only) || turn.answer === null) return false;
  return only.verified == null && turn.answer.carried_over?.kind !== "query" && turn.answer.status === "answered";
}

/** The correction of a draft; null where there is none, undefined where it is begun and not whole. */
export function correctionOf(draft: Draft): Synonym | Remark | null | undefined {
  const word = draft.word.trim();
  const note = draft.note.trim();
  if (draft.means !== "") {
    if (word === "") return undefined;
    const [dataset, kind, name] = JSON.parse(draft.means) as [string, "field" | "metric" | undefined, string | undefined];
    return { kind: "synonym", word, dataset, ...(kind !== undefined && name !== undefined ? { [kind]: name } : {}) };
  }
  return note === "" ? null : { kind: "note", document_id: draft.documentId, text: note };
}
