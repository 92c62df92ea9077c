/** What models cost, by day, model and member, and how far the budgets are. Who does not administer sees their own calls. */
import { Card, Group, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import type { UsageFigures, UsageReport } from "../api/schema";
import { useNames } from "../app/people";
import { useSession } from "../app/session";
import { Failure } from "../design/Failure";
import { Page } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import { Bars, type Measure } from "./Bars";
import { AGAIN_MS, Budgets } from "./Budgets";
import { ByDay } from "./ByDay";
import { firstDay } from "./days";

const DAYS = ["7", "30", "90"] as const;
const MEASURES = ["calls", "cost_usd"] as const;
const MOST_GROUPS = 200;

function useReport(group: "day" | "model" | "member", first: string) {
  return useQuery({
    queryKey: ["usage", group, first],
    queryFn: async () => {
      const query = { from: `${first}T00:00:00Z`, group_by: group, limit: MOST_GROUPS };
      return (await read(api.GET("/api/v1/usage", { params: { query } }))) as unknown as UsageReport;
    },
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
  });
}

export function UsagePage() {
  const m = useMessages();
  const { mayAdminister } = useSession();
  const [days, setDays] = useState<string>("30");
  const [measure, setMeasure] = useState<Measure>("calls");
  const first = firstDay(Number(days), new Date());
  const byDay = useReport("day", first);
  const byModel = useReport("model", first);
  const byMember = useReport("member", first);
  const memberName = useMemberName();
  const error = byDay.error ?? byModel.error ?? byMember.error;
  const totals = byDay.data?.totals;
  const picker = (
    <Group gap="xs">
      <SegmentedControl size="xs" aria-label={m.usage.measure} value={measure} onChange={(value) => setMeasure(value as Measure)} data={MEASURES.map((each) => ({ value: each, label: each === "calls" ? m.usage.calls : m.usage.cost }))} />
      <SegmentedControl size="xs" aria-label={m.usage.period} value={days} onChange={setDays} data={DAYS.map((each) => ({ value: each, label: m.workspace.days(Number(each)) }))} />
    </Group>
  );
  return (
    <Page title={m.nav.usage} lead={mayAdminister ? m.usage.lead : m.usage.ownLead} actions={picker}>
      {error !== null ? (
        <Failure error={error} retry={() => void Promise.all([byDay, byModel, byMember].map((each) => each.refetch()))} />
      ) : totals === undefined ? (
        <Waiting lines={8} />
      ) : (
        <Stack gap="xl">
          <Totals totals={totals} />
          {totals.calls === 0 ? <Text c="dimmed">{m.usage.none}</Text> : <ByDay items={byDay.data?.items ?? []} first={first} measure={measure} />}
          {totals.calls > 0 && (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
              <Bars title={m.usage.byModel} items={byModel.data?.items ?? []} measure={measure} nameOf={({ group }) => group["model"] ?? m.usage.noModel} />
              {mayAdminister && <Bars title={m.usage.byMember} items={byMember.data?.items ?? []} measure={measure} nameOf={({ group }) => memberName(group["member"] ?? null)} />}
            </SimpleGrid>
          )}
          {mayAdminister && <Budgets />}
        </Stack>
      )}
    </Page>
  );
}

function useMemberName(): (userId: string | null) => string {
  const m = useMessages();
  const nameOf = useNames();
  return (userId) => (userId === null ? m.usage.noMember : (nameOf(userId) ?? m.usage.unknown));
}

function Totals({ totals }: { totals: UsageFigures }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }}>
      <Figure name={m.usage.cost} value={f.money(totals.cost_usd)} />
      <Figure name={m.usage.calls} value={f.number(totals.calls)} />
      <Figure name={m.usage.tokens} value={f.number(totals.input_tokens + totals.output_tokens)} />
      <Figure name={m.usage.cached} value={f.percent(totals.calls === 0 ? 0 : totals.cached_calls / totals.calls)} />
    </SimpleGrid>
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
