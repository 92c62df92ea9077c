/** The grid of a dashboard: where a new tile goes, and how tiles are moved without a mouse. */
import type { Tile } from "../api/schema";

export const COLUMNS = 12;
const SMALLEST = 2;

export type Move = "left" | "right" | "up" | "down" | "wider" | "narrower" | "taller" | "shorter";

/** The first free place for a tile of that size, from the top. */
export function placeFor(tiles: readonly Tile[], size: { width: number; height: number }): { x: number; y: number } {
  const bottom = Math.max(0, ...tiles.map((tile) => tile.y + tile.height));
  for (let y = 0; y < bottom; y++) {
    for (let x = 0; x + size.width <= COLUMNS; x++) {
      const free = tiles.every((tile) => x >= tile.x + tile.width || x + size.width <= tile.x || y >= tile.y + tile.height || y + size.height <= tile.y);
      if (free) return { x, y };
    }
  }
  return { x: 0, y: bottom };
}

/** The tiles after one of them was moved by a cell, or made larger or smaller by one; what is in the way gives way downwards. */
export function moved(tiles: readonly Tile[], id: string, how: Move): Tile[] {
  const one = tiles.find((tile) => tile.id === id);
  if (one === undefined) return [...tiles];
  const changed = { ...one, ...change(one, how) };
  const placed: Tile[] = [changed];
  for (const tile of tiles.filter((each) => each.id !== id).sort((a, b) => a.y - b.y || a.x - b.x)) {
    let y = tile.y;
    while (placed.some((other) => overlap({ ...tile, y }, other))) y += 1;
    placed.push({ ...tile, y });
  }
  const places = new Map(placed.map((tile) => [tile.id, tile]));
  return tiles.map((tile) => places.get(tile.id) ?? tile);
}

function change(tile: Tile, how: Move): Partial<Tile> {
  switch (how) {
    case "left":
      return { x: Math.max(0, tile.x - 1) };
    case "right":
      return { x: Math.min(COLUMNS - tile.width, tile.x + 1) };
    case "up":
      return { y: Math.max(0, tile.y - 1) };
    case "down":
      return { y: tile.y + 1 };
    case "wider":
      return { width: Math.min(COLUMNS - tile.x, tile.width + 1) };
    case "narrower":
      return { width: Math.max(SMALLEST, tile.width - 1) };
    case "taller":
      return { height: tile.height + 1 };
    case "shorter":
      return { height: Math.max(SMALLEST, tile.height - 1) };
  }
}

function overlap(one: Tile, other: Tile): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}
