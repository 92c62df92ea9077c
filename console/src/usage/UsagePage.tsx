/** What models cost, by day, model and member, and how far the budgets are. */
import { Card, Progress, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, read } from "../api/client";
import type { BudgetOut, UsageGroup, UsageReport } from "../api/schema";
import { Chart } from "../charts/Chart";
import { Failure } from "../design/Failure";
import { Page } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";

const DAYS = ["7", "30", "90"] as const;
const DAY_MS = 86_400_000;

export function UsagePage() {
  const m = useMessages();
  const f = useFormats();
  const [days, setDays] = useState<string>("30");
  const from = useMemo(() => new Date(Date.now() - Number(days) * DAY_MS).toISOString(), [days]);
  const report = (group: "day" | "model" | "member") => ({
    queryKey: ["usage", group, from],
    queryFn: async () => (await read(api.GET("/api/v1/usage", { params: { query: { from, group_by: group, limit: 200 } } }))) as unknown as UsageReport,
  });
  const byDay = useQuery(report("day"));
  const byModel = useQuery(report("model"));
  const byMember = useQuery(report("member"));
  const budgets = useQuery({ queryKey: ["budgets"], queryFn: () => read(api.GET("/api/v1/budgets", { params: { query: { limit: 100 } } })) });
  const error = byDay.error ?? byModel.error ?? byMember.error ?? budgets.error;
  const totals = byDay.data?.totals;
  const picker = <SegmentedControl size="xs" aria-label={m.usage.period} value={days} onChange={setDays} data={DAYS.map((each) => ({ value: each, label: m.workspace.days(Number(each)) }))} />;
  return (
    <Page title={m.nav.usage} lead={m.usage.lead} actions={picker}>
      {error !== null ? (
        <Failure error={error} retry={() => void Promise.all([byDay, byModel, byMember, budgets].map((each) => each.refetch()))} />
      ) : totals === undefined ? (
        <Waiting lines={8} />
      ) : (
        <Stack gap="lg">
          <SimpleGrid cols={{ base: 2, sm: 4 }}>
            <Figure name={m.usage.cost} value={f.money(totals.cost_usd)} />
            <Figure name={m.usage.calls} value={f.number(totals.calls)} />
            <Figure name={m.usage.tokens} value={f.number(totals.input_tokens + totals.output_tokens)} />
            <Figure name={m.usage.cached} value={f.percent(totals.calls === 0 ? 0 : totals.cached_calls / totals.calls)} />
          </SimpleGrid>
          {totals.calls === 0 ? <Text c="dimmed">{m.usage.none}</Text> : <ByDay items={byDay.data?.items ?? []} />}
          {(budgets.data?.items ?? []).length > 0 && (
            <section>
              <Title order={2} mb="sm">
                {m.usage.budgets}
              </Title>
              <Stack>{budgets.data?.items.map((budget) => <Budget key={budget.id} budget={budget} />)}</Stack>
            </section>
          )}
          {totals.calls > 0 && (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
              <Groups title={m.usage.byModel} items={byModel.data?.items ?? []} by="model" />
              <Groups title={m.usage.byMember} items={byMember.data?.items ?? []} by="member" />
            </SimpleGrid>
          )}
        </Stack>
      )}
    </Page>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <Card withBorder radius="lg" padding="md">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fz="xl" fw={620}>
        {value}
      </Text>
    </Card>
  );
}

function ByDay({ items }: { items: readonly UsageGroup[] }) {
  const m = useMessages();
  const spec = useMemo(
    () => ({
      data: { values: items.map((item) => ({ day: item.group["day"], cost: item.cost_usd, calls: item.calls })) },
      mark: "bar",
      encoding: {
        x: { field: "day", type: "temporal", timeUnit: "yearmonthdate", title: null },
        y: { field: "calls", type: "quantitative", title: m.usage.calls },
        tooltip: [{ field: "day", type: "temporal" }, { field: "calls", type: "quantitative" }, { field: "cost", type: "quantitative", title: m.usage.cost }],
      },
    }),
    [items, m],
  );
  return <Chart spec={spec} label={m.usage.byDay} height={200} />;
}

function Budget({ budget }: { budget: BudgetOut }) {
  const m = useMessages();
  const f = useFormats();
  const share = budget.limit_usd === 0 ? 1 : budget.spent_usd / budget.limit_usd;
  const name = [m.usage.subject[budget.subject.type], budget.model].filter(Boolean).join(" · ");
  return (
    <div>
      <Text size="sm">
        {name}: {m.usage.spent(f.money(budget.spent_usd), f.money(budget.limit_usd), m.usage.per[budget.period])}
      </Text>
      <Progress mt={4} value={Math.min(100, share * 100)} color={share >= 1 ? "red" : share > 0.8 ? "yellow" : "pine"} aria-label={name} />
    </div>
  );
}

function Groups({ title, items, by }: { title: string; items: readonly UsageGroup[]; by: "model" | "member" }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <section>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{m.name_}</Table.Th>
            <Table.Th>{m.usage.calls}</Table.Th>
            <Table.Th>{m.usage.cost}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={String(item.group[by])}>
              <Table.Td>{item.group[by] ?? "–"}</Table.Td>
              <Table.Td>{f.number(item.calls)}</Table.Td>
              <Table.Td>{f.money(item.cost_usd)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
