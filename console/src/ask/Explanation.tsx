/** Why a number changed, as bars: what each value of a dimension gave, and what the number is computed from. */
import { Select, Text } from "@mantine/core";
import { useState } from "react";
import type { ChangeExplained, ExplainedSplit } from "../api/schema";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./ask.module.css";
import { barsOf, inUnit, type Bar } from "./contributions";

const MOST_BARS = 7;
const FACTORS = "factors";

export function Explanation({ explanation: found }: { explanation: ChangeExplained }) {
  const m = useMessages();
  const f = useFormats();
  const words = m.ask.explained;
  const first = found.splits[0]?.field ?? FACTORS;
  const [chosen, setChosen] = useState(first);
  const split = found.splits.find((each) => each.field === chosen);
  const factors = found.factors.map(({ label, before, after, change, share }) => ({ value: label, before, after, change, share, mix: null, rate: null }));
  const bars = barsOf(split?.values ?? factors, MOST_BARS, words.others);
  if (bars.length === 0) return null;
  const choices = [...found.splits.map((each) => ({ value: each.field, label: words.by(each.label) })), ...(factors.length > 0 ? [{ value: FACTORS, label: words.factors }] : [])];
  const number = (value: number, signed = false) => inUnit(value, found.unit, f, signed);
  return (
    <section className={css.explained} aria-label={words.title(found.measure)}>
      <div className={css.explainedHead}>
        <Text size="sm">
          {words.from(number(found.before), number(found.after))}{" "}
          <strong>
            {number(found.change, true)}
            {found.change_pct !== null && ` (${f.number(found.change_pct, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" })})`}
          </strong>
        </Text>
        {choices.length > 1 ? (
          <Select size="xs" w="13rem" allowDeselect={false} aria-label={words.choose} data={choices} value={chosen} onChange={(value) => setChosen(value ?? first)} />
        ) : (
          <Text size="xs" c="dimmed">
            {choices[0]?.label}
          </Text>
        )}
      </div>
      <Bars bars={bars} number={(value) => number(value, true)} label={choices.find((each) => each.value === chosen)?.label ?? ""} />
      {split !== undefined && <MixAndRate split={split} number={(value) => number(value, true)} />}
    </section>
  );
}

function Bars({ bars, number, label }: { bars: readonly Bar[]; number: (value: number) => string; label: string }) {
  const f = useFormats();
  return (
    <ul className={css.bars} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.label}>
          <span className={css.barLabel}>{bar.label}</span>
          <span className={css.barPlace} aria-hidden>
            <span className={css.barFill} data-way={bar.change < 0 ? "down" : "up"} style={{ left: `${bar.from}%`, width: `${bar.width}%` }} />
          </span>
          <span className={css.barNumber}>
            {number(bar.change)}
            {bar.share !== null && <Text span size="xs" c="dimmed">{` ${f.percent(bar.share)}`}</Text>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function MixAndRate({ split, number }: { split: ExplainedSplit; number: (value: number) => string }) {
  const m = useMessages();
  if (typeof split.mix !== "number" || typeof split.rate !== "number") return null;
  return (
    <Text size="xs" c="dimmed">
      {m.ask.explained.mixAndRate(number(split.mix), number(split.rate))}
    </Text>
  );
}
