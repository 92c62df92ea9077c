/** Columns of a result, and the chart of it, in the person's words: what the server derives or groups has its names in the
 * catalogue; what the data calls itself stays. */
import type { Column } from "../api/schema";
import { firstThatFit, isPanelled } from "../charts/room";
import type { GrainName, SeriesCode } from "../i18n/results.en";
import type { Formats, Messages } from "../i18n/messages";

/** The columns with their labels as they are to be read. */
export function named(columns: readonly Column[], m: Messages, f: Formats): Column[] {
  const labels = new Map(columns.map((column) => [column.name, column.label]));
  return columns.map((column) => ({ ...column, label: labelOf(column, labels, m, f) }));
}

function labelOf(column: Column, labels: ReadonlyMap<string, string>, m: Messages, f: Formats): string {
  if (column.kind === "period") return m.results.grains[column.label.toLowerCase() as GrainName] ?? column.label;
  const of = labels.get(column.of ?? "");
  if (!column.derivation || of === undefined) return column.label;
  return m.results.derived[column.derivation](of, column.window ? f.number(column.window) : "");
}

type Json = Record<string, unknown>;

/** The specification with the names that the server gave in the person's words. */
export function chartSaid(spec: Json, columns: readonly Column[], m: Messages, f: Formats): Json {
  if (!isPanelled(spec)) return leftOut(oneSaid(spec, columns, m, f), m);
  const panels = spec.vconcat.map((panel) => oneSaid({ ...panel, usermeta: spec["usermeta"] }, columns, m, f));
  return { ...spec, vconcat: panels.map(({ usermeta: _whole, ...panel }) => panel) };
}

/** What a chart leaves out is said below its title. */
function leftOut(spec: Json, m: Messages): Json {
  const shown = (spec["usermeta"] as { shown?: { first: number; of: number } } | undefined)?.shown;
  return shown ? { ...spec, title: { ...(spec["title"] as Json | undefined), subtitle: m.results.firstOf(shown.first, shown.of) } } : spec;
}

/** The chart without its title, which stands above it already, and of many bars those that can be read in the height. */
export function chartWithin(spec: Json, height: number, m: Messages): Json {
  const { subtitle } = (spec["title"] ?? {}) as { subtitle?: string };
  const cut = firstThatFit(spec, height);
  const said = cut === null ? subtitle : m.results.firstOf(cut.first, cut.of);
  return { ...(cut?.spec ?? spec), title: said === undefined ? undefined : { text: "", subtitle: said, anchor: "start" } };
}

function oneSaid(spec: Json, columns: readonly Column[], m: Messages, f: Formats): Json {
  const before = new Map(columns.map((column) => [column.name, column]));
  const after = new Map(named(columns, m, f).map((column) => [column.name, column.label]));
  const texts = textsOf(spec, columns, m);
  const title = (channel: Json): Json => {
    if (typeof channel["title"] !== "string") return channel;
    return { ...channel, title: replacedName(channel["title"], before.get(String(channel["field"])), after) };
  };
  const channel = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map((one) => title(one as Json));
    const told = title(each as Json);
    const known = texts.get(String(told["field"]));
    return known === undefined ? told : replaced(told, known);
  };
  const data = spec["data"] as { values?: readonly Json[] } | undefined;
  return {
    ...spec,
    ...panelTitle(spec, (text) => columns.reduce((said, column) => (said === text ? replacedName(said, column, after) : said), text)),
    data: { ...data, values: data?.values?.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, texts.get(name)?.get(cell) ?? cell]))) },
    encoding: Object.fromEntries(Object.entries((spec["encoding"] as Json | undefined) ?? {}).map(([name, each]) => [name, channel(each)])),
  };
}

/** A text that opens with the column's name, with it as it is to be read. */
function replacedName(text: string, column: Column | undefined, labels: ReadonlyMap<string, string>): string {
  const label = labels.get(column?.name ?? "");
  if (column === undefined || label === undefined || column.label === label) return text;
  const opening = `${column.label[0]?.toUpperCase() ?? ""}${column.label.slice(1)}`;
  return text.replace(opening, () => label);
}

/** What stands for what in a column of the chart's data. */
function textsOf(spec: Json, columns: readonly Column[], m: Messages): Map<string, Map<unknown, string>> {
  const texts = new Map<string, Map<unknown, string>>();
  for (const column of columns.filter((each) => each.kind === "group")) {
    const own = new Map<unknown, string>([["(empty)", m.results.empty]]);
    if (column.rest) own.set(column.rest, m.results.rest);
    if (column.type === "boolean") own.set("yes", m.results.yes).set("no", m.results.no);
    texts.set(column.name, own);
  }
  const series = (spec["usermeta"] as { series?: Record<string, SeriesCode> } | undefined)?.series;
  if (series) texts.set("series", new Map(Object.entries(series).map(([text, code]) => [text, m.results.series[code] ?? text])));
  return texts;
}

/** A panel has the name of its measure for a title; a chart's own is the query in words. */
function panelTitle(spec: Json, say: (text: string) => string): Json {
  const title = spec["title"] as { text?: unknown; frame?: unknown } | undefined;
  return title?.frame === "group" && typeof title.text === "string" ? { title: { ...title, text: say(title.text) } } : {};
}

/** A channel whose order and domain name texts. */
function replaced(channel: Json, texts: ReadonlyMap<unknown, string>): Json {
  const all = (values: unknown) => (Array.isArray(values) ? values.map((value: unknown) => texts.get(value) ?? value) : values);
  const scale = channel["scale"] as Json | undefined;
  return { ...channel, ...("sort" in channel && { sort: all(channel["sort"]) }), ...(scale && { scale: { ...scale, domain: all(scale["domain"]) } }) };
}
