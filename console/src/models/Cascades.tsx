/** How far each cascade's calls went: which stage answered, which sent calls on and why, and what that saved. */
import { Card, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconStairsDown } from "@tabler/icons-react";
import { api, read } from "../api/client";
import type { AliasOut, CascadeReport } from "../api/schema";
import { Empty } from "../design/Empty";
import { Failure } from "../design/Failure";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";

const AGAIN_MS = 15_000;
type Stage = CascadeReport["stages"][number];

export function Cascades() {
  const m = useMessages();
  const report = useQuery({ queryKey: ["cascades"], queryFn: () => read(api.GET("/api/v1/usage/cascades")), refetchInterval: AGAIN_MS });
  const aliases = useQuery({ queryKey: ["aliases", "all"], queryFn: () => read(api.GET("/api/v1/model-aliases", { params: { query: { limit: 200 } } })) });
  if (report.isPending) return <Waiting />;
  if (report.isError) return <Failure error={report.error} retry={() => void report.refetch()} />;
  if (report.data.items.length === 0) return <Empty icon={IconStairsDown} title={m.models.noCascades} lead={m.models.noCascadesLead} />;
  return (
    <Stack>
      {report.data.items.map((cascade) => (
        <Cascade key={cascade.alias} cascade={cascade} alias={aliases.data?.items.find(({ name }) => name === cascade.alias)} />
      ))}
    </Stack>
  );
}

function Cascade({ cascade, alias }: { cascade: CascadeReport; alias: AliasOut | undefined }) {
  const m = useMessages();
  const f = useFormats();
  const saved = cascade.saved_usd < 0 ? m.models.costMore(f.money(-cascade.saved_usd)) : m.models.saved(f.money(cascade.saved_usd));
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={cascade.alias}>
      <Text fw={600}>{cascade.alias}</Text>
      <Text size="sm" c="dimmed" mb="xs">
        {m.usage.had(f.number(cascade.calls), cascade.calls === 1, f.money(cascade.cost_usd))} · {saved}
      </Text>
      <RowTable heads={[m.models.stage, m.models.asked, m.models.answered, m.models.sentOn, m.models.needless, m.models.confidence, m.usage.cost]}>
        {cascade.stages.map((stage) => (
          <StageRow key={`${stage.position} ${stage.stage}`} stage={stage} threshold={thresholdOf(alias, stage)} />
        ))}
      </RowTable>
    </Card>
  );
}

/** What the alias asks of the stage now; null where it asks nothing, or was changed since. */
function thresholdOf(alias: AliasOut | undefined, { stage }: Stage): number | null {
  return alias?.cascade?.find(({ model }) => model === stage)?.min_confidence ?? null;
}

function StageRow({ stage, threshold }: { stage: Stage; threshold: number | null }) {
  const m = useMessages();
  const f = useFormats();
  const checks = Object.entries(stage.escalations_by_check).map(([check, n]) => `${check}: ${f.number(n)}`);
  const sure = stage.mean_confidence === null ? "–" : f.number(stage.mean_confidence, { maximumFractionDigits: 2 });
  return (
    <Row>
      <RowCell>
        <Text size="sm" fw={550}>
          {stage.stage}
        </Text>
        {threshold !== null && (
          <Text size="xs" c="dimmed">
            {m.models.from(f.number(threshold))} · {m.models.confidenceIs[stage.confidence_is]}
          </Text>
        )}
      </RowCell>
      <RowCell head={m.models.asked}>{f.number(stage.asked)}</RowCell>
      <RowCell head={m.models.answered}>{f.number(stage.answers)}</RowCell>
      <RowCell head={m.models.sentOn}>
        <div>
          {f.number(stage.escalations)}
          {checks.length > 0 && (
            <Text size="xs" c="dimmed">
              {checks.join(", ")}
            </Text>
          )}
          {stage.failures > 0 && (
            <Text size="xs" c="dimmed">
              {m.models.failures(f.number(stage.failures))}
            </Text>
          )}
        </div>
      </RowCell>
      <RowCell head={m.models.needless}>{f.number(stage.needless)}</RowCell>
      <RowCell head={m.models.confidence}>{sure}</RowCell>
      <RowCell head={m.usage.cost}>{f.money(stage.cost_usd)}</RowCell>
    </Row>
  );
}
