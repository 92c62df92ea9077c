import { describe, expect, it } from "vitest";
import type { Column } from "../api/schema";
import { en as m } from "../i18n/en";
import { formatsFor } from "../i18n/messages";
import { figureOf } from "./figure";

const f = formatsFor("en-GB");
const column = (part: Partial<Column>): Column => ({ name: "revenue", label: "Revenue", type: "decimal", kind: "measure", ...part }) as Column;
const derived = (derivation: Column["derivation"], part: Partial<Column> = {}) => column({ name: `revenue_${derivation}`, kind: "derived", of: "revenue", derivation, ...part });
const COMPARED = [column({}), derived("previous"), derived("change"), derived("change_pct")];

describe("one number", () => {
  it("has its change and what it was", () => {
    expect(figureOf(COMPARED, [[120, 100, 20, 0.2]], f, m)).toEqual({ value: "120", change: "+20%", before: "100" });
    expect(figureOf(COMPARED, [[80, 100, -20, -0.2]], f, m)?.change).toBe("-20%");
  });

  it("has its change in its own unit where there is no percentage of nothing", () => {
    expect(figureOf(COMPARED, [[120, 0, 120, null]], f, m)).toEqual({ value: "120", change: "+120", before: "0" });
  });

  it("has the unit that a table names in its head", () => {
    const weight = column({ unit: { kind: "quantity", symbol: "kg", scale: 1 } as Column["unit"] });
    expect(figureOf([weight], [[12]], f, m)?.value).toBe("12 kg");
    expect(figureOf([weight], [[null]], f, m)?.value).toBe("–");
  });

  it("is the share where that was asked for", () => {
    const country = column({ name: "country", kind: "group", type: "string" });
    expect(figureOf([country, column({}), derived("share")], [["Germany", 30, 0.25]], f, m)?.value).toBe("25%");
  });

  it("is nothing of several rows or measures", () => {
    expect(figureOf([column({})], [[1], [2]], f, m)).toBeNull();
    expect(figureOf([column({}), column({ name: "orders" })], [[1, 2]], f, m)).toBeNull();
  });
});
