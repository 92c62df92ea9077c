/** Draws a specification that the server made with Vega, where there is no document: in a worker. The expressions are
 * interpreted, never compiled, so that no policy has to allow `eval`; data comes with it, nothing is loaded. */
import { font, formatLocale, loader as vegaLoader, parse, textMetrics, timeFormatLocale, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { FONT, loadFont } from "./font";
import { linesOf } from "./lines";
import { isPanelled, numbersAlong, withRoom, type Panelled } from "./room";
import { writtenIn } from "./region";
import { spotsOf, type DrawnMark, type Spot } from "./spots";

declare module "vega" {
  // What the package gives beyond its types.
  export const textMetrics: { width: (item: { limit?: number }, text: string) => number };
  export function font(item: object): string;
}

export interface Drawing {
  spec: Record<string, unknown>;
  /** In pixels of the page. */
  width: number;
  height: number;
  /** Pixels of the screen to one of the page. */
  scale: number;
  colours: "light" | "dark";
  region: string;
}

export interface Drawn {
  picture: ImageBitmap;
  spots: readonly Spot[];
}

const PALETTE = {
  light: ["#1b7d64", "#d97b29", "#4666c9", "#b0468f", "#8a7a1f", "#3b93b5", "#c0483f", "#6b7471"],
  dark: ["#4fb899", "#f0a35c", "#8ba4f2", "#df86c4", "#cdbb55", "#71c1de", "#f08d84", "#a3ada9"],
};

/** A loader that loads nothing: a specification carries its data. */
function deaf() {
  const refuse = () => Promise.reject(new Error("charts load nothing"));
  return { ...vegaLoader(), load: refuse, sanitize: refuse, http: refuse, file: refuse };
}

/** The server's charts name one colour where there is one series; it is shown as the console's own. */
function inOurColours(spec: Drawing["spec"], colour: string): Drawing["spec"] {
  return JSON.parse(JSON.stringify(spec), (key, value: unknown) => (key === "color" && value === "#0072B2" ? colour : value)) as Drawing["spec"];
}

const TITLE_SIZE = 13;
const MARGIN = 10;
const MOST_TITLE_LINES = 3;
const NARROW = 480;
/** At least so many pixels lie between labels along a chart. */
const LABELS_APART = 12;

/** The title in as many lines as it takes: one that is wider than the chart would leave the chart no room. */
function titled(title: unknown, width: number): unknown {
  const { text } = (title ?? {}) as { text?: unknown };
  if (typeof text !== "string") return title;
  const lines = linesOf(text, width - MARGIN, (line) => widthOf(line, `bold ${TITLE_SIZE}px ${FONT}`));
  const kept = lines.slice(0, MOST_TITLE_LINES - 1);
  return { ...(title as object), text: lines.length < MOST_TITLE_LINES ? lines : [...kept, lines.slice(kept.length).join(" ")], limit: width - MARGIN };
}

/** Under a narrow chart: a few kinds below each other, more of them in two columns. */
function legendUnder(chart: Drawing["spec"]) {
  const { encoding } = chart as { encoding?: { color?: { scale?: { domain?: readonly unknown[] } } } };
  return { orient: "bottom", direction: "horizontal", columns: (encoding?.color?.scale?.domain?.length ?? 0) > 3 ? 2 : 1 };
}

function config(chart: Drawing["spec"], { colours, width }: Pick<Drawing, "colours" | "width">) {
  const ink = colours === "dark" ? "#b6bdba" : "#4c5653";
  const line = colours === "dark" ? "#2c3230" : "#e6eae8";
  return {
    background: "transparent",
    // A number below the last line of the grid reaches over the picture's end, which is not counted in.
    ...(width < NARROW && { padding: { left: 5, top: 5, bottom: 5, right: 22 } }),
    font: FONT,
    view: { stroke: null },
    axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, labelPadding: 6, titlePadding: 10 },
    axisBand: { labelOverlap: true },
    // Numbers along a narrow chart: the last one, and a name that is longer than the axis, would be cut at its edge.
    axisXQuantitative: { labelFlush: true, labelSeparation: LABELS_APART, tickCount: numbersAlong(width), ...(width < NARROW && { titleAnchor: "end" }) },
    axisXTemporal: { labelSeparation: LABELS_APART },
    legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, ...(width < NARROW ? legendUnder(chart) : {}) },
    title: { color: ink, fontSize: TITLE_SIZE, subtitleColor: ink, subtitleFontSize: 12, subtitlePadding: 4 },
    text: { color: ink },
    range: { category: PALETTE[colours] },
    mark: { color: PALETTE[colours][0] ?? "" },
    bar: { cornerRadiusEnd: 3 },
    line: { strokeWidth: 2.25 },
    point: { size: 36, filled: true },
  };
}

