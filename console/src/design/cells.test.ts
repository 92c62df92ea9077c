import { describe, expect, it } from "vitest";
import type { Column } from "../api/schema";
import { formatsFor } from "../i18n/messages";
import { shown } from "./cells";
import { en as english } from "../i18n/en";
import { comparison } from "./ResultTable";

const column = (part: Partial<Column>): Column => ({ name: "c", label: "C", type: "decimal", kind: "measure", ...part }) as Column;

describe("cells", () => {
  const en = formatsFor("en-GB");
  const de = formatsFor("de-DE");

  it("are written as the person writes numbers, money and dates", () => {
    expect(shown(1234.5, column({}), en, english)).toBe("1,234.5");
    expect(shown("1234.50", column({}), de, english)).toBe("1.234,5");
    expect(shown(12, column({ unit: { kind: "currency", symbol: "EUR", scale: 1 } as Column["unit"] }), en, english)).toBe("€12.00");
    expect(shown(0.125, column({ derivation: "change_pct" }), en, english)).toBe("12.5%");
    expect(shown("2025-07-01", column({ type: "date", kind: "period" }), en, english, "quarter")).toBe("Q3 2025");
    expect(shown("2025-07-01", column({ type: "date", kind: "period" }), en, english, "month")).toBe("Jul 2025");
    expect(shown(null, column({}), en, english)).toBe("–");
  });

  it("sort by value with what is missing last, either way", () => {
    const rows = [["10"], [null], ["9"], ["-1"]];
    expect([...rows].sort(comparison(0, false)).flat()).toEqual(["-1", "9", "10", null]);
    expect([...rows].sort(comparison(0, true)).flat()).toEqual(["10", "9", "-1", null]);
  });
});
