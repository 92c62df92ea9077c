import { describe, expect, it } from "vitest";
import type { UsageGroup } from "../api/schema";
import { everyDay, firstDay } from "./days";

const NOW = new Date("2026-03-01T00:30:00Z");
const group = (day: string, calls: number) => ({ group: { day }, calls, cost_usd: calls / 10 }) as unknown as UsageGroup;

describe("days", () => {
  it("begin so that the period has as many as it says, today among them", () => {
    expect(firstDay(7, NOW)).toBe("2026-02-23");
    expect(everyDay([], firstDay(7, NOW), NOW)).toHaveLength(7);
  });
  it("without calls are days with none", () => {
    expect(everyDay([group("2026-02-28", 4)], "2026-02-27", NOW)).toEqual([
      { day: "2026-02-27", calls: 0, cost_usd: 0 },
      { day: "2026-02-28", calls: 4, cost_usd: 0.4 },
      { day: "2026-03-01", calls: 0, cost_usd: 0 },
    ]);
  });
});