const paper = new OffscreenCanvas(1, 1).getContext("2d");
const known = new Map<string, number>();

/** How wide a text is in a style of CSS, in pixels. */
function widthOf(text: string, style: string): number {
  const key = `${style} ${text}`;
  let found = known.get(key);
  if (found === undefined) {
    if (paper !== null) paper.font = style;
    found = paper?.measureText(text).width ?? 0;
    if (known.size > 10_000) known.clear();
    known.set(key, found);
  }
  return found;
}

// Vega measures text on a canvas of the document, and guesses where there is none. A text is cut where it is over its limit.
textMetrics.width = (item, text) => Math.min(widthOf(String(text ?? "").trim(), font(item)), item.limit || Infinity);

let region = "";

function write(wanted: string): void {
  if (wanted === region) return;
  region = wanted;
  const { number, time } = writtenIn(wanted);
  formatLocale(number);
  timeFormatLocale(time);
}

function viewOf(chart: object): View {
  const runtime = parse(compile(chart as TopLevelSpec).spec, {}, { ast: true });
  return new View(runtime, { renderer: "none", expr: expressionInterpreter, loader: deaf() as never });
}

/** Panels are given the room that is left beside their axes, which is known once they were laid out: Vega fits one picture
 * into a size, not several. */
async function panelsWithin(chart: Panelled, width: number, height: number): Promise<View> {
  const first = viewOf(withRoom(chart, width, height));
  await first.runAsync();
  const { x1, x2, y1, y2 } = (first.scenegraph() as unknown as { root: { bounds: { x1: number; x2: number; y1: number; y2: number } } }).root.bounds;
  const padding = first.padding() as { left: number; right: number; top: number; bottom: number };
  first.finalize();
  const beside = x2 - x1 + padding.left + padding.right - width;
  const around = y2 - y1 + padding.top + padding.bottom - height;
  return viewOf(withRoom(chart, width - beside, height - around));
}

/** The chart as a picture and what its places say. Throws what Vega throws. */
export async function draw({ spec, width, height, scale, colours, region: wanted }: Drawing): Promise<Drawn> {
  write(wanted);
  await loadFont(JSON.stringify(spec));
  const { $schema: _version, ...chart } = inOurColours(spec, PALETTE[colours][0] ?? "");
  const dressed = { ...chart, title: titled(chart["title"], width), config: config(chart, { colours, width }) };
  const view = isPanelled(dressed) ? await panelsWithin(dressed, width, height) : viewOf({ ...dressed, width, height, autosize: { type: "fit", contains: "padding" } });
  try {
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
    await view.toCanvas(scale, { externalContext: canvas.getContext("2d") });
    const [x, y] = view.origin();
    const padding = view.padding() as { left: number; top: number };
    const spots = spotsOf((view.scenegraph() as unknown as { root: DrawnMark }).root, padding.left + (x ?? 0), padding.top + (y ?? 0));
    return { picture: canvas.transferToImageBitmap(), spots };
  } finally {
    view.finalize();
  }
}
