import { describe, expect, it } from "vitest";
import type { Column } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { formatsFor } from "../i18n/messages";
import { chartSaid, named } from "./columns";

const german = formatsFor("de-DE");
const column = (part: Partial<Column>): Column => ({ name: "revenue", label: "Revenue", type: "decimal", kind: "measure", ...part }) as Column;
const COLUMNS = [
  column({ name: "period", label: "Month", type: "date", kind: "period" }),
  column({ name: "shop", label: "Shop", type: "string", kind: "group", rest: "All others" }),
  column({}),
  column({ name: "revenue_previous", label: "Revenue, previous", kind: "derived", of: "revenue", derivation: "previous" }),
  column({ name: "revenue_moving_average", label: "Revenue, moving average of 3", kind: "derived", of: "revenue", derivation: "moving_average", window: 3 }),
];

describe("columns", () => {
  it("that the server derives are named in the person's language, those of the data as they are", () => {
    const labels = ["Monat", "Shop", "Revenue", "Revenue, zuvor", "Revenue, gleitender Durchschnitt über 3"];
    expect(named(COLUMNS, de, german).map((each) => each.label)).toEqual(labels);
    expect(named(COLUMNS, en, formatsFor("en")).map((each) => each.label)).toEqual(COLUMNS.map((each) => each.label));
  });
});

describe("a chart", () => {
  const spec = {
    usermeta: { series: { "This period": "this_period", "A year earlier": "year_earlier" } },
    data: { values: [{ shop: "All others", series: "This period", revenue: 1 }, { shop: "This period", series: "A year earlier", revenue: 2 }] },
    encoding: {
      x: { field: "revenue", title: "Revenue (EUR)" },
      y: { field: "shop", title: "Shop", sort: ["This period", "All others"] },
      color: { field: "series", title: null, scale: { domain: ["This period", "A year earlier"], range: ["#000", "#fff"] } },
      tooltip: [{ field: "period", title: "Month" }, { field: "revenue_previous", title: "Revenue, previous (EUR)" }],
    },
  };

  it("names series, the group of the rest and derived columns, and nothing that the data calls so", () => {
    const said = chartSaid(spec, COLUMNS, de, german) as typeof spec;
    expect(said.data.values).toEqual([
      { shop: "Übrige", series: "Dieser Zeitraum", revenue: 1 },
      { shop: "This period", series: "Ein Jahr zuvor", revenue: 2 },
    ]);
    expect(said.encoding.y.sort).toEqual(["This period", "Übrige"]);
    expect(said.encoding.color.scale).toEqual({ domain: ["Dieser Zeitraum", "Ein Jahr zuvor"], range: ["#000", "#fff"] });
    expect(said.encoding.tooltip.map((each) => each.title)).toEqual(["Monat", "Revenue, zuvor (EUR)"]);
    expect(said.encoding.x.title).toBe("Revenue (EUR)");
  });

  it("of several panels names each of them, its title too", () => {
    const { usermeta, ...panel } = spec;
    const title = { text: "Revenue, previous (EUR)", frame: "group" };
    const whole = { usermeta, title: { text: "Revenue, previous and so on" }, vconcat: [{ ...panel, title }, panel] };
    const said = chartSaid(whole, COLUMNS, de, german) as typeof whole;
    expect(said.title).toEqual(whole.title);
    expect(said.vconcat.map((each) => each.data.values[0]?.series)).toEqual(["Dieser Zeitraum", "Dieser Zeitraum"]);
    expect((said.vconcat[0] as { title?: { text: string } }).title?.text).toBe("Revenue, zuvor (EUR)");
  });
});
