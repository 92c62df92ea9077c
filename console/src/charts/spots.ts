/** Where on a chart something is said of itself, and which of these places is meant by a pointer. */

export interface Spot {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Names and values, as they are read. */
  said: readonly (readonly [string, string])[];
}

/** How far from a point one may be and still mean it, in pixels. */
const REACH = 12;

/** The spot that holds the place, the topmost of several; else the nearest within reach. */
export function spotAt(spots: readonly Spot[], x: number, y: number): Spot | null {
  let found: Spot | null = null;
  let least = REACH;
  for (const spot of spots) {
    const distance = Math.hypot(Math.max(spot.x1 - x, 0, x - spot.x2), Math.max(spot.y1 - y, 0, y - spot.y2));
    if (distance <= least) {
      found = spot;
      least = distance;
    }
  }
  return found;
}

/** A mark of a drawn chart, as far as it matters here. */
export interface DrawnMark {
  marktype?: string;
  items?: readonly DrawnItem[];
}

export interface DrawnItem {
  x?: number;
  y?: number;
  height?: number;
  bounds?: { x1: number; y1: number; x2: number; y2: number };
  tooltip?: unknown;
  items?: readonly DrawnMark[];
}

/** The spots of a drawn chart, from its lowest mark to its topmost; (x, y) is where its root stands. */
export function spotsOf(mark: DrawnMark, x: number, y: number): Spot[] {
  const items = mark.items ?? [];
  switch (mark.marktype) {
    case "group":
      return items.flatMap((item) => (item.items ?? []).flatMap((each) => spotsOf(each, x + (item.x ?? 0), y + (item.y ?? 0))));
    // A line is one mark of many rows; its points say what they are.
    case "line":
      return [];
    case "area":
      return areaSpots(items, x, y);
    default:
      return items.flatMap((item) => (item.bounds ? spot(item, item.bounds, x, y) : []));
  }
}

/** An area has no points: each row has the strip around it, as high as the area is there. */
function areaSpots(items: readonly DrawnItem[], x: number, y: number): Spot[] {
  return items.flatMap((item, place) => {
    const [at, top, height] = [item.x ?? 0, item.y ?? 0, item.height ?? 0];
    const before = items[place - 1]?.x ?? at;
    const after = items[place + 1]?.x ?? at;
    return spot(item, { x1: (before + at) / 2, x2: (at + after) / 2, y1: Math.min(top, top + height), y2: Math.max(top, top + height) }, x, y);
  });
}

function spot({ tooltip }: DrawnItem, place: Omit<Spot, "said">, x: number, y: number): Spot[] {
  if (typeof tooltip !== "object" || tooltip === null) return [];
  const said = Object.entries(tooltip).map(([name, value]) => [name, String(value)] as const);
  return [{ x1: place.x1 + x, y1: place.y1 + y, x2: place.x2 + x, y2: place.y2 + y, said }];
}
