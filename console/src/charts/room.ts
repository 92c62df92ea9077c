/** How much room a chart wants, and how panels share theirs. */

type Spec = Record<string, unknown>;

export interface Panelled extends Spec {
  vconcat: readonly Spec[];
}

const USUAL = 260;
const MOST = 640;
const LEAST_PANEL = 24;
/** Of a name on an axis, of a bar among others with its name, and of what stands around a picture, in pixels. */
const [NAME, BAR, AROUND] = [20, 9, 80];

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

/** Panels in a width and a height of their own, which they share as they would have it. */
export function withRoom(chart: Panelled, width: number, height: number): Panelled {
  const wanted = chart.vconcat.map((panel) => Number(panel["height"] ?? 1));
  const total = wanted.reduce((sum, one) => sum + one, 0);
  const vconcat = chart.vconcat.map((panel, place) => ({ ...panel, width: Math.max(LEAST_PANEL, width), height: Math.max(LEAST_PANEL, (height * (wanted[place] ?? 0)) / total) }));
  return { ...chart, vconcat };
}
