import { describe, expect, it } from "vitest";
import { blank, formOf, line, moved, ruleOf, snakeCase, step, type Rule } from "./forms";

const RULES: Rule[] = [
  { kind: "normalise", column: "country", steps: ["trim", { map: { Deutschland: "Germany" } }, "upper"] },
  { kind: "derive", column: "region", label: "Region", source: "city", otherwise: null, by: { kind: "lookup", table: { Berlin: "East" } } },
  {
    kind: "derive", column: "size", label: "Size", source: "amount", otherwise: "unknown",
    by: { kind: "ranges", ranges: [{ at_least: null, below: "100", value: "small" }, { at_least: "100", below: null, value: "large" }] },
  },
  { kind: "derive", column: "type", label: "Type", source: "tax", otherwise: null, by: { kind: "patterns", cases: [{ pattern: "\\d{14}", value: "company" }] } },
  { kind: "validate", column: "amount", check: { kind: "range", minimum: "0", maximum: null }, action: "reject" },
  { kind: "validate", column: "sku", check: { kind: "unique" }, action: "flag" },
  { kind: "validate", column: "state", check: { kind: "one_of", values: ["open", "paid"] }, action: "flag" },
];

describe("the form of a rule", () => {
  it("gives each rule back as it was", () => {
    for (const rule of RULES) expect(ruleOf(formOf(rule))).toEqual(rule);
  });

  it("leaves out lines that are not filled, and names a new column after its label", () => {
    const form = { ...blank("derive"), label: "Région (alt)", source: "amount", lines: [line("a", "A"), line("", "B"), line("c", "")] };
    expect(ruleOf(form)).toMatchObject({ column: "region_alt", by: { kind: "lookup", table: { a: "A" } } });
    expect(ruleOf({ ...blank("normalise"), column: "x", steps: [step("map", [line("a", "b"), line()])] })).toMatchObject({ steps: [{ map: { a: "b" } }] });
  });

  it("makes names that queries take", () => {
    expect(snakeCase("Client type")).toBe("client_type");
    expect(snakeCase("2nd Région!")).toBe("c_2nd_region");
  });

  it("moves a thing to another place", () => {
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  });
});
