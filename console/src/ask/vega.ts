/** Vega, in a chunk of its own. */
import embed, { type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { loader as vegaLoader } from "vega";
import type { ChartSpec } from "./turn";

interface Look {
  colours: "light" | "dark";
  language: string;
  height: number;
}

const FONT = "Inter Variable, system-ui, sans-serif";
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
function inOurColours(spec: ChartSpec, colour: string): ChartSpec {
  return JSON.parse(JSON.stringify(spec), (key, value: unknown) => (key === "color" && value === "#0072B2" ? colour : value)) as ChartSpec;
}

export async function drawn(place: HTMLElement, spec: ChartSpec, look: Look) {
  const ink = look.colours === "dark" ? "#b6bdba" : "#4c5653";
  const line = look.colours === "dark" ? "#2c3230" : "#e6eae8";
  const { $schema: _version, ...chart } = inOurColours(spec, PALETTE[look.colours][0] ?? "");
  return embed(place, { ...chart, width: "container", height: look.height, autosize: { type: "fit", contains: "padding" } } as VisualizationSpec, {
    mode: "vega-lite",
    renderer: "canvas",
    actions: false,
    ast: true,
    expr: expressionInterpreter as never,
    loader: deaf() as never,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: look.colours, id: "vega-tooltip" },
    config: {
      background: "transparent",
      font: FONT,
      view: { stroke: null },
      axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, labelPadding: 6, titlePadding: 10 },
      legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12 },
      title: { color: ink },
      text: { color: ink },
      range: { category: PALETTE[look.colours] },
      mark: { color: PALETTE[look.colours][0] ?? "" },
      bar: { cornerRadiusEnd: 3 },
      line: { strokeWidth: 2.25 },
      point: { size: 36, filled: true },
    },
  });
}
