import { describe, expect, it } from "vitest";
import { edited, leastSure } from "./Standing";

describe("how far a part may be trusted", () => {
  it.each([
    ["the least sure of its guesses", { status: "inferred", confidence: { type: 0.9, role: 0.4 } }, 0.4],
    ["its one confidence", { status: "inferred", confidence: 0.7 }, 0.7],
    ["nothing that a person vouched for", { status: "verified", confidence: 0.7 }, null],
    ["nothing without guesses", { status: "inferred", confidence: {} }, null],
    ["nothing of before there were any", { status: "inferred" }, null],
  ] as const)("is %s", (_, part, sure) => {
    expect(leastSure(part)).toBe(sure);
  });

  it("changes with an edit, and with what is said", () => {
    expect(edited({ status: "inferred", label: "a" } as const, { label: "a" }).status).toBe("reviewed");
    expect(edited({ status: "verified" } as const, {}).status).toBe("verified");
    expect(edited<{ status: "inferred" | "verified" }>({ status: "inferred" }, { status: "verified" }).status).toBe("verified");
  });
});
