import { describe, expect, it } from "vitest";
import type { Review } from "../../api/schema";
import { answer, decide, fitting, keyOf, remembered, same, sent, type Decisions } from "./decisions";

const NONE: Decisions = new Map();

describe("decisions about how a table is read", () => {
  it("go when they are what is in force, and replace an earlier one of the same setting", () => {
    const first = decide(NONE, { setting: "totals", column: null, value: "keep" }, "drop");
    expect(sent(first)).toEqual([{ setting: "totals", value: "keep" }]);
    expect(decide(first, { setting: "totals", column: null, value: "drop" }, "drop").size).toBe(0);
    const two = decide(first, { setting: "type", column: "day", value: "text" }, "date");
    expect([...two.keys()]).toEqual([keyOf("totals", null), keyOf("type", "day")]);
    expect(sent(two)[1]).toEqual({ setting: "type", column: "day", value: "text" });
  });

  it("are kept as answers to a question even where they are what was assumed", () => {
    expect(answer(NONE, { setting: "date_order", column: "day", value: "dmy" }).size).toBe(1);
  });

  it("stay over another version where it still leaves them open", () => {
    const chosen = [answer, answer, answer].reduce((now, add, at) => add(now, { setting: ["date_order", "type", "totals"][at] ?? "", column: ["day", "amount", null][at] ?? null, value: "x" }), NONE);
    const review = { findings: [{ setting: "date_order", column: "day" }, { setting: null, column: null }], columns: [{ name: "product" }], choices: { totals: "keep" } } as unknown as Review;
    expect([...fitting(chosen, review).keys()]).toEqual([keyOf("date_order", "day"), keyOf("totals", null)]);
    const all = { ...review, columns: [{ name: "amount" }] } as unknown as Review;
    expect(fitting(chosen, all)).toBe(chosen);
  });

  it("forget an earlier choice by null, whatever is in force", () => {
    expect(sent(decide(NONE, { setting: "totals", column: null, value: null }, null))).toEqual([{ setting: "totals", value: null }]);
  });

  it("take lists for equal whatever their order, and an empty one for itself alone", () => {
    expect(same(["n/a", "-"], ["-", "n/a"])).toBe(true);
    expect(same([], null)).toBe(false);
    expect(same(null, undefined)).toBe(true);
  });

  it("are told apart by table and column in what is remembered", () => {
    expect(remembered({ totals: "keep", columns: { day: { date_order: "mdy", type: "date" } } })).toEqual([
      { setting: "totals", column: null, value: "keep" },
      { setting: "date_order", column: "day", value: "mdy" },
      { setting: "type", column: "day", value: "date" },
    ]);
    expect(remembered({})).toEqual([]);
  });
});
