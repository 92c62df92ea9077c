import { describe, expect, it } from "vitest";
import { formatsFor } from "../i18n/messages";
import { barsOf, inUnit } from "./contributions";

const value = (name: string, change: number, share: number | null = null) => ({ value: name, before: 0, after: 0, change, share, mix: null, rate: null });
const others = (count: number) => `${count} others`;

describe("bars of a change", () => {
  it("share one zero line and one scale, whichever way they go", () => {
    const bars = barsOf([value("a", -30), value("b", 10), value("c", 0)], 6, others);
    expect(bars.map(({ from, width }) => [from, width])).toEqual([
      [0, 75],
      [75, 25],
      [75, 0],
    ]);
  });

  it("tell of the rest in one, so that they still sum to the change", () => {
    const bars = barsOf([value("a", 8, 0.8), value("b", 1, 0.1), value("c", 2, 0.2), value("d", -1, -0.1)], 3, others);
    expect(bars.map((each) => each.label)).toEqual(["a", "b", "2 others"]);
    expect(bars.reduce((sum, each) => sum + each.change, 0)).toBe(10);
    expect(bars.at(-1)?.share).toBeCloseTo(0.1);
  });

  it("are empty where nothing changed, and stay within their place", () => {
    expect(barsOf([], 3, others)).toEqual([]);
    for (const bar of barsOf([value("a", 0), value("b", 0)], 3, others)) expect(bar).toMatchObject({ from: 0, width: 0 });
    for (const { from, width } of barsOf([value("a", 5), value("b", -7), value("c", 3)], 3, others)) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(from + width).toBeLessThanOrEqual(100.0001);
    }
  });
});

describe("numbers of a change", () => {
  const f = formatsFor("en-GB");
  it("carry their unit, its scale and a sign", () => {
    expect(inUnit(-12.5, { kind: "currency", symbol: "EUR", scale: 1 }, f, true)).toBe("-€12.5");
    expect(inUnit(2, { kind: "currency", symbol: "EUR", scale: 1000 }, f)).toBe("€2,000");
    expect(inUnit(3.25, { kind: "quantity", symbol: "kg", scale: 1 }, f, true)).toBe("+3.25 kg");
    expect(inUnit(7, null, f, true)).toBe("+7");
  });
});
