/** What each of several had, as bars below each other, the most first. */
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import type { UsageGroup } from "../api/schema";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./usage.module.css";

export type Measure = "calls" | "cost_usd";

interface Props {
  title: string;
  items: readonly UsageGroup[];
  measure: Measure;
  nameOf: (item: UsageGroup) => string;
}

const MOST = 12;

export function Bars({ title, items, measure, nameOf }: Props) {
  const m = useMessages();
  const f = useFormats();
  const sorted = [...items].sort((one, other) => other[measure] - one[measure] || other.calls - one.calls);
  const most = Math.max(...items.map((item) => item[measure]), 0);
  const rows = sorted.slice(0, MOST).map((item) => ({ key: JSON.stringify(item.group), name: nameOf(item), calls: item.calls, cost_usd: item.cost_usd }));
  const rest = sorted.slice(MOST);
  return (
    <section>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <Stack component="ul" gap="sm" className={css.bars}>
        {rows.map((row) => (
          <li key={row.key}>
            <Group justify="space-between" gap="xs" align="baseline">
              <Text size="sm" className={css.name}>
                {row.name}
              </Text>
              <Text size="sm" c="dimmed">
                {m.usage.had(f.number(row.calls), row.calls === 1, f.money(row.cost_usd))}
              </Text>
            </Group>
            <Box className={css.bar} aria-hidden>
              <span style={{ width: `${most === 0 ? 0 : (100 * row[measure]) / most}%` }} />
            </Box>
          </li>
        ))}
      </Stack>
      {rest.length > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          {m.usage.others(rest.length)} {m.usage.had(f.number(sum(rest, "calls")), sum(rest, "calls") === 1, f.money(sum(rest, "cost_usd")))}
        </Text>
      )}
    </section>
  );
}

function sum(items: readonly UsageGroup[], measure: Measure): number {
  return items.reduce((total, item) => total + item[measure], 0);
}
