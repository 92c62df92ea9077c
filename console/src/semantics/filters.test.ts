import { describe, expect, it } from "vitest";
import { attributesOf, fieldsFor, filterOf, formOf, freeName, line, tagsOf, type Filter } from "./filters";
import type { Model } from "./model";

const TYPES: Record<string, string> = { amount: "decimal", paid: "boolean", code: "string", day: "date" };
const typeOf = (field: string) => TYPES[field];

describe("the lines of a filter", () => {
  const SHALLOW: Filter[] = [
    { field: "code", operator: "eq", values: ["00123"] },
    { all: [{ field: "amount", operator: "gt", values: [500] }, { field: "paid", operator: "eq", values: [true] }] },
    { any: [{ field: "code", operator: "in", values: ["a", "b", "c"] }, { field: "day", operator: "is_null", values: [] }] },
    { all: [{ field: "amount", operator: "between", values: [1, 2.5] }, { field: "code", operator: "contains", values: ["x"] }] },
  ];
  it.each(SHALLOW)("give it back as it was: %j", (filter) => {
    const form = formOf(filter);
    expect(form).not.toBeNull();
    expect(form && filterOf(form, typeOf)).toEqual(filter);
  });

  const DEEP: Filter[] = [
    { negated: { field: "code", operator: "eq", values: ["a"] } },
    { all: [{ any: [{ field: "code", operator: "eq", values: ["a"] }] }] },
    { field: "day", operator: "eq", values: ["Monday"], part: "weekday" },
    { field: "day", operator: "gt", values: [3], elapsed: { since: "day", unit: "days" } },
    { field: "amount", operator: "gt", values: [], other: "amount" },
  ];
  it.each(DEEP)("do not say what is deeper: %j", (filter) => expect(formOf(filter)).toBeNull());

  it("take no more values than the operator, and keep what is no number as it is written", () => {
    const form = { match: "all" as const, lines: [line("amount", "gt", ["12", "13"]), line("amount", "eq", ["much"]), line("code", "not_null", ["x"])] };
    expect(filterOf(form, typeOf)).toEqual({
      all: [
        { field: "amount", operator: "gt", values: [12] },
        { field: "amount", operator: "eq", values: ["much"] },
        { field: "code", operator: "not_null", values: [] },
      ],
    });
  });
});

describe("fields of a table", () => {
  it("are its own and those of the tables that it points at, each table once", () => {
    const field = (name: string) => ({ name, label: name.toUpperCase(), type: "string" });
    const model = {
      datasets: [
        { name: "orders", label: "Orders", fields: [field("id")] },
        { name: "customers", label: "Customers", fields: [field("tier")] },
      ],
      relationships: [
        { left: "orders", right: "customers" },
        { left: "orders", right: "customers" },
        { left: "customers", right: "orders" },
      ],
    } as unknown as Model;
    expect(fieldsFor(model, "orders").map((each) => each.value)).toEqual(["id", "customers__tier"]);
  });
});

describe("names and audiences", () => {
  it("finds a name that is free", () => expect(freeName("segment", ["segment_1", "segment_3"])).toBe("segment_2"));
  it("writes attributes as tags and reads them back", () => {
    const attributes = { team: ["board", "sales"], country: ["A=B"] };
    expect(attributesOf(tagsOf({ roles: [], attributes }))).toEqual(attributes);
    expect(attributesOf(["nothing", "=x", "Team=x", " team = a "])).toEqual({ team: ["a"] });
  });
});
