/** What a query found: the chart, the table, and how it was computed. */
import { ActionIcon, Button, Collapse, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartBar, IconChevronRight, IconFileTypeCsv, IconPin, IconTable } from "@tabler/icons-react";
import { memo, useMemo, useState } from "react";
import type { AnswerReport, QueryEvidence } from "../api/schema";
import { part } from "../app/chunk";
import { useSession } from "../app/session";
import { Copy } from "../design/Copy";
import { chartSaid, named } from "../design/columns";
import { ResultTable } from "../design/ResultTable";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./ask.module.css";
import { Chart } from "../charts/Chart";
import { heightOf } from "../charts/room";
import { Computed } from "./Computed";
import { csv, saveAs, tabbed, type Cell } from "./csv";
import type { ChartSpec } from "./turn";
import { useConversationOf } from "./within";

interface Props {
  evidence: QueryEvidence;
  chart: ChartSpec | null;
  answer: AnswerReport | null;
  question: string;
}

const PinDialog = part(() => import("../dashboards/PinDialog"), "PinDialog");

export const DataEvidence = memo(function DataEvidence({ evidence, chart, answer, question }: Props) {
  const m = useMessages();
  const f = useFormats();
  const [view, setView] = useState<"chart" | "table">("chart");
  const [how, { toggle: toggleHow }] = useDisclosure();
  // Most are never opened: what is behind the button is made when it is first pressed.
  const [howMade, { open: makeHow }] = useDisclosure();
  const [pinning, pin] = useDisclosure();
  const { mayEdit } = useSession();
  const isConversations = useConversationOf()(evidence.dataset_id) !== undefined;
  const rows = evidence.rows as readonly (readonly Cell[])[];
  const names = named(evidence.columns, m, f).map((column) => column.label);
  const drawn = useMemo(() => (chart === null ? null : chartSaid(chart, evidence.columns, m, f)), [chart, evidence.columns, m, f]);
  const oneNumber = rows.length === 1 && evidence.columns.length === 1;
  const count = evidence.row_count > rows.length ? m.ask.firstRows(rows.length, evidence.row_count) : m.ask.rows(rows.length);
  const showChart = drawn !== null && view === "chart";
  return (
    <section id={`evidence-${evidence.n}`} className={css.data} tabIndex={-1} aria-label={`${m.ask.evidence} ${evidence.n}: ${evidence.words}`}>
      {!oneNumber && (
        <Group justify="space-between" gap="xs" className={css.dataHead}>
          {chart === null ? (
            <Text size="xs" c="dimmed">
              {count}
            </Text>
          ) : (
            <SegmentedControl
              size="xs"
              value={view}
              onChange={(value) => setView(value as "chart" | "table")}
              data={[
                { value: "chart", label: <Tab icon={<IconChartBar size={14} />} text={m.ask.chart} /> },
                { value: "table", label: <Tab icon={<IconTable size={14} />} text={m.ask.table} /> },
              ]}
            />
          )}
          <Group gap={2}>
            {chart !== null && (
              <Text size="xs" c="dimmed" mr={4}>
                {count}
              </Text>
            )}
            <Copy text={() => tabbed(names, rows)} label={m.ask.copyTable} />
            <Tooltip label={m.ask.csv}>
              <ActionIcon variant="subtle" color="gray" aria-label={m.ask.csv} onClick={() => saveAs(`${evidence.dataset}.csv`, csv(names, rows), "text/csv;charset=utf-8")}>
                <IconFileTypeCsv size={17} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      )}
      {showChart && <Chart spec={drawn} label={m.ask.chartOf(evidence.words)} height={heightOf(drawn)} />}
      {!showChart && !oneNumber && <ResultTable columns={evidence.columns} rows={rows} label={evidence.words} grain={evidence.query.time?.grain} />}
      <Group gap="xs">
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        className={css.how}
        aria-expanded={how}
        leftSection={<IconChevronRight size={14} className={css.chevron} data-open={how || undefined} />}
        onClick={() => {
          makeHow();
          toggleHow();
        }}
      >
        {m.ask.how}
      </Button>
      {mayEdit && !isConversations && (
        <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconPin size={14} />} onClick={pin.open}>
          {m.dashboards.pin}
        </Button>
      )}
      </Group>
      {pinning && <PinDialog question={question} query={evidence.query} small={oneNumber} close={pin.close} />}
      <Collapse expanded={how}>
        {howMade && <Computed evidence={evidence} answer={answer} />}
      </Collapse>
    </section>
  );
});

function Tab({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <span className={css.tab}>
      {icon}
      {text}
    </span>
  );
}
