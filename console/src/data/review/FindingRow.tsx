/** One thing that was found or changed: what, how often, an example, and what else could be done. */
import { Badge, Group, Radio, Select, Stack, TagsInput, Text } from "@mantine/core";
import { IconAlertTriangle, IconArrowRight, IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";
import type { FindingView, Severity } from "../../api/schema";
import { useFormats, useMessages, type Messages } from "../../i18n/messages";
import css from "./review.module.css";
import { same, type Value } from "./decisions";
import { findingText } from "./findings";

export const SEVERITY: Record<Severity, string> = { dropped: "red", doubtful: "yellow", changed: "blue", info: "gray" };

/** A setting's value in words. */
export function valueName(setting: string, value: Value | null, m: Messages): string {
  if (value === null) return m.review.nothing;
  if (Array.isArray(value)) return value.length === 0 ? m.review.nothing : value.map(m.review.quoted).join(", ");
  return m.review.values[setting]?.[value] ?? value;
}

/** What is meant: a column's setting, or the table's. */
export function settingName(setting: string, column: string | null, m: Messages): string {
  const name = m.review.settings[setting] ?? setting;
  return column === null ? name : `${column}: ${name}`;
}

interface Props {
  finding: FindingView;
  columnLabel: string | null;
  /** The decision that waits to be applied, else what is in force. */
  value: Value | null;
  mayDecide: boolean;
  decide: (value: Value) => void;
}

export function FindingRow({ finding, columnLabel, value, mayDecide, decide }: Props) {
  const m = useMessages();
  const f = useFormats();
  const grave = finding.severity === "doubtful" || finding.severity === "dropped";
  return (
    <li className={css.finding}>
      {grave ? <IconAlertTriangle size={16} aria-hidden /> : <IconInfoCircle size={16} aria-hidden />}
      <div className={css.findingBody}>
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {[m.review.kinds[finding.kind], columnLabel].filter(Boolean).join(" · ")}
          </Text>
          <Badge size="sm" color={SEVERITY[finding.severity]}>{m.data.severity[finding.severity]}</Badge>
          {finding.count > 0 && <Text size="xs" c="dimmed">{m.review.counted(finding.count)}</Text>}
          {finding.chosen && <Badge size="sm" color="pine">{m.review.yours}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">{findingText(finding, m, f)}</Text>
        <Examples finding={finding} />
      </div>
      {finding.setting !== null && (
        <div className={css.setting}>
          <SettingInput finding={finding} label={m.review.whatTo(settingName(finding.setting, columnLabel, m))} value={value} disabled={!mayDecide} decide={decide} />
        </div>
      )}
    </li>
  );
}

export function Examples({ finding }: { finding: FindingView }) {
  const m = useMessages();
  if (finding.examples.length === 0) return null;
  return (
    <ul className={css.examples}>
      {finding.examples.map((example, place) => (
        <li key={place} aria-label={m.review.becomes(example.before, example.after ?? m.review.nothing)}>
          <code>{example.before}</code>
          <IconArrowRight size={12} aria-hidden />
          {example.after === null ? <em>{m.review.nothing}</em> : <code>{example.after}</code>}
        </li>
      ))}
    </ul>
  );
}

function SettingInput({ finding, label, value, disabled, decide }: { finding: FindingView; label: string; value: Value | null; disabled: boolean; decide: (value: Value) => void }) {
  const m = useMessages();
  const setting = finding.setting ?? "";
  if (setting === "placeholders") return <Placeholders finding={finding} label={label} value={Array.isArray(value) ? value : []} disabled={disabled} decide={decide} />;
  const offered = finding.alternatives.map((each) => String(each.value));
  const shown = typeof value === "string" && !offered.includes(value) ? [value, ...offered] : offered;
  return (
    <Select
      size="xs"
      aria-label={label}
      allowDeselect={false}
      disabled={disabled}
      value={typeof value === "string" ? value : null}
      placeholder="–"
      onChange={(chosen) => chosen !== null && decide(chosen)}
      data={shown.map((each) => ({ value: each, label: valueName(setting, each, m) }))}
    />
  );
}

type Texts = "usual" | "none" | "own";

/** The usual texts, none, or a list of one's own. */
function Placeholders({ finding, label, value, disabled, decide }: { finding: FindingView; label: string; value: string[]; disabled: boolean; decide: (value: Value) => void }) {
  const m = useMessages();
  const usual = finding.alternatives.flatMap((each) => (Array.isArray(each.value) ? each.value : []));
  const [own, setOwn] = useState(!same(value, usual) && value.length > 0);
  const texts: Texts = own ? "own" : value.length === 0 ? "none" : "usual";
  const choose = (chosen: Texts) => {
    setOwn(chosen === "own");
    if (chosen !== "own") decide(chosen === "usual" ? usual : []);
  };
  return (
    <Stack gap={6}>
      <Select
        size="xs"
        aria-label={label}
        allowDeselect={false}
        disabled={disabled}
        value={texts}
        onChange={(chosen) => choose(chosen as Texts)}
        data={(["usual", "none", "own"] as const).map((each) => ({ value: each, label: m.review.texts[each] }))}
      />
      {own && <TagsInput size="xs" aria-label={m.review.texts.own} description={m.review.placeholdersLead} readOnly={disabled} value={value} onChange={decide} acceptValueOnBlur />}
    </Stack>
  );
}

/** A question that the file leaves open, or another shape that it could have, each answer with what it makes of an example. */
export function QuestionCard({ finding, columnLabel, value, answered, mayDecide, decide }: Props & { answered: boolean }) {
  const m = useMessages();
  const f = useFormats();
  const setting = finding.setting ?? "";
  return (
    <section className={css.question} data-answered={answered || undefined}>
      <Radio.Group
        label={[m.review.kinds[finding.kind], columnLabel].filter(Boolean).join(" · ")}
        description={findingText(finding, m, f)}
        value={typeof value === "string" ? value : null}
        onChange={decide}
      >
        <Examples finding={finding} />
        <div className={css.answers}>
          {finding.alternatives.map((each) => (
            <Radio.Card key={String(each.value)} value={String(each.value)} disabled={!mayDecide} className={css.answer}>
              <Radio.Indicator />
              <span>
                <Text size="sm" fw={550} component="span" display="block">
                  {valueName(setting, each.value, m)}
                  {finding.open && !answered && each.value === finding.choice && ` (${m.review.assumed})`}
                </Text>
                {each.example != null && (
                  <Text size="xs" c="dimmed" component="span">
                    {`${finding.examples[0]?.before ?? ""} → ${each.example}`}
                  </Text>
                )}
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
    </section>
  );
}
