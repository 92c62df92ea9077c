import { describe, expect, it } from "vitest";
import { spotAt, spotsOf, type DrawnMark } from "./spots";

const bar = (x1: number, name: string) => ({ bounds: { x1, y1: 10, x2: x1 + 20, y2: 100 }, tooltip: { Region: name } });
const CHART: DrawnMark = {
  marktype: "group",
  items: [{ x: 30, y: 5, items: [{ marktype: "rect", items: [bar(0, "North"), bar(40, "South")] }, { marktype: "text", items: [{ bounds: { x1: 0, y1: 0, x2: 400, y2: 400 } }] }] }],
};

describe("places of a chart that say what they are", () => {
  it("stand where their groups put them, and only what says something is one", () => {
    expect(spotsOf(CHART, 5, 5)).toEqual([
      { x1: 35, y1: 20, x2: 55, y2: 110, said: [["Region", "North"]] },
      { x1: 75, y1: 20, x2: 95, y2: 110, said: [["Region", "South"]] },
    ]);
  });

  it("are strips around each row of an area", () => {
    const items = [0, 10, 20].map((x) => ({ x, y: 40, height: 20, tooltip: { at: x } }));
    expect(spotsOf({ marktype: "area", items }, 0, 0).map(({ x1, x2, y1, y2 }) => [x1, x2, y1, y2])).toEqual([
      [0, 5, 40, 60],
      [5, 15, 40, 60],
      [15, 20, 40, 60],
    ]);
  });

  it("are points on a line, not the line", () => {
    expect(spotsOf({ marktype: "line", items: [{ bounds: { x1: 0, y1: 0, x2: 9, y2: 9 }, tooltip: { a: 1 } }] }, 0, 0)).toEqual([]);
  });

  it.each([
    ["within one", 40, 50, "North"],
    ["near one", 57, 50, "North"],
    ["between two, nearer to the second", 70, 50, "South"],
    ["above one", 85, 12, "South"],
  ])("are meant %s", (_, x, y, name) => {
    expect(spotAt(spotsOf(CHART, 5, 5), x, y)?.said).toEqual([["Region", name]]);
  });

  it("are not meant from afar, and the topmost covers the others", () => {
    const spots = spotsOf(CHART, 5, 5);
    expect(spotAt(spots, 200, 50)).toBeNull();
    expect(spotAt([...spots, { x1: 35, y1: 20, x2: 55, y2: 110, said: [["on", "top"]] }], 40, 50)?.said).toEqual([["on", "top"]]);
  });
});
