import { describe, expect, it } from "vitest";
import type { AliasOut } from "../api/schema";
import { legsOf, newLeg, patchOf, stagesOf, targetsOf } from "./legs";

const alias = (part: object) => ({ id: "alias_1", name: "quick", targets: [], cascade: [], ...part }) as unknown as AliasOut;

describe("legs", () => {
  it("of an alias go back to what it was, shared calls and all", () => {
    const targets = [
      { model: "small", weight: 3, group: 0 },
      { model: "mini", weight: 1, group: 0 },
      { model: "large", weight: 1, group: 1 },
    ];
    expect(targetsOf(legsOf(alias({ targets })))).toEqual(targets);
  });
  it("stand in the order that they are tried in, whatever order they were kept in", () => {
    const targets = [{ model: "large", weight: 1, group: 7 }, { model: "small", weight: 1, group: 2 }];
    expect(targetsOf(legsOf(alias({ targets })))).toEqual([
      { model: "small", weight: 1, group: 0 },
      { model: "large", weight: 1, group: 1 },
    ]);
  });
  it("ask nothing of a last stage", () => {
    const legs = [newLeg({ model: "small", min_confidence: 0.6, checks: ["complete"] }), newLeg({ model: "large", min_confidence: 0.9, checks: ["complete"] })];
    expect(stagesOf(legs, false)).toEqual([
      { model: "small", min_confidence: 0.6, checks: ["complete"] },
      { model: "large", checks: [] },
    ]);
  });
  it("keep targets that stand behind a cascade, and what is asked of the stage before them", () => {
    const targets = [{ model: "large", weight: 1, group: 0 }];
    const cascade = [{ model: "small", checks: [], min_confidence: 0.6 }];
    const whole = alias({ targets, cascade });
    expect(patchOf("cascade", legsOf(whole), whole)).toEqual({ targets, cascade });
  });
  it("of a cascade that becomes fallbacks leave no stage", () => {
    const whole = alias({ cascade: [{ model: "small", checks: [], min_confidence: 0.6 }] });
    expect(patchOf("order", legsOf(whole), whole)).toEqual({ targets: [{ model: "small", weight: 1, group: 0 }], cascade: [] });
  });
});
