import { expect, test } from "vitest";
import type { Tile } from "../api/schema";
import { moved, placeFor } from "./grid";

const tile = (id: string, x: number, y: number, width = 6, height = 2): Tile => ({ id, insight_id: "ins_x", title: null, x, y, width, height });
const places = (tiles: Tile[]) => Object.fromEntries(tiles.map(({ id, x, y, width, height }) => [id, [x, y, width, height]]));

test("a tile moves, and what is in its way gives way downwards", () => {
  expect(places(moved([tile("a", 0, 0), tile("b", 6, 0), tile("c", 6, 2)], "a", "right"))).toEqual({ a: [1, 0, 6, 2], b: [6, 2, 6, 2], c: [6, 4, 6, 2] });
});

test("nothing leaves the grid or becomes too small", () => {
  expect(places(moved([tile("a", 0, 0)], "a", "left"))).toEqual({ a: [0, 0, 6, 2] });
  expect(places(moved([tile("a", 6, 0)], "a", "wider"))).toEqual({ a: [6, 0, 6, 2] });
  expect(places(moved([tile("a", 0, 0, 2, 2)], "a", "narrower"))).toEqual({ a: [0, 0, 2, 2] });
  expect(places(moved([tile("a", 0, 0)], "a", "shorter"))).toEqual({ a: [0, 0, 6, 2] });
});

test("the order of the tiles stays", () => {
  expect(moved([tile("a", 0, 0), tile("b", 0, 2)], "b", "up").map((each) => each.id)).toEqual(["a", "b"]);
});
test("the first tile is in the corner", () => {
  expect(placeFor([], { width: 6, height: 5 })).toEqual({ x: 0, y: 0 });
});

test("a tile goes beside one that leaves room", () => {
  expect(placeFor([tile("a", 0, 0, 6, 5)], { width: 6, height: 5 })).toEqual({ x: 6, y: 0 });
});

test("a tile that fits nowhere goes below", () => {
  expect(placeFor([tile("a", 0, 0, 8, 5), tile("b", 8, 0, 4, 2)], { width: 6, height: 5 })).toEqual({ x: 0, y: 5 });
});

test("a hole between tiles is filled", () => {
  expect(placeFor([tile("a", 0, 0, 12, 2), tile("b", 0, 2, 9, 2), tile("c", 0, 4, 12, 1)], { width: 3, height: 2 })).toEqual({ x: 9, y: 2 });
});
