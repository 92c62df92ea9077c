/** One question and what has come of its answer so far; each event of the run makes the next state. What says the same
 * as before stays the same object, so that nothing is drawn again for it. */
import { replaceEqualDeep } from "@tanstack/react-query";
import type { ServerEvent } from "../api/events";
import { Problem, problemFrom } from "../api/problems";
import type { Answer, AnswerReport, AskBack, MessageView, QueryEvidence, QuoteEvidence, SemanticQueryOutput, Warning } from "../api/schema";

export type Evidence = NonNullable<Answer["evidence"]>[number];
export type ChartSpec = Record<string, unknown>;

/** A file that came with a question; what it became, as far as it can be opened. */
export interface TurnFile {
  name: string;
  documentId: string | null;
  datasetIds: readonly string[];
}

/** The messages that a turn is kept as, and the versions of each, oldest first, itself among them. */
export interface Kept {
  questionId: string;
  replyId: string;
  questions: readonly string[];
  replies: readonly string[];
}

export interface Turn {
  key: string;
  question: string;
  files: readonly TurnFile[];
  /** The message that the question follows, null for the first; undefined until the server told. */
  parentId?: string | null | undefined;
  /** Null until the server has told, and of a question without an answer. */
  kept: Kept | null;
  /** The answer that another is wished for beside, or the question that has none. */
  regenerates?: string | undefined;
  /** The reading that was picked from an ask-back. */
  query?: SemanticQueryOutput | undefined;
  runId: string | null;
  lastEventId: string;
  /** `unanswered`: the conversation came with the question alone. */
  state: "running" | "answered" | "failed" | "stopped" | "unanswered";
  reconnecting: boolean;
  route: string | null;
  text: string;
  evidence: readonly Evidence[];
  chart: ChartSpec | null;
  warnings: readonly Warning[];
  askBack: AskBack | null;
  answer: AnswerReport | null;
  problem: Problem | null;
}

export function newTurn(key: string, question: string, query?: SemanticQueryOutput, runId: string | null = null): Turn {
  return {
    key,
    question,
    files: [],
    kept: null,
    query,
    runId,
    lastEventId: "0",
    state: "running",
    reconnecting: false,
    route: null,
    text: "",
    evidence: [],
    chart: null,
    warnings: [],
    askBack: null,
    answer: null,
    problem: null,
  };
}

/** The turn after an event. Events that are not known are passed over. */
export function afterEvent(turn: Turn, event: ServerEvent): Turn {
  const seen = { ...turn, lastEventId: event.id || turn.lastEventId, reconnecting: false };
  const data = event.data as Record<string, unknown>;
  switch (event.name) {
    case "run.started":
      return { ...seen, runId: String(data["run_id"]) };
    case "route":
      return { ...seen, route: String(data["route"]) };
    case "evidence":
      return { ...seen, evidence: [...turn.evidence, event.data as Evidence] };
    case "delta":
      return { ...seen, text: turn.text + String(data["text"]) };
    case "chart":
      return { ...seen, chart: data["chart"] as ChartSpec };
    case "warning":
      return { ...seen, warnings: [...turn.warnings, event.data as Warning] };
    case "ask_back":
      return { ...seen, askBack: event.data as AskBack };
    case "answer":
      return withAnswer(seen, event.data as Answer);
    case "error": {
      const problem = problemFrom(Number(data["status"] ?? 500), data);
      return problem.code === "run_cancelled" ? { ...seen, state: "stopped" } : { ...seen, state: "failed", problem };
    }
    default:
      return seen;
  }
}

/** The turn with its whole answer, whatever came before. */
export function withAnswer(turn: Turn, answer: Answer): Turn {
  return {
    ...turn,
    state: "answered",
    runId: answer.run_id,
    route: answer.route,
    text: answer.text,
    evidence: replaceEqualDeep(turn.evidence, answer.evidence ?? []),
    chart: replaceEqualDeep(turn.chart, (answer.chart as ChartSpec | null | undefined) ?? null),
    warnings: replaceEqualDeep(turn.warnings, answer.warnings ?? []),
    askBack: replaceEqualDeep(turn.askBack, answer.ask_back ?? null),
    answer: answer as AnswerReport,
  };
}

