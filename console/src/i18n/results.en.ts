/** What the server adds to a result: columns that derive from others, series of a chart, the group of the rest. */
import type { Column, SemanticQueryOutput } from "../api/schema";

export type Derivation = NonNullable<Column["derivation"]>;
export type GrainName = NonNullable<NonNullable<SemanticQueryOutput["time"]>["grain"]>;
/** The two periods of a comparison, by the codes in a chart's `usermeta`. */
export type SeriesCode = "this_period" | "period_before" | "year_earlier";

export const results = {
  derived: {
    previous: (of: string) => `${of}, previous`,
    change: (of: string) => `${of}, change`,
    change_pct: (of: string) => `${of}, change in percent`,
    share: (of: string) => `${of}, share of total`,
    running_total: (of: string) => `${of}, running total`,
    moving_average: (of: string, window: string) => `${of}, moving average${window && ` of ${window}`}`,
  } satisfies Record<Derivation, (of: string, window: string) => string> as Record<Derivation, (of: string, window: string) => string>,
  grains: { hour: "Hour", day: "Day", week: "Week", month: "Month", quarter: "Quarter", year: "Year" } satisfies Record<GrainName, string>,
  series: { this_period: "This period", period_before: "The period before", year_earlier: "A year earlier" } satisfies Record<SeriesCode, string>,
  firstOf: (first: number, of: number) => `The first ${first.toLocaleString("en")} of ${of.toLocaleString("en")}; the table has all.`,
  rest: "Others",
  empty: "(empty)",
  yes: "yes",
  no: "no",
};
