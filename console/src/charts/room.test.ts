import { describe, expect, it } from "vitest";
import { firstThatFit, heightOf, isPanelled, numbersAlong, withRoom } from "./room";

const bars = (count: number, more: object = {}) => ({ encoding: { y: { type: "ordinal", sort: Array.from({ length: count }, (_, place) => String(place)) }, ...more } });
const trend = { encoding: { y: { type: "quantitative" } } };

describe("the height in which a chart can be read", () => {
  it.each([
    ["a trend", trend, 260],
    ["a few bars", bars(4), 260],
    ["twenty bars", bars(20), 480],
    ["groups of three bars", bars(12, { yOffset: { sort: ["a", "b", "c"] } }), 404],
    ["more bars than fit", bars(200), 880],
    ["two panels", { vconcat: [trend, trend] }, 390],
  ])("of %s", (_, spec, height) => {
    expect(heightOf(spec)).toBe(height);
  });
});

describe("bars in a height of their own", () => {
  const spec = (count: number, more: object = {}) => ({
    data: { values: Array.from({ length: count }, (_, place) => ({ name: String(place), amount: place })) },
    encoding: { y: { type: "ordinal", field: "name", sort: Array.from({ length: count }, (_, place) => String(place)) } },
    ...more,
  });

  it("are the first that can be read, and say of how many", () => {
    const cut = firstThatFit(spec(39), 260);
    expect([cut?.first, cut?.of]).toEqual([12, 39]);
    expect((cut?.spec as ReturnType<typeof spec>).data.values.at(-1)).toEqual({ name: "11", amount: 11 });
    expect((cut?.spec as ReturnType<typeof spec>).encoding.y.sort).toHaveLength(12);
    expect(firstThatFit(spec(24, { usermeta: { shown: { first: 24, of: 90 } } }), 260)?.of).toBe(90);
  });

  it("are all there where they can be read, and of other pictures nothing is left out", () => {
    expect(firstThatFit(spec(12), 260)).toBeNull();
    expect(firstThatFit(trend, 120)).toBeNull();
  });
});

describe("panels", () => {
  const chart = { vconcat: [{ height: 100 }, { height: 300 }] };

  it("share a height as they would have it", () => {
    expect(withRoom(chart, 500, 200).vconcat).toEqual([
      { width: 500, height: 50 },
      { width: 500, height: 150 },
    ]);
  });

  it("never vanish", () => {
    expect(withRoom(chart, -5, 0).vconcat.map((panel) => [panel["width"], panel["height"]])).toEqual([
      [24, 24],
      [24, 24],
    ]);
  });

  it("are told from one picture", () => {
    expect([isPanelled(chart), isPanelled(trend)]).toEqual([true, false]);
  });
});

it.each([
  [696, 6],
  [280, 2],
  [100, 2],
])("numbers of nine digits have room beside each other in %i pixels", (width, most) => {
  expect(numbersAlong(width)).toBe(most);
});
