import { describe, expect, it } from "vitest";
import type { SemanticModelView } from "../api/schema";
import { confirmable, correctionOf, meanings, quoted, unknownWord, type Draft } from "./corrections";
import { newTurn, type Turn } from "./turn";

const EMPTY: Draft = { comment: "", word: "", means: "", documentId: "doc_1", note: "" };
const MODEL = {
  datasets: [{ name: "orders", label: "Orders", fields: [{ name: "amount", label: "Amount" }] }],
  metrics: [
    { name: "total", label: "Total amount", dataset: "orders" },
    { name: "staff", label: "Staff", dataset: "people" },
  ],
} as unknown as SemanticModelView;

function turn(part: object): Turn {
  return { ...newTurn("1", "Turnover in 2025"), ...(part as Partial<Turn>) };
}

describe("a correction", () => {
  const [table, field, metric] = meanings(MODEL)[0]!.items.map((item) => item.value);

  it("names a table, a field or a number of its table", () => {
    expect(meanings(MODEL)[0]!.items.map((item) => item.label)).toEqual(["Orders", "Orders › Amount", "Orders › Total amount"]);
    expect(correctionOf({ ...EMPTY, word: " turnover ", means: metric! })).toEqual({ kind: "synonym", word: "turnover", dataset: "orders", metric: "total" });
    expect(correctionOf({ ...EMPTY, word: "sum", means: field! })).toEqual({ kind: "synonym", word: "sum", dataset: "orders", field: "amount" });
    expect(correctionOf({ ...EMPTY, word: "sales", means: table! })).toEqual({ kind: "synonym", word: "sales", dataset: "orders" });
  });

  it("waits for the word of a meaning, and takes a word without one for nothing", () => {
    expect(correctionOf({ ...EMPTY, means: field! })).toBeUndefined();
    expect(correctionOf({ ...EMPTY, word: "turnover" })).toBeNull();
  });

  it("is a note on the chosen document", () => {
    expect(correctionOf({ ...EMPTY, documentId: "doc_2", note: " Since May it is 28. " })).toEqual({ kind: "note", document_id: "doc_2", text: "Since May it is 28." });
    expect(correctionOf(EMPTY)).toBeNull();
  });
});

describe("what an answer offers to correct", () => {
  const quote = { kind: "quote", document_id: "doc_1", title: "Handbook" };
  const query = { kind: "query", verified: null };
  const answer = { status: "answered", carried_over: null };

  it("is each quoted document once, and the first word that means nothing", () => {
    expect(quoted(turn({ evidence: [quote, quote] }))).toEqual([{ id: "doc_1", title: "Handbook" }]);
    expect(unknownWord(turn({ warnings: [{ code: "left_over_word", detail: "“turnover” means nothing to the tables.", arguments: { code: "left_over_word", words: "turnover" } }] }))).toBe("turnover");
    expect(unknownWord(turn({ warnings: [{ code: "assumption", detail: "“2025” is a year." }] }))).toBe("");
  });

  it("is confirmed where one query gave it that nobody has confirmed", () => {
    expect(confirmable(turn({ evidence: [query], answer }))).toBe(true);
    expect(confirmable(turn({ evidence: [quote], answer }))).toBe(false);
    expect(confirmable(turn({ evidence: [query, query], answer }))).toBe(false);
    expect(confirmable(turn({ evidence: [{ ...query, verified: { question: "x" } }], answer }))).toBe(false);
    expect(confirmable(turn({ evidence: [query], answer: { ...answer, carried_over: { kind: "query" } } }))).toBe(false);
  });
});
