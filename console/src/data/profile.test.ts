import { describe, expect, it } from "vitest";
import { profile } from "./profile";

describe("a column's picture", () => {
  it("counts every number in exactly one bin", () => {
    const bars = profile(["1", 2, 3, null, "100"], "integer");
    expect(bars.map((bar) => bar.count).reduce((a, b) => a + b)).toBe(4);
    expect(bars).toHaveLength(16);
    expect(bars.at(-1)?.count).toBe(1);
  });

  it("is one bar where all are the same, and nothing where nothing is", () => {
    expect(profile([5, 5, 5], "integer")).toEqual([{ label: "5 – 6", count: 3 }]);
    expect(profile([null, null], "integer")).toEqual([]);
  });

  it("shows the most frequent words first, and nothing of names that are all unlike", () => {
    expect(profile(["a", "b", "b"], "string")).toEqual([
      { label: "b", count: 2 },
      { label: "a", count: 1 },
    ]);
    expect(profile(Array.from({ length: 50 }, (_, n) => `name ${n}`), "string")).toEqual([]);
  });
});
