/** How much room a chart wants, and how panels share theirs. */

type Spec = Record<string, unknown>;

export interface Panelled extends Spec {
  vconcat: readonly Spec[];
}

const USUAL = 260;
const MOST = 880;
const LEAST_PANEL = 24;
/** Of a name on an axis, of a bar among others with its name, and of what stands around a picture, in pixels. */
const [NAME, BAR, AROUND] = [20, 9, 80];
/** Of a name on an axis where there is little room. */
const NARROW_NAME = 15;

/** Of a number of nine digits with what stands between it and the next, in pixels. */
const NUMBER = 110;

/** How many numbers are written along a chart: as many as can be read beside each other. */
export function numbersAlong(width: number): number {
  return Math.max(2, Math.floor(width / NUMBER));
}

export function isPanelled(spec: Spec): spec is Panelled {
  return Array.isArray(spec["vconcat"]);
}

/** The height in which a chart can be read: lists of names and panels need more than a line. */
export function heightOf(spec: Spec): number {
  const parts = isPanelled(spec) ? spec.vconcat : [spec];
  const wanted = parts.reduce((sum, part) => sum + heightOfOne(part), 0);
  return Math.min(MOST, Math.max(USUAL, wanted));
}

function heightOfOne(spec: Spec): number {
  const { y, yOffset } = (spec["encoding"] ?? {}) as { y?: { type?: string; sort?: unknown }; yOffset?: { sort?: unknown } };
  if (y?.type !== "ordinal" || !Array.isArray(y.sort)) return USUAL * 0.75;
  const bars = Array.isArray(yOffset?.sort) ? yOffset.sort.length : 1;
  return y.sort.length * Math.max(NAME, bars * BAR) + AROUND;
}

/** Of bars that lie: as many of the first as can be read in a height, and how many of how many these are; null where all can. */
export function firstThatFit(spec: Spec, height: number): { spec: Spec; first: number; of: number } | null {
  const { y, yOffset } = (spec["encoding"] ?? {}) as { y?: { type?: string; field?: string; sort?: unknown }; yOffset?: { sort?: unknown } };
  if (isPanelled(spec) || y?.type !== "ordinal" || y.field === undefined || !Array.isArray(y.sort) || "scale" in y) return null;
  const bars = Array.isArray(yOffset?.sort) ? yOffset.sort.length : 1;
  const first = Math.max(3, Math.floor((height - AROUND) / Math.max(NARROW_NAME, bars * BAR)));
  if (first >= y.sort.length) return null;
  const shown = new Set<unknown>(y.sort.slice(0, first));
  const { field } = y;
  const data = spec["data"] as { values?: readonly Spec[] } | undefined;
  const values = data?.values?.filter((row) => shown.has(row[field]));
  const of = (spec["usermeta"] as { shown?: { of?: number } } | undefined)?.shown?.of ?? y.sort.length;
  const encoding = { ...(spec["encoding"] as Spec), y: { ...y, sort: [...shown] } };
  return { spec: { ...spec, data: { ...data, values }, encoding }, first, of };
}

/** Panels in a width and a height of their own, which they share as they would have it. */
export function withRoom(chart: Panelled, width: number, height: number): Panelled {
  const wanted = chart.vconcat.map((panel) => Number(panel["height"] ?? 1));
  const total = wanted.reduce((sum, one) => sum + one, 0);
  const vconcat = chart.vconcat.map((panel, place) => ({ ...panel, width: Math.max(LEAST_PANEL, width), height: Math.max(LEAST_PANEL, (height * (wanted[place] ?? 0)) / total) }));
  return { ...chart, vconcat };
}
