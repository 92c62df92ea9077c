/** Calls or cost of each day of a period. */
import { useMemo } from "react";
import type { UsageGroup } from "../api/schema";
import { Chart } from "../charts/Chart";
import { useFormats, useMessages, useRegion } from "../i18n/messages";
import { everyDay } from "./days";
import type { Measure } from "./Bars";

const MOST_LABELS = 5;

export function ByDay({ items, first, measure }: { items: readonly UsageGroup[]; first: string; measure: Measure }) {
  const m = useMessages();
  const f = useFormats();
  const region = useRegion();
  const spec = useMemo(() => {
    const written = (options: Intl.DateTimeFormatOptions) => {
      const format = new Intl.DateTimeFormat(region, { ...options, timeZone: "UTC" });
      return (day: string) => format.format(new Date(day));
    };
    const short = written({ day: "numeric", month: "short" });
    const long = written({ dateStyle: "medium" });
    const days = everyDay(items, first, new Date());
    const values = days.map((each) => ({ day: short(each.day), whole: long(each.day), value: each[measure], calls: f.number(each.calls), cost: f.money(each.cost_usd) }));
    const step = Math.ceil(values.length / MOST_LABELS);
    const labelled = values.filter((_, place) => place % step === 0).map(({ day }) => day);
    return {
      data: { values },
      mark: "bar",
      encoding: {
        x: { field: "day", type: "ordinal", sort: values.map(({ day }) => day), title: null, axis: { values: labelled, labelAngle: 0, ticks: false, labelOverlap: true } },
        y: { field: "value", type: "quantitative", title: measure === "calls" ? m.usage.calls : `${m.usage.cost} (USD)`, axis: { tickCount: 4, ...(measure === "calls" && { format: ",d", tickMinStep: 1 }) } },
        tooltip: [
          { field: "whole", type: "nominal", title: m.usage.day },
          { field: "calls", type: "nominal", title: m.usage.calls },
          { field: "cost", type: "nominal", title: m.usage.cost },
        ],
      },
    };
  }, [items, first, measure, m, f, region]);
  return <Chart spec={spec} label={measure === "calls" ? m.usage.byDay : m.usage.costByDay} height={200} />;
}