/** The turns of a conversation as the server keeps it. A turn that is shown already keeps its key, and is itself where
 * nothing about it is new. */
export function turnsOf(messages: readonly MessageView[], shown: readonly Turn[]): Turn[] {
  // What was imported has no run to be known by.
  const keys = new Map(shown.flatMap((turn) => (turn.runId === null ? [] : [[turn.runId, turn.key] as const])));
  const known = new Map(shown.map((turn) => [turn.key, turn]));
  const byId = new Map(messages.map((message) => [message.id, message]));
  const followed = new Set(messages.filter((message) => message.role === "assistant").map((message) => message.parent_id));
  return messages
    .filter((message) => message.role === "assistant" || !followed.has(message.id))
    .map((reply): Turn => {
      if (reply.role === "user") return unanswered(reply);
      const question = reply.parent_id === null ? undefined : byId.get(reply.parent_id);
      const turn = newTurn(keys.get(reply.run_id ?? "") ?? reply.id, question === undefined ? "" : textOf(question), undefined, reply.run_id);
      if (question === undefined) return withReply(turn, reply);
      const kept = { questionId: question.id, replyId: reply.id, questions: question.siblings, replies: reply.siblings };
      return { ...withReply(turn, reply), kept, parentId: question.parent_id, files: filesOf(question.parts) };
    })
    .map((turn) => replaceEqualDeep(known.get(turn.key), turn));
}

function unanswered(question: MessageView): Turn {
  const turn = newTurn(question.id, textOf(question));
  return { ...turn, state: "unanswered", regenerates: question.id, parentId: question.parent_id, files: filesOf(question.parts) };
}

export function filesOf(parts: MessageView["parts"]): TurnFile[] {
  return parts.flatMap((part) => (part.type === "file" ? [{ name: part.name, documentId: part.document_id ?? null, datasetIds: part.dataset_ids ?? [] }] : []));
}

export function idsOf(files: readonly TurnFile[]): string[] {
  return files.flatMap((file) => [...(file.documentId === null ? [] : [file.documentId]), ...file.datasetIds]);
}

function textOf(message: MessageView): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function withReply(turn: Turn, reply: MessageView): Turn {
  const state = ({ running: "running", complete: "answered", failed: "failed", cancelled: "stopped" } as const)[reply.status];
  let next: Turn = { ...turn, state, text: textOf(reply), answer: reply.answer, route: reply.answer?.route ?? null, warnings: reply.answer?.warnings ?? [] };
  for (const part of reply.parts) {
    if (part.type === "evidence") next = { ...next, evidence: [...next.evidence, part.evidence] };
    else if (part.type === "chart") next = { ...next, chart: part.chart as ChartSpec };
    else if (part.type === "ask_back") next = { ...next, askBack: { question: part.question, about: part.about ?? null, options: part.options } };
    else if (part.type === "error" && state === "failed") next = { ...next, problem: new Problem(500, part.code, part.detail) };
  }
  // A message carries a query's rows as a part of their own.
  const tables = new Map(reply.parts.flatMap((part) => (part.type === "table" ? [[part.n, part] as const] : [])));
  const evidence = next.evidence.map((item) => {
    const table = item.kind === "query" ? tables.get(item.n) : undefined;
    return table === undefined ? item : { ...item, columns: table.columns, rows: table.rows, row_count: table.row_count, truncated: table.truncated };
  });
  return { ...next, evidence: evidence as readonly Evidence[] };
}

export function isQuote(evidence: Evidence): evidence is QuoteEvidence & { kind: "quote" } {
  return evidence.kind === "quote";
}

export function isQuery(evidence: Evidence): evidence is QueryEvidence & { kind: "query" } {
  return evidence.kind === "query";
}
